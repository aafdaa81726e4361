"""Run the operations of a traced function on all samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import Literal

from fluxion.lanes._primitives import ELEMENTWISE, RULES, bind
from fluxion.lanes._value import Value, in_lanes, spread

#: Operations that hold another traced function, which is run in place. Checkpoints within a scan
#: need no barrier, and derivatives were taken before.
_WITH_INNER = {
    "checkpoint",
    "closed_call",
    "core_call",
    "custom_jvp_call",
    "custom_vjp_call",
    "custom_vjp_call_jaxpr",
    "jit",
    "pjit",
    "remat",
    "remat2",
}


def evaluate(jaxpr: Any, consts: Sequence[Any], args: Sequence[Value], lanes: int) -> list[Value]:
    """Outputs of a traced function.

    Args:
        jaxpr: Of one sample.
        consts: Its constants.
        args: Its arguments.
        lanes: Number of samples.
    """
    known: dict[Any, Value] = dict(zip(jaxpr.invars, args, strict=True))
    known |= {v: Value(c, False) for v, c in zip(jaxpr.constvars, consts, strict=True)}

    def read(v: Any) -> Value:
        if isinstance(v, Literal):
            return Value(jnp.asarray(v.val, v.aval.dtype), False)  # pyright: ignore
        return known[v]

    for eqn in jaxpr.eqns:
        values = [read(v) for v in eqn.invars]
        known |= zip(eqn.outvars, _equation(eqn, values, lanes), strict=True)
    return [read(v) for v in jaxpr.outvars]


def _equation(eqn: Any, values: list[Value], lanes: int) -> list[Value]:
    name = eqn.primitive.name
    if not any(value.lanes for value in values):
        return [Value(out, False) for out in bind(eqn, [value.array for value in values])]
    if name in _WITH_INNER:
        inner = _inner(eqn)
        return evaluate(*inner, values, lanes)
    if name == "scan":
        return _scan(eqn, values, lanes)
    if name == "cond" and not values[0].lanes:
        return _cond(eqn, values, lanes)
    if name in ELEMENTWISE:
        shape = eqn.outvars[0].aval.shape
        outs = bind(eqn, [spread(value, shape, lanes) for value in values])
    elif name in RULES and (found := RULES[name](eqn, values, lanes)) is not None:
        outs = found if isinstance(found, list) else [found]
    else:
        outs = _by_vmap(eqn, values)
    return [Value(out, True) for out in outs]


def _inner(eqn: Any) -> tuple[Any, Sequence[Any]]:
    keys = ("jaxpr", "call_jaxpr", "fun_jaxpr")
    found = next(eqn.params[key] for key in keys if key in eqn.params)
    return (found.jaxpr, found.consts) if hasattr(found, "consts") else (found, ())


def _by_vmap(eqn: Any, values: list[Value]) -> list[Any]:
    """JAX's own rule, for operations that no rule here is written for."""

    def one(*mapped: Any) -> list[Any]:
        rest = iter(mapped)
        return bind(eqn, [next(rest) if value.lanes else value.array for value in values])

    arrays = [value.array for value in values if value.lanes]
    return jax.vmap(one, in_axes=-1, out_axes=-1)(*arrays)


def _cond(eqn: Any, values: list[Value], lanes: int) -> list[Value]:
    def branch(closed: Any):
        def run(*arrays: Any) -> list[Any]:
            args = [Value(a, v.lanes) for a, v in zip(arrays, values[1:], strict=True)]
            outs = evaluate(closed.jaxpr, closed.consts, args, lanes)
            return [in_lanes(out, lanes) for out in outs]

        return run

    branches = [branch(closed) for closed in eqn.params["branches"]]
    outs = lax.switch(values[0].array, branches, *(value.array for value in values[1:]))
    return [Value(out, True) for out in outs]


def _scan(eqn: Any, values: list[Value], lanes: int) -> list[Value]:
    p = eqn.params
    first, last = p["num_consts"], p["num_consts"] + p["num_carry"]
    consts, start, rows = values[:first], values[first:last], values[last:]
    of_rows = [v.lanes for v in rows]
    outs = _scan_lanes(eqn, [value.lanes for value in values])
    carried, collected = outs[: len(start)], outs[len(start) :]

    def body(carry: list[Any], row: list[Any]) -> tuple[list[Any], list[Any]]:
        args = [
            *consts,
            *map(Value, carry, carried),
            *map(Value, row, of_rows),
        ]
        found = evaluate(p["jaxpr"].jaxpr, p["jaxpr"].consts, args, lanes)
        arrays = [
            in_lanes(value, lanes) if wanted else value.array
            for value, wanted in zip(found, [*carried, *collected], strict=True)
        ]
        return arrays[: len(start)], arrays[len(start) :]

    begin = [
        in_lanes(value, lanes) if wanted else value.array
        for value, wanted in zip(start, carried, strict=True)
    ]
    carry, columns = lax.scan(
        body,
        begin,
        [value.array for value in rows],
        length=p["length"],
        reverse=p["reverse"],
        unroll=p["unroll"],
    )
    return [*map(Value, carry, carried), *map(Value, columns, collected)]


def _have_lanes(jaxpr: Any, args: Sequence[bool]) -> list[bool]:
    """Which outputs have lanes if these arguments do."""
    known: dict[Any, bool] = dict(zip(jaxpr.invars, args, strict=True))

    def read(v: Any) -> bool:
        return False if isinstance(v, Literal) else known.get(v, False)

    for eqn in jaxpr.eqns:
        given = [read(v) for v in eqn.invars]
        name = eqn.primitive.name
        if not any(given):
            outs = [False] * len(eqn.outvars)
        elif name in _WITH_INNER:
            outs = _have_lanes(_inner(eqn)[0], given)
        elif name == "scan":
            outs = _scan_lanes(eqn, given)
        else:
            outs = [True] * len(eqn.outvars)
        known |= zip(eqn.outvars, outs, strict=True)
    return [read(v) for v in jaxpr.outvars]


def _scan_lanes(eqn: Any, given: list[bool]) -> list[bool]:
    """Which carries and collected rows have lanes: a carry from the start if after any step."""
    p = eqn.params
    first, last = p["num_consts"], p["num_consts"] + p["num_carry"]
    carried = given[first:last]
    while True:
        outs = _have_lanes(p["jaxpr"].jaxpr, [*given[:first], *carried, *given[last:]])
        grown = [a or b for a, b in zip(carried, outs, strict=False)]
        if grown == carried:
            return [*carried, *outs[len(carried) :]]
        carried = grown
