"""What users hand over, checked and made into what a model's core takes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.errors import InputError
from fluxion.serving._model_file import ModelFile
from fluxion.signatures import Column, Signature

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

#: Share of a column's range by which rounding may leave it.
_ROUNDING = 1e-6
_NAMED = 5


class OutsideTrainingWarning(UserWarning):
    """Inputs lie outside the range of the training data; results there are extrapolated."""


@dataclass(frozen=True)
class Batch:
    """Checked inputs of one call.

    Attributes:
        rows: Columns of all inputs that each sample has of its own, side by side.
        shared: Inputs that all samples share, by name, as the core takes them.
        outside: Where a row leaves the range of the training data.
        outside_shared: Names of shared columns that leave it.
    """

    rows: Float[np.ndarray, "sample column"]
    shared: dict[str, np.ndarray]
    outside: Bool[np.ndarray, "sample column"]
    outside_shared: tuple[str, ...]


def own_columns(signature: Signature) -> tuple[Column, ...]:
    """Columns that each sample has of its own, over all inputs."""
    return tuple(c for each in signature.inputs if each.rows is None for c in each.columns)


class Intake:
    """Checks what comes in, with all that is known of a model beforehand.

    Args:
        file: The model.

    Raises:
        InputError: The model shares more than one input among the samples of a call.
    """

    def __init__(self, file: ModelFile):
        self.columns = own_columns(file.signature)
        self.names = tuple(column.name for column in self.columns)
        self._bounds = _bounds(self.columns)
        shared = [each for each in file.signature.inputs if each.rows is not None]
        if len(shared) > 1:
            raise InputError(
                f"the model shares several inputs ({', '.join(i.name for i in shared)}); this "
                "version serves one"
            )
        self._climate = shared[0] if shared else None
        self._known = {name: self._unit(rows) for name, rows in file.climates.items()}

    def batch(self, designs: Any, climate: Any) -> Batch:
        """What a call takes, checked.

        Args:
            designs: `(sample, column)`, one row alone, or columns by name.
            climate: A name of the file's, or rows of features in physical units.

        Raises:
            InputError: Wrong width or names, NaN (rows are named), an unknown climate.
        """
        rows = _rows(designs, self.names)
        finite = np.isfinite(rows)
        if not finite.all():
            bad = np.flatnonzero(~finite.all(axis=1))
            which = ", ".join(map(str, bad[:_NAMED])) + (", ..." if bad.size > _NAMED else "")
            raise InputError(
                f"{bad.size} of {len(rows)} rows hold NaN or infinite numbers (rows {which}, "
                "counted from 0); remove or mend them"
            )
        outside = _outside(rows, self._bounds)
        shared, beyond = self._shared(climate)
        if outside.any():
            counts = zip(self.names, outside.sum(axis=0), strict=True)
            told = ", ".join(f"{name} ({count})" for name, count in counts if count)
            warnings.warn(
                f"{int(outside.any(axis=1).sum())} of {len(rows)} rows lie outside the range of "
                f"the training data: {told}; results there are extrapolated",
                OutsideTrainingWarning,
                stacklevel=3,
            )
        if beyond:
            warnings.warn(
                f"the climate lies outside the range of the training data in {', '.join(beyond)}; "
                "results are extrapolated",
                OutsideTrainingWarning,
                stacklevel=3,
            )
        return Batch(rows, shared, outside, beyond)

    def _shared(self, climate: Any) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
        """The shared input in the units of the core, and its columns outside their range."""
        if self._climate is None:
            if climate is not None:
                raise InputError("a climate was given, but this model takes none; leave it out")
            return {}, ()
        names = f"it knows {', '.join(self._known)}" if self._known else "it carries none"
        if climate is None and len(self._known) == 1:
            climate = next(iter(self._known))
        if climate is None:
            raise InputError(f"the model needs a climate; {names}; or give rows of features")
        if isinstance(climate, str):
            if climate not in self._known:
                raise InputError(f"the model has no climate {climate!r}; {names}")
            unit, beyond = self._known[climate]
        else:
            unit, beyond = self._unit(climate)
        return {self._climate.name: unit}, beyond

    def _unit(self, climate: Any) -> tuple[np.ndarray, tuple[str, ...]]:
        one = self._climate
        if one is None:
            raise InputError("the model carries climates but takes none; export it anew")
        rows = _numbers(climate, "the climate's rows")
        wanted = (one.rows, len(one.columns))
        if rows.shape != wanted:
            raise InputError(
                f"a climate of shape {rows.shape} was given; the model takes {wanted}: "
                f"{', '.join(one.names)}"
            )
        if not np.isfinite(rows).all():
            raise InputError("the climate holds NaN or infinite numbers; mend them")
        out = np.atleast_2d(_outside(rows, _bounds(one.columns)))
        beyond = np.array(one.names)[np.any(out, axis=0)].tolist()
        unit = np.asarray(one.to_unit(rows.astype(np.float64)), np.float32)
        return unit, tuple(beyond)


def _rows(given: Any, names: tuple[str, ...]) -> np.ndarray:
    if isinstance(given, Mapping):
        unknown = [repr(key) for key in given if key not in names]
        missing = [repr(name) for name in names if name not in given]
        if unknown or missing:
            faults = [
                f"{what}: {', '.join(which)}"
                for what, which in (("unknown", unknown), ("missing", missing))
                if which
            ]
            raise InputError(
                f"columns at fault ({'; '.join(faults)}); the model takes {', '.join(names)}"
            )
        given_columns = [_numbers(given[name], f"column {name!r}") for name in names]
        try:
            found = np.stack(np.broadcast_arrays(*given_columns), axis=-1)
        except ValueError:
            lengths = {n: c.shape for n, c in zip(names, given_columns, strict=True)}
            raise InputError(
                f"the columns have different lengths ({lengths}); give as many numbers in each"
            ) from None
    else:
        found = _numbers(given, "the designs")
    if found.ndim == 1 and found.size:
        found = found[None]
    if found.size == 0 and found.ndim < 2:
        found = found.reshape(0, len(names))
    if found.ndim != 2 or found.shape[1] != len(names):
        raise InputError(
            f"designs of shape {found.shape} were given; the model takes rows of {len(names)} "
            f"numbers: {', '.join(names)}"
        )
    return found


def _numbers(given: Any, what: str) -> np.ndarray:
    try:
        found = np.asarray(given)
        if found.dtype not in (np.float32, np.float64):
            found = found.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{what} hold something that is no number; give numbers only") from None
    return found


def _bounds(columns: tuple[Column, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest values that count as within, a hair wider than told."""
    low, high = (np.array([getattr(c, k) for c in columns]) for k in ("low", "high"))
    slack = np.where(np.isfinite(high - low), high - low, 0.0) * _ROUNDING
    return low - slack, high + slack


def _outside(rows: np.ndarray, bounds: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return (rows < bounds[0]) | (rows > bounds[1])
