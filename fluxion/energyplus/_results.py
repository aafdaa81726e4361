"""From the engine's SQLite file to the dataset of our own simulations."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.building import Building
from fluxion.energyplus._calendar import counts_from
from fluxion.energyplus._labels import Labels, ZoneLabels, labels_of, read_labels
from fluxion.energyplus._settings import VARIABLES
from fluxion.errors import InputError, require
from fluxion.simulation import OUTPUTS
from fluxion.units import JOULES_PER_KWH, SECONDS_PER_HOUR
from fluxion.weather import Weather

if TYPE_CHECKING:
    import xarray

SQL = "eplusout.sql"
#: What of the weather stands beside the results, with its unit.
_WEATHER = {"temp_air": "degC", "ghi": "W/m2", "dni": "W/m2", "dhi": "W/m2", "wind_speed": "m/s"}
_TIMES = """SELECT TimeIndex, Year, Month, Day, Hour FROM Time
    WHERE COALESCE(WarmupFlag, 0) = 0 AND IntervalType = 1 ORDER BY TimeIndex"""
_PERIODS = "SELECT EnvironmentName FROM EnvironmentPeriods"
_KEYS = """SELECT ReportDataDictionaryIndex, UPPER(KeyValue), Name FROM ReportDataDictionary
    WHERE ReportingFrequency = 'Hourly'"""
_VALUES = "SELECT TimeIndex, ReportDataDictionaryIndex, Value FROM ReportData"

Table = dict[tuple[str, str], np.ndarray]


def read_results(
    path: str | PathLike[str],
    building: Building | None = None,
    *,
    weather: Weather | None = None,
) -> xarray.Dataset:
    """Read hourly results of the engine into the dataset of `fluxion.io.to_xarray`.

    Args:
        path: An `eplusout.sql`, or the folder of a run.
        building: That was exported; gives zones and surfaces their names here. None takes what
            `run` wrote beside the results, else the engine's names.
        weather: Of the run, to stand beside the results.

    Returns:
        A dataset over `time` (starts of hours) and `zone`, with the names, axes and units of
        `fluxion.simulate`. Where a zone has fewer faces than another, values are NaN.

    Raises:
        MissingExtraError: xarray is not installed.
        InputError: There is no such file, or it does not hold hourly results.
    """
    xr = require("xarray", "energyplus")
    path = Path(path)
    sql = path / SQL if path.is_dir() else path
    stamps, table = _read_table(sql)
    labels = labels_of(building) if building is not None else read_labels(sql.parent)
    zones = (labels or _engine_labels(sql)).zones
    variables = {}
    for name in VARIABLES:
        found = _variable(name, zones, table, len(stamps))
        if found is not None:
            output = OUTPUTS[name]
            attributes = {
                "units": output.unit,
                "long_name": output.title,
                "cell_methods": "time: mean",
            }
            variables[name] = (("time", *output.axes), found, attributes)
    if not variables:
        raise InputError(
            f"{str(sql)!r} holds none of the results that are read here; "
            "run a model that 'fluxion.energyplus.export' wrote"
        )
    coordinates: dict[str, Any] = {
        "time": ("time", stamps, {"long_name": "Start of the hour, local standard time"}),
        "zone": ("zone", np.asarray([zone.name for zone in zones], dtype=object)),
    }
    for axis in ("face", "outside"):
        if any(axis in OUTPUTS[name].axes for name in variables):
            names = [[name for name, _ in row] for row in _slots(zones, axis)]
            coordinates[f"{axis}_name"] = (("zone", axis), np.asarray(names, dtype=object))
    if weather is not None and weather.hours == len(stamps):
        for name in _WEATHER:
            values = np.asarray(getattr(weather, name), float)
            variables[name] = ("time", values, {"units": _WEATHER[name]})
    return xr.Dataset(variables, coordinates, {"title": "Building simulation by EnergyPlus"})


def summarize(results: xarray.Dataset) -> dict[str, Any]:
    """Energies, peaks and temperatures, with the keys of `fluxion.io.summarize`.

    Args:
        results: Of `read_results`.

    Returns:
        "annual" with energies [kWh] and peaks of the building's hourly means [kW]; "zones" with
        each zone's energies [kWh] and least, mean and greatest air temperature [degC].
    """
    for name in ("heating_rate", "cooling_rate", "zone_temperature"):
        if name not in results:
            raise InputError(
                f"{name} is not among the results, so they have no summary; "
                "run the model with that output"
            )
    heating, cooling, temperature = (
        np.asarray(results[name], float)
        for name in ("heating_rate", "cooling_rate", "zone_temperature")
    )
    kwh = SECONDS_PER_HOUR / JOULES_PER_KWH

    def energies(heat: np.ndarray, cold: np.ndarray) -> dict[str, float]:
        return {"heating_kWh": float(heat.sum() * kwh), "cooling_kWh": float(cold.sum() * kwh)}

    zones = {
        str(name): {
            **energies(heating[:, i], cooling[:, i]),
            "temperature_min_C": float(temperature[:, i].min()),
            "temperature_mean_C": float(temperature[:, i].mean()),
            "temperature_max_C": float(temperature[:, i].max()),
        }
        for i, name in enumerate(results["zone"].values)
    }
    peaks = {
        "peak_heating_kW": float(heating.sum(axis=1).max() / 1000.0),
        "peak_cooling_kW": float(cooling.sum(axis=1).max() / 1000.0),
    }
    return {"annual": {**energies(heating, cooling), **peaks}, "zones": zones}


def _read_table(sql: Path) -> tuple[np.ndarray, Table]:
    """Starts of the hours, and the hourly series by variable and key."""
    if not sql.is_file():
        raise InputError(f"there is no result file {str(sql)!r}; give an eplusout.sql")
    try:
        with closing(sqlite3.connect(f"{sql.resolve().as_uri()}?mode=ro", uri=True)) as base:
            times = base.execute(_TIMES).fetchall()
            periods = base.execute(_PERIODS).fetchall()
            keys = base.execute(_KEYS).fetchall()
            values = np.asarray(base.execute(_VALUES).fetchall(), float).reshape(-1, 3)
    except sqlite3.Error as error:
        raise InputError(
            f"{str(sql)!r} is no result file of EnergyPlus ({error}); give an eplusout.sql"
        ) from None
    if not times or not keys:
        raise InputError(f"{str(sql)!r} holds no hourly results; ask for them in the model")
    begins = next((day for (name,) in periods if (day := counts_from(name))), None)
    if begins is not None:
        first = (begins.year, begins.month, begins.day)
        times = [row for row in times if row[1:4] >= first]
    order = {row[0]: i for i, row in enumerate(times)}
    column = {row[0]: i for i, row in enumerate(keys)}
    rows = _look_up(values[:, 0], order)
    columns = _look_up(values[:, 1], column)
    kept = (rows >= 0) & (columns >= 0)
    grid = np.full((len(times), len(keys)), np.nan)
    grid[rows[kept], columns[kept]] = values[kept, 2]
    return _stamps(times), {(name, key): grid[:, column[i]] for i, key, name in keys}


def _look_up(values: np.ndarray, places: dict[int, int]) -> np.ndarray:
    """The place of each value, -1 where it has none."""
    most = int(max(values.max(initial=0.0), max(places)))
    table = np.full(most + 1, -1)
    table[list(places)] = list(places.values())
    return table[values.astype(int)]


def _stamps(times: list[tuple[Any, ...]]) -> np.ndarray:
    year, month, day, hour = times[0][1:5]
    hours = (hour - 1 + np.arange(len(times))).astype("timedelta64[h]")
    first = np.datetime64(f"{year or 2001}-{month:02d}-{day:02d}T00", "h")
    return (first + hours).astype("datetime64[ns]")


def _slots(zones: tuple[ZoneLabels, ...], axis: str) -> list[list[tuple[str, str]]]:
    """Name and key of each face of each zone; both empty where a zone has fewer."""
    blocks = ("envelope", "partition", "window") if axis == "face" else ("envelope", "window")
    rows: list[list[tuple[str, str]]] = [[] for _ in zones]
    for block in blocks:
        width = max(len(getattr(zone, block)) for zone in zones)
        for row, zone in zip(rows, zones, strict=True):
            own = getattr(zone, block)
            row += [*own, *[("", "")] * (width - len(own))]
    return rows


def _variable(
    name: str, zones: tuple[ZoneLabels, ...], table: Table, hours: int
) -> np.ndarray | None:
    """Hourly values of a result, or None where the file does not have it."""
    variable, kind, factor = VARIABLES[name]
    reported = {key for found, key in table if found == variable}
    # What no zone has is nothing, whether it was asked for or not.
    nothing = {
        "plant": all(zone.plant is None for zone in zones),
        "window": not any(zone.window for zone in zones),
    }.get(kind, False)
    if nothing and not reported:
        return np.zeros((hours, len(zones)))
    if not reported or (
        kind == "plant" and not reported <= {(zone.plant or "").upper() for zone in zones}
    ):
        return None

    def series(key: str | None, absent: float) -> np.ndarray:
        found = table.get((variable, (key or "").upper()))
        return np.full(hours, absent) if found is None else found * factor

    if kind == "zone":
        return np.stack([series(zone.key, np.nan) for zone in zones], axis=1)
    if kind == "plant":
        return np.stack([series(zone.plant, 0.0) for zone in zones], axis=1)
    if kind == "window":
        return np.stack(
            [sum((series(key, 0.0) for _, key in zone.window), np.zeros(hours)) for zone in zones],
            axis=1,
        )
    # Faces without sun have no report of it.
    dark = 0.0 if name == "incident_solar" else np.nan
    return np.stack(
        [
            np.stack([series(key, dark if key else np.nan) for _, key in row], axis=1)
            for row in _slots(zones, kind)
        ],
        axis=1,
    )


def _engine_labels(sql: Path) -> Labels:
    """Zones and surfaces as the engine lists them."""
    with closing(sqlite3.connect(f"{sql.resolve().as_uri()}?mode=ro", uri=True)) as base:
        zones = base.execute("SELECT ZoneIndex, ZoneName FROM Zones ORDER BY ZoneIndex").fetchall()
        surfaces = base.execute(
            "SELECT SurfaceName, ClassName, ZoneIndex, ExtBoundCond, SurfaceIndex FROM Surfaces "
            "WHERE HeatTransferSurf = 1 ORDER BY SurfaceIndex"
        ).fetchall()
    found = []
    for index, zone in zones:
        own = [row for row in surfaces if row[2] == index]
        glass = [row for row in own if row[1] in ("Window", "GlassDoor")]
        inner = [row for row in own if row[3] > 0 and row[3] != row[4] and row not in glass]
        outer = [row for row in own if row not in glass and row not in inner]
        found.append(
            ZoneLabels(
                zone,
                zone,
                zone,  # as systems are called that `export` writes
                *(tuple((row[0], row[0]) for row in rows) for rows in (outer, inner, glass)),
            )
        )
    return Labels(tuple(found))
