"""Run a building or a model through the engine."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from fluxion.building import Building
from fluxion.energyplus._cache import (
    cache_folder,
    copy_files,
    is_finished,
    run_key,
    whole_folder,
)
from fluxion.energyplus._engine import Engine, find_engine
from fluxion.energyplus._export import export
from fluxion.energyplus._labels import FILE, labels_of, labels_of_model
from fluxion.energyplus._problems import check, read_log
from fluxion.energyplus._process import run_engine
from fluxion.energyplus._results import SQL, read_results, summarize
from fluxion.energyplus._settings import Settings
from fluxion.energyplus._validate import validate
from fluxion.errors import InputError, SimulationError, WeatherError
from fluxion.io import WeatherFile, read_weather_file
from fluxion.io._epw_writer import epw_text
from fluxion.weather import Weather

if TYPE_CHECKING:
    import xarray

MODEL, WEATHER = "in.epJSON", "in.epw"
#: Files of a run that are kept.
_KEPT = (MODEL, SQL, "eplusout.err", "eplusout.end", "eplusout.eio", FILE)

Model = Building | Mapping[str, Any]

#: A weather file by path or name, or one that was read.
AnyWeather: TypeAlias = "str | Path | Weather | WeatherFile | Year"


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        results: Hourly results, as of `read_results`.
        warnings: What the engine remarked, one line each.
        seconds: That the engine took; 0 if the result was at hand.
        cached: Whether the result was at hand.
        engine: Which ran, or would have.
        folder: Where its files are, or None where nothing was kept.
    """

    results: xarray.Dataset
    warnings: tuple[str, ...]
    seconds: float
    cached: bool
    engine: Engine
    folder: Path | None

    def summary(self) -> dict[str, Any]:
        """Energies, peaks and temperatures, with the keys of `fluxion.io.summarize`."""
        return summarize(self.results)


def run(
    model: Model,
    weather: AnyWeather,
    *,
    settings: Settings | None = None,
    timeout: float = 600.0,
    cache: bool = True,
    out: str | PathLike[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Run:
    """Run a building through EnergyPlus, in a process of its own.

    Args:
        model: A building, or epJSON that `export` or somebody else wrote.
        weather: A weather file by its path or by the name of a stored one, or a weather that was
            read; what is no EPW file is written as one for the engine.
        settings: Algorithms, time step, days and outputs; for a building only.
        timeout: After so long the engine is ended. [s]
        cache: Whether a result at hand is taken, and this one kept, in the user's cache.
        out: Folder for the engine's files, besides.
        progress: Told what is being done.
        stop: When set by another thread, the engine is ended.

    Returns:
        Results, remarks and where the files are.

    Raises:
        MissingExtraError: EnergyPlus is not installed.
        BuildingError: The engine cannot express something of the building.
        SimulationError: Settings with a model that is finished, or days the weather has not.
        WeatherError: A weather file at fault, or one that the engine rejects.
        EngineError: The engine crashed, ran out of time, or reported severe errors.
    """
    if settings is not None and not isinstance(model, Building):
        raise SimulationError(
            "settings were given with a finished model, which has its own; give them to export"
        )
    engine = find_engine()
    year = read_year(weather)
    if isinstance(model, Building):
        epjson = export(model, weather=year.weather, settings=settings)
        labels = labels_of(model)
    else:
        epjson = dict(model)
        labels = labels_of_model(epjson)
    key = run_key(epjson, labels, year.content, engine)
    kept = cache_folder() / key[:2] / key[2:]

    def finished(folder: Path, seconds: float, cached: bool) -> Run:
        progress("reading the results")
        results = read_results(folder / SQL, weather=year.weather)
        results.attrs |= {
            "source": f"EnergyPlus {engine.version}",
            "weather": year.name,
            "weather_sha256": hashlib.sha256(year.content).hexdigest(),
        }
        if isinstance(model, Building):
            results.attrs["building"] = model.name
        if out is not None:
            copy_files(folder, Path(out))
        where = kept if cache else None
        return Run(
            results,
            read_log(folder).warnings,
            seconds,
            cached,
            engine,
            Path(out) if out is not None else where,
        )

    if cache and is_finished(kept):
        try:
            return finished(kept, 0.0, True)
        except InputError:  # a file that was damaged since
            shutil.rmtree(kept, ignore_errors=True)
    progress("checking the model")
    validate(epjson, engine)

    def calculate(folder: Path) -> float:
        progress("starting EnergyPlus")
        (folder / MODEL).write_text(json.dumps(epjson, indent=1), encoding="utf-8")
        (folder / FILE).write_text(json.dumps(labels.to_dict()), encoding="utf-8")
        epw = folder / WEATHER
        epw.write_bytes(year.content)
        started = time.perf_counter()
        code, said = run_engine(
            engine, folder / MODEL, epw, folder, timeout=timeout, progress=progress, stop=stop
        )
        seconds = time.perf_counter() - started
        check(folder, year.name, code, said)
        for found in folder.iterdir():
            if found.name not in _KEPT:
                shutil.rmtree(found) if found.is_dir() else found.unlink()
        return seconds

    if cache:
        with whole_folder(kept) as folder:
            seconds = calculate(folder)
        return finished(kept, seconds, False)
    with tempfile.TemporaryDirectory(prefix="fluxion-") as temporary:
        seconds = calculate(Path(temporary))
        return finished(Path(temporary), seconds, False)


@dataclass(frozen=True)
class Year:
    """A weather and the EPW file that the engine gets."""

    weather: Weather
    content: bytes
    name: str


def read_year(weather: AnyWeather) -> Year:
    """The weather as the engine takes it.

    An EPW file goes to the engine as it is; any other weather is written as one.

    Raises:
        WeatherError: There is no such file, or it is at fault.
    """
    if isinstance(weather, Year):
        return weather
    if isinstance(weather, Weather):
        return Year(weather, epw_text(weather).encode(), weather.name or "weather")
    file = weather if isinstance(weather, WeatherFile) else read_weather_file(weather)
    path = file.provenance.path
    name = f"{file.weather.name} ({path.name})"
    if file.provenance.format != "epw":
        return Year(file.weather, epw_text(file.weather).encode(), name)
    try:
        return Year(file.weather, path.read_bytes(), name)
    except OSError as error:
        raise WeatherError(
            f"{path}: cannot be read ({error.strerror}); give the path of a weather file"
        ) from error
