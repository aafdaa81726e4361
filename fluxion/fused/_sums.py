"""Reductions and products of matrices, written out number by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from jax import lax

from fluxion.fused._folding import evaluate, known
from fluxion.fused._graph import Graph

#: From the graph, an operation and its inputs to its output.
Rule = Callable[[Graph, Any, list[np.ndarray]], np.ndarray]


def _pair(graph: Graph, primitive: Any, a: Any, b: Any, dtype: Any) -> Any:
    if known(a) and known(b):
        return evaluate(primitive, {}, [a, b], dtype)
    return graph.apply(primitive, {}, [a, b], dtype)


def _reduction(primitive: Any, empty: Callable[[np.dtype], Any]) -> Rule:
    def rule(graph: Graph, eqn: Any, values: list[np.ndarray]) -> np.ndarray:
        aval, axes = eqn.outvars[0].aval, eqn.params["axes"]
        terms = int(np.prod([values[0].shape[axis] for axis in axes]))
        rows = np.moveaxis(values[0], axes, range(-len(axes), 0)).reshape(aval.size, terms)
        out = np.empty(aval.size, object)
        for k, row in enumerate(rows):
            if row.size == 0:
                out[k] = empty(np.dtype(aval.dtype))
            else:
                out[k] = reduce(lambda a, b: _pair(graph, primitive, a, b, aval.dtype), row)
        return out.reshape(aval.shape)

    return rule


def _extreme(sign: int) -> Callable[[np.dtype], Any]:
    return lambda dtype: dtype.type(sign * np.inf)


def _dot_general(graph: Graph, eqn: Any, values: list[np.ndarray]) -> np.ndarray:
    (summed, batch), aval = eqn.params["dimension_numbers"], eqn.outvars[0].aval
    left, right = (
        _laid_out(value, s, b) for value, s, b in zip(values, summed, batch, strict=True)
    )
    out = np.empty((left.shape[0], left.shape[1], right.shape[1]), object)
    for b, i, j in np.ndindex(*out.shape):
        total: Any = np.dtype(aval.dtype).type(0)
        for x, y in zip(left[b, i], right[b, j], strict=True):
            total = _pair(
                graph, lax.add_p, total, _pair(graph, lax.mul_p, x, y, aval.dtype), aval.dtype
            )
        out[b, i, j] = total
    return out.reshape(aval.shape)


def _laid_out(array: np.ndarray, summed: Sequence[int], batch: Sequence[int]) -> np.ndarray:
    """A factor as (batch, free, term)."""
    free = [axis for axis in range(array.ndim) if axis not in summed and axis not in batch]
    size = [int(np.prod([array.shape[a] for a in axes])) for axes in (batch, free, summed)]
    return array.transpose((*batch, *free, *summed)).reshape(size)


def _cumsum(graph: Graph, eqn: Any, values: list[np.ndarray]) -> np.ndarray:
    axis, dtype = eqn.params["axis"], eqn.outvars[0].aval.dtype
    rows = np.moveaxis(values[0], axis, 0)
    rows = rows[::-1] if eqn.params["reverse"] else rows
    out = np.empty(rows.shape, object)
    for k, row in enumerate(rows):
        for index in np.ndindex(*rows.shape[1:]):
            before = out[(k - 1, *index)] if k else np.dtype(dtype).type(0)
            out[(k, *index)] = _pair(graph, lax.add_p, before, row[index], dtype)
    return np.moveaxis(out[::-1] if eqn.params["reverse"] else out, 0, axis)


SUMS: dict[str, Rule] = {
    "reduce_sum": _reduction(lax.add_p, lambda dtype: dtype.type(0)),
    "reduce_prod": _reduction(lax.mul_p, lambda dtype: dtype.type(1)),
    "reduce_max": _reduction(lax.max_p, _extreme(-1)),
    "reduce_min": _reduction(lax.min_p, _extreme(1)),
    "reduce_and": _reduction(lax.and_p, lambda dtype: dtype.type(True)),
    "reduce_or": _reduction(lax.or_p, lambda dtype: dtype.type(False)),
    "dot_general": _dot_general,
    "cumsum": _cumsum,
}
