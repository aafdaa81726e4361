"""The loop of a sweep on a Dask cluster: workers simulate chunks, this process alone writes them.

Dask schedules, repeats what a lost worker had, and tells what it gave up. A chunk during which
workers died too often may only have shared them with the one that kills them; such chunks are
tried again alone at the end, and only what kills workers then is written down as failed.
"""

from __future__ import annotations

import math
import queue
import time
import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fluxion.errors import FluxionError, InputError, require
from fluxion.sweeps._chunk import Found, all_failed, recipe_of
from fluxion.sweeps._job import Job
from fluxion.sweeps._lock import locked
from fluxion.sweeps._provenance import provenance
from fluxion.sweeps._store import Store
from fluxion.sweeps._worker import pack, simulate_chunk

#: How often the loop looks up from waiting, and how long it waits for a first worker. [s]
_LOOK, _FIRST_WORKER = 0.2, 60.0
#: After so long without any worker that is said. [s]
_ALARM = 15.0


@dataclass(frozen=True)
class ClusterRun:
    """What a run on a cluster did.

    Attributes:
        written: Designs simulated and written, failed ones included.
        died: Workers that were lost without being told to end.
    """

    written: int
    died: int


def worker_provenance(client: Any) -> dict[str, str]:
    """As `provenance`, of a worker of the cluster.

    Args:
        client: A `distributed.Client`.

    Raises:
        InputError: The cluster has no worker, is lost, or its workers cannot load Fluxion.
    """
    distributed = require("distributed", "dask")
    address = _address(client)
    try:
        client.wait_for_workers(1, timeout=_FIRST_WORKER)
    except TimeoutError:
        raise InputError(
            f"the Dask cluster {address} has no workers; start some with: "
            f"dask worker {address} --nthreads 1"
        ) from None
    future = client.submit(provenance, pure=False)
    try:
        return future.result()
    except distributed.CancelledError:
        raise _lost(client, "") from None
    except Exception as error:
        raise _of_a_worker(error) from error


def run_on_cluster(
    job: Job,
    store: Store,
    client: Any,
    *,
    progress: Callable[[int], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    note: Callable[[str], None] = lambda _: None,
) -> ClusterRun:
    """Simulate every chunk that the store lacks on the workers of a Dask cluster.

    The store holds what `run_job` would have written.

    Args:
        job: The sweep.
        store: Where its results go; only this process writes to it.
        client: A `distributed.Client` of the cluster.
        progress: Told the designs written so far in this run.
        stop: Asked several times a second; chunks that are being simulated are waited for.
        note: Told when workers die or when there is none.

    Raises:
        InputError: The cluster was lost, its workers lack this Fluxion, or the store cannot be
            written; what was written stays.
        MissingExtraError: distributed is not installed.
    """
    missing = store.missing()
    if not missing:
        return ClusterRun(0, 0)
    loop = _Loop(job, store, client, progress, stop, note)
    client.subscribe_topic("all", loop.hear)
    with locked(store.path):
        try:
            for chunk in loop.run(missing):
                if not loop.stopping:
                    loop.run([chunk], last=True)
        finally:
            loop.abandon()
            if client.status == "running":
                client.unsubscribe_topic("all")
    return ClusterRun(loop.written, loop.died)


class _Loop:
    """Chunks out, results in."""

    def __init__(
        self,
        job: Job,
        store: Store,
        client: Any,
        progress: Callable[[int], None],
        stop: Callable[[], bool],
        note: Callable[[str], None],
    ):
        self.job, self.store, self.client = job, store, client
        self.progress, self.stop, self.note = progress, stop, note
        self.label, content = pack(recipe_of(store.job))
        # The scheduler holds the recipe: no worker that dies takes it along, and none is given
        # chunks only since it has the recipe already.
        self.recipe = require("distributed", "dask").Variable(self.label.variable, client=client)
        self.recipe.set(content)
        self.flying: dict[Any, int] = {}
        self.landed: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.written = self.died = self.threads = 0
        self.stopping = False
        self.told, self.idle_since = 0, time.monotonic()

    def hear(self, event: tuple[float, Any]) -> None:
        """Count workers that the scheduler lost; called from the client's own thread."""
        message = event[1]
        if (
            isinstance(message, dict)
            and message.get("action") == "remove-worker"
            and not message.get("expected", False)
        ):
            self.died += 1

    def run(self, chunks: list[int], *, last: bool = False) -> list[int]:
        """Simulate and write chunks.

        Args:
            chunks: Their numbers.
            last: Whether a chunk that kills workers is written down as failed.

        Returns:
            Chunks that Dask gave up since too many workers died with them.
        """
        from distributed import KilledWorker

        waiting, suspects = deque(chunks), []
        while self.flying or waiting:
            if not self.stopping and self.stop():
                self.stopping = True
                waiting.clear()
                self._call_back()
                continue
            if waiting:
                for _ in range(min(len(waiting), self._most() - len(self.flying))):
                    self._send(waiting.popleft())
            future = self._next()
            self._tell()
            if future is None:
                continue
            chunk = self.flying.pop(future)
            if future.cancelled():
                raise _lost(self.client, self._kept())
            try:
                found = future.result()
            except KilledWorker as error:
                if not last:
                    suspects.append(chunk)
                    continue
                found = self._failed(chunk, error)
            except (OSError, TimeoutError) as error:
                raise _lost(self.client, self._kept()) from error
            except Exception as error:
                raise _of_a_worker(error) from error
            future.release()
            self.store.write(chunk, found.values, found.failed, found.slopes)
            rows = self.store.rows(chunk)
            self.written += rows.stop - rows.start
            self.progress(self.written)
        return suspects

    def abandon(self) -> None:
        """Call off what is under way."""
        if self.client.status == "running":
            self.client.cancel(list(self.flying), force=True)
            self.recipe.delete()
        self.flying.clear()

    def _send(self, chunk: int) -> None:
        with warnings.catch_warnings():  # a chunk may have many designs
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            future = self.client.submit(
                simulate_chunk,
                self.label,
                self.job.rows(self.store.rows(chunk)),
                self.job.sloped(self.store.rows(chunk)),
                key=f"fluxion-chunk-{self.label.digest[:16]}-{chunk}-{time.time_ns()}",
            )
        self.flying[future] = chunk
        future.add_done_callback(self.landed.put)

    def _next(self) -> Any:
        """A chunk that came back, or None after a moment without."""
        try:
            future = self.landed.get(timeout=_LOOK)
        except queue.Empty:
            if self.client.status not in ("running", "connecting"):
                raise _lost(self.client, self._kept()) from None
            return None
        return future if future in self.flying else None

    def _most(self) -> int:
        """Chunks under way at a time: one for each thread, and one that waits for each worker."""
        try:
            workers = self.client.nthreads()
        except (OSError, TimeoutError, RuntimeError) as error:
            raise _lost(self.client, self._kept()) from error
        self.threads = sum(workers.values())
        return max(1, self.threads + len(workers))

    def _tell(self) -> None:
        """Say that workers died, and that none is left."""
        if self.died > self.told:
            self.told = self.died
            self.note(f"workers died: {self.died}; their chunks are given to others")
        if self.threads:
            self.idle_since = time.monotonic()
        elif time.monotonic() - self.idle_since > _ALARM:
            self.idle_since = math.inf
            self.note("the cluster has no workers; waiting for some")

    def _call_back(self) -> None:
        """Wait for chunks that are being simulated only."""
        active = {key for keys in (self.client.call_stack() or {}).values() for key in keys}
        idle = [future for future in self.flying if future.key not in active and not future.done()]
        for future in idle:
            del self.flying[future]
        self.client.cancel(idle, force=True)

    def _failed(self, chunk: int, error: Any) -> Found:
        """A chunk that ends every worker it is given to."""
        deaths = getattr(error, "allowed_failures", 0) + 1
        reason = f"its chunk ended {deaths} workers that simulated nothing else"
        return all_failed(self.job, self.store.rows(chunk), reason)

    def _kept(self) -> str:
        return f"; {self.store.designs_done():,} designs are kept; run the same command again"


def _address(client: Any) -> str:
    scheduler = client.scheduler
    return scheduler.address if scheduler is not None else "(closed)"


def _lost(client: Any, kept: str) -> InputError:
    return InputError(
        f"the Dask cluster {_address(client)} was lost (its scheduler ended or the network "
        f"failed){kept or '; start it and run the same command again'}"
    )


def _of_a_worker(error: Exception) -> FluxionError:
    """What went wrong on a worker, as an error of this process."""
    if isinstance(error, FluxionError):
        return error
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, ImportError | AttributeError):
        return InputError(
            f"the cluster cannot load what it is sent ({cause}); install the same fluxion-bem on "
            "its scheduler and on all workers"
        )
    return FluxionError(f"a worker failed with {type(cause).__name__}: {cause}")
