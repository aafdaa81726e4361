"""Run the operations of a traced function on all samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import Literal
from jaxtyping import Array

from fluxion.lanes._inner import inner_function
from fluxion.lanes._keep import (
    behind,
    cost_of,
    keep_for_lanes,
    keep_for_repeats,
    keep_for_users,
    users,
)
from fluxion.lanes._primitives import ELEMENTWISE, RULES, bind
from fluxion.lanes._value import Operation, Value, in_lanes, spread


class Run(NamedTuple):
    """How a function runs.

    Attributes:
        lanes: Number of samples.
        gate: Where values are kept in memory, see `fluxion.lanes._keep.always`.
        numbers: Of operations, one after the other.
    """

    lanes: int
    gate: Array | None
    numbers: Iterator[int]


def evaluate(jaxpr: Any, consts: Sequence[Any], args: Sequence[Value], run: Run) -> list[Value]:
    """Outputs of a traced function.

    Args:
        jaxpr: Of one sample.
        consts: Its constants.
        args: Its arguments.
        run: How it runs.
    """
    known: dict[Any, Value] = dict(zip(jaxpr.invars, args, strict=True))
    known |= {v: Value(c, False) for v, c in zip(jaxpr.constvars, consts, strict=True)}
    used = users(jaxpr)

    def read(v: Any) -> Value:
        if isinstance(v, Literal):
            return Value(jnp.asarray(v.val, v.aval.dtype), False)  # pyright: ignore
        return known[v]

    for eqn in jaxpr.eqns:
        values = _kept(eqn, [read(v) for v in eqn.invars], run)
        known |= {
            v: value
            for v, value in zip(eqn.invars, values, strict=True)
            if not isinstance(v, Literal)
        }
        outs = _equation(eqn, values, run)
        known |= {
            v: keep_for_users(out, used[v], run.gate) if out.lanes else out
            for v, out in zip(eqn.outvars, outs, strict=True)
        }
    return [read(v) for v in jaxpr.outvars]


def run_one(
    function: Callable[..., Any], tree: Any, values: Sequence[Value], run: Run
) -> tuple[list[Value], Any]:
    """Trace a function of one sample and run it.

    Args:
        function: Of any pytrees of arrays.
        tree: Structure of its arguments.
        values: Their leaves.
        run: How it runs.

    Returns:
        The leaves of what it returns, and their structure.
    """
    one = [
        jax.ShapeDtypeStruct(v.array.shape[:-1] if v.lanes else v.array.shape, v.array.dtype)
        for v in values
    ]
    traced, shapes = jax.make_jaxpr(
        lambda *leaves: function(*jax.tree.unflatten(tree, leaves)), return_shape=True
    )(*one)
    found = evaluate(traced.jaxpr, traced.consts, values, run)
    return found, jax.tree.structure(shapes)


def _kept(eqn: Any, values: list[Value], run: Run) -> list[Value]:
    """The inputs of an operation, those in memory that it would otherwise compute many times."""
    if not any(value.lanes for value in values):
        return values
    repeats = eqn.primitive.name in ELEMENTWISE or eqn.primitive.name == "broadcast_in_dim"
    size = eqn.outvars[0].aval.size if repeats else 1

    def kept(value: Value, own: int) -> Value:
        if not value.lanes and eqn.primitive.name != "broadcast_in_dim":
            return keep_for_lanes(value, run.gate)
        return keep_for_repeats(value, size / max(own, 1), run.gate) if repeats else value

    return [kept(value, v.aval.size) for value, v in zip(values, eqn.invars, strict=True)]


def _equation(eqn: Any, values: list[Value], run: Run) -> list[Value]:
    name, lanes = eqn.primitive.name, run.lanes
    shared = not any(value.lanes for value in values)
    if not shared and (inner := inner_function(eqn)) is not None:
        return evaluate(*inner, values, run._replace(gate=None) if _is_law(eqn) else run)
    if name == "scan" and not shared:
        return _scan(eqn, values, run)
    if name == "cond" and not shared and not values[0].lanes:
        return _cond(eqn, values, run)
    past = behind(values)
    if name in ELEMENTWISE:
        past |= {Operation(next(run.numbers), cost_of(name))}
    if shared:
        outs = bind(eqn, [value.array for value in values])
    elif name in ELEMENTWISE:
        shape = eqn.outvars[0].aval.shape
        outs = bind(eqn, [spread(value, shape, lanes) for value in values])
    elif name in RULES and (found := RULES[name](eqn, values, lanes)) is not None:
        outs = found if isinstance(found, list) else [found]
    else:
        outs = _by_vmap(eqn, values)
    return [Value(out, not shared, past) for out in outs]


def _is_law(eqn: Any) -> bool:
    """Whether this is a function of numbers with its own derivative, best left in one piece."""
    inner = inner_function(eqn) if eqn.primitive.name == "custom_jvp_call" else None
    return inner is not None and all(e.primitive.name in ELEMENTWISE for e in inner[0].eqns)


def _by_vmap(eqn: Any, values: list[Value]) -> list[Any]:
    """JAX's own rule, for operations that no rule here is written for."""

    def one(*mapped: Any) -> list[Any]:
        rest = iter(mapped)
        return bind(eqn, [next(rest) if value.lanes else value.array for value in values])

    arrays = [value.array for value in values if value.lanes]
    return jax.vmap(one, in_axes=-1, out_axes=-1)(*arrays)


def _cond(eqn: Any, values: list[Value], run: Run) -> list[Value]:
    def branch(closed: Any):
        def taken(*arrays: Any) -> list[Any]:
            args = [Value(a, v.lanes) for a, v in zip(arrays, values[1:], strict=True)]
            outs = evaluate(closed.jaxpr, closed.consts, args, run)
            return [in_lanes(out, run.lanes) for out in outs]

        return taken

    branches = [branch(closed) for closed in eqn.params["branches"]]
    arrays = [value.array for value in values[1:]]
    platforms = eqn.params.get("branches_platforms")
    if platforms is None:
        outs = lax.switch(values[0].array, branches, *arrays)
    else:  # a choice of what it is compiled for, of which the others are not compiled at all
        named = zip(platforms, branches, strict=True)
        ways = {name: branch for names, branch in named for name in names or ("default",)}
        outs = lax.platform_dependent(*arrays, **ways)
    return [Value(out, True) for out in outs]


def _scan(eqn: Any, values: list[Value], run: Run) -> list[Value]:
    p, lanes = eqn.params, run.lanes
    first, last = p["num_consts"], p["num_consts"] + p["num_carry"]
    consts, start, rows = values[:first], values[first:last], values[last:]
    of_rows = [v.lanes for v in rows]
    outs = _scan_lanes(eqn, [value.lanes for value in values])
    carried, collected = outs[: len(start)], outs[len(start) :]

    def body(carry: list[Any], row: list[Any]) -> tuple[list[Any], list[Any]]:
        args = [
            *(value._replace(behind=frozenset()) for value in consts),
            *map(Value, carry, carried),
            *map(Value, row, of_rows),
        ]
        found = evaluate(p["jaxpr"].jaxpr, p["jaxpr"].consts, args, run)
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
        elif (inner := inner_function(eqn)) is not None:
            outs = _have_lanes(inner[0], given)
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
