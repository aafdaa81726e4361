"""Values while a function runs in lanes: with the samples on a last axis, or shared by all."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array


class Operation(NamedTuple):
    """One operation in a run, and what it costs on an element, in additions."""

    number: int
    cost: float


class Value(NamedTuple):
    """An array, and what is known about it.

    Attributes:
        array: Of all samples, or shared by them.
        lanes: Whether its last axis is that of the samples.
        behind: Operations behind each element since the last ones that lay in memory.
    """

    array: Array
    lanes: bool
    behind: frozenset[Operation] = frozenset()

    @property
    def work(self) -> float:
        """Cost of computing an element again."""
        return sum(operation.cost for operation in self.behind)


def in_lanes(value: Value, lanes: int) -> Array:
    """The array with an axis of samples, repeated if all share it."""
    if value.lanes:
        return value.array
    array = jnp.asarray(value.array)
    return lax.broadcast_in_dim(array, (*array.shape, lanes), tuple(range(array.ndim)))


def spread(value: Value, shape: tuple[int, ...], lanes: int) -> Array:
    """The array at a shape for each sample; a scalar fills it."""
    array, full = jnp.asarray(value.array), (*shape, lanes)
    own = array.ndim - value.lanes
    axes = tuple(range(own)) if own == len(shape) else ()
    if value.lanes:
        axes = (*axes, len(shape))
    if len(axes) == len(full):
        return array
    return lax.broadcast_in_dim(array, full, axes)
