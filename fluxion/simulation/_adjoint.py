"""Reverse mode of a run in chunks: the same rounds, backwards.

In the first round every chunk goes back from its end as if nothing after it mattered. What its
beginning then matters to the results is added at the end of the chunk before, and only this
addition goes back there, until it is forgotten; all of it is linear. Days are run again from their
midnights, so nothing but midnights is kept.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from fluxion.lanes import lane_map
from fluxion.networks import State
from fluxion.simulation._chunks import (
    AXIS,
    at,
    from_neighbour,
    largest,
    last,
    over_devices,
    put,
    sum_of_devices,
)
from fluxion.simulation._day import DayFunction, Found, Shared
from fluxion.simulation._inputs import Day


def pull_back(
    function: DayFunction,
    tolerance: float,
    devices: int,
    moving: tuple[Shared, Day],
    fixed: tuple[Shared, Day],
    ends: State,
    start: State,
    real: Bool[Array, "chunk day"],
    of_found: Found,
    of_final: State,
) -> tuple[Shared, State, Day]:
    """Cotangents of what a run in chunks was given; on each device of its own chunks.

    Args:
        function: Of `day_function`.
        tolerance: Part of the largest addition at which it counts as forgotten.
        devices: Number of devices that share the chunks.
        moving: Arrays that derivatives are wanted of; None in place of others.
        fixed: The others.
        ends: State at the end of every day, (chunk, day, ...).
        start: State of the first chunk.
        real: Whether days count.
        of_found: Cotangents of results, (chunk, day, ...); those that are missing are zero.
        of_final: Cotangent of the last state.

    Returns:
        Of the shared part, of the start, and of the days, (chunk, day, ...); of `moving` only.
    """
    chunks, length = real.shape
    real = jnp.asarray(real)

    def pull_day(moving: tuple, fixed: tuple, state: State, to_state: State, to_found: Found):
        def run(shared: Shared, state: State, day: Day) -> tuple[State, Found]:
            shared, day = eqx.combine(shared, fixed[0]), eqx.combine(day, fixed[1])
            state, found = function(shared, state, day)
            return state, {name: found[name] for name in to_found}

        _, pull = jax.vjp(run, moving[0], state, moving[1])
        return pull((to_state, to_found))

    of_day = (None, 0)
    in_lanes = lane_map(
        lambda m0, m1, f0, f1, *rest: pull_day((m0, m1), (f0, f1), *rest),
        in_axes=(*of_day, *of_day, -1, -1, 0),
    )
    start_lanes = jax.tree.map(lambda a: jnp.broadcast_to(a[..., None], (*a.shape, chunks)), start)
    ends = last(ends)
    begins = from_neighbour(at(ends, length - 1, 0), start, devices, before=True)
    zero = jnp.zeros((), jnp.int32)
    nothing = jax.tree.map(jnp.zeros_like, start)

    def day_before(carry):
        j, state_bar, shared_bar, days_bar, rounds = carry
        j = j - 1
        counts = at(real, j, 1)
        begin = jax.tree.map(
            lambda a, b: jnp.where(j == 0, a, b), begins, at(ends, jnp.maximum(j - 1, 0), 0)
        )
        to_state = jax.tree.map(lambda a: jnp.where(counts, a, 0.0), state_bar)
        to_found = jax.tree.map(lambda a: jnp.where(rounds == 0, a, 0.0), at(of_found, j, 1))
        (m0, m1), (f0, f1) = moving, fixed
        got_shared, got_state, got_day = in_lanes(
            m0, at(m1, j, 1), f0, at(f1, j, 1), begin, to_state, to_found
        )
        state_bar = jax.tree.map(lambda a, b: jnp.where(counts, a, b), last(got_state), state_bar)
        shared_bar = jax.tree.map(lambda a, b: a + jnp.sum(b, axis=0), shared_bar, got_shared)
        days_bar = put(days_bar, jax.tree.map(jnp.add, at(days_bar, j, 1), got_day), j, 1)
        return j, state_bar, shared_bar, days_bar, rounds

    def round_before(carry):
        rounds, state_bar, start_bar, shared_bar, days_bar, scale, _ = carry
        given = jax.tree.map(lambda a, b: jnp.where(rounds == 0, a, b), of_final, nothing)
        # What the beginning of the first chunk matters is the start's.
        to_end = from_neighbour(state_bar, given, devices, before=False)
        scale = jnp.where(rounds == 1, over_devices(largest(to_end), devices), scale)

        def not_forgotten(carry):
            return (carry[0] > 0) & ((rounds == 0) | (largest(carry[1]) > tolerance * scale))

        j, state_bar, shared_bar, days_bar, _ = jax.lax.while_loop(
            not_forgotten,
            day_before,
            (jnp.asarray(length, jnp.int32), to_end, shared_bar, days_bar, rounds),
        )
        state_bar = jax.tree.map(lambda a: jnp.where(j == 0, a, 0.0), state_bar)
        start_bar = jax.tree.map(lambda a, b: a + b[..., 0], start_bar, state_bar)
        left = over_devices(largest(state_bar), devices)
        return rounds + 1, state_bar, start_bar, shared_bar, days_bar, scale, left

    def go_on(carry):
        rounds, *_, scale, left = carry
        return (rounds <= 1) | ((left > tolerance * scale) & (rounds < chunks * devices))

    none = jax.tree.map(jnp.zeros_like, start_lanes)
    far = jnp.asarray(jnp.inf, start.temp_air.dtype)
    empty = jax.tree.map(jnp.zeros_like, moving)
    _, _, start_bar, shared_bar, days_bar, *_ = jax.lax.while_loop(
        go_on, round_before, (zero, none, nothing, empty[0], empty[1], far, far)
    )
    if devices > 1:
        # Only what lies before the first chunk of all is the start.
        mine = jax.lax.axis_index(AXIS) == 0
        start_bar = jax.tree.map(lambda a: jnp.where(mine, a, 0.0), start_bar)
    shared_bar, start_bar = sum_of_devices((shared_bar, start_bar), devices)
    return shared_bar, start_bar, days_bar
