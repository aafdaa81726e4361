"""Buildings and climates through both engines, compared zone by zone."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fluxion.building import Building, build_for
from fluxion.energyplus import Settings, find_engine
from fluxion.energyplus import run as run_energyplus
from fluxion.errors import FluxionError, MissingExtraError
from fluxion.io import WeatherFile, read_epw_file
from fluxion.simulation import Options, simulate
from fluxion.validation._spread import Spread, spread

#: Hourly results that both engines give.
HOURLY = ("zone_temperature", "heating_rate", "cooling_rate")
#: What is compared, and its unit.
COMPARED: Mapping[str, str] = {
    "heating": "MWh",
    "cooling": "MWh",
    "peak_heating": "kW",
    "peak_cooling": "kW",
}


@dataclass(frozen=True)
class ZoneComparison:
    """A year of one zone by both engines.

    Attributes:
        index: Number of the building in the order given.
        building: Its name.
        weather: Name of the climate.
        zone: Name of the zone.
        fluxion: Annual loads [MWh] and greatest hourly means [kW], keys of `COMPARED`.
        energyplus: The same by EnergyPlus.
        temperature_rmse: Of the hourly air temperatures. [K]
    """

    index: int
    building: str
    weather: str
    zone: str
    fluxion: Mapping[str, float]
    energyplus: Mapping[str, float]
    temperature_rmse: float

    def difference(self, output: str) -> float:
        """Fluxion less EnergyPlus, in the unit of the output."""
        return self.fluxion[output] - self.energyplus[output]

    def relative(self, output: str) -> float:
        """The difference as a part of EnergyPlus' value; infinite where that is zero alone. [-]"""
        difference, reference = self.difference(output), self.energyplus[output]
        if reference == 0.0:
            return 0.0 if difference == 0.0 else float(np.copysign(np.inf, difference))
        return difference / reference


@dataclass(frozen=True)
class FailedMember:
    """A building and climate that one of the engines did not finish.

    Attributes:
        index: Number of the building in the order given.
        building: Its name.
        weather: Name of the climate.
        reason: What was said, on one line.
    """

    index: int
    building: str
    weather: str
    reason: str


@dataclass(frozen=True)
class BuildingsComparison:
    """Many buildings and climates by both engines.

    Attributes:
        zones: Every zone of every member that both engines finished.
        failures: The members that one of them did not finish.
    """

    zones: tuple[ZoneComparison, ...]
    failures: tuple[FailedMember, ...]

    def spread(self, output: str) -> Spread:
        """How far a load, `heating` or `cooling`, lies apart."""
        return spread(
            [zone.fluxion[output] for zone in self.zones],
            [zone.energyplus[output] for zone in self.zones],
        )


def packaged_climates() -> dict[str, Path]:
    """The EPW files that the package `pyenergyplus-lbnl` brings, sixteen US TMY3 climates.

    Returns:
        Paths by the place in the file's name, such as `IL_Chicago-OHare.Intl.AP`.

    Raises:
        MissingExtraError: The package is not installed; the message holds the line to run.
    """
    found = importlib.util.find_spec("pyenergyplus")
    places = [] if found is None else list(found.submodule_search_locations or ())
    files = sorted(file for place in places for file in Path(place).rglob("*_TMY3.epw"))
    if not files:
        raise MissingExtraError(
            "the climates of the package pyenergyplus-lbnl are not installed; "
            "run: pip install pyenergyplus-lbnl"
        )
    return {file.name.removeprefix("USA_").rsplit(".", 2)[0]: file for file in files}


def compare_with_energyplus(
    buildings: Iterable[Building],
    weathers: Iterable[str | PathLike[str] | WeatherFile],
    *,
    settings: Settings | None = None,
    options: Options | None = None,
    dtype: Any = None,
    workers: int = 2,
    timeout: float = 600.0,
    cache: bool = True,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> BuildingsComparison:
    """Run each building over each weather through Fluxion and EnergyPlus.

    Args:
        buildings: Any that `fluxion.energyplus.export` can express.
        weathers: EPW files.
        settings: Of EnergyPlus; none takes 20 steps an hour and the results compared here.
        options: Of Fluxion's simulation.
        dtype: Precision of Fluxion; by default JAX's own.
        workers: Engines that run at a time, each in a process of its own.
        timeout: Of each engine's run. [s]
        cache: Whether the engine's results are taken from and kept in the user's cache.
        progress: Told after each member how many are done, and of how many.

    Returns:
        Differences zone by zone. A member that fails is listed with its reason and ends nothing.

    Raises:
        MissingExtraError: EnergyPlus is not installed.
        WeatherError: A weather cannot be read.
    """
    find_engine()
    settings = settings or Settings(steps_per_hour=20, outputs=HOURLY)
    files = [w if isinstance(w, WeatherFile) else read_epw_file(Path(w)) for w in weathers]
    members = [(i, b, file) for i, b in enumerate(buildings) for file in files]
    zones: list[ZoneComparison] = []
    failures: list[FailedMember] = []

    def engine(building: Building, file: WeatherFile) -> dict[str, np.ndarray]:
        done = run_energyplus(building, file, settings=settings, timeout=timeout, cache=cache)
        return {name: np.asarray(done.results[name], float) for name in HOURLY}

    with ThreadPoolExecutor(workers) as pool:
        runs = [pool.submit(engine, building, file) for _, building, file in members]
        try:
            for number, (member, run) in enumerate(zip(members, runs, strict=True), start=1):
                found = _member(member, run, options, dtype)
                if isinstance(found, FailedMember):
                    failures.append(found)
                else:
                    zones += found
                progress(number, len(members))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return BuildingsComparison(tuple(zones), tuple(failures))


def _member(
    member: tuple[int, Building, WeatherFile],
    run: Future[dict[str, np.ndarray]],
    options: Options | None,
    dtype: Any,
) -> list[ZoneComparison] | FailedMember:
    index, building, file = member
    weather = file.weather
    try:
        network = build_for(building, weather, dtype=dtype)
        year = simulate(network, weather, outputs=HOURLY, options=options)
        ours = {name: np.asarray(year[name], float) for name in HOURLY}
        theirs = run.result()
    except FluxionError as error:
        return FailedMember(index, building.name, weather.name, str(error))
    apart = ours["zone_temperature"] - theirs["zone_temperature"]
    rmse = np.sqrt(np.mean(apart**2, axis=0))
    return [
        ZoneComparison(
            index,
            building.name,
            weather.name,
            zone.name,
            _figures(ours, k),
            _figures(theirs, k),
            float(rmse[k]),
        )
        for k, zone in enumerate(building.zones)
    ]


def _figures(hourly: Mapping[str, np.ndarray], zone: int) -> dict[str, float]:
    found = {}
    for mode in ("heating", "cooling"):
        rate = hourly[f"{mode}_rate"][:, zone]
        found[mode] = float(rate.sum()) / 1e6
        found[f"peak_{mode}"] = float(rate.max()) / 1e3
    return {name: found[name] for name in COMPARED}
