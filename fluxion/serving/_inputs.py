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


def check_batch(file: ModelFile, designs: Any, climate: Any) -> Batch:
    """What a call takes, checked.

    Args:
        file: The model.
        designs: `(sample, column)`, one row alone, or columns by name.
        climate: A name of the file's, or rows of features in physical units.

    Raises:
        InputError: Wrong width or names, NaN (rows are named), an unknown climate.
    """
    columns = own_columns(file.signature)
    rows = _rows(designs, columns)
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if bad.size:
        which = ", ".join(map(str, bad[:_NAMED])) + (", ..." if bad.size > _NAMED else "")
        raise InputError(
            f"{bad.size} of {len(rows)} rows hold NaN or infinite numbers (rows {which}, counted "
            "from 0); remove or mend them"
        )
    outside = _outside(rows, columns)
    shared, beyond = _shared(file, climate)
    told = [
        f"{column.name} ({count})"
        for column, count in zip(columns, outside.sum(axis=0), strict=True)
        if count
    ]
    if told:
        count = int(outside.any(axis=1).sum())
        warnings.warn(
            f"{count} of {len(rows)} rows lie outside the range of the training data: "
            f"{', '.join(told)}; results there are extrapolated",
            OutsideTrainingWarning,
            stacklevel=4,
        )
    if beyond:
        warnings.warn(
            f"the climate lies outside the range of the training data in {', '.join(beyond)}; "
            "results are extrapolated",
            OutsideTrainingWarning,
            stacklevel=4,
        )
    return Batch(rows, shared, outside, beyond)


def _rows(given: Any, columns: tuple[Column, ...]) -> np.ndarray:
    names = [column.name for column in columns]
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


def _outside(rows: np.ndarray, columns: tuple[Column, ...]) -> np.ndarray:
    low, high = (np.array([getattr(c, k) for c in columns]) for k in ("low", "high"))
    slack = np.where(np.isfinite(high - low), high - low, 0.0) * _ROUNDING
    return (rows < low - slack) | (rows > high + slack)


def _shared(file: ModelFile, climate: Any) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Shared inputs in the units of the core, and names of columns outside their range."""
    inputs = [each for each in file.signature.inputs if each.rows is not None]
    if not inputs:
        if climate is not None:
            raise InputError("a climate was given, but this model takes none; leave it out")
        return {}, ()
    if len(inputs) > 1:
        raise InputError(
            f"the model shares several inputs ({', '.join(i.name for i in inputs)}); one is known"
        )
    one = inputs[0]
    known = file.climates
    names = f"it knows {', '.join(known)}" if known else "it carries none"
    if climate is None and len(known) == 1:
        climate = next(iter(known))
    if climate is None:
        raise InputError(f"the model needs a climate; {names}; or give rows of features")
    if isinstance(climate, str):
        if climate not in known:
            raise InputError(f"the model has no climate {climate!r}; {names}")
        climate = known[climate]
    rows = _numbers(climate, "the climate's rows")
    wanted = (one.rows, len(one.columns))
    if rows.shape != wanted:
        raise InputError(
            f"a climate of shape {rows.shape} was given; the model takes {wanted}: "
            f"{', '.join(one.names)}"
        )
    if not np.isfinite(rows).all():
        raise InputError("the climate holds NaN or infinite numbers; mend them")
    beyond = np.atleast_1d(_outside(rows, one.columns).any(axis=0))
    unit = np.asarray(one.to_unit(rows.astype(np.float64)), np.float32)
    return {one.name: unit}, tuple(n for n, out in zip(one.names, beyond, strict=True) if out)
