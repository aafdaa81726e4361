"""What a model answers: arrays by name in physical units, with their doubt where there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.serving._backend import InferenceBackend
from fluxion.serving._inputs import Batch, own_columns
from fluxion.serving._model_file import ModelFile
from fluxion.signatures import Signature

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


@dataclass(frozen=True)
class Prediction:
    """Results of a model.

    Attributes:
        values: By name, `(sample, period, part)`; those over all periods `(sample, part)`. With an
            ensemble or dropout these are means.
        std: Standard deviation over the members; empty for a single net. That of results over all
            periods is over the members' own sums.
        lower: Lower end of the interval; empty if the model was not calibrated.
        upper: Upper end.
        level: Share that the interval is to cover; None without one.
        outside: Where a row left the range of the training data.
        outside_climate: Features of the climate that left it.
        columns: Names along the last axis of `outside`.
        parts: Names along the last axis of each result.
        periods: Names along the middle axis.
        units: Of each result.
        provider: Where it was computed.
        seconds: That it took.
    """

    values: dict[str, Float[np.ndarray, "sample ..."]]
    std: dict[str, Float[np.ndarray, "sample ..."]]
    lower: dict[str, Float[np.ndarray, "sample ..."]]
    upper: dict[str, Float[np.ndarray, "sample ..."]]
    level: float | None
    outside: Bool[np.ndarray, "sample column"]
    outside_climate: tuple[str, ...]
    columns: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]
    periods: tuple[str, ...]
    units: dict[str, str]
    provider: InferenceBackend
    seconds: float = field(compare=False)

    def __getitem__(self, name: str) -> Float[np.ndarray, "sample ..."]:
        if name not in self.values:
            raise KeyError(f"{name!r} is no result of this model; it has {', '.join(self.values)}")
        return self.values[name]

    def __len__(self) -> int:
        return len(self.outside)


@dataclass(frozen=True)
class Layout:
    """How numbers of a graph become results; made once for a model.

    Attributes:
        kind: Of the model.
        signature: Of the model.
        scale: Of each number along the last axis.
        shift: Of each.
        reduced_shift: Of each, over all periods.
        least: Below which no interval begins, of each number.
        reduced_least: The same over all periods.
        places: Name, columns and name over all periods of each result.
        conformal: What widens predictions to intervals; empty if nothing does.
        columns: Names of what each sample has of its own.
        parts: Names along the last axis of each result.
        units: Of each result.
    """

    kind: str
    signature: Signature
    scale: np.ndarray
    shift: np.ndarray
    reduced_shift: np.ndarray
    least: np.ndarray
    reduced_least: np.ndarray
    places: tuple[tuple[str, slice, str | None], ...]
    conformal: dict[str, Any]
    columns: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]
    units: dict[str, str]

    @staticmethod
    def of(file: ModelFile) -> Layout:
        """The layout of a model file."""
        signature = file.signature
        conformal = file.metadata.get("conformal") or {}
        never_negative = conformal.get("nonnegative") or ()
        places, start, sums, least, reduced_least = [], 0, [], [], []
        for output in signature.outputs:
            end = start + len(output.parts)
            name, how = output.reduction or (None, "")
            places.append((output.name, slice(start, end), name if signature.periods else None))
            sums += [how == "sum"] * len(output.parts)
            least += [0.0 if output.name in never_negative else -np.inf] * len(output.parts)
            reduced_least += [0.0 if name in never_negative else -np.inf] * len(output.parts)
            start = end
        shift = signature.shifts(np.float32)
        reduced = shift * np.where(sums, np.float32(len(signature.periods)), np.float32(1.0))
        parts: dict[str, tuple[str, ...]] = {}
        units: dict[str, str] = {}
        for output, (name, _, short) in zip(signature.outputs, places, strict=True):
            names = [name] if short is None else [name, short]
            parts |= dict.fromkeys(names, output.parts)
            units |= dict.fromkeys(names, output.unit)
        return Layout(
            file.kind,
            signature,
            signature.scales(np.float32),
            shift,
            reduced,
            np.array(least, np.float32),
            np.array(reduced_least, np.float32),
            tuple(places),
            conformal,
            tuple(column.name for column in own_columns(signature)),
            parts,
            units,
        )

    @property
    def reduces(self) -> bool:
        """Whether there are results over all periods."""
        return any(name is not None for _, _, name in self.places)

    def names(self, monthly: bool) -> list[str]:
        """Outputs of the graph that are needed, with results of periods or without."""
        own = ["core"] if self.kind == "single" else ["mean", "std"]
        reduced = ["reduced"] if self.kind == "single" else ["reduced", "reduced_std"]
        if not self.signature.periods or not self.reduces:
            return own
        return own + reduced if monthly else reduced


class Buffers:
    """Arrays that a batch fills, piece by piece."""

    def __init__(self, layout: Layout, rows: int, monthly: bool):
        self.layout, self.wanted = layout, layout.names(monthly)
        width, periods = len(layout.scale), len(layout.signature.periods)
        own = (rows, periods, width) if periods else (rows, width)
        self._of = {
            name: np.empty((rows, width) if name.startswith("reduced") else own, np.float32)
            for name in self.wanted
        }

    def put(self, where: slice, found: dict[str, np.ndarray]) -> None:
        """What the graph gave for some rows, in its own units."""
        layout = self.layout
        for name, values in found.items():
            kept = self._of[name][where]
            np.multiply(values, layout.scale, out=kept)
            if name in ("core", "mean"):
                kept += layout.shift
            elif name == "reduced":
                kept += layout.reduced_shift

    def prediction(self, batch: Batch, provider: InferenceBackend, seconds: float) -> Prediction:
        """All rows together."""
        layout, of = self.layout, self._of
        mean, std = of.get("core", of.get("mean")), of.get("std")
        reduced, reduced_std = of.get("reduced"), of.get("reduced_std")
        own = self._interval("", mean, std, layout.least)
        over = self._interval("reduced_", reduced, reduced_std, layout.reduced_least)
        return Prediction(
            values=self._named(mean, reduced),
            std=self._named(std, reduced_std),
            lower=self._named(own[0], over[0]),
            upper=self._named(own[1], over[1]),
            level=layout.conformal.get("level"),
            outside=batch.outside,
            outside_climate=batch.outside_shared,
            columns=layout.columns,
            parts=layout.parts,
            periods=layout.signature.periods,
            units=layout.units,
            provider=provider,
            seconds=seconds,
        )

    def _named(self, own: np.ndarray | None, reduced: np.ndarray | None) -> dict[str, np.ndarray]:
        places = self.layout.places
        found = {} if own is None else {name: own[..., where] for name, where, _ in places}
        if reduced is not None:
            found |= {name: reduced[:, where] for _, where, name in places if name is not None}
        return found

    def _interval(
        self, head: str, mean: np.ndarray | None, std: np.ndarray | None, least: np.ndarray
    ) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Ends of the interval, as the calibration says; None without one."""
        told, scale = self.layout.conformal, self.layout.scale
        if mean is None or told.get(f"{head}quantile") is None:
            return None, None
        half: np.ndarray = scale
        if std is not None and told.get("normalised", True):
            half = np.maximum(std, np.float32(told.get(f"{head}least_std") or 0.0) * scale)
        half = half * np.asarray(told[f"{head}quantile"], np.float32)
        return np.maximum(mean - half, least), np.maximum(mean + half, least)
