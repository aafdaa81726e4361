"""Is it plausible? Units, places and clocks that are wrong show in the magnitudes."""

from __future__ import annotations

import numpy as np

from fluxion.io._weather_fill import hourly_sun_height, on_host
from fluxion.io._weather_table import WeatherTable
from fluxion.physics.moist_air import standard_pressure

SOLAR_CONSTANT = 1361.0  # [W/m2]
_LARGEST_CLOCK_ERROR = 3.5  # [h] between the time zone and the meridian; China has 3
_LARGEST_NOON_SHIFT = 0.75  # [h]


def check_table(table: WeatherTable) -> None:
    """Refuse a table whose place, units or clock cannot be right.

    Args:
        table: Complete, without NaN.

    Raises:
        WeatherError: One line: what is there, what was wanted, what to do.
    """
    _check_site(table)
    _check_temperatures(table)
    _check_humidity(table)
    _check_pressure(table)
    _check_others(table)
    _check_sun(table)


def _check_site(table: WeatherTable) -> None:
    if not -90.0 <= table.latitude <= 90.0:
        raise table.fault(f"latitude is {table.latitude:g}; -90 to 90 degrees, north positive")
    if not -180.0 <= table.longitude <= 180.0:
        raise table.fault(f"longitude is {table.longitude:g}; -180 to 180 degrees, east positive")
    if not -430.0 <= table.elevation <= 9000.0:
        raise table.fault(f"elevation is {table.elevation:g}; -430 to 9000 m are wanted")
    off = (table.utc_offset - table.longitude / 15.0 + 12.0) % 24.0 - 12.0
    if abs(off) > _LARGEST_CLOCK_ERROR:
        raise table.fault(
            f"time zone {table.utc_offset:+g} h does not belong to longitude {table.longitude:g}; "
            "east is positive for both, correct the sign or the hours in the header"
        )


def _check_range(table: WeatherTable, name: str, low: float, high: float, unit: str) -> None:
    values = table.columns[name]
    bad = np.flatnonzero((values < low) | (values > high))
    if bad.size:
        hour = int(bad[0])
        raise table.fault(
            f"{table.where(hour)} has {name} {values[hour]:g} {unit}; {low:g} to {high:g} {unit} "
            "are wanted, correct the value or give the format's code for missing"
        )


def _check_temperatures(table: WeatherTable) -> None:
    for name in ("temp_air", "temp_dew"):
        median = float(np.median(table.columns[name]))
        if median > 150.0:
            raise table.fault(f"{name} has the median {median:.0f}: this looks like K; give degC")
        if median > 45.0:
            raise table.fault(
                f"{name} has the median {median:.0f}: this looks like degF; give degC"
            )
    _check_range(table, "temp_air", -90.0, 70.0, "degC")
    _check_range(table, "temp_dew", -110.0, 60.0, "degC")
    above = table.columns["temp_dew"] - table.columns["temp_air"]
    if np.mean(above > 5.0) > 0.01:
        hour = int(np.argmax(above > 5.0))
        raise table.fault(
            f"temp_dew is far above temp_air in {int((above > 5.0).sum())} hours, first at "
            f"{table.where(hour)}; check that the two columns are in place and in degC"
        )


def _check_humidity(table: WeatherTable) -> None:
    values = table.columns["relative_humidity"]
    if values.max() <= 1.0:
        raise table.fault("relative_humidity never exceeds 1: this looks like a fraction; give %")
    _check_range(table, "relative_humidity", 0.0, 110.0, "%")


def _check_pressure(table: WeatherTable) -> None:
    median = float(np.median(table.columns["pressure"]))
    for low, high, unit in ((30.0, 120.0, "kPa"), (300.0, 1200.0, "hPa")):
        if low <= median <= high:
            raise table.fault(
                f"pressure has the median {median:g}: this looks like {unit}; give Pa"
            )
    _check_range(table, "pressure", 31_000.0, 120_000.0, "Pa")
    standard = float(on_host(standard_pressure, table.elevation))
    if abs(median / standard - 1.0) > 0.12:
        raise table.fault(
            f"pressure has the median {median:.0f} Pa, {standard:.0f} Pa belong to the elevation "
            f"{table.elevation:g} m; give station pressure (not reduced to sea level) and metres"
        )


def _check_others(table: WeatherTable) -> None:
    _check_range(table, "wind_speed", 0.0, 110.0, "m/s")
    _check_range(table, "wind_direction", 0.0, 360.0, "deg")
    _check_range(table, "horizontal_infrared", 50.0, 700.0, "W/m2")
    _check_range(table, "total_sky_cover", 0.0, 1.0, "(tenths of 10)")
    _check_range(table, "opaque_sky_cover", 0.0, 1.0, "(tenths of 10)")
    _check_range(table, "albedo", 0.0, 1.0, "")


def _check_sun(table: WeatherTable) -> None:
    ghi, dni, dhi = (table.columns[name] for name in ("ghi", "dni", "dhi"))
    for name in ("ghi", "dni", "dhi"):
        _check_range(table, name, 0.0, 9000.0, "W/m2")
    height, angle = hourly_sun_height(table)
    available = SOLAR_CONSTANT * height.sum()
    if available > 0.0 and ghi.sum() > 0.95 * available:
        raise table.fault(
            f"ghi adds up to {ghi.sum() / available:.1f} times what reaches the top of the "
            "atmosphere: this looks like kJ/m2; give Wh/m2 (W/m2 as hourly means)"
        )
    too_much = dni > 1.1 * SOLAR_CONSTANT
    if too_much.mean() > 0.002:
        raise table.fault(
            f"dni exceeds the sun's own {SOLAR_CONSTANT:.0f} W/m2 in {int(too_much.sum())} hours: "
            "this looks like kJ/m2; give Wh/m2 (W/m2 as hourly means)"
        )
    if available > 0.0 and dhi.sum() > 0.95 * available:
        raise table.fault("dhi adds up to more than reaches the top of the atmosphere; give W/m2")
    light = ghi if ghi.sum() > 0.0 else dni + dhi
    day = light * (np.abs(angle) < 150.0)
    if day.sum() > 0.0 and table.hours >= 24 * 28:
        shift = float(np.sum(day * angle) / day.sum()) / 15.0
        if abs(shift) > _LARGEST_NOON_SHIFT:
            raise table.fault(
                f"the sunlight is centred {shift:+.1f} h from solar noon; check time zone, "
                "longitude and that hours are labelled by their end in standard time"
            )
