"""A scan over days whose reverse mode adds to a table of shares in place.

Each day reads a small part of the table. What reverse mode of a plain scan makes of that is a whole
table for every day, nearly all zeros, added to the sum so far.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.simulation._beams import BeamPlace, add_shares_at, shares_at

#: From what varies, what does not, the state of midnight, the day's part of the table and the day,
#: to the next midnight and what was found.
OneDay = Callable[[Any, Any, Any, Any, Any], tuple[Any, Any]]


def scan_days(
    one_day: OneDay,
    varies: Any,
    fixed: Any,
    table: Float[Array, "*before declination hour *of"] | None,
    axis: int,
    start: Any,
    days: Any,
    places: BeamPlace | None,
) -> tuple[Any, Any]:
    """Take a state through days.

    Args:
        one_day: Differentiable in what varies, the state and its part of the table.
        varies: Handed to every day; has a derivative.
        fixed: Handed to every day; has none.
        table: Of which each day is handed its part, if there is one; has a derivative.
        axis: Of the table's declinations.
        start: State at the first midnight; has a derivative.
        days: Inputs, days first in all leaves; have no derivative.
        places: Of the days in the table.

    Returns:
        The last state, and what was found of each day. Reverse mode keeps midnights and runs each
        day again; there is no forward mode.
    """

    def part_of(table: Any, place: Any) -> Any:
        return None if table is None else shares_at(table, place, axis)

    def forward(varies: Any, table: Any, start: Any, fixed: Any, days: Any, places: Any):
        def body(state: Any, given: Any):
            day, place = given
            after, found = one_day(varies, fixed, state, part_of(table, place), day)
            return after, (found, state)

        last, (found, midnights) = jax.lax.scan(body, start, (days, places))
        return (last, found), midnights

    @jax.custom_vjp
    def run(*arguments: Any) -> tuple[Any, Any]:
        return forward(*arguments)[0]

    def ahead(*arguments: Any) -> tuple[Any, Any]:
        out, midnights = forward(*arguments)
        varies, table, _, *rest = arguments
        return out, (varies, table, rest, midnights)

    def back(kept: Any, matters: Any) -> tuple[Any, ...]:
        varies, table, (fixed, days, places), midnights = kept
        of_last, of_found = matters

        def body(sums: Any, given: Any):
            of_state, of_varies, of_table = sums
            day, place, state, of_day = given

            def again(varies: Any, state: Any, part: Any) -> tuple[Any, Any]:
                return one_day(varies, fixed, state, part, day)

            _, pull = jax.vjp(again, varies, state, part_of(table, place))
            more, of_state, of_part = pull((of_state, of_day))
            of_varies = jax.tree.map(jnp.add, of_varies, more)
            if table is not None:
                of_table = add_shares_at(of_table, of_part, place, axis)
            return (of_state, of_varies, of_table), None

        nothing = jax.tree.map(jnp.zeros_like, (varies, table))
        given = (days, places, midnights, of_found)
        sums, _ = jax.lax.scan(body, (of_last, *nothing), given, reverse=True)
        of_start, of_varies, of_table = sums
        return of_varies, of_table, of_start, None, None, None

    run.defvjp(ahead, back)
    return run(varies, table, start, fixed, days, places)
