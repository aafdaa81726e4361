"""What a month of weather is to a building: a row of numbers for each month."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import InputError
from fluxion.physics.sky import plane_irradiance
from fluxion.simulation import months_of
from fluxion.surrogates._climate_starts import START_FEATURES, start_features
from fluxion.units import HOURS_PER_DAY, STEFAN_BOLTZMANN, ZERO_CELSIUS
from fluxion.weather import Weather, hourly_infrared, step_weather

#: Hours of the day in which most buildings are used.
_DAY = (8, 18)
_WORKDAYS = 5
#: Hours in which buildings are heated up, and in which they get hottest.
_MORNING, _AFTERNOON = (5, 9), (13, 18)
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
    ("coldest_morning", "degC"),
    ("warmest_afternoon", "degC"),
    ("coldest_three_days", "degC"),
    ("wind_on_coldest_day", "m/s"),
    ("ghi_on_coldest_day", "W/m2"),
    ("sky_loss", "W/m2"),
    ("wind_speed", "m/s"),
    ("ground_temperature", "degC"),
    ("air_density", "kg/m3"),
    ("hours", "h"),
    ("workday_share", "-"),
    *START_FEATURES,
)


def climate_features(
    weather: Weather, names: Sequence[str] | None = None
) -> Float[Array, "month feature"]:
    """Features of each month that a weather touches, see `CLIMATE_FEATURES`.

    Args:
        weather: Some days or a year.
        names: Features to give, such as those that a model takes; all if None.

    Returns:
        A row for each month. Means over the hours of the month unless the name says otherwise:
        extremes of hours or of daily means, means of what temperatures lack or exceed of a base,
        irradiance on walls (isotropic ground of the weather's albedo, Perez sky). Mornings and
        afternoons are those of workdays.

    Raises:
        InputError: A name that is no feature.

    Notes:
        Differentiable in the weather.
    """
    steps = step_weather(weather, steps_per_hour=1)
    sides = jnp.asarray(list(_SIDES.values()), weather.temp_air.dtype)[:, None]
    plane = plane_irradiance(steps.sky, 90.0, sides, reflectance=steps.albedo)
    sun = plane.beam + plane.circumsolar + plane.dome + plane.horizon + plane.ground
    black = STEFAN_BOLTZMANN * (weather.temp_air + ZERO_CELSIUS) ** 4
    sky_loss = black - hourly_infrared(weather, "infrared")

    spans = months_of(weather)
    longest = max(end - first for _, first, end in spans)
    count = np.array([end - first for _, first, end in spans])
    hour = np.arange(longest)
    # Months side by side; a short one repeats its last day, which does not count.
    last_day = count[:, None] - HOURS_PER_DAY + hour % HOURS_PER_DAY
    inside = hour < count[:, None]
    place = np.array([first for _, first, _ in spans])[:, None] + np.where(inside, hour, last_day)
    workday = (weather.first_weekday + place // HOURS_PER_DAY) % 7 < _WORKDAYS

    def mean(hours: Array) -> Array:
        return jnp.mean(hours, axis=1, where=inside)

    rows = _of_months(weather.temp_air[place], weather.ghi[place], sun[:, place], inside)
    before = jnp.roll(rows[0], 1)
    if len(spans) < 12:  # only a whole year goes round: its January follows a December
        before = before.at[0].set(rows[0][0])
    rows.insert(2, before)
    rows += _of_peaks(
        weather.temp_air[place], weather.wind_speed[place], weather.ghi[place], inside, workday
    )
    rows += [
        mean(sky_loss[place]),
        mean(weather.wind_speed[place]),
        mean(steps.ground_temperature[place]),
        mean(steps.air_density[place]),
        jnp.asarray(count),
        jnp.asarray(np.mean(workday, axis=1, where=inside)),
    ]
    days = np.arange(weather.days)
    rows += start_features(
        weather.temp_air, jnp.mean(sun, axis=0), (weather.first_weekday + days) % 7 < _WORKDAYS,
        tuple(slice(first // HOURS_PER_DAY, end // HOURS_PER_DAY) for _, first, end in spans),
        round_the_year=len(spans) == 12,
    )  # fmt: skip
    known = [name for name, _ in CLIMATE_FEATURES]
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise InputError(
            f"there is no feature {', '.join(unknown)} of a climate; there are {', '.join(known)}"
        )
    asked = known if names is None else names
    found = [jnp.asarray(rows[known.index(name)], weather.temp_air.dtype) for name in asked]
    return jnp.stack(found, axis=1)


def _of_peaks(
    temperature: Float[Array, "month hour"],
    wind: Float[Array, "month hour"],
    ghi: Float[Array, "month hour"],
    inside: np.ndarray,
    workday: np.ndarray,
) -> list[Array]:
    """What the largest loads of a month hang on; a value for each month."""
    shape = (len(temperature), -1, HOURS_PER_DAY)
    days = temperature.reshape(shape)
    there = inside[:, ::HOURS_PER_DAY]
    used = there & workday[:, ::HOURS_PER_DAY]
    used = np.where(used.any(axis=1, keepdims=True), used, there)

    def mean(hours: tuple[int, int]) -> Array:
        return jnp.mean(days[:, :, slice(*hours)], axis=2)

    daily = jnp.mean(days, axis=2)
    on_end = min(3, int(there.sum(axis=1).min()))
    windows = daily.shape[1] - on_end + 1
    three = sum(daily[:, k : k + windows] for k in range(on_end)) / on_end
    coldest = jnp.argmin(jnp.where(there, daily, jnp.inf), axis=1)[:, None]

    def then(hours: Array) -> Array:
        by_day = jnp.mean(hours.reshape(shape), axis=2)
        return jnp.take_along_axis(by_day, coldest, axis=1)[:, 0]

    return [
        jnp.min(mean(_MORNING), axis=1, where=used, initial=jnp.inf),
        jnp.max(mean(_AFTERNOON), axis=1, where=used, initial=-jnp.inf),
        jnp.min(three, axis=1, where=there[:, on_end - 1 :], initial=jnp.inf),
        then(wind),
        then(ghi),
    ]


def _of_months(
    temperature: Float[Array, "month hour"],
    ghi: Float[Array, "month hour"],
    sun: Float[Array, "side month hour"],
    inside: np.ndarray,
) -> list[Array]:
    """Features of temperature and sun, all but the month's predecessor; a value for each month."""
    days = temperature.reshape(len(temperature), -1, HOURS_PER_DAY)
    daily = jnp.mean(days, axis=2)
    clock = np.arange(temperature.shape[1]) % HOURS_PER_DAY
    by_day = inside & (clock >= _DAY[0]) & (clock < _DAY[1])

    def mean(hours: Array, where: np.ndarray = inside) -> Array:
        return jnp.mean(hours, axis=-1, where=where)

    middle = mean(temperature)
    spread = jnp.sqrt(mean((temperature - middle[:, None]) ** 2) + 1e-6)
    swing = jnp.max(days, axis=2) - jnp.min(days, axis=2)
    light = jnp.mean(sun.reshape(*sun.shape[:2], -1, HOURS_PER_DAY), axis=3)
    warm = 1 / (1 + jnp.exp(-(temperature - 18.0) / 2.0))
    return [
        middle,
        mean(temperature, by_day),
        spread,
        mean(swing, inside[:, ::HOURS_PER_DAY]),
        jnp.min(daily, axis=1),
        jnp.max(daily, axis=1),
        jnp.min(temperature, axis=1),
        jnp.max(temperature, axis=1),
        *(mean(jnp.maximum(base - temperature, 0.0)) for base in _COLD),
        *(mean(jnp.maximum(temperature - base, 0.0)) for base in _WARM),
        mean(ghi),
        *mean(sun),
        *jnp.max(light, axis=2),
        mean(warm * ghi),
    ]
