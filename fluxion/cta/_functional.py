"""The operations on fields as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jaxtyping import Array

from fluxion.cta._domains import AbstractDomain
from fluxion.cta._field import AbstractField, Bound, Names, Reduction


def integrate(
    field: AbstractField,
    axes: Names = None,
    *,
    bounds: Mapping[str, tuple[Any, Any]] | None = None,
    lower: Bound = None,
    upper: Bound = None,
) -> Any:
    """Integral over all axes (an array) or some (a field); see `AbstractField.integrate`."""
    return field.integrate(axes, bounds=bounds, lower=lower, upper=upper)


def gradient(field: AbstractField, axes: Names = None) -> AbstractField:
    """Field of partial derivatives; see `AbstractField.gradient`."""
    return field.gradient(axes)


def map(fn: Callable[[Array], Array], field: AbstractField) -> AbstractField:
    """Field of `fn(value)`; see `AbstractField.map`."""
    return field.map(fn)


def zip_with(
    fn: Callable[[Array, Array], Array], field: AbstractField, other: Any
) -> AbstractField:
    """Field of `fn(value, other value)`; see `AbstractField.zip_with`."""
    return field.zip_with(other, fn)


def reduce(field: AbstractField, op: Reduction, axes: Names = None) -> Any:
    """Mean, maximum, minimum or another reduction; see `AbstractField.reduce`."""
    return field.reduce(op, axes)


def resample(field: AbstractField, domain: AbstractDomain) -> AbstractField:
    """The field on another domain; see `AbstractField.resample`."""
    return field.resample(domain)
