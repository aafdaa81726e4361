"""An axis of sample points, with the piecewise polynomial that joins them."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fluxion.cta._axis import (
    AbstractNodeAxis,
    Outside,
    Stencil,
    check_order,
    check_outside,
    scatter_weights,
)
from fluxion.cta._knots import AbstractKnots, EvenKnots, FreeKnots, as_float, is_concrete
from fluxion.cta._quadrature import gauss_legendre
from fluxion.cta._stencils import (
    following,
    lagrange,
    lagrange_slopes,
    previous,
    three_point,
    trailing,
    windows,
)
from fluxion.errors import InputError


class SampleAxis(AbstractNodeAxis):
    """Values known at points; between them a polynomial.

    A field along the axis *is* its interpolant: values, integrals and averages are those of the
    interpolant exactly. Errors against the function sampled fall with the spacing h as

    | order | interpolant            | value | integral | gradient at the samples |
    |-------|------------------------|-------|----------|-------------------------|
    | 2     | straight lines         | h^2   | h^2      | h^2 (3 points)          |
    | 4     | cubics through 4 points| h^4   | h^4      | h^4 (5 points)          |

    Args:
        name: Name of the axis.
        points: Ascending sample points, 2 or more; may be traced.
        order: 2 or 4 (which needs 4 samples).
        outside: What happens outside: "clamp" (the end value holds), "periodic", or "error"
            (`InputError` where the numbers are known, NaN where they are traced).
        period: With "periodic", the length after which the samples repeat; above
            `points[-1] - points[0]`, since the first sample is not repeated at the end.
        dtype: Precision of the points if they come as Python numbers.
    """

    name: str = eqx.field(static=True)
    knots: AbstractKnots
    period: Float[Array, ""] | None
    order: int = eqx.field(static=True)
    outside: Outside = eqx.field(static=True)

    def __init__(
        self,
        name: str,
        points: object,
        *,
        order: int = 2,
        outside: Outside = "clamp",
        period: object = None,
        dtype: object = None,
    ):
        check_outside(outside, name)
        knots = points if isinstance(points, AbstractKnots) else FreeKnots(points, name, 2, dtype)
        check_order(order, (2, 4), name, knots.size, 4)
        if outside == "periodic":
            if period is None:
                raise InputError(f"axis '{name}' is periodic and has no period; give period=")
            period = as_float(period, knots.lower.dtype)
            extent = knots.upper - knots.lower
            if is_concrete(period, extent) and not float(period) > float(extent):
                raise InputError(
                    f"axis '{name}' was given period={float(period):g} for samples that span "
                    f"{float(extent):g}; give one that exceeds it (drop a repeated last sample)"
                )
        elif period is not None:
            raise InputError(f"axis '{name}' has a period; say outside='periodic' as well")
        self.name, self.knots, self.period = name, knots, period
        self.order, self.outside = order, outside

    @classmethod
    def uniform(
        cls,
        name: str,
        lower: object,
        step: object,
        size: int,
        *,
        order: int = 2,
        outside: Outside = "clamp",
        dtype: object = None,
    ) -> SampleAxis:
        """Evenly spaced samples at `lower + step * k`; looking up needs no search.

        If periodic the period is `step * size`.
        """
        if size < 2:
            raise InputError(f"axis '{name}' was given {size} samples; give 2 or more")
        knots = EvenKnots(lower, step, size, name, dtype)
        period = knots.step * size if outside == "periodic" else None
        return cls(name, knots, order=order, outside=outside, period=period)

    @property
    def points(self) -> Float[Array, " size"]:
        """The sample points."""
        return self.knots.positions

    @property
    def size(self) -> int:
        return self.knots.size

    @property
    def lower(self) -> Float[Array, ""]:
        return self.knots.lower

    @property
    def upper(self) -> Float[Array, ""]:
        return self.knots.upper if self.period is None else self.knots.lower + self.period

    @property
    def breaks(self) -> Float[Array, " pieces_plus_1"]:
        if self.period is None:
            return self.points
        return jnp.concatenate([self.points, self.upper[None]])

    @property
    def degree(self) -> int:
        return self.order - 1

    def describe(self) -> str:
        return f"{self.name}: {self.size} samples, order {self.order}, {self.outside}"

    def locate(self, x: Float[Array, "..."]) -> Int[Array, "..."]:
        piece = self.knots.locate(x)
        if self.period is None:
            return piece
        return jnp.where(x >= self.knots.upper, self.size - 1, piece)

    def stencil(self, piece: Int[Array, "..."], x: Float[Array, "..."]) -> Stencil:
        if self.order == 4:
            return self._cubic(piece, x)
        if self.period is None:
            share = self.knots.fraction(piece, x)
            return [(piece, 1.0 - share), (piece + 1, share)]
        left, right = self.breaks[piece], self.breaks[piece + 1]
        share = (x - left) / (right - left)
        return [(piece, 1.0 - share), ((piece + 1) % self.size, share)]

    def _cubic(self, piece: Int[Array, "..."], x: Float[Array, "..."]) -> Stencil:
        rank = jnp.arange(4).reshape((4,) + (1,) * piece.ndim)
        if self.period is None:
            index = jnp.clip(piece - 1, 0, self.size - 4) + rank
            nodes = self.points[index]
        else:
            points = self.points
            nodes = jnp.concatenate([points[-1:] - self.period, points, points[:2] + self.period])
            nodes = nodes[piece + rank]
            index = (piece + rank - 1) % self.size
        return list(zip(index, lagrange(nodes, x), strict=True))

    def _assemble(self, left: Float[Array, " gap"], right: Float[Array, " gap"]) -> Array:
        """Weights of the samples from those of each gap's ends."""
        if self.period is not None:
            return left + jnp.roll(right, 1)
        none = jnp.zeros((1,), left.dtype)
        return jnp.concatenate([left, none]) + jnp.concatenate([none, right])

    def part_weights(
        self, lower: Float[Array, ""], upper: Float[Array, ""]
    ) -> Float[Array, " size"]:
        breaks = self.breaks
        left, right = breaks[:-1], breaks[1:]
        begin = jnp.minimum(jnp.maximum(lower, left), right)
        end = jnp.minimum(jnp.maximum(upper, left), right)
        width = end - begin
        if self.order == 2:
            share = ((begin + end) / 2 - left) / (right - left)
            return self._assemble(width * (1.0 - share), width * share)
        nodes, shares = gauss_legendre(2)
        x = begin + jnp.asarray(nodes, width.dtype)[:, None] * width
        weight = jnp.asarray(shares, width.dtype)[:, None] * width
        return scatter_weights(self, np.broadcast_to(np.arange(len(left)), x.shape), x, weight)

    def end_values(
        self, values: Float[Array, "..."], position: int
    ) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
        rank = 0 if self.period is not None else self.size - 1
        return (
            jax.lax.index_in_dim(values, 0, position, keepdims=False),
            jax.lax.index_in_dim(values, rank, position, keepdims=False),
        )

    def integrate_whole(self, values: Float[Array, "..."], position: int) -> Float[Array, "..."]:
        if self.order == 2 and self.period is None and isinstance(self.knots, EvenKnots):
            first, last = self.end_values(values, position)
            return (jnp.sum(values, axis=position) - 0.5 * (first + last)) * self.knots.step
        if self.order == 2:
            breaks = self.breaks
            half = 0.5 * (breaks[1:] - breaks[:-1])
            return jnp.tensordot(self._assemble(half, half), values, axes=(0, position))
        return jnp.tensordot(self.part_weights(self.lower, self.upper), values, axes=(0, position))

    def differentiate(self, values: Float[Array, "size *rest"]) -> Float[Array, "size *rest"]:
        points, periodic = self.points, self.period is not None
        if self.size == 2 and not periodic:
            slope = (values[1:] - values[:1]) / (points[1] - points[0])
            return jnp.concatenate([slope, slope])
        if self.order == 2 or self.size < 5:
            shares = three_point(points, None, self.period)
            neighbours = (previous(values, periodic), values, following(values, periodic))
            return sum(
                (trailing(s, values) * v for s, v in zip(shares, neighbours, strict=True)),
                start=jnp.zeros((), values.dtype),
            )
        rows = windows(self.size, 5, periodic)
        nodes = points[rows % self.size]
        if self.period is not None:
            nodes = nodes + self.period * (rows // self.size)
        slopes = lagrange_slopes(nodes, np.arange(self.size) - rows[:, 0])
        return jnp.einsum("nw,nw...->n...", slopes, values[rows % self.size])
