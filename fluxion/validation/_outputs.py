"""The outputs that ASHRAE 140 asks of each case, out of an hourly run."""

from __future__ import annotations

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np

from fluxion.data import PROGRAMS, published_results
from fluxion.physics.sky_temperature import sky_temperature
from fluxion.units import HOURS_PER_DAY, month_lengths
from fluxion.validation._case_runs import CaseRun
from fluxion.weather import Weather

#: Values by case and output, in the units of `fluxion.data`.
Results = dict[str, dict[str, float]]

_MONTH_ENDS = np.cumsum([0, *month_lengths()]) * HOURS_PER_DAY
_SIDES = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}
_UPRIGHT, _LEVEL = 90.0, 0.0
#: Cases with published monthly loads, and those that measure sunlight through windows.
_MONTHLY = ("600", "900")
_UNSHADED = {"600": "south", "620": "west", "660": "south", "670": "south"}
_SHADED = {"610": ("south", "600"), "630": ("west", "620")}
_SUNSPACE, _SUN_ZONE = "960", "sun zone"
#: Pairs of cases A-B whose difference, A minus B, the standard reports besides the criteria.
DIFFERENCES = [
    "200-195",
    "210-200",
    "215-200",
    "220-210",
    "220-215",
    "230-220",
    "240-220",
    "250-220",
    "270-220",
    "280-270",
    "290-270",
    "300-270",
    "310-300",
    "320-270",
    "400-395",
    "410-400",
    "420-410",
    "430-420",
    "440-600",
    "450-600",
    "460-450",
    "460-600",
    "470-450",
    "470-600",
    "600-430",
    "610-600",
    "620-600",
    "630-620",
    "640-600",
    "650-600",
    "660-600",
    "670-600",
    "680-600",
    "685-600",
    "695-685",
    "800-430",
    "900-600",
    "900-800",
    "900-810",
    "910-610",
    "910-900",
    "920-620",
    "920-900",
    "930-630",
    "930-920",
    "940-640",
    "940-900",
    "950-650",
    "950-900",
    "960-900",
    "980-680",
    "980-900",
    "985-685",
    "985-900",
    "995-695",
    "995-985",
]
_HEATING, _COOLING = ("annual_heating", "peak_heating"), ("annual_cooling", "peak_cooling")
#: The first of the two is not heated, so that a difference would be the load of the other.
_UNHEATED = ("650-", "950-")


def published_outputs(case: str, run: CaseRun, weather: Weather) -> dict[str, float]:
    """What is published of a case, as a run has it.

    Names and units are those of `fluxion.data`: annual loads [MWh], peaks of hourly means [kW],
    temperatures [degC], sunlight of the year [kWh/m2], ratios [-]; months are numbered,
    `monthly_heating_01` [kWh]. What needs another case as well is added by `complete`.

    Args:
        case: Its name, such as `600FF`.
        run: Of the case, over the weather.
        weather: A year or whole days of it; months only come out of a whole year.
    """
    found: dict[str, float] = {}
    zones = list(run.structure.zones)
    if case.endswith("FF"):
        found |= _temperatures("zone_temp", run["zone_temperature"][:, 0])
    else:
        found |= _loads(run)
    if case == _SUNSPACE:
        sunny = run["zone_temperature"][:, zones.index(_SUN_ZONE)]
        found |= _temperatures("sunzone_temp", sunny)
    if case in _MONTHLY and len(run["heating_rate"]) == _MONTH_ENDS[-1]:
        found |= _months(run)
    if case == "600":
        for side in ("horizontal", *_SIDES):
            found[f"incident_solar_annual_{side}"] = _incident(run, side)
        found |= _temperatures("sky_temp", hourly_sky_temperature(weather))
    side = _UNSHADED.get(case) or _SHADED.get(case, ("",))[0]
    through = transmitted_through(run, side) if side else None
    if through is not None:
        state = "unshaded" if case in _UNSHADED else "shaded"
        found[f"transmitted_solar_annual_{side}_{state}"] = through
        outside = _incident(run, side)
        if case in _UNSHADED and outside > 0.0:
            found[f"transmissivity_coefficient_{side}"] = through / outside
    return found


def complete(results: Mapping[str, Mapping[str, float]]) -> Results:
    """Outputs with those added that compare two cases: shading coefficients and differences.

    Differences stand under `A-B`, as `delta_annual_heating` and so on.
    """
    found = {case: dict(outputs) for case, outputs in results.items()}
    for case, (side, other) in _SHADED.items():
        shaded = found.get(case, {}).get(f"transmitted_solar_annual_{side}_shaded")
        free = found.get(other, {}).get(f"transmitted_solar_annual_{side}_unshaded")
        if shaded is not None and free:
            found[case][f"shading_coefficient_{side}"] = 1.0 - shaded / free
    for pair in DIFFERENCES:
        rows = _difference(pair, found)
        if rows:
            found[pair] = rows
    return found


def published_differences() -> dict[str, dict[str, tuple[float, float]]]:
    """Least and greatest difference of the published programs, by `A-B` and output."""
    each = [published_results(program) for program in PROGRAMS]
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for pair in DIFFERENCES:
        rows = [_difference(pair, results) for results in each]
        for output in {name for row in rows for name in row}:
            values = [row[output] for row in rows if output in row]
            found.setdefault(pair, {})[output] = (min(values), max(values))
    return found


def transmitted_through(run: CaseRun, side: str) -> float | None:
    """Sunlight of the year through the windows of one side, or none where that is not known.

    A run sums a zone's windows, so it tells of a side where all windows face that way, or where
    it was run with the others shut besides (`run_cases` does that for cases 620 and 630).

    Returns:
        By glazed area. [kWh/m2]
    """
    glazed = run.window_area > 0
    here = glazed & _faces(run, side)
    alone = run.values.get(f"transmitted_solar_{side}")
    if not here.any() or (alone is None and (glazed & ~here).any()):
        return None
    energy = (run["transmitted_solar"] if alone is None else alone).sum() / 1000.0
    return float(energy / run.window_area[here].sum())


def hourly_sky_temperature(weather: Weather) -> np.ndarray:
    """Temperature of a black sky as the weather has it, at the middle of hours. [degC]

    The weather has the infrared irradiance of the sky at the ends of hours.
    """
    ends = np.asarray(weather.horizontal_infrared, float)
    return np.asarray(sky_temperature(jnp.asarray(0.5 * (np.roll(ends, 1) + ends))), float)


def _difference(pair: str, results: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    one, other = (results.get(case, {}) for case in pair.split("-"))
    names = _COOLING if pair.startswith(_UNHEATED) else (*_HEATING, *_COOLING)
    return {
        f"delta_{name}": one[name] - other[name] for name in names if name in one and name in other
    }


def _loads(run: CaseRun) -> dict[str, float]:
    found = {}
    for name in ("heating", "cooling"):
        found[f"annual_{name}"] = float(run[f"{name}_rate"].sum() / 1e6)
    for name in ("heating", "cooling"):
        found[f"peak_{name}"] = float(run[f"{name}_rate"].sum(axis=1).max() / 1e3)
    return found


def _months(run: CaseRun) -> dict[str, float]:
    found = {}
    for name in ("heating", "cooling"):
        rate = run[f"{name}_rate"].sum(axis=1) / 1e3
        months = [rate[a:b] for a, b in zip(_MONTH_ENDS[:-1], _MONTH_ENDS[1:], strict=True)]
        for number, month in enumerate(months, 1):
            found[f"monthly_{name}_{number:02d}"] = float(month.sum())
            found[f"monthly_peak_{name}_{number:02d}"] = float(month.max())
    return found


def _temperatures(name: str, hourly: np.ndarray) -> dict[str, float]:
    return {f"{name}_{kind}": float(getattr(hourly, kind)()) for kind in ("mean", "min", "max")}


def _faces(run: CaseRun, side: str) -> np.ndarray:
    """Which outside faces look that way."""
    if side == "horizontal":
        return np.isclose(run.tilt, _LEVEL) & (run.area > 0)
    there = np.isclose(run.azimuth, _SIDES[side])
    return there & np.isclose(run.tilt, _UPRIGHT) & (run.area > 0)


def incident_on(run: CaseRun, side: str) -> np.ndarray:
    """Hourly sunlight on the opaque face of one side, or on the roof. [W/m2]"""
    walls = _faces(run, side) & (run.window_area == 0)
    zone, face = np.argwhere(walls)[0]
    return run["incident_solar"][:, zone, face]


def _incident(run: CaseRun, side: str) -> float:
    return float(incident_on(run, side).sum() / 1e3)
