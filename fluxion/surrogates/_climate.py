"""What a month of weather is to a building: a row of numbers for each month."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.physics.sky import plane_irradiance
from fluxion.simulation import months_of
from fluxion.units import HOURS_PER_DAY, STEFAN_BOLTZMANN, ZERO_CELSIUS
from fluxion.weather import Weather, hourly_infrared, step_weather

#: Hours of the day in which most buildings are used.
_DAY = (8, 18)
_WORKDAYS = 5
_SIDES = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}
#: Temperatures from which degree-hours are counted. [degC]
_COLD, _WARM = (5.0, 12.0, 18.0), (18.0, 24.0, 30.0)

#: Names and units of the features, in their order.
CLIMATE_FEATURES: tuple[tuple[str, str], ...] = (
    ("temperature", "degC"),
    ("temperature_by_day", "degC"),
    ("temperature_before", "degC"),
    ("temperature_spread", "K"),
    ("daily_range", "K"),
    ("coldest_day", "degC"),
    ("warmest_day", "degC"),
    ("coldest_hour", "degC"),
    ("warmest_hour", "degC"),
    *((f"cold_below_{base:g}", "K") for base in _COLD),
    *((f"warm_above_{base:g}", "K") for base in _WARM),
    ("ghi", "W/m2"),
    *((f"sun_on_{side}", "W/m2") for side in _SIDES),
    *((f"sunniest_day_on_{side}", "W/m2") for side in _SIDES),
    ("sun_while_warm", "W/m2"),
    ("sky_loss", "W/m2"),
    ("wind_speed", "m/s"),
    ("ground_temperature", "degC"),
    ("air_density", "kg/m3"),
    ("hours", "h"),
    ("workday_share", "-"),
)


def climate_features(weather: Weather) -> Float[Array, "month feature"]:
    """Features of each month that a weather touches, see `CLIMATE_FEATURES`.

    Args:
        weather: Some days or a year.

    Returns:
        A row for each month. Means over the hours of the month unless the name says otherwise:
        extremes of hours or of daily means, means of what temperatures lack or exceed of a base,
        irradiance on walls (isotropic ground of the weather's albedo, Perez sky).

    Notes:
        Differentiable in the weather.
    """
    steps = step_weather(weather, steps_per_hour=1)
    sides = jnp.asarray(list(_SIDES.values()), weather.temp_air.dtype)[:, None]
    plane = plane_irradiance(steps.sky, 90.0, sides, reflectance=steps.albedo)
    sun = plane.beam + plane.circumsolar + plane.dome + plane.horizon + plane.ground
    hour = np.arange(weather.hours)
    by_day = (hour % HOURS_PER_DAY >= _DAY[0]) & (hour % HOURS_PER_DAY < _DAY[1])
    workday = (weather.first_weekday + hour // HOURS_PER_DAY) % 7 < _WORKDAYS
    black = STEFAN_BOLTZMANN * (weather.temp_air + ZERO_CELSIUS) ** 4
    sky_loss = black - hourly_infrared(weather, "infrared")
    temperature = weather.temp_air

    rows, before = [], None
    for _, first, end in months_of(weather):
        here = slice(first, end)
        row = _of_month(
            temperature[here], weather.ghi[here], sun[:, here], by_day[here], sky_loss[here]
        )
        mean = row[0]
        row.insert(2, mean if before is None else before)
        rows.append(
            [
                *row,
                jnp.mean(weather.wind_speed[here]),
                jnp.mean(steps.ground_temperature[here]),
                jnp.mean(steps.air_density[here]),
                jnp.asarray(float(end - first)),
                jnp.asarray(float(np.mean(workday[here]))),
            ]
        )
        before = mean
    # A year goes round: its January follows a December.
    if len(rows) == 12:
        rows[0][2] = rows[-1][0]
    return jnp.stack([jnp.stack([x.astype(temperature.dtype) for x in row]) for row in rows])


def _of_month(
    temperature: Float[Array, "hour"],
    ghi: Float[Array, "hour"],
    sun: Float[Array, "side hour"],
    by_day: np.ndarray,
    sky_loss: Float[Array, "hour"],
) -> list[Array]:
    """Features of temperature and sun, all but the month's predecessor."""
    days = temperature.reshape(-1, HOURS_PER_DAY)
    daily, mean = jnp.mean(days, axis=1), jnp.mean(temperature)
    spread = jnp.sqrt(jnp.mean((temperature - mean) ** 2) + 1e-6)
    light = jnp.mean(sun.reshape(len(_SIDES), -1, HOURS_PER_DAY), axis=2)
    warm = 1 / (1 + jnp.exp(-(temperature - 18.0) / 2.0))
    over: Callable[[Array], Array] = lambda x: jnp.mean(jnp.maximum(x, 0.0))  # noqa: E731
    return [
        mean,
        jnp.mean(temperature[np.flatnonzero(by_day)]),
        spread,
        jnp.mean(jnp.max(days, axis=1) - jnp.min(days, axis=1)),
        jnp.min(daily),
        jnp.max(daily),
        jnp.min(temperature),
        jnp.max(temperature),
        *(over(base - temperature) for base in _COLD),
        *(over(temperature - base) for base in _WARM),
        jnp.mean(ghi),
        *jnp.mean(sun, axis=1),
        *jnp.max(light, axis=1),
        jnp.mean(warm * ghi),
        jnp.mean(sky_loss),
    ]
