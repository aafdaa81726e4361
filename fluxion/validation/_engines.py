"""The same descriptions by EnergyPlus, and how far apart the two engines are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fluxion.building import Building
from fluxion.errors import FluxionError
from fluxion.io import WeatherFile
from fluxion.validation._case_runs import CaseRun
from fluxion.validation._outputs import Results, complete, published_outputs

#: Below this load a difference counts in MWh and not in percent. [MWh]
SMALL_LOAD = 1.0
#: Of EnergyPlus.
STEPS_PER_HOUR = 20
_COMPARED = ("zone_temperature", "heating_rate", "cooling_rate")
_KEPT = (*_COMPARED, "incident_solar", "transmitted_solar")


@dataclass(frozen=True)
class CaseZone:
    """One zone of one case by both engines.

    Attributes:
        case: Name of the case.
        zone: Name of the zone.
        heating: Annual, ours and the engine's. [MWh]
        cooling: Annual, ours and the engine's. [MWh]
        peak_heating: Largest hourly mean, ours and the engine's. [kW]
        peak_cooling: Largest hourly mean, ours and the engine's. [kW]
        temperature_rmse: Of the hourly mean air temperature. [K]
        temperature_bias: Mean of ours minus the engine's. [K]
        load_cv_rmse: RMSE of the hourly load (heating plus cooling) over its mean, or none where
            there is no load. [-]
    """

    case: str
    zone: str
    heating: tuple[float, float]
    cooling: tuple[float, float]
    peak_heating: tuple[float, float]
    peak_cooling: tuple[float, float]
    temperature_rmse: float
    temperature_bias: float
    load_cv_rmse: float | None

    def difference(self, name: str) -> float | None:
        """Ours minus the engine's over the engine's, or none where it has nothing. [-]"""
        ours, theirs = getattr(self, name)
        return (ours - theirs) / theirs if theirs > 1e-3 else None

    def factor(self, name: str) -> float | None:
        """What would turn ours into the engine's; reported, never applied. [-]"""
        ours, theirs = getattr(self, name)
        return theirs / ours if min(ours, theirs) > 1e-3 else None


@dataclass(frozen=True)
class EngineCases:
    """All cases by EnergyPlus.

    Attributes:
        version: Of the engine.
        settings: Of the engine, for people.
        runs: Hourly results by case.
        results: Outputs by case, and differences by `A-B`.
        zones: Zone by zone.
        seconds: That the engine took; what was at hand takes none.
    """

    version: str
    settings: str
    runs: Mapping[str, CaseRun]
    results: Results
    zones: tuple[CaseZone, ...]
    seconds: float


def run_engine(
    buildings: Mapping[str, Building],
    runs: Mapping[str, CaseRun],
    file: WeatherFile,
    *,
    settings: Any = None,
    workers: int = 2,
    progress: Callable[[int, int], None] = lambda done, of: None,
    client: Any = None,
) -> EngineCases:
    """Run buildings through EnergyPlus and compare.

    Args:
        buildings: By case.
        runs: Ours, by case.
        file: An EPW file.
        settings: `fluxion.energyplus.Settings`; None takes `default_settings`.
        workers: Engines at a time.
        progress: Called with the runs done and their number.
        client: A `distributed.Client`, on whose cluster the engine runs instead of here.

    Raises:
        MissingExtraError: EnergyPlus is not installed.
        FluxionError: The engine failed; the message names the case.
    """
    from fluxion import energyplus

    chosen = default_settings() if settings is None else settings
    done = energyplus.run_many(
        buildings.values(),
        file,
        settings=chosen,
        workers=workers,
        throw=False,
        progress=progress,
        client=client,
    )
    theirs: dict[str, CaseRun] = {}
    for (case, _), each in zip(buildings.items(), done, strict=True):
        if isinstance(each, FluxionError):
            raise type(each)(f"case {case}: {each}") from each
        theirs[case] = _as_case_run(runs[case], each.results)
    results = {case: published_outputs(case, run, file.weather) for case, run in theirs.items()}
    for outputs in results.values():  # the sky is the weather's and no result of the engine
        for name in [name for name in outputs if name.startswith("sky_temp")]:
            del outputs[name]
    engines = [each for each in done if not isinstance(each, FluxionError)]
    return EngineCases(
        version=engines[0].engine.version,
        settings=describe_settings(chosen),
        runs=theirs,
        results=complete(results),
        zones=tuple(
            zone for case in buildings for zone in compare_zones(case, runs[case], theirs[case])
        ),
        seconds=sum(each.seconds for each in engines),
    )


def default_settings() -> Any:
    """Settings of the engine: steps so short that shorter ones change loads by 0.2 % at most."""
    from fluxion.energyplus import Settings

    return Settings(steps_per_hour=STEPS_PER_HOUR, outputs=_KEPT)


def describe_settings(settings: Any) -> str:
    """The settings that matter, for people."""
    return (
        f"{settings.steps_per_hour} steps an hour, "
        f"solar distribution {settings.solar_distribution or 'as the zones allow'}, "
        f"{settings.inside_convection} inside, {settings.outside_convection} outside, "
        f"{settings.conduction}"
    )


def compare_zones(case: str, ours: CaseRun, theirs: CaseRun) -> list[CaseZone]:
    """Zone by zone, annually and hourly."""
    found = []
    for k, zone in enumerate(ours.structure.zones):
        a, b = ({name: run[name][:, k] for name in _COMPARED} for run in (ours, theirs))

        def both(name: str, reduce: str, scale: float, a=a, b=b) -> tuple[float, float]:
            one, other = (float(getattr(x[name], reduce)()) / scale for x in (a, b))
            return one, other

        off = a["zone_temperature"] - b["zone_temperature"]
        loads = [x["heating_rate"] + x["cooling_rate"] for x in (a, b)]
        mean = float(loads[1].mean())
        error = float(np.sqrt(np.mean((loads[0] - loads[1]) ** 2)))
        found.append(
            CaseZone(
                case=case,
                zone=zone,
                heating=both("heating_rate", "sum", 1e6),
                cooling=both("cooling_rate", "sum", 1e6),
                peak_heating=both("heating_rate", "max", 1e3),
                peak_cooling=both("cooling_rate", "max", 1e3),
                temperature_rmse=float(np.sqrt(np.mean(off**2))),
                temperature_bias=float(off.mean()),
                load_cv_rmse=error / mean if mean > 1e-6 else None,
            )
        )
    return found


def _as_case_run(like: CaseRun, results: Any) -> CaseRun:
    values = {name: np.asarray(results[name], float) for name in _KEPT if name in results}
    order = [list(results["zone"].values).index(name) for name in like.structure.zones]
    return replace(like, values={name: value[:, order] for name, value in values.items()})
