"""Fields known at sample points or by cell averages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jaxtyping import Array, Float

from fluxion.cta import _tensor
from fluxion.cta._domains import AbstractDomain, Cells, Grid, check_same
from fluxion.cta._field import (
    AbstractField,
    Bound,
    Names,
    Reduction,
    check_points,
    read_bounds,
)
from fluxion.cta._knots import as_float
from fluxion.errors import InputError


class SampledField(AbstractField):
    """Samples on a `Grid`, joined by the polynomials of its axes (lines unless told otherwise).

    `map`, `zip_with` and arithmetic act on the samples, where they are exact; in between the
    result is the interpolant of the new samples.

    Args:
        values: The domain's dimensions first, those of the value last.
        domain: The grid.
    """

    values: Float[Array, "*shape *value"]
    domain: Grid

    def __init__(self, values: Any, domain: Grid):
        if not isinstance(domain, Grid):
            raise InputError(f"SampledField wants a Grid; got {type(domain).__name__}")
        self.values, self.domain = as_float(values), domain
        _tensor.check_values(self.values, domain.axes)

    @property
    def value_shape(self) -> tuple[int, ...]:
        return self.values.shape[self.domain.ndim :]

    def __call__(self, points: Float[Array, "*batch ndim"]) -> Float[Array, "*batch *value"]:
        return _tensor.evaluate(self.values, self.domain.axes, check_points(self.domain, points))

    def map(self, fn: Callable[[Array], Array]) -> SampledField:
        return SampledField(_tensor.map_values(fn, self.values, self.domain.ndim), self.domain)

    def zip_with(self, other: Any, fn: Callable[[Array, Array], Array]) -> SampledField:
        return SampledField(_zipped(self, other, fn), self.domain)

    def integrate(
        self,
        axes: Names = None,
        *,
        bounds: Mapping[str, tuple[Any, Any]] | None = None,
        lower: Bound = None,
        upper: Bound = None,
    ) -> Any:
        return _integrated(self, SampledField, axes, bounds, lower, upper)

    def gradient(self, axes: Names = None) -> SampledField:
        return SampledField(_slopes(self, axes), self.domain)

    def reduce(self, op: Reduction, axes: Names = None) -> Any:
        return _reduced(self, SampledField, op, axes)

    def resample(self, domain: AbstractDomain) -> AbstractField:
        return _resampled(self, domain)


class CellField(AbstractField):
    """Averages over the cells of `Cells`.

    `map`, `zip_with` and arithmetic act on the averages: exact for constants within the cell and
    for linear functions, else with an error of the square of the cell width.

    Args:
        values: The domain's dimensions first, those of the value last.
        domain: The cells.
    """

    values: Float[Array, "*shape *value"]
    domain: Cells

    def __init__(self, values: Any, domain: Cells):
        if not isinstance(domain, Cells):
            raise InputError(f"CellField wants Cells; got {type(domain).__name__}")
        self.values, self.domain = as_float(values), domain
        _tensor.check_values(self.values, domain.axes)

    @property
    def value_shape(self) -> tuple[int, ...]:
        return self.values.shape[self.domain.ndim :]

    def __call__(self, points: Float[Array, "*batch ndim"]) -> Float[Array, "*batch *value"]:
        return _tensor.evaluate(self.values, self.domain.axes, check_points(self.domain, points))

    def map(self, fn: Callable[[Array], Array]) -> CellField:
        return CellField(_tensor.map_values(fn, self.values, self.domain.ndim), self.domain)

    def zip_with(self, other: Any, fn: Callable[[Array, Array], Array]) -> CellField:
        return CellField(_zipped(self, other, fn), self.domain)

    def integrate(
        self,
        axes: Names = None,
        *,
        bounds: Mapping[str, tuple[Any, Any]] | None = None,
        lower: Bound = None,
        upper: Bound = None,
    ) -> Any:
        return _integrated(self, CellField, axes, bounds, lower, upper)

    def gradient(self, axes: Names = None) -> CellField:
        return CellField(_slopes(self, axes), self.domain)

    def reduce(self, op: Reduction, axes: Names = None) -> Any:
        return _reduced(self, CellField, op, axes)

    def resample(self, domain: AbstractDomain) -> AbstractField:
        return _resampled(self, domain)


Node = SampledField | CellField


def _zipped(field: Node, other: Any, fn: Callable[[Array, Array], Array]) -> Array:
    if isinstance(other, AbstractField):
        check_same(field.domain, other.domain)
        assert isinstance(other, SampledField | CellField)  # The only kinds on these domains.
        return fn(*_tensor.align(field.values, other.values, field.domain.ndim, True))
    return fn(*_tensor.align(field.values, other, field.domain.ndim, False))


def _integrated(
    field: Node, kind: Any, axes: Names, bounds: Any, lower: Bound, upper: Bound
) -> Any:
    domain = field.domain
    positions = domain.positions(axes)
    parts = read_bounds(domain, positions, bounds, lower, upper)
    values = _tensor.integrate(field.values, domain.axes, positions, parts)
    return values if len(positions) == domain.ndim else kind(values, domain.without(positions))


def _slopes(field: Node, axes: Names) -> Array:
    domain = field.domain
    positions = domain.positions(axes)
    return _tensor.differentiate(field.values, domain.axes, positions, isinstance(axes, str))


def _reduced(field: Node, kind: Any, op: Reduction, axes: Names) -> Any:
    domain = field.domain
    positions = domain.positions(axes)
    values = _tensor.reduce(field.values, domain.axes, positions, op)
    return values if len(positions) == domain.ndim else kind(values, domain.without(positions))


def _resampled(field: Node, domain: AbstractDomain) -> AbstractField:
    check_names(field.domain, domain)
    values = field.values
    for i, (mine, target) in enumerate(zip(field.domain.axes, domain.axes, strict=True)):
        if isinstance(domain, Cells):
            values = _tensor.average_axis(values, mine, target.edges, i)
        elif isinstance(domain, Grid):
            values = _tensor.interpolate_axis(values, mine, target.points, i)
    if isinstance(domain, Cells):
        return CellField(values, domain)
    if isinstance(domain, Grid):
        return SampledField(values, domain)
    raise InputError(
        f"a {type(field).__name__} cannot be resampled to {type(domain).__name__}; "
        "give a Grid or Cells"
    )


def check_names(mine: AbstractDomain, target: AbstractDomain) -> None:
    """Refuse to resample to a domain with other axes."""
    if mine.names != target.names:
        raise InputError(
            f"a field over ({', '.join(mine.names)}) cannot be resampled to "
            f"({', '.join(target.names)}); the target needs the same axes in the same order"
        )
