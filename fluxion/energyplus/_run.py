"""Run a building or a model through the engine."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from fluxion.errors import WeatherError
from fluxion.io import WeatherFile, read_epw_file, resolve_weather

if TYPE_CHECKING:
    import xarray

MODEL = "in.epJSON"
#: Files of a run that are kept.
_KEPT = (MODEL, SQL, "eplusout.err", "eplusout.end", "eplusout.eio", FILE)

Model = Building | Mapping[str, Any]


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
    weather: str | PathLike[str] | WeatherFile,
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
        weather: An EPW file, read or by its path or by the name of a stored one.
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
        WeatherError: The weather is no EPW file, or the engine rejects it.
        EngineError: The engine crashed, ran out of time, or reported severe errors.
    """
    engine = find_engine()
    file = read_epw_for_engine(weather)
    if isinstance(model, Building):
        epjson = export(model, weather=file.weather, settings=settings)
        labels = labels_of(model)
    else:
        epjson = dict(model)
        labels = labels_of_model(epjson)
    path = Path(file.provenance.path).resolve()
    key = run_key(epjson, labels, path.read_bytes(), engine)
    kept = cache_folder() / key[:2] / key[2:]

    def finished(folder: Path, seconds: float, cached: bool) -> Run:
        progress("reading the results")
        results = read_results(folder / SQL, weather=file.weather)
        results.attrs |= {
            "source": f"EnergyPlus {engine.version}",
            "weather": f"{file.weather.name} ({path.name})",
            "weather_sha256": file.provenance.sha256,
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
        return finished(kept, 0.0, True)
    progress("checking the model")
    validate(epjson, engine)

    def calculate(folder: Path) -> float:
        progress("starting EnergyPlus")
        (folder / MODEL).write_text(json.dumps(epjson, indent=1), encoding="utf-8")
        (folder / FILE).write_text(json.dumps(labels.to_dict()), encoding="utf-8")
        started = time.perf_counter()
        code, said = run_engine(
            engine, folder / MODEL, path, folder, timeout=timeout, progress=progress, stop=stop
        )
        seconds = time.perf_counter() - started
        check(folder, path, code, said)
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


def read_epw_for_engine(weather: str | PathLike[str] | WeatherFile) -> WeatherFile:
    """The weather, if the engine can take its file.

    Raises:
        WeatherError: It is no EPW file.
    """
    if isinstance(weather, WeatherFile):
        file = weather
    else:
        path = resolve_weather(Path(weather) if not isinstance(weather, str) else weather)
        if path.suffix.lower() != ".epw":
            raise WeatherError(
                f"{path}: EnergyPlus takes EPW files only; give an .epw file, or write one with "
                "fluxion.io.write_epw"
            )
        file = read_epw_file(path)
    if file.provenance.format != "epw":
        raise WeatherError(
            f"{file.provenance.path}: this weather was read from a {file.provenance.format} file "
            "and EnergyPlus takes EPW files only; write one with fluxion.io.write_epw"
        )
    return file
