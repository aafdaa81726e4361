"""Weather at every step of a simulation, computed in one vectorised pass over the year."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from fluxion.errors import WeatherError
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
from fluxion.physics.sun_position import hour_angle, sun_altitude_sine, zenith_angle
from fluxion.physics.sun_position import sun_direction as direction_to_sun
from fluxion.units import HOURS_PER_DAY
from fluxion.weather._substeps import (
    end_of_hour_direction,
    end_of_hour_linear,
    mid_hour_linear,
    shape_hourly_mean,
    substep_fractions,
    sunlit_fraction,
)
from fluxion.weather._weather import Weather

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
        sun_direction: East, north and up parts of the unit vector to the sun's centre. [-]
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
    if sky_model not in SKY_MODELS:
        raise _unknown("sky_model", sky_model, SKY_MODELS)
    if sky_temperature not in SKY_TEMPERATURES:
        raise _unknown("sky_temperature", sky_temperature, SKY_TEMPERATURES)
    if steps_per_hour < 1:
        raise WeatherError(f"steps_per_hour is {steps_per_hour}; give a whole number from 1 on")

    count, dtype = steps_per_hour, weather.temp_air.dtype
    linear = lambda values: end_of_hour_linear(values, count)  # noqa: E731
    temp_air, pressure = linear(weather.temp_air), linear(weather.pressure)
    humidity = linear(humidity_ratio_from_dew_point(weather.temp_dew, weather.pressure))

    sun = _sun_at(weather, substep_fractions(count, dtype)).reshape(-1, 3)
    sunlit = _sunlit(weather, count)
    dni = shape_hourly_mean(weather.dni, sunlit)
    dhi = shape_hourly_mean(weather.dhi, sunlit)
    sky = _sky(sky_model, weather, dni, dhi, sun)
    if ground_reflectance is None:
        albedo = jnp.repeat(weather.albedo, count)
    else:
        albedo = jnp.broadcast_to(jnp.asarray(ground_reflectance, dtype), dni.shape)
    return StepWeather(
        temp_air=temp_air,
        humidity_ratio=humidity,
        pressure=pressure,
        air_density=moist_air_density(temp_air, humidity, pressure),
        wind_speed=linear(weather.wind_speed),
        wind_direction=end_of_hour_direction(weather.wind_direction, count),
        temp_sky=black_sky_temperature(linear(hourly_infrared(weather, sky_temperature))),
        ground_temperature=_ground_temperature(weather, count),
        dni=dni,
        dhi=dhi,
        ghi_ground=sky.ground_horizontal,
        albedo=albedo,
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


def _sky(model: str, weather: Weather, dni, dhi, sun) -> SkyRadiance:
    extra = jnp.repeat(weather.dni_extra, dni.size // weather.hours)
    if model == "isotropic":
        return isotropic(dni, dhi, extra, sun)
    if model == "hay_davies":
        return hay_davies(dni, dhi, extra, sun)
    mass = None
    if model == "perez_energyplus":
        mass = elevated_air_mass(zenith_angle(sun), weather.site.elevation)
    return perez_1990(dni, dhi, extra, sun, air_mass=mass)


def _angles(weather: Weather, offsets: Float[Array, "points"]):
    """Declination and hour angle at offsets within every hour, shape (hours, points)."""
    declination = mid_hour_linear(weather.solar_declination, offsets)
    equation = mid_hour_linear(weather.equation_of_time, offsets)
    hour = jnp.asarray(np.arange(weather.hours) % HOURS_PER_DAY, offsets.dtype)[:, None] + offsets
    site = weather.site
    return declination, hour_angle(hour, site.longitude, site.utc_offset, equation)


def _sun_at(weather: Weather, offsets: Float[Array, "points"]) -> Float[Array, "hours points 3"]:
    return direction_to_sun(weather.site.latitude, *_angles(weather, offsets))


def _sunlit(weather: Weather, count: int) -> Float[Array, "hours substeps"]:
    edges = jnp.asarray(np.arange(count + 1) / count, weather.temp_air.dtype)
    sine = sun_altitude_sine(weather.site.latitude, *_angles(weather, edges))
    return sunlit_fraction(sine[:, :-1], sine[:, 1:])


def _ground_temperature(weather: Weather, count: int) -> Float[Array, "steps"]:
    """Monthly means, linear between the middles of the months, round the year."""
    dtype = weather.temp_air.dtype
    lengths = np.array(
        [31, 29 if weather.leap_year else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    )
    middles = np.cumsum(lengths) - lengths / 2.0
    steps = weather.hours * count
    day = (weather.start_day + (np.arange(steps) + 0.5) / (count * HOURS_PER_DAY)) % lengths.sum()
    after = np.searchsorted(middles, day, side="right") % 12
    before = (after - 1) % 12
    gap = (middles[after] - middles[before]) % lengths.sum()
    weight = jnp.asarray(((day - middles[before]) % lengths.sum()) / gap, dtype)
    monthly = weather.ground_temperature
    return monthly[before] * (1.0 - weight) + monthly[after] * weight
