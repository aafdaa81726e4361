"""Derivatives beside reruns of EnergyPlus with the description changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluxion.building import Building, Outdoors, Surface, Zone
from fluxion.io import WeatherFile
from fluxion.simulation import Options
from fluxion.units import SECONDS_PER_HOUR
from fluxion.validation._engines import default_settings
from fluxion.validation._sensitivities import Sensitivities
from fluxion.validation._slope_checks import central_differences_of

#: Cases that are run again.
CASES = ("600", "630", "900")
Change = Callable[[Building, float], Building]


@dataclass(frozen=True)
class EngineSlope:
    """What a parameter does to a case by both engines.

    Attributes:
        case: Name of the case.
        parameter: Name of the parameter.
        unit: Its unit.
        step: How far it was moved to either side.
        slope: Derivatives of heating and cooling. [kWh per unit]
        difference: Ours with the step, central. [kWh per unit]
        energyplus: The engine's with the step, central. [kWh per unit]
    """

    case: str
    parameter: str
    unit: str
    step: float
    slope: tuple[float, float]
    difference: tuple[float, float]
    energyplus: tuple[float, float]


def _by_zone(change: Callable[[Building, Zone, float], Zone]) -> Change:
    """A change of every zone as a change of the building."""

    def changed(building: Building, by: float) -> Building:
        return building.replace(zones=tuple(change(building, z, by) for z in building.zones))

    return changed


def _by_surface(change: Callable[[Building, Surface, float], Surface]) -> Change:
    def changed(building: Building, zone: Zone, by: float) -> Zone:
        return zone.replace(surfaces=tuple(change(building, s, by) for s in zone.surfaces))

    return _by_zone(changed)


def _setpoint(name: str) -> Change:
    def changed(building: Building, zone: Zone, by: float) -> Zone:
        if zone.thermostat is None or not isinstance(at := getattr(zone.thermostat, name), float):
            return zone
        return zone.replace(thermostat=zone.thermostat.replace(**{name: at + by}))

    return _by_zone(changed)


def _infiltration(building: Building, zone: Zone, by: float) -> Zone:
    hour = building.zone_volume(zone.name) / SECONDS_PER_HOUR
    leaks = (
        leak.replace(air_changes_per_hour=leak.air_changes_per_hour + by / hour)
        if leak.air_changes_per_hour is not None
        else leak.replace(flow=(leak.flow or 0.0) + by)
        for leak in zone.infiltrations
    )
    return zone.replace(infiltrations=tuple(leaks))


def _gain(building: Building, zone: Zone, by: float) -> Zone:
    gains = (gain.replace(power=gain.power + by) for gain in zone.internal_gains)
    return zone.replace(internal_gains=tuple(gains))


def _window_height(building: Building, surface: Surface, by: float) -> Surface:
    windows = (each.replace(height=each.height + by) for each in surface.fenestrations)
    return surface.replace(fenestrations=tuple(windows))


def _absorptance(building: Building, surface: Surface, by: float) -> Surface:
    if not isinstance(surface.boundary, Outdoors):
        return surface
    at = surface.outside_solar_absorptance
    if at is None:
        layers = building.construction(surface.construction).layers
        at = building.material(layers[0]).solar_absorptance
    return surface.replace(outside_solar_absorptance=at + by)


#: Parameters with the step, in their unit, and the change of a description.
CHANGES: Mapping[str, tuple[float, Change]] = {
    "heating_setpoint": (0.5, _setpoint("heating_setpoint")),
    "cooling_setpoint": (0.5, _setpoint("cooling_setpoint")),
    "infiltration": (0.002, _by_zone(_infiltration)),
    "gain.power": (40.0, _by_zone(_gain)),
    "window.height": (0.1, _by_surface(_window_height)),
    "surface.outside_solar_absorptance": (0.1, _by_surface(_absorptance)),
}


def engine_slopes(
    buildings: Mapping[str, Building],
    slopes: Mapping[str, Sensitivities],
    file: WeatherFile,
    *,
    options: Options | None = None,
    dtype: Any = None,
    settings: Any = None,
    workers: int = 2,
    progress: Callable[[int, int], None] = lambda done, of: None,
    client: Any = None,
) -> tuple[EngineSlope, ...]:
    """Move `CHANGES` up and down in both engines.

    Args:
        buildings: By case.
        slopes: Their derivatives.
        file: An EPW file.
        options: Of our runs.
        dtype: Of our runs.
        settings: Of EnergyPlus; None takes those of the comparison.
        workers: Engines at a time.
        progress: Called with the runs of EnergyPlus done and their number.
        client: A `distributed.Client`, on whose cluster EnergyPlus runs instead of here.

    Raises:
        MissingExtraError: EnergyPlus is not installed.
        FluxionError: The engine failed.
    """
    from fluxion import energyplus

    wanted = [
        (case, name) for case in buildings for name in CHANGES if name in slopes[case].parameters
    ]
    moved = [
        CHANGES[name][1](buildings[case], sign * CHANGES[name][0])
        for case, name in wanted
        for sign in (1.0, -1.0)
    ]
    chosen = default_settings() if settings is None else settings
    runs = energyplus.run_many(
        moved, file, settings=chosen, workers=workers, progress=progress, client=client
    )
    loads = np.reshape([_annual(run) for run in runs], (-1, 2, 2))
    steps = {name: step for name, (step, _) in CHANGES.items()}
    (ours,) = central_differences_of(
        buildings, file.weather, tuple(steps), steps=(steps,), options=options, dtype=dtype
    )
    found = []
    for (case, name), (up, down) in zip(wanted, loads, strict=True):
        heating, cooling = (up - down) / (2.0 * steps[name])
        found.append(
            EngineSlope(
                case=case,
                parameter=name,
                unit=dict(zip(slopes[case].parameters, slopes[case].units, strict=True))[name],
                step=steps[name],
                slope=slopes[case].of(name),
                difference=ours[case].of(name),
                energyplus=(float(heating), float(cooling)),
            )
        )
    return tuple(found)


def _annual(run: Any) -> tuple[float, float]:
    """Heating and cooling of all zones. [kWh]"""
    results = run.results
    heating, cooling = (float(results[f"{n}_rate"].sum()) / 1e3 for n in ("heating", "cooling"))
    return heating, cooling
