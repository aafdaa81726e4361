"""A model that answers: one session, batches of any size, physical numbers on both sides."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import FluxionError, InputError
from fluxion.serving._backend import InferenceBackend, open_session, parse_backend, runtime
from fluxion.serving._inputs import Batch, Intake
from fluxion.serving._model_file import ModelFile, read_model_file
from fluxion.serving._prediction import Buffers, Layout, Prediction

if TYPE_CHECKING:
    from jaxtyping import Float

Progress = Callable[[int, int], None]
#: Rows of hidden units that stay in a core's cache, as measured: more are slower.
_ROWS_AT_ONCE = 3072
#: Beyond so many the runtime would keep more memory than one call needs.
_ROWS_IN_ARENA = 65536


class SurrogateManager:
    """A trained model at run time; needs NumPy and ONNX Runtime, no JAX.

    Args:
        path: Of a model file; it is checked, see `read_model_file`.
        backend: Where to run, such as `InferenceBackend.CUDA`, "cuda" or "cuda:1".
        strict: Raise if the backend is not there; by default the CPU takes over with a warning.
        threads: Of one call; by default one, which is fastest for small nets.
        chunk: Rows handed to the runtime at once; by default what was measured as fastest.

    Attributes:
        file: The model file with what it says of itself.
        signature: What goes in and comes out.
        provider: Where it really runs.
        fell_back: Whether that is not where it was asked to run.
        masks: Of dropout, drawn once as the file says; none otherwise.
        intake: Checks designs and climates.
        layout: How numbers of the graph become results.

    One manager may be used from several threads. It does not pickle: give its path to other
    processes.

    Raises:
        InputError: A file that is missing, damaged or foreign; a backend that is not there while
            strict; settings that cannot be.
        MissingExtraError: ONNX Runtime is not installed.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | ModelFile,
        backend: InferenceBackend | str = InferenceBackend.CPU,
        *,
        strict: bool = False,
        threads: int | None = None,
        chunk: int | None = None,
    ):
        self.file = path if isinstance(path, ModelFile) else read_model_file(path)
        self.signature = self.file.signature
        periods = max(len(self.signature.periods), 1)
        self.masks = _masks(self.file)
        copies = [self.file.metadata.get("members", 1), *map(len, self.masks.values())]
        width = periods * max(copies)
        if chunk is not None and chunk < 1:
            raise InputError(f"chunks of {chunk} rows were asked for; take 1 or more")
        self.chunk = max(_ROWS_AT_ONCE // width, 1) if chunk is None else chunk
        self._session, self.provider = open_session(
            self.file.content,
            backend,
            strict=strict,
            threads=threads,
            arena=self.chunk * width <= _ROWS_IN_ARENA,
        )
        self.fell_back = self.provider is not parse_backend(backend)[0]
        self.intake = Intake(self.file)
        self.layout = Layout.of(self.file)
        self._splits = _splits(self.signature)
        taken = {each.name for each in self._session.get_inputs()}
        given = {each.name for each in self._session.get_outputs()}
        wanted = {each.name for each in self.signature.inputs} | set(self.masks)
        if taken != wanted or not given >= set(self.layout.names(True)):
            raise InputError(
                f"the graph of {str(self.file.path)!r} is not what its signature says; "
                "export it anew"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of what each sample has of its own, in the order of `predict`."""
        return self.intake.names

    @property
    def climates(self) -> tuple[str, ...]:
        """Names of climates that the file carries."""
        return tuple(self.file.metadata["climates"])

    def predict(
        self,
        designs: Any,
        climate: str | Float[np.ndarray, "period feature"] | None = None,
        *,
        monthly: bool = True,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> Prediction:
        """Results of designs.

        Args:
            designs: `(sample, column)` in physical units, one row alone, or columns by name.
            climate: Name of one that the file carries, or its features in physical units; may be
                left out if there is one only, or none is needed.
            monthly: Whether to keep results of periods beside those over all of them; without, a
                large batch needs a tenth of the memory.
            progress: Called with the rows done and their number after each chunk.
            timeout: Seconds after which to give up.

        Returns:
            Results by name, with flags for rows outside the range of the training data (an
            `OutsideTrainingWarning` names the columns).

        Raises:
            InputError: Wrong width or names, NaN (rows are named), an unknown climate.
            FluxionError: The time was up.
        """
        started = time.perf_counter()
        batch = self.intake.batch(designs, climate)
        buffers = Buffers(self.layout, len(batch.rows), monthly)
        with _Limit(timeout) as limit:
            done = 0
            for span in spans(len(batch.rows), self.chunk):
                self.fill(batch, buffers, span, limit)
                done = span.stop
                if progress is not None:
                    progress(done, len(batch.rows))
        return buffers.prediction(batch, self.provider, time.perf_counter() - started)

    def predict_loads_batched(
        self, designs: Any, climate: str | Float[np.ndarray, "period feature"] | None = None
    ) -> dict[str, Float[np.ndarray, "sample part"]]:
        """Results over all periods alone, such as the year's heating and cooling, by name.

        Args:
            designs: See `predict`.
            climate: See `predict`.
        """
        return self.predict(designs, climate, monthly=False).values

    def describe(self) -> dict[str, Any]:
        """What the model says of itself, as JSON can hold it."""
        told, bounds = self.file.metadata, lambda x: float(x) if np.isfinite(x) else None
        return {
            "file": str(self.file.path),
            "bytes": len(self.file.content),
            "task": self.signature.task,
            "kind": self.file.kind,
            "precision": self.file.precision,
            "version": told.get("version"),
            "sha256": self.file.sha256,
            "provider": self.provider.name.lower(),
            "inputs": {
                each.name: {
                    column.name: {
                        "unit": column.unit,
                        "low": bounds(column.low),
                        "high": bounds(column.high),
                    }
                    for column in each.columns
                }
                for each in self.signature.inputs
            },
            "outputs": {
                each.name: {"unit": each.unit, "parts": list(each.parts)}
                for each in self.signature.outputs
            },
            "periods": list(self.signature.periods),
            "climates": list(self.climates),
            "level": (told.get("conformal") or {}).get("level"),
            "training": told.get("training") or {},
        }

    def fill(self, batch: Batch, buffers: Buffers, span: slice, limit: _Limit) -> None:
        """Run some rows of a checked batch; for those who share a batch among managers."""
        rows = batch.rows[span]
        feed = {
            name: ((rows[:, where] - shift) * factor).astype(np.float32)
            for name, where, shift, factor in self._splits
        }
        try:
            found = self._session.run(
                buffers.wanted, {**feed, **batch.shared, **self.masks}, limit.options
            )
        except Exception as error:
            if limit.over:
                raise FluxionError(
                    f"the model did not end within {limit.seconds:g} s; give more time, or fewer "
                    "rows"
                ) from None
            raise FluxionError(
                f"onnxruntime failed on {self.provider.name}: {' '.join(str(error).split())[:200]}"
            ) from error
        buffers.put(span, dict(zip(buffers.wanted, found, strict=True)))

    def __getstate__(self) -> Any:
        raise TypeError("a SurrogateManager does not pickle; give its path to the other process")


def spans(rows: int, chunk: int) -> Iterator[slice]:
    """Rows in pieces of one size, and the rest."""
    for start in range(0, rows, chunk):
        yield slice(start, min(start + chunk, rows))


class _Limit:
    """Ends a run when its time is over."""

    def __init__(self, seconds: float | None):
        if seconds is not None and not seconds > 0:
            raise InputError(f"a time of {seconds} s was given; give more than 0")
        self.seconds, self.over, self.options = seconds, False, None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> _Limit:
        if self.seconds is not None:
            self.options = runtime().RunOptions()
            self._timer = threading.Timer(self.seconds, self._end)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        self.over = True
        if self.options is not None:
            self.options.terminate = True


def _splits(signature: Any) -> list[tuple[str, slice, np.ndarray, np.ndarray]]:
    """Which columns of a row belong to which input; their shifts and one over their scales."""
    found, start = [], 0
    for each in signature.inputs:
        if each.rows is None:
            end = start + len(each.columns)
            shift, scale = (
                np.array([getattr(c, k) for c in each.columns]) for k in ("shift", "scale")
            )
            found.append((each.name, slice(start, end), shift, 1.0 / scale))
            start = end
    return found


def _masks(file: ModelFile) -> dict[str, np.ndarray]:
    """Masks of dropout, the same at every call, as the file says how."""
    told = file.metadata.get("dropout")
    if file.kind != "dropout" or not told:
        return {}
    dice = np.random.default_rng(told["seed"])
    keep = 1.0 - told["rate"]
    return {
        f"mask_{layer}": ((dice.random((told["samples"], width)) < keep) / keep).astype(np.float32)
        for layer, width in enumerate(told["widths"])
    }
