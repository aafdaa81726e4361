"""Weather as an EPW file, so that other engines run what was simulated here."""

from __future__ import annotations

import datetime
from os import PathLike

import numpy as np

from fluxion.io._atomic import whole_file
from fluxion.weather import Weather

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Two years to write in turn: a reader then takes none of them for the year of the data.
_COMMON_YEARS, _LEAP_YEARS = (2001, 2002), (2004, 2008)
#: Depth at which the monthly ground temperatures are said to hold. [m]
_DEPTH = 0.5
_FLAGS = "?9?9?9?9E0?9?9?9?9?9?9?9?9?9?9?9?9?9?9?9*9*9?9?9?9"
#: Codes for "missing": illuminances and luminance, visibility, weather codes, water and aerosol.
_NO_LIGHT = ("999999", "999999", "999999", "9999")
_NO_VISIBILITY, _NO_CODES, _NO_WATER = "9999", ("9", "999999999"), ("999", "0.999")
_NO_EXTRATERRESTRIAL = "9999"


def write_epw(path: str | PathLike[str], weather: Weather) -> None:
    """Write weather as an EPW file, whole or not at all; `read_epw` gives it back.

    Args:
        path: Where to; ends in `.epw`.
        weather: Whole days.

    Raises:
        InputError: The file cannot be written.

    Notes:
        Numbers are written with all their digits. Snow and rain, which a `Weather` does not
        know, are none. The sun's position follows from place and date, as for any typical year.
    """
    text = epw_text(weather)
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\r\n")


def epw_text(weather: Weather) -> str:
    """The lines of the file that `write_epw` writes."""
    years = _LEAP_YEARS if weather.leap_year else _COMMON_YEARS
    first = datetime.date(years[0], 1, 1) + datetime.timedelta(days=weather.start_day)
    dates = [_day(weather, years, number) for number in range(weather.days)]
    lines = [*_header(weather, first, dates[-1]), *_rows(weather, dates)]
    return "\n".join(lines) + "\n"


def _day(weather: Weather, years: tuple[int, int], number: int) -> datetime.date:
    day = (weather.start_day + number) % weather.days_in_year
    return datetime.date(years[number % 2], 1, 1) + datetime.timedelta(days=day)


def _header(weather: Weather, first: datetime.date, last: datetime.date) -> list[str]:
    site = weather.site
    name = " ".join(weather.name.replace(",", " ").split()) or "Unnamed"
    place = np.stack([site.latitude, site.longitude, site.utc_offset, site.elevation])
    ground = ",".join(_text(value) for value in np.asarray(weather.ground_temperature))
    period = f"{first.month}/{first.day},{last.month}/{last.day}"
    return [
        f"LOCATION,{name},-,-,Fluxion,999999," + ",".join(_text(v) for v in place),
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        f"GROUND TEMPERATURES,1,{_DEPTH},,,,{ground}",
        f"HOLIDAYS/DAYLIGHT SAVINGS,{'Yes' if weather.leap_year else 'No'},0,0,0",
        "COMMENTS 1,written by Fluxion",
        "COMMENTS 2,",
        f"DATA PERIODS,1,1,Data,{_WEEKDAYS[weather.first_weekday]},{period}",
    ]


def _rows(weather: Weather, dates: list[datetime.date]) -> list[str]:
    def column(name: str, factor: float = 1.0) -> list[str]:
        values = np.asarray(getattr(weather, name))
        return [_text(value) for value in (values if factor == 1.0 else values / factor)]

    columns = (
        *(column(name) for name in ("temp_air", "temp_dew", "relative_humidity", "pressure")),
        column("horizontal_infrared"),
        *(column(name) for name in ("ghi", "dni", "dhi", "wind_direction", "wind_speed")),
        column("total_sky_cover", 0.1),
        column("opaque_sky_cover", 0.1),
        column("ceiling_height"),
        column("albedo"),
    )
    rows = []
    for hour, values in enumerate(zip(*columns, strict=True)):
        temp, dew, humidity, pressure, infrared, ghi, dni, dhi, direction, speed = values[:10]
        total, opaque, ceiling, albedo = values[10:]
        date = dates[hour // 24]
        fields = (
            *(date.year, date.month, date.day, hour % 24 + 1, 0, _FLAGS),
            *(temp, dew, humidity, pressure, _NO_EXTRATERRESTRIAL, _NO_EXTRATERRESTRIAL),
            *(infrared, ghi, dni, dhi, *_NO_LIGHT, direction, speed, total, opaque),
            *(_NO_VISIBILITY, ceiling, *_NO_CODES, *_NO_WATER, 0, 88, albedo, 0, 0),
        )
        rows.append(",".join(str(field) for field in fields))
    return rows


def _text(value: np.floating) -> str:
    """Shortest digits that give the number back in its precision, without an exponent."""
    return np.format_float_positional(value, unique=True, trim="-")
