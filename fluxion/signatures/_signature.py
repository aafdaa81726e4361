"""The face of a trained model: named columns in, named results out, and their scales.

A model's core sees and gives numbers near one. What they stand for is told here, once, for those
who train (JAX arrays), for those who serve (NumPy arrays), and for the model file, which carries it
as JSON.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fluxion.errors import InputError

#: What a result of periods becomes over all of them, by the first word of its name; a temperature
#: becomes the mean.
_REDUCTIONS = {"monthly": ("annual", "sum"), "monthly_peak": ("peak", "max")}
_FORMAT = 1


@dataclass(frozen=True)
class Column:
    """A number that goes in.

    Attributes:
        name: Of the parameter or feature.
        unit: Its unit.
        low: Least value of the training data; below it a model is beyond what it knows.
        high: Greatest value of the training data.
        shift: The core sees (value - shift) / scale.
        scale: Above 0.
    """

    name: str
    unit: str
    low: float = -math.inf
    high: float = math.inf
    shift: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Input:
    """An array that goes in: rows of columns.

    Attributes:
        name: Of the core's input, such as "design" or "climate".
        columns: Along the last axis.
        rows: None if every sample has a row of its own; else the rows, such as 12 months, that all
            samples of a call share.
    """

    name: str
    columns: tuple[Column, ...]
    rows: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def low(self) -> np.ndarray:
        """Least value of each column."""
        return np.array([column.low for column in self.columns])

    @property
    def high(self) -> np.ndarray:
        """Greatest value of each column."""
        return np.array([column.high for column in self.columns])

    def to_unit(self, values: Any) -> Any:
        """What the core sees of these values; columns last, NumPy or JAX."""
        return (values - self._shift(values)) / self._scale(values)

    def from_unit(self, values: Any) -> Any:
        """The inverse of `to_unit`."""
        return values * self._scale(values) + self._shift(values)

    def _shift(self, like: Any) -> np.ndarray:
        return np.array([column.shift for column in self.columns], dtype=_dtype(like))

    def _scale(self, like: Any) -> np.ndarray:
        return np.array([column.scale for column in self.columns], dtype=_dtype(like))


@dataclass(frozen=True)
class Output:
    """A result that comes out, one number for each zone (and each period).

    Attributes:
        name: Such as "monthly_heating"; "monthly_..." is summed to "annual_...",
            "monthly_..._temperature" averaged over the months, and "monthly_peak_..." reaches at
            most "peak_...".
        unit: Its unit.
        parts: What the numbers belong to, such as zones, or rooms.
        scale: Of each part: value = scale * (what the core gives) + shift.
        shift: Of each part.
        signed: Whether a value may be below its shift; else the core gives none below 0.
    """

    name: str
    unit: str
    parts: tuple[str, ...]
    scale: tuple[float, ...]
    shift: tuple[float, ...]
    signed: bool = False

    @property
    def reduction(self) -> tuple[str, str] | None:
        """Name over all periods and how it is reached, "sum", "mean" or "max"; or None."""
        for head in ("monthly_peak", "monthly"):
            if self.name.startswith(f"{head}_"):
                to, how = _REDUCTIONS[head]
                level = how == "sum" and self.name.endswith("temperature")
                return to + self.name.removeprefix(head), "mean" if level else how
        return None


@dataclass(frozen=True)
class Signature:
    """What a trained model takes and gives.

    Attributes:
        task: What it was trained for, such as "design" or "dynamic".
        inputs: In the order of the core's arguments.
        outputs: Along the last axis of what the core gives, one after the other, parts inside.
        periods: Names along the axis before, such as the months; empty if there is no such axis.
    """

    task: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    periods: tuple[str, ...] = ()

    def input(self, name: str) -> Input:
        """The input of this name.

        Raises:
            InputError: There is none.
        """
        for each in self.inputs:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.inputs)
        raise InputError(f"the model has no input {name!r}; it has {known}")

    @property
    def width(self) -> int:
        """Numbers along the last axis of what the core gives."""
        return sum(len(output.parts) for output in self.outputs)

    @property
    def free(self) -> int:
        """How many of these numbers, the last ones, may be negative.

        Raises:
            InputError: A result that may be negative stands before one that may not.
        """
        signed = [output.signed for output in self.outputs for _ in output.parts]
        count = sum(signed)
        if signed != [False] * (len(signed) - count) + [True] * count:
            raise InputError("results that may be negative must come last in a signature")
        return count

    @property
    def labels(self) -> tuple[str, ...]:
        """What each of these numbers is, such as "monthly_heating: core"."""
        return tuple(f"{o.name}: {part}" for o in self.outputs for part in o.parts)

    def scales(self, dtype: Any = np.float64) -> np.ndarray:
        """Scale of each of these numbers."""
        return np.array([scale for o in self.outputs for scale in o.scale], dtype=dtype)

    def shifts(self, dtype: Any = np.float64) -> np.ndarray:
        """Shift of each of these numbers."""
        return np.array([shift for o in self.outputs for shift in o.shift], dtype=dtype)

    def to_core(self, values: Any) -> Any:
        """What the core should give for results, `(..., width)`."""
        kind = _dtype(values)
        return (values - self.shifts(kind)) / self.scales(kind)

    def from_core(self, core: Any) -> Any:
        """Results from what the core gives, `(..., width)`."""
        kind = _dtype(core)
        return core * self.scales(kind) + self.shifts(kind)

    def split(self, values: Any) -> dict[str, Any]:
        """Results by name, `(..., part)`, from `(..., width)`."""
        found, start = {}, 0
        for output in self.outputs:
            found[output.name] = values[..., start : start + len(output.parts)]
            start += len(output.parts)
        return found

    def reduced(self, results: Mapping[str, Any]) -> dict[str, Any]:
        """What results of periods become over all of them: `(..., part)` by name.

        Args:
            results: By name, `(..., period, part)`.
        """
        found = {}
        for output in self.outputs:
            if output.reduction is not None and output.name in results:
                name, how = output.reduction
                found[name] = getattr(results[output.name], how)(axis=-2)
        return found

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps({"format": _FORMAT, **asdict(self)}, allow_nan=True)

    @staticmethod
    def from_json(text: str) -> Signature:
        """A signature from its text.

        Raises:
            InputError: It is no such text, or of a format that this version does not know.
        """
        try:
            found = json.loads(text)
            kind = found.pop("format")
            if kind != _FORMAT:
                raise InputError(
                    f"the model's signature has format {kind!r}, this version reads {_FORMAT}; "
                    "export the model anew, or update Fluxion"
                )
            inputs = tuple(
                Input(each["name"], tuple(Column(**c) for c in each["columns"]), each["rows"])
                for each in found["inputs"]
            )
            outputs = tuple(
                Output(
                    o["name"],
                    o["unit"],
                    *(tuple(o[k]) for k in ("parts", "scale", "shift")),
                    signed=o["signed"],
                )  # fmt: skip
                for o in found["outputs"]
            )
            return Signature(found["task"], inputs, outputs, tuple(found["periods"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                "the model's signature is damaged or not Fluxion's; export the model anew"
            ) from None


def _dtype(like: Any) -> Any:
    found = np.dtype(getattr(like, "dtype", np.float64))
    return found if np.issubdtype(found, np.floating) else np.dtype(np.float64)
