"""A run in chunks of time as one differentiable function, on one device or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero
from jax.sharding import Mesh, PartitionSpec
from jaxtyping import Array

from fluxion.networks import State
from fluxion.simulation._adjoint import pull_back
from fluxion.simulation._chunks import AXIS, Cuts, all_chunks, own_chunks
from fluxion.simulation._day import DayFunction, Found, Shared
from fluxion.simulation._inputs import Day
from fluxion.simulation._rounds import solve
from fluxion.simulation._trajectory import Seams

#: Temperatures lie so far apart in the first round, in order of magnitude. What is added to a
#: derivative is forgotten when it has shrunk as much as a difference from there to the tolerance.
_FIRST_DIFFERENCE = 10.0  # [K]


class _Flags(eqx.Module):
    """Of which arrays derivatives are wanted; known while tracing."""

    wanted: tuple[bool, ...] = eqx.field(static=True)


def _on_devices(
    function: Callable[..., Any], devices: Sequence[Any], split: int, out_split: int, outs: int
) -> Callable[..., Any]:
    """A function that several devices run at once, each for its own chunks.

    Args:
        function: To run on each.
        devices: That share the chunks.
        split: Which argument is laid out over the devices; they all have the others.
        out_split: The same of what it returns.
        outs: How many values it returns.
    """
    if len(devices) == 1:
        return function
    whole, parts = PartitionSpec(), PartitionSpec(AXIS)

    def on_mesh(*args: Any) -> Any:
        # With inputs laid out over devices, all that makes them would be as well, at the price of
        # a message for every shift by an hour. So each device is given all and takes its own.
        return jax.shard_map(
            function,
            mesh=Mesh(np.array(devices), (AXIS,)),
            in_specs=tuple(parts if i == split else whole for i in range(len(args))),
            out_specs=tuple(parts if i == out_split else whole for i in range(outs)),
            check_vma=False,
        )(*args)

    return on_mesh


def run_in_chunks(
    function: DayFunction,
    cuts: Cuts,
    tolerance: float,
    devices: Sequence[Any],
    shared: Shared,
    start: State,
    days: Day,
) -> tuple[State, Found, Seams]:
    """Run days in chunks.

    Args:
        function: Of `day_function`.
        cuts: Where to cut.
        tolerance: For joining chunks. [K]
        devices: That share the chunks.
        shared: By all days.
        start: At the first midnight.
        days: Inputs, (day, ...), those that fill up the first chunk in front.

    Returns:
        The last state, results of all days, (day, ...), and the seams.
    """
    count, real = len(devices), cuts.real

    def of_device(shared: Shared, start: State, days: Day, real: Any) -> tuple[Any, ...]:
        days, real = own_chunks((days, real), count)
        ends, found, seams = solve(function, tolerance, count, shared, start, days, real)
        last = jax.tree.map(lambda a: a[:, -1], ends)
        last, found = all_chunks((last, found), count)
        return ends, jax.tree.map(lambda a: a[-1], last), found, seams

    forward = _on_devices(of_device, devices, split=-1, out_split=0, outs=4)
    by_chunk = partial(jax.tree.map, lambda a: a.reshape(cuts.chunks, cuts.length, *a.shape[1:]))
    leaves, tree = jax.tree.flatten((shared, start, by_chunk(days)))

    def run(leaves: Sequence[Array]):
        return forward(*jax.tree.unflatten(tree, leaves), real)

    @jax.custom_vjp
    def differentiable(*leaves: Array) -> tuple[State, Found, Seams]:
        return run(leaves)[1:]

    def keep(*given: Any):
        values = [leaf.value for leaf in given]
        ends, *results = run(values)
        flags = _Flags(tuple(leaf.perturbed for leaf in given))
        return tuple(results), (values, ends, flags)

    def back(kept: Any, bars: tuple[State, Found, Seams]):
        values, ends, flags = kept
        moving = [
            leaf if wanted and eqx.is_inexact_array(leaf) else None
            for leaf, wanted in zip(values, flags.wanted, strict=True)
        ]
        fixed = [
            leaf if other is None else None for leaf, other in zip(values, moving, strict=True)
        ]
        m_shared, _, m_days = jax.tree.unflatten(tree, moving)
        f_shared, _, f_days = jax.tree.unflatten(tree, fixed)
        _, start, _ = jax.tree.unflatten(tree, values)
        of_final = jax.tree.map(
            lambda bar, a: jnp.zeros_like(a) if isinstance(bar, SymbolicZero) else bar,
            bars[0],
            start,
            is_leaf=lambda bar: isinstance(bar, SymbolicZero),
        )
        of_found = {name: bar for name, bar in bars[1].items() if not isinstance(bar, SymbolicZero)}

        def of_device(m_shared, m_days, f_shared, f_days, ends, start, real, of_found, of_final):
            m_days, f_days, own, of_found = own_chunks((m_days, f_days, real, of_found), count)
            shared_bar, start_bar, days_bar = pull_back(
                function,
                tolerance / _FIRST_DIFFERENCE,
                count,
                (m_shared, m_days),
                (f_shared, f_days),
                ends,
                start,
                own,
                of_found,
                of_final,
            )
            return shared_bar, start_bar, all_chunks(days_bar, count)

        backward = _on_devices(of_device, devices, split=4, out_split=-1, outs=3)
        shared_bar, start_bar, days_bar = backward(
            m_shared, m_days, f_shared, f_days, ends, start, real, of_found, of_final
        )
        return tuple(tree.flatten_up_to((shared_bar, start_bar, days_bar)))

    differentiable.defvjp(keep, back, symbolic_zeros=True)
    final, found, seams = differentiable(*leaves)
    found = jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:]), found)
    return final, found, seams
