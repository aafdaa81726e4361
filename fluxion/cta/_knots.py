"""Ascending positions along one axis, arbitrary or evenly spaced.

Sample points and cell edges are both knots. Evenly spaced knots are two numbers and a count, so
that finding the gap that holds a point is a division instead of a search.
"""

from __future__ import annotations

import abc

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int

from fluxion.errors import InputError


def is_concrete(*arrays: object) -> bool:
    """True where every array holds numbers that the host can read now."""
    return not any(isinstance(array, Tracer) for array in arrays)


def as_float(number: object, dtype: object = None) -> Array:
    """An array of floats, never weakly typed; keeps the precision of what it is given."""
    if dtype is None:
        given = getattr(number, "dtype", None)
        floating = given is not None and jnp.issubdtype(given, jnp.floating)
        dtype = given if floating else jnp.result_type(float)
    return jnp.asarray(number, jax.dtypes.canonicalize_dtype(dtype))  # type: ignore[arg-type]


class AbstractKnots(eqx.Module):
    """Ascending positions along one axis."""

    @property
    @abc.abstractmethod
    def size(self) -> int:
        """Number of knots."""

    @property
    @abc.abstractmethod
    def positions(self) -> Float[Array, " n"]:
        """Every knot."""

    @property
    @abc.abstractmethod
    def gaps(self) -> Float[Array, "..."]:
        """Distances between neighbours: one each, or a single number if all are equal."""

    @property
    @abc.abstractmethod
    def lower(self) -> Float[Array, ""]:
        """First knot."""

    @property
    @abc.abstractmethod
    def upper(self) -> Float[Array, ""]:
        """Last knot."""

    @abc.abstractmethod
    def locate(self, x: Float[Array, "..."]) -> Int[Array, "..."]:
        """Index of the gap that holds each x, 0 to size - 2; points outside get the nearest."""

    @abc.abstractmethod
    def fraction(self, gap: Int[Array, "..."], x: Float[Array, "..."]) -> Float[Array, "..."]:
        """How far x lies into its gap, 0 at the left knot, 1 at the right."""


class FreeKnots(AbstractKnots):
    """Knots at any ascending positions."""

    values: Float[Array, " n"]

    def __init__(self, values: object, name: str, minimum: int, dtype: object = None):
        self.values = as_float(values, dtype)
        if self.values.ndim != 1 or self.values.shape[0] < minimum:
            raise InputError(
                f"axis '{name}' was given positions of shape {self.values.shape}; "
                f"give one row of {minimum} or more ascending numbers"
            )
        if is_concrete(self.values) and not np.all(np.diff(np.asarray(self.values)) > 0):
            raise InputError(
                f"axis '{name}' was given positions that do not ascend strictly; "
                "sort them and drop duplicates"
            )

    @property
    def size(self) -> int:
        return self.values.shape[-1]

    @property
    def positions(self) -> Float[Array, " n"]:
        return self.values

    @property
    def gaps(self) -> Float[Array, " gap"]:
        return self.values[1:] - self.values[:-1]

    @property
    def lower(self) -> Float[Array, ""]:
        return self.values[0]

    @property
    def upper(self) -> Float[Array, ""]:
        return self.values[-1]

    def locate(self, x: Float[Array, "..."]) -> Int[Array, "..."]:
        above = jnp.searchsorted(self.values, jax.lax.stop_gradient(x), side="right")
        return jnp.clip(above, 1, self.size - 1) - 1

    def fraction(self, gap: Int[Array, "..."], x: Float[Array, "..."]) -> Float[Array, "..."]:
        left = self.values.at[gap].get(mode="promise_in_bounds")
        right = self.values.at[gap + 1].get(mode="promise_in_bounds")
        return (x - left) / (right - left)


class EvenKnots(AbstractKnots):
    """Evenly spaced knots: first knot, spacing, and a static count."""

    start: Float[Array, ""]
    step: Float[Array, ""]
    count: int = eqx.field(static=True)

    def __init__(self, start: object, step: object, count: int, name: str, dtype: object = None):
        self.start, self.step = as_float(start, dtype), as_float(step, dtype)
        self.count = int(count)
        if self.start.ndim or self.step.ndim:
            raise InputError(f"axis '{name}' wants single numbers as start and step; got arrays")
        if is_concrete(self.step) and not float(self.step) > 0:
            raise InputError(
                f"axis '{name}' was given a spacing of {float(self.step):g}; give one above 0 "
                "(the upper bound must exceed the lower)"
            )

    @property
    def size(self) -> int:
        return self.count

    @property
    def positions(self) -> Float[Array, " n"]:
        return self.start + self.step * jnp.arange(self.count, dtype=self.step.dtype)

    @property
    def gaps(self) -> Float[Array, ""]:
        return self.step

    @property
    def lower(self) -> Float[Array, ""]:
        return self.start

    @property
    def upper(self) -> Float[Array, ""]:
        return self.start + self.step * (self.count - 1)

    def locate(self, x: Float[Array, "..."]) -> Int[Array, "..."]:
        offset = jax.lax.stop_gradient((x - self.start) / self.step)
        return jnp.clip(offset.astype(jnp.int32), 0, self.count - 2)

    def fraction(self, gap: Int[Array, "..."], x: Float[Array, "..."]) -> Float[Array, "..."]:
        return (x - self.start) / self.step - gap
