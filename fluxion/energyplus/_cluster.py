"""Runs of the engine on the workers of a Dask cluster."""

from __future__ import annotations

import pickle
import threading
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from fluxion.building import Building
from fluxion.energyplus._problems import EngineError
from fluxion.energyplus._run import Model, Run, Year, run
from fluxion.energyplus._settings import Settings
from fluxion.errors import FluxionError, InputError, require

_PULSE, _PATIENCE = 0.5, 60.0  # [s]


def submit_runs(
    client: Any,
    models: list[Model],
    year: Year,
    *,
    settings: Settings | None,
    timeout: float,
    cache: bool,
) -> Generator[tuple[int, Run | FluxionError], None, None]:
    """Runs as they are finished, with the numbers of their models.

    An engine that runs is ended when the caller stops asking.

    Args:
        client: A `distributed.Client`.
        models: Buildings, or epJSON.
        year: The weather.
        settings: For the buildings.
        timeout: Of each run. [s]
        cache: Whether results are taken from and kept in the cache of the worker's user.

    Raises:
        MissingExtraError: distributed is not installed.
        InputError: The cluster was lost.
    """
    distributed = require("distributed", "dask")
    plain = replace(year, weather=jax.tree.map(np.asarray, year.weather))
    batch = f"fluxion-energyplus-{uuid.uuid4().hex}"
    # The scheduler holds the weather: no worker that dies takes it along.
    given = distributed.Variable(f"{batch}-weather", client=client)
    given.set(pickle.dumps(plain))
    futures = {
        client.submit(
            _run_on_worker, model, settings if isinstance(model, Building) else None,
            timeout, cache, batch, key=f"{batch}-{number}",
        ): number
        for number, model in enumerate(models)
    }  # fmt: skip
    try:
        for future in distributed.as_completed(list(futures), loop=client.loop):
            if future.cancelled():
                raise InputError(
                    f"the Dask cluster {client.scheduler.address} was lost; finished runs are in "
                    "the caches of its workers; start it and run the same command again"
                )
            yield futures.pop(future), _outcome(future, distributed.KilledWorker)
    finally:
        if client.status == "running":
            if futures:
                distributed.Event(batch, client=client).set()
                client.cancel(list(futures), force=True)
            given.delete()


def _outcome(future: Any, killed: type[Exception]) -> Run | FluxionError:
    try:
        found: Run = future.result()
    except FluxionError as error:
        return error
    except killed as error:
        return EngineError(f"the workers that ran it died ({error.args[0]})")
    except Exception as error:
        return EngineError(f"a worker failed with {type(error).__name__}: {error}")
    here = found.folder is not None and found.folder.is_dir()
    return found if here else replace(found, folder=None)


def _run_on_worker(
    model: Model, settings: Settings | None, timeout: float, cache: bool, batch: str
) -> Run:
    distributed = require("distributed", "dask")
    given = distributed.Variable(f"{batch}-weather", client=distributed.get_client())
    year = pickle.loads(given.get(timeout=_PATIENCE))
    with _called_off(batch) as stop:
        return run(model, year, settings=settings, timeout=timeout, cache=cache, stop=stop)


@contextmanager
def _called_off(batch: str) -> Iterator[threading.Event]:
    """An event of this process that follows one of the cluster."""
    distributed = require("distributed", "dask")
    stop, done = threading.Event(), threading.Event()
    called = distributed.Event(batch, client=distributed.get_client())

    def watch() -> None:
        with suppress(Exception):  # a worker that loses its scheduler ends by itself
            while not done.wait(_PULSE):
                if called.is_set():
                    stop.set()
                    return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield stop
    finally:
        done.set()
