"""EnergyPlus weather files: header, 35 columns, calendar; strict about order and gaps in rows.

An EPW hour label h (1 to 24) names the interval that ends at h; row 0 of the result is the
first hour of the first day.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from fluxion.errors import WeatherError
from fluxion.io._epw_header import (
    HEADER_LINES,
    check_calendar,
    read_ground_temperature,
    read_header,
    read_number,
    read_period,
)
from fluxion.io._weather_cache import read_file
from fluxion.io._weather_table import (
    WeatherFile,
    WeatherTable,
    day_of_year,
)
from fluxion.weather import Weather

# Field number, lowest value that means "missing", factor to the unit of `Weather`.
_COLUMNS: dict[str, tuple[int, float, float]] = {
    "temp_air": (6, 99.9, 1.0),
    "temp_dew": (7, 99.9, 1.0),
    "relative_humidity": (8, 999.0, 1.0),
    "pressure": (9, 999_900.0, 1.0),
    "horizontal_infrared": (12, 9999.0, 1.0),
    "ghi": (13, 9999.0, 1.0),
    "dni": (14, 9999.0, 1.0),
    "dhi": (15, 9999.0, 1.0),
    "wind_direction": (20, 999.0, 1.0),
    "wind_speed": (21, 999.0, 1.0),
    "total_sky_cover": (22, 99.0, 0.1),
    "opaque_sky_cover": (23, 99.0, 0.1),
    "ceiling_height": (25, np.inf, 1.0),
    "albedo": (32, 0.999, 1.0),
}


def read_epw(path: str | Path, *, dtype=None) -> Weather:
    """Read and check an EPW file.

    Args:
        path: The file.
        dtype: Of all arrays; None takes JAX's default float.

    Returns:
        Hourly weather in local standard time.

    Raises:
        WeatherError: The file is not a whole, plausible, hourly EPW; the line says why.

    Notes:
        See `read_epw_file` for the provenance and the notes on values that were filled in.
        Source: EnergyPlus Auxiliary Programs, EPW data dictionary.
    """
    return read_epw_file(path, dtype=dtype).weather


def read_epw_file(path: str | Path, *, dtype=None) -> WeatherFile:
    """As `read_epw`, together with where the weather came from and what was filled in."""
    return read_file(path, "epw", parse_epw, dtype)


def parse_epw(path: Path) -> tuple[WeatherTable, str]:
    """Parse an EPW without judging its values; missing ones become NaN.

    Returns:
        The table and the station as the header names it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise WeatherError(
            f"{path}: cannot be read ({error.strerror}); give the path of an EPW file"
        ) from error
    lines = list(csv.reader(text.splitlines()))
    source = path.name
    header = read_header(lines, source)
    location = header["LOCATION"]
    if len(location) < 10:
        raise WeatherError(
            f"{source}: line 1 (LOCATION) has {len(location)} fields, 10 are wanted: name, region, "
            "country, source, number, latitude, longitude, time zone, elevation"
        )
    latitude, longitude, utc_offset, elevation = (
        read_number(location[field], source, 1, what)
        for field, what in ((6, "latitude"), (7, "longitude"), (8, "time zone"), (9, "elevation"))
    )
    rows = [(number + 1, row) for number, row in enumerate(lines) if number >= HEADER_LINES]
    while rows and not any(field.strip() for field in rows[-1][1]):
        rows.pop()
    start, end, weekday, leap_stated = read_period(header, source)
    leap = any(row[1:3] and [f.strip() for f in row[1:3]] == ["2", "29"] for _, row in rows)
    check_calendar(rows, start, end, leap, source)
    numbers = [number for number, _ in rows]
    table = WeatherTable(
        source=source,
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        utc_offset=utc_offset,
        columns=_columns(rows, source),
        where=lambda hour: f"line {numbers[hour]}",
        ground_temperature=read_ground_temperature(header.get("GROUND TEMPERATURES", []), source),
        start_day=day_of_year(start, leap),
        leap_year=leap,
        first_weekday=weekday,
        year=_single_year(rows, leap),
        name=location[1].strip().title(),
    )
    if leap and not leap_stated:
        table.notes.append("rows of 29 February are there although the header says no leap year")
    station = ", ".join(field.strip() for field in location[1:6] if field.strip())
    return table, station


def _columns(rows, source: str) -> dict[str, np.ndarray]:
    columns = {}
    for name, (field, missing, factor) in _COLUMNS.items():
        texts = [row[field] if field < len(row) else "" for _, row in rows]
        try:
            values = np.array([float(text) if text.strip() else np.nan for text in texts])
        except ValueError:
            bad = next(hour for hour, text in enumerate(texts) if not _is_number(text))
            raise WeatherError(
                f"{source}: line {rows[bad][0]} has {texts[bad].strip()!r} as {name} "
                f"(field {field + 1}); a number is wanted"
            ) from None
        literal_nan = [hour for hour in np.flatnonzero(~np.isfinite(values)) if texts[hour].strip()]
        if literal_nan:
            raise WeatherError(
                f"{source}: line {rows[literal_nan[0]][0]} has {texts[literal_nan[0]].strip()!r} "
                f"as {name} (field {field + 1}); give a number, or the format's code for missing"
            )
        columns[name] = np.where(_is_missing(name, values, missing), np.nan, values) * factor
    return columns


def _is_missing(name: str, values: np.ndarray, code: float) -> np.ndarray:
    """Where the format's code for missing stands; temperatures in other units go beyond theirs."""
    with np.errstate(invalid="ignore"):
        if name.startswith("temp_"):
            return (np.abs(values - code) < 0.011) | (values >= 900.0)
        return values >= code


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return not text.strip()
    return True


def _single_year(rows, leap: bool) -> int | None:
    years = {row[0].strip() for _, row in rows}
    if len(years) != 1:
        return None
    text = years.pop()
    year = int(text) if text.isdigit() else 0
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    plausible = 1900 <= year <= 2200 and (is_leap or not leap)
    return year if plausible and is_leap == leap else None
