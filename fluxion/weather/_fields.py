"""Columns of a weather as fields over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluxion.cta import CellField, SampledField, time_cells, time_samples
from fluxion.errors import WeatherError

if TYPE_CHECKING:
    from fluxion.weather._weather import Weather

#: Hold at the end of their hour and are linear in between, the first hour from the last row.
_AT_END = (
    "temp_air",
    "temp_dew",
    "relative_humidity",
    "pressure",
    "wind_speed",
    "horizontal_infrared",
    "total_sky_cover",
    "opaque_sky_cover",
    "ceiling_height",
)
#: Means over their hour.
_MEANS = ("ghi", "dni", "dhi", "dni_extra", "albedo")
#: Hold at the middle of their hour.
_AT_MIDDLE = ("solar_declination", "equation_of_time")


def weather_field(weather: Weather, name: str, start: Any = 0.0) -> SampledField | CellField:
    """One column of a weather as a field over "time", in hours.

    Args:
        weather: Hourly weather.
        name: Of the column.
        start: Time at which the first row begins; `24.0 * weather.start_day` makes it the hour
            of the year. [h]

    Returns:
        States as samples joined by lines, just as a simulation reads them; irradiances and
        albedo as averages over cells, so that integrals over hours are exact [Wh/m2].

    Raises:
        WeatherError: There is no such column, or it is no number that lines may join.
    """
    if name in _AT_END:
        return time_samples(getattr(weather, name), start + 1.0, outside="periodic")
    if name in _MEANS:
        return time_cells(getattr(weather, name), start, outside="periodic")
    if name in _AT_MIDDLE:
        return time_samples(getattr(weather, name), start + 0.5)
    if name == "wind_direction":
        raise WeatherError(
            "wind_direction turns past 360 degrees and has no lines between hours; "
            "take step_weather(...).wind_direction"
        )
    known = ", ".join((*_AT_END, *_MEANS, *_AT_MIDDLE))
    raise WeatherError(f"there is no hourly column {name!r}; choose from {known}")
