"""Products of matrices, one for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from fluxion.lanes._value import Value

#: A product that sums at most so many terms is written out.
_FEW = 24
#: From so many terms on, a product with a shared matrix is left to the library.
_LIBRARY = 9


def dot_general(eqn: Any, values: list[Value], lanes: int) -> Array:
    """Rule of `lax.dot_general`: by the library if one side is shared, otherwise products and sums,
    written out where they are few.
    """
    left, right = values
    (summed, batch) = eqn.params["dimension_numbers"]
    terms = int(np.prod([left.array.shape[axis] for axis in summed[0]]))
    if not (left.lanes and right.lanes) and terms >= _LIBRARY:
        return _shared_side(eqn, left, right)
    sides = [
        _Side(value, axes, own) for value, axes, own in zip(values, summed, batch, strict=True)
    ]
    shape = (*sides[0].batch, *sides[0].free, *sides[1].free, lanes)
    after = (0, len(sides[0].free))
    if terms > _FEW:
        wide = (*shape[:-1], terms, lanes)
        factors = [side.all_terms(wide, place) for side, place in zip(sides, after, strict=True)]
        total = jnp.sum(factors[0] * factors[1], axis=-2)
    else:
        total = jnp.zeros(shape, eqn.outvars[0].aval.dtype)
        for k in range(terms):
            factors = [side.term(k, shape, place) for side, place in zip(sides, after, strict=True)]
            total = factors[0] * factors[1] if k == 0 else total + factors[0] * factors[1]
    return total.astype(eqn.outvars[0].aval.dtype)


class _Side:
    """One factor, laid out as its batch, its free axes, and the terms to sum in one axis."""

    def __init__(self, value: Value, summed: Sequence[int], batch: Sequence[int]):
        array, self.lanes = value.array, value.lanes
        axes = range(array.ndim - value.lanes)
        free = [axis for axis in axes if axis not in summed and axis not in batch]
        self.batch = [array.shape[axis] for axis in batch]
        self.free = [array.shape[axis] for axis in free]
        last = [array.ndim - 1] if value.lanes else []
        array = lax.transpose(array, (*batch, *free, *summed, *last))
        terms = int(np.prod([value.array.shape[axis] for axis in summed]))
        own = [array.shape[-1]] if value.lanes else []
        self.array = lax.reshape(array, (*self.batch, *self.free, terms, *own))

    def term(self, k: int, shape: tuple[int, ...], after: int) -> Array:
        """Term `k` at the shape of the product; its free axes come after so many others."""
        one = lax.index_in_dim(self.array, k, len(self.batch) + len(self.free), keepdims=False)
        return lax.broadcast_in_dim(one, shape, self._axes(len(shape), 1, after))

    def all_terms(self, shape: tuple[int, ...], after: int) -> Array:
        """All terms, on the axis before the samples'."""
        return lax.broadcast_in_dim(self.array, shape, self._axes(len(shape), 2, after))

    def _axes(self, rank: int, last: int, after: int) -> list[int]:
        first, count = len(self.batch), len(self.free)
        axes = [*range(first), *range(first + after, first + after + count)]
        axes += range(rank - last, rank - 1)
        return [*axes, rank - 1] if self.lanes else axes


def _shared_side(eqn: Any, left: Value, right: Value) -> Array:
    """One product for all samples: the samples are columns of one of its sides."""
    (summed, batch) = eqn.params["dimension_numbers"]
    options = {
        "precision": eqn.params["precision"],
        "preferred_element_type": eqn.outvars[0].aval.dtype,
    }
    if right.lanes:
        return lax.dot_general(left.array, right.array, (summed, batch), **options)
    swapped = (summed[::-1], batch[::-1])
    found = lax.dot_general(right.array, left.array, swapped, **options)
    # batch, right's axes, left's axes, samples: put left's before right's.
    first = len(batch[0])
    of_right = right.array.ndim - first - len(summed[1])
    middle = found.ndim - 1
    order = (
        *range(first),
        *range(first + of_right, middle),
        *range(first, first + of_right),
        middle,
    )
    return lax.transpose(found, order)
