"""Many runs side by side, each in a process of its own, here or on a cluster."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from typing import Any

from fluxion.building import Building
from fluxion.energyplus._cluster import submit_runs
from fluxion.energyplus._engine import find_engine
from fluxion.energyplus._problems import EngineError
from fluxion.energyplus._run import AnyWeather, Model, Run, Year, read_year, run
from fluxion.energyplus._settings import Settings
from fluxion.errors import FluxionError, SimulationError


def run_many(
    models: Iterable[Model],
    weather: AnyWeather,
    *,
    settings: Settings | None = None,
    workers: int | None = None,
    timeout: float = 600.0,
    cache: bool = True,
    throw: bool = True,
    progress: Callable[[int, int], None] = lambda done, of: None,
    client: Any = None,
) -> list[Run | FluxionError]:
    """Run many buildings or models over one weather.

    What is finished stays in the user's cache, so a batch that was interrupted goes on where it
    stopped when it is called again.

    Args:
        models: Buildings, or epJSON.
        weather: As for `run`.
        settings: Algorithms, time step, days and outputs, for the buildings.
        workers: Engines that run at a time; None takes one for each processor.
        timeout: Of each run. [s]
        cache: Whether results are taken from and kept in the user's cache.
        throw: Whether the first failure ends the batch; otherwise it stands in the list.
        progress: Told after each run how many are done, and of how many.
        client: A `distributed.Client`: the runs are spread over the workers of its Dask cluster,
            as many at a time as they have threads, and cached where they run.

    Returns:
        A run for each model in their order; with `throw=False` an error where one failed.

    Raises:
        FluxionError: As of `run`; with `throw`, the first that comes up, with the model's number.
    """
    models = list(models)
    if workers is not None and workers < 1:
        raise SimulationError(f"{workers} workers were given; take at least 1")
    year = read_year(weather)
    if client is None:
        find_engine()
        runs = _runs_here(models, year, settings, workers, timeout, cache)
    else:
        runs = submit_runs(client, models, year, settings=settings, timeout=timeout, cache=cache)
    found: dict[int, Run | FluxionError] = {}
    with closing(runs):
        for number, outcome in runs:
            if throw and isinstance(outcome, FluxionError):
                raise type(outcome)(f"model {number} of the batch: {outcome}") from outcome
            found[number] = outcome
            progress(len(found), len(models))
    return [found[number] for number in range(len(models))]


def _runs_here(
    models: list[Model],
    year: Year,
    settings: Settings | None,
    workers: int | None,
    timeout: float,
    cache: bool,
) -> Generator[tuple[int, Run | FluxionError], None, None]:
    """Runs of this machine as they are finished, with the numbers of their models."""
    stop = threading.Event()

    def one(number: int) -> Run:
        if stop.is_set():
            raise EngineError("the batch was stopped")
        return run(
            models[number],
            year,
            settings=settings if isinstance(models[number], Building) else None,
            timeout=timeout,
            cache=cache,
            stop=stop,
        )

    # Threads only wait: every engine is a process.
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        futures = {pool.submit(one, number): number for number in range(len(models))}
        try:
            for future in as_completed(futures):
                number = futures[future]
                try:
                    outcome: Run | FluxionError = future.result()
                except FluxionError as error:
                    outcome = error
                yield number, outcome
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
