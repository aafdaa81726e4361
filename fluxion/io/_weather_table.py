"""What every weather reader fills in: plain columns, a place, a calendar and notes."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from fluxion.errors import WeatherError
from fluxion.io._weather_sun import sun_coordinates
from fluxion.units import month_lengths
from fluxion.weather import Site, Weather

#: Columns a reader must fill, hourly, in the units of `Weather`.
COLUMNS = (
    "temp_air",
    "temp_dew",
    "relative_humidity",
    "pressure",
    "wind_speed",
    "wind_direction",
    "ghi",
    "dni",
    "dhi",
    "horizontal_infrared",
    "total_sky_cover",
    "opaque_sky_cover",
    "ceiling_height",
    "albedo",
)


@dataclasses.dataclass(frozen=True)
class WeatherProvenance:
    """Where a weather came from and what was done to it on the way in.

    Attributes:
        path: The file that was read.
        format: "epw" or "tmy3".
        sha256: Of the file's bytes.
        station: Name, region, country and number as the file gives them.
        notes: One line for every value that was filled in or assumed.
    """

    path: Path
    format: str
    sha256: str
    station: str
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class WeatherFile:
    """A weather with its provenance; only `weather` goes into a simulation."""

    weather: Weather
    provenance: WeatherProvenance


@dataclasses.dataclass
class WeatherTable:
    """Columns on their way from a file to a `Weather`; missing values are NaN until filled.

    Attributes:
        source: Name of the file, for messages.
        latitude: North positive. [deg]
        longitude: East positive. [deg]
        elevation: Above sea level. [m]
        utc_offset: Local standard time minus UTC. [h]
        columns: The hourly `COLUMNS`, float64.
        where: Says where row h stands in the file, for messages.
        ground_temperature: Monthly, None when the file has none. [degC]
        start_day: Day of the year of the first row, from 0.
        leap_year: Whether the year has 366 days.
        first_weekday: Of the first row, Monday 0.
        year: Calendar year when all rows are of one, else None.
        name: Of the place.
        notes: What was filled in or assumed.
    """

    source: str
    latitude: float
    longitude: float
    elevation: float
    utc_offset: float
    columns: dict[str, np.ndarray]
    where: Callable[[int], str]
    ground_temperature: np.ndarray | None = None
    start_day: int = 0
    leap_year: bool = False
    first_weekday: int = 0
    year: int | None = None
    name: str = ""
    notes: list[str] = dataclasses.field(default_factory=list)

    @property
    def hours(self) -> int:
        """Number of rows."""
        return len(self.columns["temp_air"])

    @functools.cached_property
    def sun(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Declination, equation of time and extraterrestrial irradiance at mid-hour."""
        return sun_coordinates(
            latitude=self.latitude,
            longitude=self.longitude,
            elevation=self.elevation,
            utc_offset=self.utc_offset,
            start_day=self.start_day,
            days=self.hours // 24,
            leap_year=self.leap_year,
            year=self.year,
        )

    def fault(self, message: str) -> WeatherError:
        """A `WeatherError` that names the file first."""
        return WeatherError(f"{self.source}: {message}")


def day_of_year(date: tuple[int, int], leap_year: bool) -> int:
    """Day of the year, from 0, of a (month, day)."""
    month, day = date
    return sum(month_lengths(leap_year)[: month - 1]) + day - 1


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build_weather(table: WeatherTable, dtype=None) -> Weather:
    """Turn a complete, checked table into arrays; the sun's coordinates are added here.

    Args:
        table: Without missing values.
        dtype: Of all arrays; None takes JAX's default float.
    """
    dtype = jnp.result_type(float) if dtype is None else jnp.dtype(dtype)
    declination, equation, extra = table.sun
    # NumPy rounds: JAX would compile a conversion for every shape.
    array = lambda values: jnp.asarray(np.asarray(values, dtype), dtype)  # noqa: E731
    return Weather(
        site=Site(
            latitude=array(table.latitude),
            longitude=array(table.longitude),
            elevation=array(table.elevation),
            utc_offset=array(table.utc_offset),
        ),
        **{name: array(table.columns[name]) for name in COLUMNS},
        dni_extra=array(extra),
        solar_declination=array(declination),
        equation_of_time=array(equation),
        ground_temperature=array(table.ground_temperature),
        start_day=table.start_day,
        leap_year=table.leap_year,
        first_weekday=table.first_weekday,
        name=table.name,
    )
