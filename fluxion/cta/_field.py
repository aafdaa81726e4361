"""The interface that every field answers."""

from __future__ import annotations

import abc
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.cta._domains import AbstractDomain
from fluxion.errors import InputError

Names = str | Iterable[str] | None
#: One number where one axis is meant, else a number for each named axis.
Bound = Any
Reduction = Literal["mean", "max", "min"] | Callable[..., Array]


class AbstractField(eqx.Module):
    """A tensor-valued function over a rectilinear domain."""

    domain: eqx.AbstractVar[Any]

    @property
    @abc.abstractmethod
    def value_shape(self) -> tuple[int, ...]:
        """Shape of the value at one point."""

    @abc.abstractmethod
    def __call__(self, points: Float[Array, "*batch ndim"]) -> Float[Array, "*batch *value"]:
        """Value at each point."""

    @abc.abstractmethod
    def map(self, fn: Callable[[Array], Array]) -> AbstractField:
        """The field of `fn(value)`; `fn` takes the value at one point and may change its shape."""

    @abc.abstractmethod
    def zip_with(self, other: Any, fn: Callable[[Array, Array], Array]) -> AbstractField:
        """The field of `fn(value, other value)`.

        Args:
            other: A field on the same domain, a number, or an array that broadcasts against the
                value at one point and has no more dimensions than it.
            fn: Elementwise with broadcasting, such as `jnp.maximum`.
        """

    @abc.abstractmethod
    def integrate(
        self,
        axes: Names = None,
        *,
        bounds: Mapping[str, tuple[Any, Any]] | None = None,
        lower: Bound = None,
        upper: Bound = None,
    ) -> Any:
        """Integral over all axes (an array) or over some (a field over the rest).

        Args:
            axes: Names of the axes to integrate over; None for all.
            bounds: For any of these axes the part to integrate over, `name: (lower, upper)`;
                traced numbers are welcome. The rest is integrated whole.
            lower: Lower bounds, a mapping `name: number`, or a number if there is one axis.
            upper: Upper bounds, likewise.
        """

    @abc.abstractmethod
    def gradient(self, axes: Names = None) -> AbstractField:
        """The field of partial derivatives.

        Args:
            axes: One name gives the derivative, with values shaped as before. Several names, or
                None for all axes, add a last value axis with one derivative for each, in the
                order of the domain.
        """

    @abc.abstractmethod
    def reduce(self, op: Reduction, axes: Names = None) -> Any:
        """Mean, maximum, minimum or a reduction of one's own, over all axes or some.

        Args:
            op: "mean" (integral over measure), "max", "min", or a function `op(values, axis=...)`
                of the stored values, like `jnp.median`.
            axes: Names of the axes to reduce; None for all.

        Returns:
            An array, or a field over the axes that remain.
        """

    @abc.abstractmethod
    def resample(self, domain: AbstractDomain) -> AbstractField:
        """The field on another domain with the same axis names.

        To a `Grid` by evaluation; to `Cells` by exact averages, which keep the integral.
        """

    def at(self, **coordinates: Any) -> Float[Array, "*batch *value"]:
        """Value at coordinates given by axis name, which broadcast against each other."""
        if set(coordinates) != set(self.domain.names):
            raise InputError(
                f"coordinates {', '.join(sorted(coordinates))} were given; the field wants "
                f"{', '.join(self.domain.names)}"
            )
        columns = [jnp.asarray(coordinates[name]) for name in self.domain.names]
        return self(jnp.stack(jnp.broadcast_arrays(*columns), axis=-1))

    # Fields win over arrays in `array * field`.
    __array_ufunc__ = None

    def __add__(self, other: Any) -> AbstractField:
        return self.zip_with(other, jnp.add)

    def __radd__(self, other: Any) -> AbstractField:
        return self.zip_with(other, jnp.add)

    def __sub__(self, other: Any) -> AbstractField:
        return self.zip_with(other, jnp.subtract)

    def __rsub__(self, other: Any) -> AbstractField:
        return self.zip_with(other, _right_subtract)

    def __mul__(self, other: Any) -> AbstractField:
        return self.zip_with(other, jnp.multiply)

    def __rmul__(self, other: Any) -> AbstractField:
        return self.zip_with(other, jnp.multiply)

    def __truediv__(self, other: Any) -> AbstractField:
        return self.zip_with(other, jnp.divide)

    def __rtruediv__(self, other: Any) -> AbstractField:
        return self.zip_with(other, _right_divide)

    def __pow__(self, other: Any) -> AbstractField:
        if isinstance(other, int):
            # A whole-number power is a choice of algorithm, right at negative and zero values.
            return self.map(_WholePower(other))
        return self.zip_with(other, jnp.power)

    def __rpow__(self, other: Any) -> AbstractField:
        return self.zip_with(other, _right_power)

    def __neg__(self) -> AbstractField:
        return self.map(operator.neg)

    def __abs__(self) -> AbstractField:
        return self.map(jnp.abs)


def _right_subtract(a: Array, b: Array) -> Array:
    return b - a


def _right_divide(a: Array, b: Array) -> Array:
    return b / a


def _right_power(a: Array, b: Array) -> Array:
    return b**a


class _WholePower(eqx.Module):
    """x to a fixed whole power; hashes by the power, so equal powers share a compilation."""

    power: int = eqx.field(static=True)

    def __call__(self, value: Array) -> Array:
        return value**self.power


def check_points(domain: AbstractDomain, points: Any) -> Float[Array, "*batch ndim"]:
    """Points as an array of floats; refuses those that do not end in one number per axis."""
    points = jnp.asarray(points)
    if not jnp.issubdtype(points.dtype, jnp.floating):
        points = points.astype(jnp.result_type(float))
    if points.ndim == 0 or points.shape[-1] != domain.ndim:
        raise InputError(
            f"points of shape {points.shape} were given to a field over "
            f"({', '.join(domain.names)}); the last dimension must be {domain.ndim}"
            + (", as in points[..., None]" if domain.ndim == 1 else "")
        )
    return points


def read_bounds(
    domain: AbstractDomain,
    positions: tuple[int, ...],
    bounds: Mapping[str, tuple[Any, Any]] | None,
    lower: Bound,
    upper: Bound,
) -> dict[int, tuple[Array, Array]]:
    """Bounds by position of axis, for the axes that are integrated in part.

    Raises:
        InputError: A bound names an axis that is not integrated, is not a single number, or is
            given twice.
    """
    names = [domain.names[i] for i in positions]
    given: dict[str, list[Any]] = {}
    for name, pair in (bounds or {}).items():
        given[name] = list(pair)
    for side, bound in ((0, lower), (1, upper)):
        if bound is None:
            continue
        if not isinstance(bound, Mapping):
            if len(names) != 1:
                raise InputError(
                    f"one bound was given for {len(names)} axes; name them, as in "
                    f"upper={{'{names[0]}': ...}}"
                )
            bound = {names[0]: bound}
        for name, number in bound.items():
            pair = given.setdefault(name, [None, None])
            if pair[side] is not None:
                raise InputError(f"axis '{name}' was given two bounds on one side; give one")
            pair[side] = number
    read = {}
    for name, pair in given.items():
        if name not in names:
            raise InputError(
                f"a bound was given for '{name}', which is not integrated; the axes are "
                f"{', '.join(names)}"
            )
        axis = domain.axis(name)
        ends = [
            end if number is None else jnp.asarray(number, end.dtype)
            for number, end in zip(pair, (axis.lower, axis.upper), strict=True)
        ]
        if any(end.ndim for end in ends):
            raise InputError(
                f"bounds of axis '{name}' came as arrays; give single numbers, and use jax.vmap "
                "for many parts or resample to cells for a partition"
            )
        read[domain.position(name)] = (ends[0], ends[1])
    return read
