"""A year (or some days) of hourly weather as one pytree of arrays."""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.cta import CellField, SampledField
from fluxion.errors import WeatherError
from fluxion.units import HOURS_PER_DAY
from fluxion.weather._fields import weather_field

_NOT_HOURLY = frozenset({"site", "ground_temperature"})


class Site(eqx.Module):
    """Where the weather holds.

    Attributes:
        latitude: North positive. [deg]
        longitude: East positive. [deg]
        elevation: Above sea level. [m]
        utc_offset: Local standard time minus UTC. [h]
    """

    latitude: Float[Array, ""]
    longitude: Float[Array, ""]
    elevation: Float[Array, ""]
    utc_offset: Float[Array, ""]


class Weather(eqx.Module):
    """Hourly weather in local standard time; row h is the interval from h to h + 1.

    Values of state (temperatures to wind direction, infrared, covers) hold at the end of their
    hour; irradiances are means over it; declination and equation of time hold at its middle.
    Numbers are arrays, so another year of equal length runs without compiling anew, provided
    that the static fields agree; `renamed("")` takes the name out of the comparison.

    Attributes:
        site: Place.
        temp_air: Dry bulb. [degC]
        temp_dew: Dew point. [degC]
        relative_humidity: 0 to 100. [%]
        pressure: At the station. [Pa]
        wind_speed: At the station's height. [m/s]
        wind_direction: From which it blows, north 0, east 90. [deg]
        ghi: Global horizontal. [W/m2]
        dni: Direct normal. [W/m2]
        dhi: Diffuse horizontal. [W/m2]
        dni_extra: Extraterrestrial normal, from the day of the year. [W/m2]
        horizontal_infrared: From the sky on the horizontal. [W/m2]
        total_sky_cover: 0 to 1. [-]
        opaque_sky_cover: 0 to 1. [-]
        ceiling_height: Of the clouds; 22000 and above means unlimited. [m]
        albedo: Of the ground for sunlight. [-]
        solar_declination: Of the sun as seen from the site. [deg]
        equation_of_time: Apparent minus mean solar time, as seen from the site. [min]
        ground_temperature: Undisturbed, at about 0.5 m, January to December. [degC]
        start_day: Day of the year of the first row, from 0.
        leap_year: Whether the year has 366 days.
        first_weekday: Of the first row, Monday 0.
        name: Of the place, for people.
    """

    site: Site
    temp_air: Float[Array, "hours"]
    temp_dew: Float[Array, "hours"]
    relative_humidity: Float[Array, "hours"]
    pressure: Float[Array, "hours"]
    wind_speed: Float[Array, "hours"]
    wind_direction: Float[Array, "hours"]
    ghi: Float[Array, "hours"]
    dni: Float[Array, "hours"]
    dhi: Float[Array, "hours"]
    dni_extra: Float[Array, "hours"]
    horizontal_infrared: Float[Array, "hours"]
    total_sky_cover: Float[Array, "hours"]
    opaque_sky_cover: Float[Array, "hours"]
    ceiling_height: Float[Array, "hours"]
    albedo: Float[Array, "hours"]
    solar_declination: Float[Array, "hours"]
    equation_of_time: Float[Array, "hours"]
    ground_temperature: Float[Array, "12"]
    start_day: int = eqx.field(static=True, default=0)
    leap_year: bool = eqx.field(static=True, default=False)
    first_weekday: int = eqx.field(static=True, default=6)
    name: str = eqx.field(static=True, default="")

    @property
    def hours(self) -> int:
        """Number of rows."""
        return self.temp_air.shape[-1]

    @property
    def days(self) -> int:
        """Number of whole days."""
        return self.hours // HOURS_PER_DAY

    @property
    def days_in_year(self) -> int:
        """365, or 366 in a leap year."""
        return 366 if self.leap_year else 365

    def astype(self, dtype) -> Weather:
        """The same weather with every array in `dtype`."""
        return jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype), self)

    def renamed(self, name: str) -> Weather:
        """The same weather under another name; weathers of equal name share compiled code."""
        return dataclasses.replace(self, name=name)

    def field(self, name: str, start: Any = 0.0) -> SampledField | CellField:
        """One column as a field over "time" [h].

        States (temperatures, wind speed, infrared, covers) are samples at the end of their hour,
        irradiances and albedo averages over it.

        Args:
            name: Of the column.
            start: Time at which the first row begins. [h]

        Raises:
            WeatherError: There is no such column.
        """
        return weather_field(self, name, start)

    def select_days(self, start: int, count: int) -> Weather:
        """Whole days out of this weather, in their order.

        Args:
            start: First day, counted from this weather's first row, from 0.
            count: Number of days.

        Raises:
            WeatherError: The days are not all there.
        """
        if start < 0 or count < 1 or start + count > self.days:
            raise WeatherError(
                f"days {start} to {start + count - 1} were asked of a weather of {self.days} days; "
                f"choose a start from 0 and at least one day, ending by day {self.days - 1}"
            )
        rows = slice(start * HOURS_PER_DAY, (start + count) * HOURS_PER_DAY)
        cut = {
            field.name: getattr(self, field.name)[..., rows]
            for field in dataclasses.fields(self)
            if not field.metadata.get("static", False) and field.name not in _NOT_HOURLY
        }
        return dataclasses.replace(
            self,
            **cut,
            start_day=(self.start_day + start) % self.days_in_year,
            first_weekday=(self.first_weekday + start) % 7,
        )
