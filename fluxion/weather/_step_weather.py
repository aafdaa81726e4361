"""Weather at every step of a simulation, computed in one vectorised pass over the year."""

from __future__ import annotations

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from fluxion.errors import WeatherError
from fluxion.lanes import kept
from fluxion.physics._angles import turned
from fluxion.physics.moist_air import humidity_ratio_from_dew_point, moist_air_density
from fluxion.physics.sky import (
    SkyRadiance,
    elevated_air_mass,
    hay_davies,
    isotropic,
    perez_1990,
)
from fluxion.physics.sky_temperature import (
    infrared_berdahl_martin,
    infrared_brunt,
    infrared_clark_allen,
)
from fluxion.physics.sky_temperature import sky_temperature as black_sky_temperature
from fluxion.physics.sun_position import (
    DEGREES_PER_HOUR,
    MINUTES_PER_DEGREE,
    SunAngles,
    altitude_sine_of,
    direction_parts,
    hour_angle,
    sun_angles,
    zenith_angle,
)
from fluxion.units import HOURS_PER_DAY, month_lengths
from fluxion.weather._substeps import (
    direction_between,
    in_order,
    linear_between,
    shape_means,
    slopes,
    sunlit_part,
)
from fluxion.weather._weather import Site, Weather

SKY_MODELS = ("perez", "perez_energyplus", "hay_davies", "isotropic")
SKY_TEMPERATURES = ("infrared", "berdahl_martin", "clark_allen", "brunt")


class StepWeather(eqx.Module):
    """What a simulation needs at the middle of every substep; arrays over all steps.

    Attributes:
        temp_air: Dry bulb. [degC]
        humidity_ratio: Vapour to dry air by mass. [kg/kg]
        pressure: At the station. [Pa]
        air_density: Of the moist air. [kg/m3]
        wind_speed: At the station's height. [m/s]
        wind_direction: From which it blows, north 0, east 90. [deg]
        temp_sky: Of a black sky of equal long-wave irradiance. [degC]
        ground_temperature: Undisturbed, at about 0.5 m. [degC]
        dni: Direct normal, mean over the substep. [W/m2]
        dhi: Diffuse horizontal, mean over the substep. [W/m2]
        ghi_ground: Global on the horizontal, which lights the ground. [W/m2]
        albedo: Of the ground for sunlight. [-]
        sun_direction: East, north and up parts of the unit vector to the sun's centre; where the
            sun rises or sets, in the middle of the substep's sunlit part, unless one substep is
            an hour. [-]
        sky: The decomposed sky, for `fluxion.physics.sky.plane_irradiance`.
    """

    temp_air: Float[Array, "steps"]
    humidity_ratio: Float[Array, "steps"]
    pressure: Float[Array, "steps"]
    air_density: Float[Array, "steps"]
    wind_speed: Float[Array, "steps"]
    wind_direction: Float[Array, "steps"]
    temp_sky: Float[Array, "steps"]
    ground_temperature: Float[Array, "steps"]
    dni: Float[Array, "steps"]
    dhi: Float[Array, "steps"]
    ghi_ground: Float[Array, "steps"]
    albedo: Float[Array, "steps"]
    sun_direction: Float[Array, "steps 3"]
    sky: SkyRadiance


class HourlyWeather(eqx.Module):
    """Hours of a weather with what is needed of their neighbours.

    Pairs are values at the start and at the end of an hour; triples of sunlight are means over the
    hour before, the hour and the next one; triples of the sun are a value in the middle of an hour
    and its change from the hour before and to the next. Units are those of `Weather`.
    """

    temp_air: Float[Array, "hours 2"]
    humidity_ratio: Float[Array, "hours 2"]
    pressure: Float[Array, "hours 2"]
    wind_speed: Float[Array, "hours 2"]
    wind_direction: Float[Array, "hours 2"]
    infrared: Float[Array, "hours 2"]
    dni: Float[Array, "hours 3"]
    dhi: Float[Array, "hours 3"]
    dni_extra: Float[Array, "hours"]
    albedo: Float[Array, "hours"]
    ground_temperature: Float[Array, "hours substeps"]
    declination: Float[Array, "hours 3"]
    equation_of_time: Float[Array, "hours 3"]
    hour: Float[Array, "hours"]  # of the day, 0 to 23


def step_weather(
    weather: Weather,
    *,
    steps_per_hour: int,
    sky_model: str = "perez",
    sky_temperature: str = "infrared",
    ground_reflectance: Float[ArrayLike, ""] | None = None,
) -> StepWeather:
    """Weather at the middle of every substep.

    Args:
        weather: Hourly weather.
        steps_per_hour: Substeps an hour, 1 or more; 1 keeps the file's irradiances as they are.
        sky_model: "perez" (relative air mass), "perez_energyplus" (air mass thinned by the
            site's elevation), "hay_davies" or "isotropic".
        sky_temperature: "infrared" (the file's column), "berdahl_martin", "clark_allen" or
            "brunt".
        ground_reflectance: In place of the file's albedo, 0 to 1. [-]

    Returns:
        Arrays of length `weather.hours * steps_per_hour`.

    Raises:
        WeatherError: An unknown model, or a number of substeps below 1 (before tracing).

    Notes:
        Values of state are linear in time between the ends of hours; the first hour starts from
        the last row. Sunlight keeps its hourly means exactly (`shape_hourly_mean`). Works under
        jit, grad and vmap with respect to every array of `weather`, the site included.
    """
    hours = hourly_weather(
        weather,
        steps_per_hour=steps_per_hour,
        sky_temperature=sky_temperature,
        ground_reflectance=ground_reflectance,
    )
    return weather_at_steps(hours, weather.site, sky_model=sky_model)


def hourly_weather(
    weather: Weather,
    *,
    steps_per_hour: int,
    sky_temperature: str = "infrared",
    ground_reflectance: Float[ArrayLike, ""] | None = None,
) -> HourlyWeather:
    """Rows for `weather_at_steps`, with what it needs of an hour's neighbours.

    Arguments are those of `step_weather`.

    Raises:
        WeatherError: An unknown model, or a number of substeps below 1 (before tracing).
    """
    if sky_temperature not in SKY_TEMPERATURES:
        raise _unknown("sky_temperature", sky_temperature, SKY_TEMPERATURES)
    if steps_per_hour < 1:
        raise WeatherError(f"steps_per_hour is {steps_per_hour}; give a whole number from 1 on")
    count, dtype = steps_per_hour, weather.temp_air.dtype

    def ends(values: Array) -> Array:
        return jnp.stack([jnp.roll(values, 1), values], axis=-1)

    def neighbours(values: Array) -> Array:
        return jnp.stack([jnp.roll(values, 1), values, jnp.roll(values, -1)], axis=-1)

    def slopes_of(values: Array) -> Array:
        return jnp.stack([values, *slopes(values)], axis=-1)

    if ground_reflectance is None:
        albedo = weather.albedo
    else:
        albedo = jnp.broadcast_to(jnp.asarray(ground_reflectance, dtype), weather.dni.shape)
    return HourlyWeather(
        temp_air=ends(weather.temp_air),
        humidity_ratio=ends(humidity_ratio_from_dew_point(weather.temp_dew, weather.pressure)),
        pressure=ends(weather.pressure),
        wind_speed=ends(weather.wind_speed),
        wind_direction=ends(weather.wind_direction),
        infrared=ends(hourly_infrared(weather, sky_temperature)),
        dni=neighbours(weather.dni),
        dhi=neighbours(weather.dhi),
        dni_extra=weather.dni_extra,
        albedo=albedo,
        ground_temperature=_ground_temperature(weather, count).reshape(-1, count),
        declination=slopes_of(weather.solar_declination),
        equation_of_time=slopes_of(weather.equation_of_time),
        hour=jnp.asarray(np.arange(weather.hours) % HOURS_PER_DAY, dtype),
    )


def weather_at_steps(hours: HourlyWeather, site: Site, *, sky_model: str = "perez") -> StepWeather:
    """Weather at the middle of every substep of some hours, which need not follow one another.

    Args:
        hours: Rows of `hourly_weather`.
        site: Place.
        sky_model: As of `step_weather`.

    Raises:
        WeatherError: An unknown model (before tracing).
    """
    if sky_model not in SKY_MODELS:
        raise _unknown("sky_model", sky_model, SKY_MODELS)
    h, count = hours, hours.ground_temperature.shape[-1]

    def linear(pairs: Array) -> Array:
        return linear_between(pairs[:, 0], pairs[:, 1], count)

    def course(triples: Array) -> Array:
        before, means, after = (triples[:, k] for k in range(3))
        return kept(shape_means(before, means, after, sunlit))

    def repeated(values: Array) -> Array:
        return jnp.broadcast_to(values, (count, *values.shape))

    # Rows of one substep in all hours, because loops over a few within an hour fill no vectors.
    temp_air, pressure = linear(h.temp_air), linear(h.pressure)
    humidity = linear(h.humidity_ratio)
    angles = _angles(h, site)
    middles, edges = (np.arange(count) + 0.5) / count, np.arange(count + 1) / count
    height = kept(altitude_sine_of(site.latitude, _angles_at(h, angles, edges)))
    sunlit, later = kept(sunlit_part(height[:-1], height[1:]))
    sun_at = _angles_at(h, angles, middles)
    if count > 1:  # one step an hour keeps the sun of mid-hour, as hourly programs have it
        sun_at = _turned_by(sun_at, later / count)
    parts = kept(direction_parts(site.latitude, kept(sun_at)))
    sun = jnp.stack(parts, axis=-1)
    dni, dhi = course(h.dni), course(h.dhi)
    rows = _sky(sky_model, site, dni, dhi, repeated(h.dni_extra), sun)
    sun = jnp.stack([in_order(part) for part in parts], axis=-1)
    sky = replace(
        jax.tree.map(in_order, kept(replace(rows, sun_direction=None))), sun_direction=sun
    )

    def steps(rows: Array) -> Array:
        return in_order(kept(rows))

    wind_from = direction_between(h.wind_direction[:, 0], h.wind_direction[:, 1], count)
    return StepWeather(
        temp_air=steps(temp_air),
        humidity_ratio=steps(humidity),
        pressure=steps(pressure),
        air_density=steps(moist_air_density(temp_air, humidity, pressure)),
        wind_speed=steps(linear(h.wind_speed)),
        wind_direction=steps(wind_from),
        temp_sky=steps(black_sky_temperature(linear(h.infrared))),
        ground_temperature=h.ground_temperature.reshape(-1),
        dni=in_order(dni),
        dhi=in_order(dhi),
        ghi_ground=sky.ground_horizontal,
        albedo=jnp.repeat(h.albedo, count),
        sun_direction=sun,
        sky=sky,
    )


def hourly_infrared(weather: Weather, model: str) -> Float[Array, "hours"]:
    """Long-wave irradiance of the sky at the end of every hour.

    Args:
        weather: Hourly weather.
        model: "infrared" (the file's column), "berdahl_martin", "clark_allen" or "brunt".

    Returns:
        Horizontal infrared. [W/m2]

    Raises:
        WeatherError: An unknown model.
    """
    if model == "infrared":
        return weather.horizontal_infrared
    if model == "clark_allen":
        return infrared_clark_allen(weather.temp_air, weather.temp_dew, weather.opaque_sky_cover)
    if model == "brunt":
        return infrared_brunt(weather.temp_air, weather.temp_dew, weather.opaque_sky_cover)
    if model == "berdahl_martin":
        hour = jnp.asarray(np.arange(weather.hours) % HOURS_PER_DAY + 1, weather.temp_air.dtype)
        return infrared_berdahl_martin(
            weather.temp_air,
            weather.temp_dew,
            weather.pressure,
            hour,
            weather.total_sky_cover,
            weather.opaque_sky_cover,
            weather.ceiling_height,
        )
    raise _unknown("sky_temperature", model, SKY_TEMPERATURES)


def _unknown(argument: str, given: str, known: tuple[str, ...]) -> WeatherError:
    return WeatherError(f"{argument} is {given!r}; choose one of {', '.join(map(repr, known))}")


def _sky(model: str, site: Site, dni, dhi, extra, sun) -> SkyRadiance:
    if model == "isotropic":
        return isotropic(dni, dhi, extra, sun)
    if model == "hay_davies":
        return hay_davies(dni, dhi, extra, sun)
    mass = None
    if model == "perez_energyplus":
        mass = elevated_air_mass(zenith_angle(sun), site.elevation)
    return perez_1990(dni, dhi, extra, sun, air_mass=mass)


def _angles(hours: HourlyWeather, site: Site) -> SunAngles:
    """Sines and cosines of declination and hour angle in the middle of every hour."""
    equation = hours.equation_of_time[:, 0]
    angle = hour_angle(hours.hour + 0.5, site.longitude, site.utc_offset, equation)
    return kept(sun_angles(hours.declination[:, 0], angle))


def _angles_at(
    hours: HourlyWeather, middle: SunAngles, offsets: Float[np.ndarray, "points"]
) -> SunAngles:
    """The same at offsets within every hour, a row for each: the earth turns by as much in each
    hour, and by a trifle more or less as declination and equation of time change."""
    dtype = hours.hour.dtype
    from_middle = offsets[:, None] - 0.5
    turn = np.deg2rad(DEGREES_PER_HOUR * from_middle)
    sin, cos = jnp.asarray(np.sin(turn), dtype), jnp.asarray(np.cos(turn), dtype)
    to_radians = jnp.asarray(np.deg2rad(from_middle), dtype)
    before = jnp.asarray(from_middle < 0.0)

    def change(rows: Array) -> Array:
        return to_radians * jnp.where(before, rows[:, 1], rows[:, 2])

    sin_dec, cos_dec, sin_turn, cos_turn = middle
    dec = turned(sin_dec, cos_dec, change(hours.declination))
    sin_turn, cos_turn = sin_turn * cos + cos_turn * sin, cos_turn * cos - sin_turn * sin
    turn = turned(sin_turn, cos_turn, change(hours.equation_of_time) / MINUTES_PER_DEGREE)
    return SunAngles(*dec, *turn)


def _turned_by(sun: SunAngles, hours: Float[Array, "substeps hours"]) -> SunAngles:
    """The same a little later."""
    turn = turned(sun.sin_turn, sun.cos_turn, hours * float(np.deg2rad(DEGREES_PER_HOUR)))
    return SunAngles(sun.sin_declination, sun.cos_declination, *turn)


def _ground_temperature(weather: Weather, count: int) -> Float[Array, "steps"]:
    """Monthly means, linear between the middles of the months, round the year."""
    dtype = weather.temp_air.dtype
    lengths = np.array(month_lengths(bool(weather.leap_year)))
    middles = np.cumsum(lengths) - lengths / 2.0
    steps = weather.hours * count
    day = (weather.start_day + (np.arange(steps) + 0.5) / (count * HOURS_PER_DAY)) % lengths.sum()
    after = np.searchsorted(middles, day, side="right") % 12
    before = (after - 1) % 12
    gap = (middles[after] - middles[before]) % lengths.sum()
    weight = jnp.asarray(((day - middles[before]) % lengths.sum()) / gap, dtype)
    monthly = weather.ground_temperature
    return monthly[before] * (1.0 - weight) + monthly[after] * weight
