"""Take a traced function of one sample apart into operations on single numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import numpy as np
from jax.extend.core import Literal

from fluxion.errors import SimulationError
from fluxion.fused._folding import evaluate, known
from fluxion.fused._graph import Graph
from fluxion.fused._movement import MOVEMENT
from fluxion.fused._sums import SUMS
from fluxion.lanes import inner_function

#: Operations on one element at a time that a kernel on a GPU knows.
_NAMES = """
    abs acos acosh add add_any and asin asinh atan atan2 atanh bitcast_convert_type cbrt ceil
    clamp convert_element_type copy cos cosh div eq exp exp2 expm1 floor ge gt integer_pow
    is_finite le log log1p logistic lt max min mul ne neg nextafter not or pow rem rsqrt select_n
    sign sin sinh sqrt square stop_gradient sub tan tanh xor
"""
ELEMENTWISE = frozenset(_NAMES.split())
#: Operations of this package that are written in others, and taken apart where a kernel has no
#: form of its own for them.
_COMPOSED = frozenset({"positive_root"})


def unroll(
    graph: Graph, jaxpr: Any, consts: Sequence[Any], args: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Outputs of a traced function, each an array of numbers and nodes.

    Args:
        graph: To which its operations are added.
        jaxpr: Of one sample.
        consts: Its constants, known arrays.
        args: Its arguments: known arrays, or arrays of objects that hold nodes and numbers.

    Raises:
        SimulationError: An operation that depends on data in a way that cannot be written out.
    """
    env: dict[Any, np.ndarray] = dict(zip(jaxpr.invars, args, strict=True))
    env |= {v: np.asarray(c) for v, c in zip(jaxpr.constvars, consts, strict=True)}
    wanted = _wanted(jaxpr)

    def read(v: Any) -> np.ndarray:
        if isinstance(v, Literal):
            return np.asarray(v.val, v.aval.dtype)  # pyright: ignore[reportAttributeAccessIssue]
        return env[v]

    for eqn, used in zip(jaxpr.eqns, wanted, strict=True):
        if used:
            outs = _equation(graph, eqn, [read(v) for v in eqn.invars])
            env |= {v: tidy(out, v.aval) for v, out in zip(eqn.outvars, outs, strict=True)}
    return [read(v) for v in jaxpr.outvars]


def tidy(array: np.ndarray, aval: Any) -> np.ndarray:
    """The array with its type again where all its numbers are known."""
    array = np.asarray(array).reshape(aval.shape)
    if array.dtype == object and all(map(known, array.flat)):
        return np.array(list(array.flat), aval.dtype).reshape(aval.shape)
    return array


def _wanted(jaxpr: Any) -> list[bool]:
    """Which operations the outputs depend on."""
    live = {v for v in jaxpr.outvars if not isinstance(v, Literal)}
    wanted = []
    for eqn in reversed(jaxpr.eqns):
        used = any(v in live for v in eqn.outvars)
        wanted.append(used)
        if used:
            live |= {v for v in eqn.invars if not isinstance(v, Literal)}
    return wanted[::-1]


def _equation(graph: Graph, eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    name = eqn.primitive.name
    if (inner := inner_function(eqn)) is not None:
        return unroll(graph, *inner, values)
    if name in _COMPOSED and name not in graph.whole:
        shapes = [v.aval for v in eqn.invars]
        inner = jax.make_jaxpr(partial(eqn.primitive.impl, **eqn.params))(*shapes)
        return unroll(graph, inner.jaxpr, inner.consts, values)
    if name in ELEMENTWISE or name in graph.whole:
        return [_elementwise(graph, eqn, values)]
    if name in MOVEMENT:
        return MOVEMENT[name](eqn, values)
    if name in SUMS:
        return [SUMS[name](graph, eqn, values)]
    if name == "scan":
        return _scan(graph, eqn, values)
    if name == "cond":
        return _cond(graph, eqn, values)
    if all(value.dtype != object for value in values) and len(eqn.outvars) == 1:
        return [evaluate(eqn.primitive, eqn.params, values, eqn.outvars[0].aval.dtype)]
    raise SimulationError(
        f"the operation {name!r} has no form in a fused kernel; run this with kernel='scan'"
    )


def _elementwise(graph: Graph, eqn: Any, values: list[np.ndarray]) -> np.ndarray:
    aval = eqn.outvars[0].aval
    if all(value.dtype != object for value in values):
        full = values if eqn.primitive.name == "select_n" else np.broadcast_arrays(*values)
        if eqn.primitive.name != "select_n":
            return np.asarray(evaluate(eqn.primitive, eqn.params, full, aval.dtype))
        return np.choose(np.asarray(values[0], np.int32), values[1:]).astype(aval.dtype)
    out = np.empty(aval.shape, object)
    columns = [np.broadcast_to(value, aval.shape) for value in values]
    for index in np.ndindex(*aval.shape):
        operands = [column[index] for column in columns]
        if all(map(known, operands)):
            out[index] = _of_known(eqn, operands, aval.dtype)
        else:
            out[index] = graph.apply(eqn.primitive, eqn.params, operands, aval.dtype)
    return out


def _of_known(eqn: Any, operands: list[Any], dtype: Any) -> Any:
    if eqn.primitive.name == "select_n":
        return operands[1 + int(operands[0])]
    return evaluate(eqn.primitive, eqn.params, operands, dtype)


def _scan(graph: Graph, eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    p = eqn.params
    first, last = p["num_consts"], p["num_consts"] + p["num_carry"]
    consts, carry, rows = values[:first], values[first:last], values[last:]
    collected: list[list[np.ndarray]] = []
    order = range(p["length"])
    for k in reversed(order) if p["reverse"] else order:
        given = [*consts, *carry, *(row[k] for row in rows)]
        outs = unroll(graph, p["jaxpr"].jaxpr, p["jaxpr"].consts, list(map(np.asarray, given)))
        carry = outs[: len(carry)]
        collected.append(outs[len(carry) :])
    if p["reverse"]:
        collected.reverse()
    columns = [np.stack(column) for column in zip(*collected, strict=True)]
    return [*carry, *columns]


def _cond(graph: Graph, eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    branches = eqn.params["branches"]
    which, args = values[0], values[1:]
    if which.dtype == object:
        raise SimulationError(
            "a branch that depends on data has no form in a fused kernel; run with kernel='scan'"
        )
    taken = branches[int(np.clip(which, 0, len(branches) - 1))]
    return unroll(graph, taken.jaxpr, taken.consts, args)
