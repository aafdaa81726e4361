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
        std: Standard deviation over the members; empty for a single net.
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
    """How the core's numbers become results; computed once for a model."""

    signature: Signature
    scale: np.ndarray
    shift: np.ndarray
    largest: np.ndarray
    reduces: bool

    @staticmethod
    def of(signature: Signature) -> Layout:
        """The layout of a signature."""
        hows = [o.reduction[1] if o.reduction else "" for o in signature.outputs]
        largest = [
            how == "max" for o, how in zip(signature.outputs, hows, strict=True) for _ in o.parts
        ]
        return Layout(
            signature,
            signature.scales(np.float32),
            signature.shifts(np.float32),
            np.array(largest, bool),
            bool(signature.periods) and any(hows),
        )

    def over_periods(self, values: np.ndarray) -> np.ndarray:
        """Sums over the periods, or largest values: `(sample, width)`."""
        found = values.sum(axis=-2)
        if self.largest.any():
            found[:, self.largest] = values[..., self.largest].max(axis=-2)
        return found

    def named(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Results of periods by name, as the signature has them."""
        return self.signature.split(values)

    def named_over_periods(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Results over all periods by their own names."""
        found = self.signature.split(values)
        return {
            o.reduction[0]: found[o.name] for o in self.signature.outputs if o.reduction is not None
        }


class Buffers:
    """Arrays that a batch fills, piece by piece."""

    def __init__(self, file: ModelFile, layout: Layout, rows: int, monthly: bool):
        self.layout, self.file = layout, file
        width, periods = layout.signature.width, len(layout.signature.periods)
        shape = (rows, periods, width) if periods else (rows, width)
        doubt = file.kind != "single"
        keep = monthly or not layout.reduces
        self.mean = np.empty(shape, np.float32) if keep else None
        self.std = np.empty(shape, np.float32) if keep and doubt else None
        reduced = (rows, width)
        self.reduced = np.empty(reduced, np.float32) if layout.reduces else None
        self.reduced_std = np.empty(reduced, np.float32) if layout.reduces and doubt else None

    def put(self, where: slice, core: dict[str, np.ndarray]) -> None:
        """What the core gave for some rows, in its own units."""
        layout = self.layout
        mean = core["core"] if "core" in core else core["mean"]
        kept = np.empty_like(mean) if self.mean is None else self.mean[where]
        np.multiply(mean, layout.scale, out=kept)
        kept += layout.shift
        if self.std is not None:
            np.multiply(core["std"], layout.scale, out=self.std[where])
        if self.reduced is not None:
            self.reduced[where] = layout.over_periods(kept)
        if self.reduced_std is not None:
            np.multiply(core["reduced_std"], layout.scale, out=self.reduced_std[where])

    def prediction(self, batch: Batch, provider: InferenceBackend, seconds: float) -> Prediction:
        """All rows together."""
        layout, signature = self.layout, self.layout.signature
        told = self.file.metadata.get("conformal") or {}

        def gathered(own: np.ndarray | None, reduced: np.ndarray | None) -> dict[str, np.ndarray]:
            return {
                **({} if own is None else layout.named(own)),
                **({} if reduced is None else layout.named_over_periods(reduced)),
            }

        ends: list[dict[str, np.ndarray]] = []
        for sign in (-1.0, 1.0):
            own = _end(self.mean, self.std, told, "quantile", layout.scale, sign)
            reduced = _end(
                self.reduced, self.reduced_std, told, "reduced_quantile", layout.scale, sign
            )
            end = gathered(own, reduced)
            for result in told.get("nonnegative", ()):
                if result in end:
                    np.maximum(end[result], 0.0, out=end[result])
            ends.append(end)
        parts, units = {}, {}
        for output in signature.outputs:
            names = [output.name, *([output.reduction[0]] if output.reduction else [])]
            parts |= dict.fromkeys(names, output.parts)
            units |= dict.fromkeys(names, output.unit)
        return Prediction(
            values=gathered(self.mean, self.reduced),
            std=gathered(self.std, self.reduced_std),
            lower=ends[0],
            upper=ends[1],
            level=told.get("level"),
            outside=batch.outside,
            outside_climate=batch.outside_shared,
            columns=tuple(column.name for column in own_columns(signature)),
            parts=parts,
            periods=signature.periods,
            units=units,
            provider=provider,
            seconds=seconds,
        )


def _end(
    mean: np.ndarray | None,
    std: np.ndarray | None,
    told: dict[str, Any],
    name: str,
    scale: np.ndarray,
    sign: float,
) -> np.ndarray | None:
    """One end of the interval: the quantile times the deviation, or in the units of the core."""
    if mean is None or told.get(name) is None:
        return None
    quantile = np.asarray(told[name], np.float32)
    if std is None or not told.get("normalised", True):
        return mean + sign * (quantile * scale)
    least = told.get(name.replace("quantile", "least_std"))
    doubt = std if least is None else np.maximum(std, np.asarray(least, np.float32) * scale)
    return mean + sign * (quantile * doubt)
