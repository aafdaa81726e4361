"""The loop of a sweep: simulate a chunk, write it, mark it, go on."""

from __future__ import annotations

from collections.abc import Callable

from fluxion.errors import FluxionError, InputError
from fluxion.lanes import default_devices
from fluxion.optimize import choose_kernel
from fluxion.sweeps._chunk import Simulator, recipe_of
from fluxion.sweeps._job import Job
from fluxion.sweeps._lock import locked
from fluxion.sweeps._store import Store


def run_job(
    job: Job,
    store: Store,
    *,
    progress: Callable[[int], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Simulate every chunk that the store lacks.

    Args:
        job: The sweep.
        store: Where its results go.
        progress: Told the designs simulated so far in this run, written or not.
        stop: Asked before each chunk; the sweep ends there once it says yes.

    Returns:
        Designs simulated and written.

    Raises:
        InputError: The store cannot be written, another process writes to it, or it was begun
            with a kernel that cannot run here; what was written stays.
    """
    missing = store.missing()
    if not missing:
        return 0
    with locked(store.path):
        return _simulate(job, store, missing, progress, stop)


def _simulate(
    job: Job,
    store: Store,
    missing: list[int],
    progress: Callable[[int], None],
    stop: Callable[[], bool],
) -> int:
    _check_kernel(store)
    simulator = Simulator(recipe_of(store.job))
    written = 0
    for chunk in missing:
        if stop():
            break
        rows = job.rows(store.rows(chunk))
        sloped = job.sloped(store.rows(chunk))

        def advance(done: int, before: int = written) -> None:
            progress(before + done)

        found = simulator.simulate(rows, advance, sloped=sloped)
        store.write(chunk, found.values, found.failed, found.slopes)
        written += rows.shape[-2]
    return written


def _check_kernel(store: Store) -> None:
    """Refuse a store that was begun with a kernel which cannot run here."""
    kernel = store.job.kernel
    try:
        choose_kernel(kernel, store.job.network.dtype, default_devices()[0].platform)
    except FluxionError as error:
        raise InputError(
            f"the store {str(store.path)!r} was begun with kernel={kernel!r} and goes on with no "
            f"other: {error}"
        ) from None
