"""Missing weather values: short gaps are interpolated and noted, long ones refused."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.io._weather_table import COLUMNS, WeatherTable
from fluxion.physics.moist_air import saturation_pressure, standard_pressure
from fluxion.physics.sky_temperature import infrared_clark_allen
from fluxion.units import month_lengths

LONGEST_GAP = 6  # [h]
LONGEST_SUN_GAP = 2  # [h]
DEFAULT_ALBEDO = 0.2
_UNLIMITED = 77_777.0


def fill_missing(table: WeatherTable) -> None:
    """Fill what can honestly be filled, in place, with a note for each column touched.

    Args:
        table: As parsed; NaN marks a missing value.

    Raises:
        WeatherError: A gap is too long to fill; the line names column, place and length.
    """
    columns = table.columns
    columns["ceiling_height"] = np.where(
        np.isnan(columns["ceiling_height"]), _UNLIMITED, columns["ceiling_height"]
    )
    _fill_gaps(table, "temp_air", LONGEST_GAP)
    _fill_pressure(table)
    _fill_humidity(table)
    _fill_gaps(table, "wind_speed", LONGEST_GAP)
    _fill_direction(table)
    _fill_covers(table)
    _fill_sun(table)
    _fill_infrared(table)
    _fill_albedo(table)
    if table.ground_temperature is None:
        _fill_ground(table)
    for name in COLUMNS:
        bad = np.flatnonzero(~np.isfinite(columns[name]))
        if bad.size:
            raise table.fault(
                f"{table.where(int(bad[0]))} has no finite {name} (hour {int(bad[0])} of the data)"
                "; give a complete column"
            )


def on_host(function: Callable[..., jax.Array], *values) -> np.ndarray:
    """A function of the traced side, applied to host numbers."""
    return np.asarray(function(*(jnp.asarray(value, float) for value in values)), float)


def _runs(missing: np.ndarray) -> list[tuple[int, int]]:
    """Start and length of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(int)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _fill_gaps(table: WeatherTable, name: str, longest: int | None) -> None:
    """Interpolate over missing hours; `longest` None accepts any gap."""
    values = table.columns[name]
    missing = np.isnan(values)
    if not missing.any():
        return
    start, length = max(_runs(missing), key=lambda run: run[1])
    if missing.all() or (longest is not None and length > longest):
        raise table.fault(
            f"{name} is missing for {length} hours from {table.where(start)} on; gaps of up to "
            f"{longest} hours are filled, so give a file with this column"
        )
    hours = np.arange(values.size)
    table.columns[name] = np.interp(hours, hours[~missing], values[~missing])
    table.notes.append(f"{name}: {int(missing.sum())} missing hours interpolated")


def _fill_pressure(table: WeatherTable) -> None:
    if np.isnan(table.columns["pressure"]).all():
        value = float(on_host(standard_pressure, table.elevation))
        table.columns["pressure"] = np.full(table.hours, value)
        table.notes.append(f"pressure: no column, standard atmosphere of {value:.0f} Pa taken")
    _fill_gaps(table, "pressure", LONGEST_GAP)


def _fill_humidity(table: WeatherTable) -> None:
    columns = table.columns
    dew, humidity = np.isnan(columns["temp_dew"]), np.isnan(columns["relative_humidity"])
    saturated = on_host(saturation_pressure, columns["temp_air"])
    from_humidity = dew & ~humidity
    if from_humidity.any():
        vapour = np.maximum(columns["relative_humidity"], 0.1) / 100.0 * saturated
        columns["temp_dew"] = np.where(from_humidity, _dew_point(vapour), columns["temp_dew"])
        table.notes.append(
            f"temp_dew: {int(from_humidity.sum())} missing hours from relative_humidity"
        )
    from_dew = humidity & ~dew
    if from_dew.any():
        vapour = on_host(saturation_pressure, columns["temp_dew"])
        columns["relative_humidity"] = np.where(
            from_dew, np.minimum(100.0 * vapour / saturated, 100.0), columns["relative_humidity"]
        )
        table.notes.append(f"relative_humidity: {int(from_dew.sum())} missing hours from temp_dew")
    _fill_gaps(table, "temp_dew", LONGEST_GAP)
    _fill_gaps(table, "relative_humidity", LONGEST_GAP)


def _dew_point(vapour: np.ndarray) -> np.ndarray:
    """Temperature at which air saturates, by table."""
    temperature = np.arange(-100.0, 80.0, 0.05)
    pressure = on_host(saturation_pressure, temperature)
    return np.interp(np.log(vapour), np.log(pressure), temperature)


def _fill_direction(table: WeatherTable) -> None:
    """Fill by the parts of the unit vector, so that 350 and 10 degrees meet at north."""
    missing = np.isnan(table.columns["wind_direction"])
    if not missing.any():
        return
    length = max(run[1] for run in _runs(missing))
    if missing.all() or length > LONGEST_GAP:
        _fill_gaps(table, "wind_direction", LONGEST_GAP)
    hours = np.arange(table.hours)
    radians = np.deg2rad(table.columns["wind_direction"])
    east, north = (
        np.interp(hours, hours[~missing], part[~missing])
        for part in (np.sin(radians), np.cos(radians))
    )
    filled = np.rad2deg(np.arctan2(east, north)) % 360.0
    table.columns["wind_direction"] = np.where(missing, filled, table.columns["wind_direction"])
    table.notes.append(f"wind_direction: {int(missing.sum())} missing hours interpolated")


def _fill_covers(table: WeatherTable) -> None:
    for name in ("total_sky_cover", "opaque_sky_cover"):
        if np.isnan(table.columns[name]).all():
            table.columns[name] = np.full(table.hours, 0.5)
            table.notes.append(f"{name}: no column, 0.5 taken throughout")
        _fill_gaps(table, name, None)


def hourly_sun_height(table: WeatherTable) -> tuple[np.ndarray, np.ndarray]:
    """Mean over each hour of the sine of the sun's altitude, 0 when down, and its hour angle.

    Returns:
        Mean positive sine [-], and hour angle at mid-hour between -180 and 180 [deg].
    """
    declination, equation, _ = table.sun
    hour = np.arange(table.hours) % 24 + 0.5
    angle = 15.0 * (hour - 12.0) + table.longitude - 15.0 * table.utc_offset + equation / 4.0
    within = angle[:, None] + 15.0 * ((np.arange(12) + 0.5) / 12.0 - 0.5)
    phi, dec = np.deg2rad(table.latitude), np.deg2rad(declination)[:, None]
    sine = np.sin(phi) * np.sin(dec) + np.cos(phi) * np.cos(dec) * np.cos(np.deg2rad(within))
    return np.maximum(sine, 0.0).mean(axis=1), (angle + 180.0) % 360.0 - 180.0


def _fill_sun(table: WeatherTable) -> None:
    """Night is 0; two of the three irradiances give the third; short gaps are interpolated."""
    columns = table.columns
    gaps = {name: np.isnan(columns[name]) for name in ("ghi", "dni", "dhi")}
    if not any(gap.any() for gap in gaps.values()):
        return
    height, _ = hourly_sun_height(table)
    night = height <= 0.0
    for name in gaps:
        columns[name] = np.where(gaps[name] & night, 0.0, columns[name])
    ghi, dni, dhi = columns["ghi"], columns["dni"], columns["dhi"]
    beam = np.where(height > 0.0, dni * height, 0.0)
    low = np.maximum(height, np.sin(np.deg2rad(5.0)))
    closed = {
        "ghi": beam + dhi,
        "dhi": np.maximum(ghi - beam, 0.0),
        "dni": np.maximum(ghi - dhi, 0.0) / low,
    }
    for name, estimate in closed.items():
        fills = np.isnan(columns[name]) & np.isfinite(estimate)
        if fills.any():
            columns[name] = np.where(fills, estimate, columns[name])
            table.notes.append(f"{name}: {int(fills.sum())} missing hours from the other two")
    for name in gaps:
        _fill_gaps(table, name, LONGEST_SUN_GAP)


def _fill_infrared(table: WeatherTable) -> None:
    """Hours without infrared (missing or 0) get the Clark and Allen value."""
    columns = table.columns
    missing = np.isnan(columns["horizontal_infrared"]) | (columns["horizontal_infrared"] <= 0.0)
    if not missing.any():
        return
    model = on_host(
        infrared_clark_allen, columns["temp_air"], columns["temp_dew"], columns["opaque_sky_cover"]
    )
    columns["horizontal_infrared"] = np.where(missing, model, columns["horizontal_infrared"])
    table.notes.append(
        f"horizontal_infrared: {int(missing.sum())} missing hours by the Clark and Allen model"
    )


def _fill_albedo(table: WeatherTable) -> None:
    values = table.columns["albedo"]
    missing = np.isnan(values) | (values <= 0.0)
    if missing.any():
        table.columns["albedo"] = np.where(missing, DEFAULT_ALBEDO, values)
        table.notes.append(f"albedo: {int(missing.sum())} missing hours set to {DEFAULT_ALBEDO}")


def _fill_ground(table: WeatherTable) -> None:
    """Monthly ground temperatures at 0.5 m from the air's yearly wave (Kusuda and Achenbach)."""
    lengths = np.array(month_lengths(table.leap_year))
    year = int(lengths.sum())
    if table.hours < year * 24:
        table.ground_temperature = np.full(12, table.columns["temp_air"].mean())
        table.notes.append("ground_temperature: no record, mean air temperature taken")
        return
    month = np.repeat(np.arange(12), lengths)
    daily = np.roll(table.columns["temp_air"].reshape(-1, 24).mean(axis=1), table.start_day)
    monthly = np.array([daily[month == index].mean() for index in range(12)])
    middle = np.cumsum(lengths) - lengths / 2.0
    amplitude = (monthly.max() - monthly.min()) / 2.0
    coldest = middle[monthly.argmin()]
    diffusivity, depth = 2.3225760e-3, 0.5  # [m2/day], [m]
    decay = depth * np.sqrt(np.pi / (year * diffusivity))
    phase = 2.0 * np.pi * (middle - coldest) / year - decay
    table.ground_temperature = monthly.mean() - amplitude * np.exp(-decay) * np.cos(phase)
    table.notes.append(
        "ground_temperature: no record, computed at 0.5 m from the air's yearly wave"
    )
