"""Fields given by a function: closed forms and networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.cta import _continuous as core
from fluxion.cta._domains import AbstractDomain, Box, Cells, Grid, check_same
from fluxion.cta._field import (
    AbstractField,
    Bound,
    Names,
    Reduction,
    check_points,
    read_bounds,
)
from fluxion.cta._sampled import CellField, SampledField, check_names
from fluxion.cta._tensor import check_constant
from fluxion.errors import InputError


class ClosedField(AbstractField):
    """A closed form `fn(x, z, ..., params)` over a `Box`, one argument for each axis.

    Integrals use Gauss-Legendre quadrature, `quadrature` nodes an axis in each of `panels` equal
    parts: exact for polynomials of degree `2 * quadrature - 1`. Derivatives come from automatic
    differentiation. The function is evaluated wherever it is asked: the box bounds integrals and
    reductions, not evaluation.

    Args:
        fn: Takes one coordinate for each axis, in order, then `params`; returns the value at
            that point, of any fixed shape. It is part of the compiled program: pass the same
            function again (a module-level one) and let numbers travel in `params`.
        params: Any pytree of arrays; may be traced.
        domain: The box.
        quadrature: Quadrature nodes along each axis.
        panels: Equal parts along each axis; more where `fn` has kinks.
    """

    params: Any
    domain: Box
    fn: Callable[..., Array] = eqx.field(static=True)
    quadrature: int = eqx.field(static=True)
    panels: int = eqx.field(static=True)

    def __init__(
        self,
        fn: Callable[..., Array],
        params: Any,
        domain: Box,
        *,
        quadrature: int = 16,
        panels: int = 1,
    ):
        _check(domain, quadrature, panels, "ClosedField")
        self.fn, self.params, self.domain = fn, params, domain
        self.quadrature, self.panels = quadrature, panels

    def value(self, *point: Float[Array, ""]) -> Float[Array, "*value"]:
        """Value at one point, given by its coordinates."""
        return jnp.asarray(self.fn(*point, self.params))

    @property
    def value_shape(self) -> tuple[int, ...]:
        return _value_shape(self)

    def __call__(self, points: Float[Array, "*batch ndim"]) -> Float[Array, "*batch *value"]:
        return core.batched(self.value, check_points(self.domain, points))

    def map(self, fn: Callable[[Array], Array]) -> ClosedField:
        return _derived(self, core.Mapped(fn), self)

    def zip_with(self, other: Any, fn: Callable[[Array, Array], Array]) -> ClosedField:
        return _zipped(self, other, fn)

    def integrate(
        self,
        axes: Names = None,
        *,
        bounds: Mapping[str, tuple[Any, Any]] | None = None,
        lower: Bound = None,
        upper: Bound = None,
    ) -> Any:
        return _integrated(self, axes, bounds, lower, upper)

    def gradient(self, axes: Names = None) -> ClosedField:
        return _slopes(self, axes)

    def reduce(self, op: Reduction, axes: Names = None, *, samples: int = 33) -> Any:
        """As in the interface; maxima, minima and others over `samples` points an axis."""
        return _reduced(self, op, axes, samples)

    def resample(self, domain: AbstractDomain) -> AbstractField:
        """As in the interface; a `Box` moves the bounds. Averages over cells by quadrature."""
        return _resampled(self, domain)


class NetworkField(AbstractField):
    """A callable pytree with weights, such as `eqx.nn.MLP`, over a `Box`.

    The arrays in the module are traced leaves of the field, so that `jax.grad` with respect to
    the field trains it; everything else in the module is static. For a flax module pass
    `jax.tree_util.Partial(module.apply, variables)`. Quadrature and derivatives as for
    `ClosedField`.

    Args:
        module: Takes a point, shaped (ndim,), returns the value.
        domain: The box.
        quadrature: Quadrature nodes along each axis.
        panels: Equal parts along each axis.
    """

    weights: Any
    domain: Box
    rest: core.Static = eqx.field(static=True)
    quadrature: int = eqx.field(static=True)
    panels: int = eqx.field(static=True)

    def __init__(
        self,
        module: Callable[[Array], Array],
        domain: Box,
        *,
        quadrature: int = 16,
        panels: int = 1,
    ):
        _check(domain, quadrature, panels, "NetworkField")
        self.weights, rest = eqx.partition(module, eqx.is_array)
        self.rest, self.domain = core.Static.of(rest), domain
        self.quadrature, self.panels = quadrature, panels

    @property
    def module(self) -> Any:
        """The module with its present weights."""
        return eqx.combine(self.weights, self.rest.tree)

    def value(self, *point: Float[Array, ""]) -> Float[Array, "*value"]:
        """Value at one point, given by its coordinates."""
        return jnp.asarray(self.module(jnp.stack(point)))

    @property
    def value_shape(self) -> tuple[int, ...]:
        return _value_shape(self)

    def __call__(self, points: Float[Array, "*batch ndim"]) -> Float[Array, "*batch *value"]:
        return core.batched(self.value, check_points(self.domain, points))

    def map(self, fn: Callable[[Array], Array]) -> ClosedField:
        return _derived(self, core.Mapped(fn), self)

    def zip_with(self, other: Any, fn: Callable[[Array, Array], Array]) -> ClosedField:
        return _zipped(self, other, fn)

    def integrate(
        self,
        axes: Names = None,
        *,
        bounds: Mapping[str, tuple[Any, Any]] | None = None,
        lower: Bound = None,
        upper: Bound = None,
    ) -> Any:
        return _integrated(self, axes, bounds, lower, upper)

    def gradient(self, axes: Names = None) -> ClosedField:
        return _slopes(self, axes)

    def reduce(self, op: Reduction, axes: Names = None, *, samples: int = 33) -> Any:
        """As in the interface; maxima, minima and others over `samples` points an axis."""
        return _reduced(self, op, axes, samples)

    def resample(self, domain: AbstractDomain) -> AbstractField:
        """As in the interface; a `Box` moves the bounds. Averages over cells by quadrature."""
        return _resampled(self, domain)


Function = ClosedField | NetworkField


def _check(domain: Any, quadrature: int, panels: int, kind: str) -> None:
    if not isinstance(domain, Box):
        raise InputError(f"{kind} wants a Box; got {type(domain).__name__}")
    core.gauss_legendre(quadrature, panels)


def _value_shape(field: Function) -> tuple[int, ...]:
    return jax.eval_shape(field.value, *(axis.lower for axis in field.domain.axes)).shape


def _derived(field: Function, fn: Any, params: Any, domain: Box | None = None) -> ClosedField:
    return ClosedField(
        fn,
        params,
        field.domain if domain is None else domain,
        quadrature=field.quadrature,
        panels=field.panels,
    )


def _zipped(field: Function, other: Any, fn: Callable[[Array, Array], Array]) -> ClosedField:
    if isinstance(other, AbstractField):
        check_same(field.domain, other.domain)
        return _derived(field, core.Zipped(fn), (field, other))
    other = jnp.asarray(other)
    check_constant(field.value_shape, other.shape)
    return _derived(field, core.ZippedConstant(fn), (field, other))


def _integrated(field: Function, axes: Names, bounds: Any, lower: Bound, upper: Bound) -> Any:
    domain = field.domain
    positions = domain.positions(axes)
    parts = read_bounds(domain, positions, bounds, lower, upper)
    ends = tuple(parts.get(i, (domain.axes[i].lower, domain.axes[i].upper)) for i in positions)
    whole = core.Integrated(positions, field.quadrature, field.panels)
    if len(positions) == domain.ndim:
        return whole((field, ends))
    return _derived(field, whole, (field, ends), domain.without(positions))


def _slopes(field: Function, axes: Names) -> ClosedField:
    positions = field.domain.positions(axes)
    return _derived(field, core.Slope(positions, isinstance(axes, str)), field)


def _reduced(field: Function, op: Reduction, axes: Names, samples: int) -> Any:
    domain = field.domain
    positions = domain.positions(axes)
    if op == "mean":
        extent = jnp.prod(
            jnp.stack([domain.axes[i].upper - domain.axes[i].lower for i in positions])
        )
        return _integrated(field, axes, None, None, None) / extent
    if samples < 2:
        raise InputError(f"samples={samples} was given; give 2 or more points an axis")
    ends = tuple((domain.axes[i].lower, domain.axes[i].upper) for i in positions)
    whole = core.Reduced(op, positions, samples)
    if len(positions) == domain.ndim:
        return whole((field, ends))
    return _derived(field, whole, (field, ends), domain.without(positions))


def _resampled(field: Function, domain: AbstractDomain) -> AbstractField:
    check_names(field.domain, domain)
    if isinstance(domain, Grid):
        return SampledField(core.product(field.value, [a.points for a in domain.axes]), domain)
    if isinstance(domain, Cells):
        edges = [axis.edges for axis in domain.axes]
        return CellField(core.cell_averages(field, edges, field.quadrature), domain)
    if isinstance(domain, Box):
        return eqx.tree_at(lambda f: f.domain, field, domain)
    raise InputError(f"cannot resample to {type(domain).__name__}; give a Grid, Cells or Box")
