"""One batch over several devices or sessions, whoever is free taking the next piece."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import InputError
from fluxion.serving._backend import InferenceBackend
from fluxion.serving._manager import Progress, SurrogateManager, _Limit, spans
from fluxion.serving._model_file import read_model_file
from fluxion.serving._prediction import Buffers, Prediction

if TYPE_CHECKING:
    from jaxtyping import Float


class DistributedSurrogateManager:
    """A trained model on several devices, or in several sessions on the cores of a CPU.

    Args:
        path: Of a model file.
        backends: A session for each, such as ["cuda:0", "cuda:1"].
        sessions: Instead, so many sessions on the CPU; by default one for each core that this
            process may use.
        strict: Raise if a backend is not there.
        chunk: Rows handed to a session at once, see `SurrogateManager`.

    Attributes:
        managers: One for each session.

    Raises:
        InputError: As `SurrogateManager`; both or neither backends and sessions that cannot be.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        backends: Sequence[InferenceBackend | str] | None = None,
        *,
        sessions: int | None = None,
        strict: bool = False,
        chunk: int | None = None,
    ):
        if backends is not None and sessions is not None:
            raise InputError("both backends and sessions were given; give one of them")
        if backends is None:
            backends = [InferenceBackend.CPU] * (_cores() if sessions is None else sessions)
        if not backends:
            raise InputError("no session was asked for; take 1 or more")
        file = read_model_file(path)
        self.file, self.signature = file, file.signature
        self.managers = [
            SurrogateManager(file, each, strict=strict, chunk=chunk) for each in backends
        ]

    def evaluate_population_distributed(
        self,
        designs: Any,
        climate: str | Float[np.ndarray, "period feature"] | None = None,
        *,
        monthly: bool = True,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> Prediction:
        """Results of designs, as `SurrogateManager.predict` gives them.

        Args:
            designs: See there; so are the others.
            climate: See there.
            monthly: See there.
            progress: See there; called from one thread at a time.
            timeout: See there.

        Raises:
            InputError: As there.
            FluxionError: As there; the first failure ends all.
        """
        started = time.perf_counter()
        first = self.managers[0]
        batch = first.intake.batch(designs, climate)
        total = len(batch.rows)
        buffers = Buffers(first.layout, total, monthly)
        waiting = iter(spans(total, first.chunk))
        lock, stop, done = threading.Lock(), threading.Event(), 0

        def work(manager: SurrogateManager, limit: _Limit) -> None:
            nonlocal done
            try:
                while not stop.is_set():
                    with lock:
                        span = next(waiting, None)
                    if span is None:
                        return
                    manager.fill(batch, buffers, span, limit)
                    with lock:
                        done += span.stop - span.start
                        if progress is not None:
                            progress(done, total)
            except BaseException:
                stop.set()
                raise

        with _Limit(timeout) as limit, ThreadPoolExecutor(len(self.managers)) as pool:
            running = [pool.submit(work, manager, limit) for manager in self.managers]
            try:
                for each in running:
                    each.result()
            except BaseException:  # an interruption too: the others end after their piece
                stop.set()
                raise
        return buffers.prediction(batch, first.provider, time.perf_counter() - started)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
