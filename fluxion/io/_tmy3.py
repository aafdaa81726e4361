"""TMY3 station files of the US National Solar Radiation Data Base, read through pvlib.

Rows are stamped 01:00 to 24:00, the end of the hour they stand for; months come from different
years. These files hold no infrared column and no ground temperatures: both are computed and
noted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fluxion.errors import WeatherError
from fluxion.io._weather_cache import read_file
from fluxion.io._weather_table import (
    WeatherFile,
    WeatherTable,
)
from fluxion.units import month_lengths
from fluxion.weather import Weather

_FIRST_DATA_LINE = 3
_SUNDAY = 6
# Name in pvlib, factor to the unit of `Weather`.
_COLUMNS: dict[str, tuple[str, float]] = {
    "temp_air": ("temp_air", 1.0),
    "temp_dew": ("temp_dew", 1.0),
    "relative_humidity": ("relative_humidity", 1.0),
    "pressure": ("pressure", 100.0),
    "wind_speed": ("wind_speed", 1.0),
    "wind_direction": ("wind_direction", 1.0),
    "ghi": ("ghi", 1.0),
    "dni": ("dni", 1.0),
    "dhi": ("dhi", 1.0),
    "total_sky_cover": ("TotCld (tenths)", 0.1),
    "opaque_sky_cover": ("OpqCld (tenths)", 0.1),
    "ceiling_height": ("CeilHgt (m)", 1.0),
    "albedo": ("albedo", 1.0),
}


def read_tmy3(path: str | Path, *, dtype=None) -> Weather:
    """Read and check a TMY3 station file.

    Args:
        path: The file.
        dtype: Of all arrays; None takes JAX's default float.

    Returns:
        Hourly weather in local standard time; its first weekday is Sunday, as in the EPW files
        made from the same data.

    Raises:
        WeatherError: The file is not a whole, plausible TMY3 year; the line says why.

    Notes:
        Source: Wilcox and Marion, Users Manual for TMY3 Data Sets, NREL/TP-581-43156, 2008.
    """
    return read_tmy3_file(path, dtype=dtype).weather


def read_tmy3_file(path: str | Path, *, dtype=None) -> WeatherFile:
    """As `read_tmy3`, together with where the weather came from and what was filled in."""
    return read_file(path, "tmy3", parse_tmy3, dtype)


def parse_tmy3(path: Path) -> tuple[WeatherTable, str]:
    """Parse a TMY3 file without judging its values; missing ones become NaN.

    Returns:
        The table and the station as the header names it.
    """
    import pvlib

    try:
        frame, station = pvlib.iotools.read_tmy3(path, map_variables=True)
    except OSError as error:
        raise WeatherError(
            f"{path}: cannot be read ({error.strerror}); give the path of a TMY3 file"
        ) from error
    except Exception as error:
        raise WeatherError(
            f"{path.name}: is not a TMY3 station file ({error}); give a TMY3 .csv (EPW files are "
            "read by read_epw)"
        ) from error
    absent = [name for name, _ in _COLUMNS.values() if name not in frame]
    if absent:
        raise WeatherError(
            f"{path.name}: has no column {absent[0]!r}; give a TMY3 file with all its columns"
        )
    stamps = zip(frame["Date (MM/DD/YYYY)"], frame["Time (HH:MM)"], strict=True)
    _check_calendar([(str(date), str(time)) for date, time in stamps], path.name)
    columns = {}
    for name, (column, factor) in _COLUMNS.items():
        values = np.asarray(frame[column], float)
        with np.errstate(invalid="ignore"):
            missing = values <= -900.0 if name in ("temp_air", "temp_dew") else values < 0.0
        columns[name] = np.where(missing, np.nan, values) * factor
    columns["horizontal_infrared"] = np.full(len(frame), np.nan)
    name = str(station["Name"]).strip('" ').title()
    table = WeatherTable(
        source=path.name,
        latitude=float(station["latitude"]),
        longitude=float(station["longitude"]),
        elevation=float(station["altitude"]),
        utc_offset=float(station["TZ"]),
        columns=columns,
        where=lambda hour: f"line {hour + _FIRST_DATA_LINE}",
        first_weekday=_SUNDAY,
        name=name,
    )
    return table, f"{name}, {station['State']}, USA, TMY3, {station['USAF']}"


def _check_calendar(stamps: list[tuple[str, str]], source: str) -> None:
    wanted = [
        (f"{month + 1:02d}/{day + 1:02d}", f"{hour:02d}:00")
        for month, length in enumerate(month_lengths(False))
        for day in range(length)
        for hour in range(1, 25)
    ]
    for index, ((date, time), label) in enumerate(zip(stamps, wanted, strict=False)):
        if (date[:5], time.zfill(5)) != label:
            raise WeatherError(
                f"{source}: line {index + _FIRST_DATA_LINE} is {date[:5]} {time} where "
                f"{label[0]} {label[1]} is due; rows are missing, repeated or out of order"
            )
    if len(stamps) != len(wanted):
        raise WeatherError(
            f"{source}: holds {len(stamps)} hours, a TMY3 year has {len(wanted)}; take the file "
            "again from its source"
        )
