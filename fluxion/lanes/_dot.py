"""Products of matrices, one for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jax import lax
from jaxtyping import Array

from fluxion.lanes._value import Value

#: A product that sums at most so many terms is written out.
_FEW = 24
#: From so many terms on, a product with a shared matrix is left to the library.
_LIBRARY = 9


def dot_general(eqn: Any, values: list[Value], lanes: int) -> Array | None:
    """Rule of `lax.dot_general`: written out if it sums few terms, by the library if one side is
    shared, otherwise none.
    """
    left, right = values
    (summed, batch) = eqn.params["dimension_numbers"]
    terms = int(np.prod([left.array.shape[axis] for axis in summed[0]]))
    if not (left.lanes and right.lanes) and terms >= _LIBRARY:
        return _shared_side(eqn, left, right)
    if not 0 < terms <= _FEW:
        return None
    sides = [
        _Side(value, axes, own) for value, axes, own in zip(values, summed, batch, strict=True)
    ]
    shape = (*sides[0].batch, *sides[0].free, *sides[1].free, lanes)
    total = None
    for k in range(terms):
        term = sides[0].term(k, shape, 0) * sides[1].term(k, shape, len(sides[0].free))
        total = term if total is None else total + term
    assert total is not None
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
        first, count = len(self.batch), len(self.free)
        one = lax.index_in_dim(self.array, k, first + count, keepdims=False)
        axes = [*range(first), *range(first + after, first + after + count)]
        if self.lanes:
            axes.append(len(shape) - 1)
        return lax.broadcast_in_dim(one, shape, axes)


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
