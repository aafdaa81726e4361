"""What the largest heating of a month hangs on: the morning in which a cold building starts."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.units import HOURS_PER_DAY

#: Hours in which buildings in use are heated up.
_START = (5, 8)
#: Days over which walls, and over which floors and the ground, remember. [d]
_DAYS, _WEEK = 3, 7
#: Degrees that sun on a wall is to a building's memory. [K m2/W]
_SUN = 0.1

#: Of the workday with the coldest start, and of the coldest one that follows a day off.
START_FEATURES: tuple[tuple[str, str], ...] = tuple(
    (f"{what}_{day}", unit)
    for day in ("coldest_start", "coldest_start_after_a_day_off")
    for what, unit in (
        ("morning_of", "degC"), ("three_days_before", "degC"), ("week_before", "degC"),
        ("sun_before", "W/m2"),
    )
)  # fmt: skip


def start_features(
    temperature: Float[Array, "hour"],
    sun: Float[Array, "hour"],
    workday: np.ndarray,
    months: tuple[slice, ...],
    *,
    round_the_year: bool,
) -> list[Float[Array, "month"]]:
    """Features of the mornings that decide peaks, see `START_FEATURES`.

    Which start is the coldest is told by the morning's temperature and, as heavily, by the days
    before it and their sun, since what walls have lost must be given back. All four numbers of a
    start are of the same day.

    Args:
        temperature: Outdoors. [degC]
        sun: On walls, their mean over the sides. [W/m2]
        workday: Whether each day is one.
        months: Days of each month.
        round_the_year: Whether the first days follow the last ones; else before the first day was
            a day as it.

    Returns:
        A value for each month, by feature. A month without such a day takes any of its days.
    """
    days = temperature.reshape(-1, HOURS_PER_DAY)
    morning = jnp.mean(days[:, slice(*_START)], axis=1)
    daily = jnp.mean(days, axis=1)
    light = jnp.mean(sun.reshape(-1, HOURS_PER_DAY), axis=1)

    def before(values: Array, count: int) -> Array:
        if round_the_year:
            shifted = [jnp.roll(values, back) for back in range(1, count + 1)]
        else:
            number = np.arange(values.shape[0])
            shifted = [values[np.maximum(number - back, 0)] for back in range(1, count + 1)]
        return sum(shifted[1:], shifted[0]) / count

    three, week, lit = before(daily, _DAYS), before(daily, _WEEK), before(light, _DAYS)
    felt = morning + 0.5 * (three + week) + _SUN * lit
    off = ~np.roll(workday, 1) if round_the_year else np.append(False, ~workday[:-1])
    found: list[list[Array]] = []
    for asked in (workday, workday & off):
        picked = [_coldest(felt, asked, month) for month in months]
        found += [[values[day] for day in picked] for values in (morning, three, week, lit)]
    return [jnp.stack(row) for row in found]


def _coldest(felt: Float[Array, "day"], asked: np.ndarray, month: slice) -> Array:
    among = asked[month] if asked[month].any() else np.ones_like(asked[month])
    return month.start + jnp.argmin(jnp.where(among, felt[month], jnp.inf))
