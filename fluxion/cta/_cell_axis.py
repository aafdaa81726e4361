"""An axis of cells that hold averages."""

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
from fluxion.cta._knots import AbstractKnots, EvenKnots, FreeKnots
from fluxion.cta._stencils import following, previous, three_point, trailing
from fluxion.errors import InputError


class CellAxis(AbstractNodeAxis):
    """Averages over cells; within a cell a constant, or a straight line with the same average.

    Integrals over whole cells are exact, whatever the function. Otherwise, with cell width h:

    | order | within a cell                      | value | integral to inside a cell | gradient |
    |-------|------------------------------------|-------|---------------------------|----------|
    | 1     | constant                           | h     | h^2                       | h^2      |
    | 2     | line, slope from 3 cells, unlimited| h^2   | h^3                       | h^2      |

    The gradient is the cell average of the derivative of the parabola with the averages of three
    cells, for both orders. Lines are not limited: next to a jump they overshoot, so keep order 1
    where a sign matters (irradiance at sunrise).

    Args:
        name: Name of the axis.
        edges: Ascending edges, one more than cells; may be traced.
        order: 1, or 2 (which needs 3 cells).
        outside: "clamp" (the end value holds), "periodic" (with the whole extent as period), or
            "error" (`InputError` where the numbers are known, NaN where they are traced).
        dtype: Precision of the edges if they come as Python numbers.
    """

    name: str = eqx.field(static=True)
    knots: AbstractKnots
    order: int = eqx.field(static=True)
    outside: Outside = eqx.field(static=True)

    def __init__(
        self,
        name: str,
        edges: object,
        *,
        order: int = 1,
        outside: Outside = "clamp",
        dtype: object = None,
    ):
        check_outside(outside, name)
        knots = edges if isinstance(edges, AbstractKnots) else FreeKnots(edges, name, 2, dtype)
        check_order(order, (1, 2), name, knots.size - 1, 3)
        self.name, self.knots, self.order, self.outside = name, knots, order, outside

    @classmethod
    def uniform(
        cls,
        name: str,
        lower: object,
        step: object,
        size: int,
        *,
        order: int = 1,
        outside: Outside = "clamp",
        dtype: object = None,
    ) -> CellAxis:
        """`size` cells of width `step` from `lower` on; looking up needs no search."""
        if size < 1:
            raise InputError(f"axis '{name}' was given {size} cells; give 1 or more")
        knots = EvenKnots(lower, step, size + 1, name, dtype)
        return cls(name, knots, order=order, outside=outside)

    @property
    def edges(self) -> Float[Array, " size_plus_1"]:
        """Edges of the cells."""
        return self.knots.positions

    @property
    def breaks(self) -> Float[Array, " size_plus_1"]:
        return self.edges

    @property
    def widths(self) -> Float[Array, " size"]:
        """Width of each cell."""
        return jnp.broadcast_to(self.knots.gaps, (self.size,))

    @property
    def centres(self) -> Float[Array, " size"]:
        """Middle of each cell."""
        edges = self.edges
        return (edges[:-1] + edges[1:]) / 2

    @property
    def size(self) -> int:
        return self.knots.size - 1

    @property
    def lower(self) -> Float[Array, ""]:
        return self.knots.lower

    @property
    def upper(self) -> Float[Array, ""]:
        return self.knots.upper

    @property
    def degree(self) -> int:
        return self.order - 1

    @property
    def period(self) -> Float[Array, ""] | None:
        """Length after which the cells repeat, or None."""
        return self.upper - self.lower if self.outside == "periodic" else None

    def describe(self) -> str:
        return f"{self.name}: {self.size} cells, order {self.order}, {self.outside}"

    def locate(self, x: Float[Array, "..."]) -> Int[Array, "..."]:
        return self.knots.locate(x)

    def stencil(self, piece: Int[Array, "..."], x: Float[Array, "..."]) -> Stencil:
        if self.order == 1:
            return [(piece, jnp.ones_like(x))]
        rank = jnp.arange(self.size)
        periodic = self.outside == "periodic"
        ranks = (previous(rank, periodic), rank, following(rank, periodic))
        shares = three_point(self.centres, self.widths, self.period)
        offset = x - self.centres[piece]
        return [
            (r[piece], offset * s[piece] + (1.0 if j == 1 else 0.0))
            for j, (r, s) in enumerate(zip(ranks, shares, strict=True))
        ]

    def part_weights(
        self, lower: Float[Array, ""], upper: Float[Array, ""]
    ) -> Float[Array, " size"]:
        left, right = self.edges[:-1], self.edges[1:]
        begin = jnp.minimum(jnp.maximum(lower, left), right)
        end = jnp.minimum(jnp.maximum(upper, left), right)
        if self.order == 1:
            return end - begin
        return scatter_weights(self, np.arange(self.size), (begin + end) / 2, end - begin)

    def end_values(
        self, values: Float[Array, "..."], position: int
    ) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
        ends = []
        for rank, x in ((0, self.lower), (self.size - 1, self.upper)):
            if self.order == 1:
                ends.append(jax.lax.index_in_dim(values, rank, position, keepdims=False))
                continue
            terms = [
                share * jnp.take(values, index, axis=position)
                for index, share in self.stencil(jnp.asarray(rank), x)
            ]
            ends.append(sum(terms[1:], start=terms[0]))
        return ends[0], ends[1]

    def integrate_whole(self, values: Float[Array, "..."], position: int) -> Float[Array, "..."]:
        if isinstance(self.knots, EvenKnots):
            return jnp.sum(values, axis=position) * self.knots.step
        return jnp.tensordot(self.knots.gaps, values, axes=(0, position))

    def differentiate(self, values: Float[Array, "size *rest"]) -> Float[Array, "size *rest"]:
        centres, periodic = self.centres, self.outside == "periodic"
        if self.size == 1:
            return jnp.zeros_like(values)
        if self.size == 2 and not periodic:
            slope = (values[1:] - values[:1]) / (centres[1] - centres[0])
            return jnp.concatenate([slope, slope])
        shares = three_point(centres, self.widths, self.period)
        neighbours = (previous(values, periodic), values, following(values, periodic))
        return sum(
            (trailing(s, values) * v for s, v in zip(shares, neighbours, strict=True)),
            start=jnp.zeros((), values.dtype),
        )
