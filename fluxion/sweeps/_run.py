"""The loop of a sweep: simulate a chunk, write it, mark it, go on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluxion.optimize import BatchOracle
from fluxion.sweeps._job import Job
from fluxion.sweeps._store import Store


def run_job(
    job: Job,
    store: Store,
    *,
    progress: Callable[[int], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Simulate every chunk that the store lacks.

    A chunk gives the same bits whenever it is simulated: its rows go through the same program in
    the same places, whatever was done before.

    Args:
        job: The sweep.
        store: Where its results go.
        progress: Told the designs simulated so far in this run, written or not.
        stop: Asked before each chunk; the sweep ends there once it says yes.

    Returns:
        Designs simulated and written.

    Raises:
        InputError: The store cannot be written; what was written stays.
    """
    missing = [chunk for chunk in range(job.chunks) if not store.marks[chunk]]
    if not missing:
        return 0
    several = len(job.climates) > 1
    oracle = BatchOracle(
        job.network,
        job.climates if several else job.climates[0],
        job.space,
        options=job.options,
        outputs=job.spec.outputs,
        batch_size=job.spec.batch,
    )
    least = min(job.chunk, oracle.batch_size * len(oracle.devices))
    written = 0
    for chunk in missing:
        if stop():
            break
        rows = job.designs[store.rows(chunk)]
        before, count = written, len(rows)

        def advance(done: int, _: int, before: int = before, count: int = count) -> None:
            progress(before + min(done, count))

        # A short last chunk is filled up, so that it needs no program of its own.
        filled = np.concatenate([rows, np.repeat(rows[-1:], max(0, least - count), axis=0)])
        found = oracle.evaluate_population(filled, progress=advance)
        failed = dict(zip(found.failed, found.reasons, strict=True))
        store.write(
            chunk,
            {
                name: values[:, :count] if several else values[None, :count]
                for name, values in found.values.items()
            },
            {row: reason for row, reason in failed.items() if row < count},
        )
        written += count
    return written
