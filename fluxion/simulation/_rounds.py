"""Days cut into chunks that run side by side, until each begins where the one before it ended.

In the first round every chunk but the first begins from a guess. Then each runs again from where
the one before it ended. A building forgets, so it soon comes to where it was in the round before:
there the two runs are joined, and the rest of the earlier one stands. Rounds go on until all join
within the tolerance. After n rounds the first n chunks are those of a serial run whatever the
building, so there is an end; one round to join is enough where chunks are longer than its memory.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from fluxion.lanes import kept, lane_map
from fluxion.networks import State
from fluxion.simulation._chunks import at, first, from_neighbour, largest, last, over_devices, put
from fluxion.simulation._day import DayFunction, Found, Shared
from fluxion.simulation._inputs import Day
from fluxion.simulation._trajectory import Seams


def solve(
    function: DayFunction,
    tolerance: float,
    devices: int,
    shared: Shared,
    start: State,
    days: Day,
    real: Bool[Array, "chunk day"],
) -> tuple[State, Found, Seams]:
    """Run chunks until they join; on each device its own.

    Args:
        function: Of `day_function`.
        tolerance: For joining. [K]
        devices: Number of devices that share the chunks.
        shared: By all days.
        start: Of the first chunk, and the guess for all others.
        days: Inputs, (chunk, day, ...).
        real: Whether days count.

    Returns:
        State at the end of every day, (chunk, day, ...), results likewise, and the seams.
    """
    chunks, length = real.shape
    real = jnp.asarray(real)
    in_lanes = lane_map(function, in_axes=(None, -1, -1))

    def run_day(state: State, day: Day) -> tuple[State, Found]:
        return last(in_lanes(shared, state, kept(last(day))))

    begin = jax.tree.map(lambda a: jnp.broadcast_to(a[..., None], (*a.shape, chunks)), start)
    _, shapes = jax.eval_shape(run_day, begin, at(days, 0, 1))
    ends = jax.tree.map(lambda a: jnp.full((length, *a.shape), jnp.inf, a.dtype), begin)
    found = jax.tree.map(lambda a: jnp.zeros((length, *a.shape), a.dtype), shapes)
    zero = jnp.zeros((), jnp.int32)
    far = jnp.asarray(jnp.inf, start.temp_air.dtype)

    def next_day(earlier, carry):
        j, state, ends, found, _ = carry
        new, values = run_day(state, at(days, j, 1))
        counts = at(real, j, 1)
        new = jax.tree.map(lambda a, b: jnp.where(counts, a, b), new, state)
        apart = largest(jax.tree.map(jnp.subtract, new, at(earlier, j, 0)))
        return j + 1, new, put(ends, new, j, 0), put(found, values, j, 0), apart

    def next_round(carry):
        ran, rounds, ends, found, _ = carry
        before = from_neighbour(at(ends, length - 1, 0), start, devices, before=True)
        state = jax.tree.map(lambda a, b: jnp.where(rounds == 0, a, b), begin, before)

        def not_joined(carry):
            return (carry[0] < length) & ((rounds == 0) | (carry[-1] > tolerance))

        # What the round before left is read from an array that is not written to: XLA would copy
        # one that is read and written at every day.
        j, _, ends, found, apart = jax.lax.while_loop(
            not_joined, partial(next_day, kept(ends)), (zero, state, ends, found, far)
        )
        return ran + j, rounds + 1, ends, found, over_devices(apart, devices)

    def go_on(carry):
        _, rounds, *_, apart = carry
        return (rounds == 0) | ((apart > tolerance) & (rounds < chunks * devices))

    ran, rounds, ends, found, apart = jax.lax.while_loop(
        go_on, next_round, (zero, zero, ends, found, far)
    )
    # After as many rounds as there are chunks nothing is left to join.
    apart = jnp.where(rounds < chunks * devices, apart, 0.0)
    return first(ends), first(found), Seams(apart, over_devices(ran, devices), rounds)
