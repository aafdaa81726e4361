"""Many runs side by side, each in a process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

from fluxion.building import Building
from fluxion.energyplus._engine import find_engine
from fluxion.energyplus._problems import EngineError
from fluxion.energyplus._run import AnyWeather, Model, Run, read_year, run
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

    Returns:
        A run for each model in their order; with `throw=False` an error where one failed.

    Raises:
        FluxionError: As of `run`; with `throw`, the first that comes up, with the model's number.
    """
    models = list(models)
    if workers is not None and workers < 1:
        raise SimulationError(f"{workers} workers were given; take at least 1")
    find_engine()
    year = read_year(weather)
    stop = threading.Event()
    found: dict[int, Run | FluxionError] = {}

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
                    found[number] = future.result()
                except FluxionError as error:
                    if throw:
                        raise type(error)(f"model {number} of the batch: {error}") from error
                    found[number] = error
                progress(len(found), len(models))
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[number] for number in range(len(models))]
