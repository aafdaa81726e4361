"""EnergyPlus weather files: header, 35 columns, calendar; strict about order and gaps in rows.

An EPW hour label h (1 to 24) names the interval that ends at h; row 0 of the result is the
first hour of the first day.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from fluxion.errors import WeatherError
from fluxion.io._weather_checks import check_table
from fluxion.io._weather_fill import fill_missing
from fluxion.io._weather_table import (
    WeatherFile,
    WeatherProvenance,
    WeatherTable,
    build_weather,
    day_of_year,
    file_sha256,
    month_lengths,
)
from fluxion.weather import Weather

_HEADER_LINES = 8
_FEWEST_FIELDS = 32  # files from before albedo and rain were added end here
_FIELDS = 35
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
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
    path = Path(path)
    table, station = parse_epw(path)
    fill_missing(table)
    check_table(table)
    provenance = WeatherProvenance(
        path=path,
        format="epw",
        sha256=file_sha256(path),
        station=station,
        notes=tuple(table.notes),
    )
    return WeatherFile(build_weather(table, dtype), provenance)


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
    header = _header(lines, source)
    location = header["LOCATION"]
    if len(location) < 10:
        raise WeatherError(
            f"{source}: line 1 (LOCATION) has {len(location)} fields, 10 are wanted: name, region, "
            "country, source, number, latitude, longitude, time zone, elevation"
        )
    latitude, longitude, utc_offset, elevation = (
        _number(location[field], source, 1, what)
        for field, what in ((6, "latitude"), (7, "longitude"), (8, "time zone"), (9, "elevation"))
    )
    rows = [(number + 1, row) for number, row in enumerate(lines) if number >= _HEADER_LINES]
    while rows and not any(field.strip() for field in rows[-1][1]):
        rows.pop()
    start, end, weekday, leap_stated = _period(header, source)
    leap = any(row[1:3] and [f.strip() for f in row[1:3]] == ["2", "29"] for _, row in rows)
    _check_calendar(rows, start, end, leap, source)
    numbers = [number for number, _ in rows]
    table = WeatherTable(
        source=source,
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        utc_offset=utc_offset,
        columns=_columns(rows, source),
        where=lambda hour: f"line {numbers[hour]}",
        ground_temperature=_ground_temperature(header.get("GROUND TEMPERATURES", []), source),
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


def _header(lines: list[list[str]], source: str) -> dict[str, list[str]]:
    if not lines or not lines[0] or lines[0][0].strip().upper() != "LOCATION":
        raise WeatherError(
            f"{source}: does not begin with a LOCATION record, so it is no EPW file; "
            "give an .epw (TMY3 .csv files are read by read_tmy3)"
        )
    header = {row[0].strip().upper(): row for row in lines[:_HEADER_LINES] if row}
    if "DATA PERIODS" not in header:
        raise WeatherError(
            f"{source}: the {_HEADER_LINES} header lines hold no DATA PERIODS record; "
            "restore the header of the original file"
        )
    return header


def _period(header: dict[str, list[str]], source: str):
    """Start and end as (month, day), weekday of the start, and whether a leap year is stated."""
    record = [field.strip() for field in header["DATA PERIODS"]]
    if len(record) < 7:
        raise WeatherError(
            f"{source}: DATA PERIODS has {len(record)} fields, 7 are wanted: number of periods, "
            "records an hour, name, weekday, start, end"
        )
    if record[1] != "1":
        raise WeatherError(
            f"{source}: holds {record[1]} data periods; give a file with one data period"
        )
    if record[2] != "1":
        raise WeatherError(
            f"{source}: holds {record[2]} records an hour; give an hourly file (1 record an hour)"
        )
    weekday = record[4].lower()
    if weekday not in _WEEKDAYS:
        raise WeatherError(
            f"{source}: DATA PERIODS starts on {record[4]!r}; a weekday such as Sunday is wanted"
        )
    dates = []
    for text in record[5:7]:
        parts = text.replace(" ", "").split("/")
        if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts):
            raise WeatherError(f"{source}: DATA PERIODS has the date {text!r}; month/day is wanted")
        month, day = int(parts[0]), int(parts[1])
        if not 1 <= month <= 12 or not 1 <= day <= month_lengths(True)[month - 1]:
            raise WeatherError(f"{source}: DATA PERIODS has the date {text!r}; month/day is wanted")
        dates.append((month, day))
    holidays = header.get("HOLIDAYS/DAYLIGHT SAVINGS", ["", "No"])
    leap_stated = len(holidays) > 1 and holidays[1].strip().lower() == "yes"
    return dates[0], dates[1], _WEEKDAYS.index(weekday), leap_stated


def _check_calendar(rows, start, end, leap: bool, source: str) -> None:
    """Every row is the hour after the one before it, from the stated start to the stated end."""
    lengths = month_lengths(leap)
    first, last = day_of_year(start, leap), day_of_year(end, leap)
    days = (last - first) % sum(lengths) + 1
    labels = [(month + 1, day + 1) for month, length in enumerate(lengths) for day in range(length)]
    wanted = [
        (*labels[(first + day) % len(labels)], hour) for day in range(days) for hour in range(1, 25)
    ]
    for (number, row), label in zip(rows, wanted, strict=False):
        try:
            month, day, hour = (int(float(field)) for field in row[1:4])
        except ValueError:
            raise WeatherError(
                f"{source}: line {number} has no month, day and hour in fields 2 to 4; "
                "every line after the header must be an hour"
            ) from None
        if (month, day, hour) != label:
            hint = "the hours of an EPW run from 1 to 24, each labelled by its end"
            if hour != 0:
                hint = "rows are missing, repeated or out of order"
            raise WeatherError(
                f"{source}: line {number} is month {month} day {day} hour {hour} where month "
                f"{label[0]} day {label[1]} hour {label[2]} is due; {hint}"
            )
        if not _FEWEST_FIELDS <= len(row) <= _FIELDS + (len(row) > _FIELDS and not row[-1].strip()):
            raise WeatherError(
                f"{source}: line {number} has {len(row)} fields, {_FIELDS} are wanted; "
                "take the file again from its source"
            )
    if len(rows) < len(wanted):
        raise WeatherError(
            f"{source}: holds {len(rows)} hours, its header promises {len(wanted)} "
            f"({start[0]}/{start[1]} to {end[0]}/{end[1]}); the file is cut off after line "
            f"{rows[-1][0] if rows else _HEADER_LINES}, take it again from its source"
        )
    if len(rows) > len(wanted):
        raise WeatherError(
            f"{source}: line {rows[len(wanted)][0]} follows the last hour that the header promises "
            f"({end[0]}/{end[1]}); remove the lines after it or correct DATA PERIODS"
        )


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
        with np.errstate(invalid="ignore"):
            columns[name] = np.where(values >= missing, np.nan, values) * factor
    return columns


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return not text.strip()
    return True


def _number(text: str, source: str, line: int, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise WeatherError(f"{source}: line {line} has {text!r} as {what}; a number is wanted")
    return value


def _ground_temperature(record: list[str], source: str) -> np.ndarray | None:
    """Twelve monthly values of the depth nearest to 0.5 m, or None."""
    fields = [field.strip() for field in record]
    if len(fields) < 2 or not fields[1].isdigit():
        return None
    blocks = []
    for index in range(int(fields[1])):
        block = fields[2 + 16 * index : 18 + 16 * index]
        if len(block) == 16:
            blocks.append(
                [_number(block[i], source, 4, "ground temperature") for i in (0, *range(4, 16))]
            )
    if not blocks:
        return None
    nearest = min(blocks, key=lambda block: abs(block[0] - 0.5))
    return np.array(nearest[1:])


def _single_year(rows, leap: bool) -> int | None:
    years = {row[0].strip() for _, row in rows}
    if len(years) != 1:
        return None
    text = years.pop()
    year = int(text) if text.isdigit() else 0
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    plausible = 1900 <= year <= 2200 and (is_leap or not leap)
    return year if plausible and is_leap == leap else None
