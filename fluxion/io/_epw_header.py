"""Header records and calendar of an EPW file: place, period, ground temperatures, row order."""

from __future__ import annotations

import re

import numpy as np

from fluxion.errors import WeatherError
from fluxion.io._weather_table import day_of_year
from fluxion.units import month_lengths

HEADER_LINES = 8
FEWEST_FIELDS = 32  # files from before albedo and rain were added end here
FIELDS = 35
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_header(lines: list[list[str]], source: str) -> dict[str, list[str]]:
    if not lines or not lines[0] or lines[0][0].strip().upper() != "LOCATION":
        raise WeatherError(
            f"{source}: does not begin with a LOCATION record, so it is no EPW file; "
            "give an .epw (TMY3 .csv files are read by read_tmy3)"
        )
    header = {row[0].strip().upper(): row for row in lines[:HEADER_LINES] if row}
    if "DATA PERIODS" not in header:
        raise WeatherError(
            f"{source}: the {HEADER_LINES} header lines hold no DATA PERIODS record; "
            "restore the header of the original file"
        )
    return header


def read_period(header: dict[str, list[str]], source: str):
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
    dates = [_date(text, source) for text in record[5:7]]
    holidays = header.get("HOLIDAYS/DAYLIGHT SAVINGS", ["", "No"])
    leap_stated = len(holidays) > 1 and holidays[1].strip().lower() == "yes"
    return dates[0], dates[1], _WEEKDAYS.index(weekday), leap_stated


def _date(text: str, source: str) -> tuple[int, int]:
    """Month and day of "1/31", "1/31/2001", "31-Jan" or "Jan 31"."""
    parts = [part.lower() for part in re.split(r"[/\-\s]+", text.strip()) if part]
    named = [part[:3] for part in parts if part[:3] in _MONTHS]
    numbers = [int(part) for part in parts if part.isdigit()]
    if len(named) == 1 and numbers:
        numbers.insert(0, _MONTHS.index(named[0]) + 1)
    if len(numbers) >= 2 and len(named) + sum(part.isdigit() for part in parts) == len(parts):
        month, day = numbers[:2]
        if 1 <= month <= 12 and 1 <= day <= month_lengths(True)[month - 1]:
            return month, day
    raise WeatherError(f"{source}: DATA PERIODS has the date {text!r}; month/day is wanted")


def check_calendar(rows, start, end, leap: bool, source: str) -> None:
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
        if not FEWEST_FIELDS <= len(row) <= FIELDS + (len(row) > FIELDS and not row[-1].strip()):
            raise WeatherError(
                f"{source}: line {number} has {len(row)} fields, {FIELDS} are wanted; "
                "take the file again from its source"
            )
    if len(rows) < len(wanted):
        raise WeatherError(
            f"{source}: holds {len(rows)} hours, its header promises {len(wanted)} "
            f"({start[0]}/{start[1]} to {end[0]}/{end[1]}); the file is cut off after line "
            f"{rows[-1][0] if rows else HEADER_LINES}, take it again from its source"
        )
    if len(rows) > len(wanted):
        raise WeatherError(
            f"{source}: line {rows[len(wanted)][0]} follows the last hour that the header promises "
            f"({end[0]}/{end[1]}); remove the lines after it or correct DATA PERIODS"
        )


def read_number(text: str, source: str, line: int, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise WeatherError(f"{source}: line {line} has {text!r} as {what}; a number is wanted")
    return value


def read_ground_temperature(record: list[str], source: str) -> np.ndarray | None:
    """Twelve monthly values of the depth nearest to 0.5 m, or None."""
    fields = [field.strip() for field in record]
    if len(fields) < 2 or not fields[1].isdigit():
        return None
    blocks = []
    for index in range(int(fields[1])):
        block = fields[2 + 16 * index : 18 + 16 * index]
        if len(block) == 16:
            blocks.append(
                [read_number(block[i], source, 4, "ground temperature") for i in (0, *range(4, 16))]
            )
    if not blocks:
        return None
    nearest = min(blocks, key=lambda block: abs(block[0] - 0.5))
    return np.array(nearest[1:])
