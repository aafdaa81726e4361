"""Difference stencils on unevenly spaced nodes.

Values and positions have the axis as dimension 0. Neighbours are taken by slices, not gathers.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int


def trailing(column: Float[Array, " n"], values: Float[Array, "n *rest"]) -> Float[Array, "n *_"]:
    """`column` shaped so that it multiplies `values` along dimension 0."""
    return column.reshape(column.shape + (1,) * (values.ndim - 1))


def previous(values: Float[Array, "n *rest"], periodic: bool) -> Float[Array, "n *rest"]:
    """The neighbour before each node; the first node takes the third, for a one-sided stencil."""
    first = values[-1:] if periodic else values[2:3]
    return jnp.concatenate([first, values[:-1]])


def following(values: Float[Array, "n *rest"], periodic: bool) -> Float[Array, "n *rest"]:
    """The neighbour after each node; the last node takes the last but two."""
    last = values[:1] if periodic else values[-3:-2]
    return jnp.concatenate([values[1:], last])


def three_point(
    centres: Float[Array, " n"],
    widths: Float[Array, " n"] | None,
    period: Float[Array, ""] | None,
) -> tuple[Float[Array, " n"], Float[Array, " n"], Float[Array, " n"]]:
    """Coefficients (previous, own, following) of the derivative of the parabola through three.

    Exact for parabolas, so of order 2 on any spacing. With `widths` the values are averages over
    cells of those widths, and the derivative is both that at the centre and its cell average.

    Args:
        centres: Sample points or cell centres; 3 or more unless periodic.
        widths: Cell widths, or None for samples.
        period: Length after which the axis repeats, or None.

    Notes:
        With p(x) = A + B x + C x^2 about the own centre, the average over a cell at distance c of
        width h is A + B c + C (c^2 + h^2/12); B follows from two differences.
    """
    periodic = period is not None
    before = previous(centres, periodic) - centres
    after = following(centres, periodic) - centres
    if periodic:
        rank = jnp.arange(centres.shape[0])
        before = jnp.where(rank == 0, before - period, before)
        after = jnp.where(rank == centres.shape[0] - 1, after + period, after)
    square_before, square_after = before**2, after**2
    if widths is not None:
        own = widths**2
        square_before = square_before + (previous(widths, periodic) ** 2 - own) / 12
        square_after = square_after + (following(widths, periodic) ** 2 - own) / 12
    scale = 1.0 / (after * square_before - before * square_after)
    share_after, share_before = square_before * scale, -square_after * scale
    return share_before, -(share_before + share_after), share_after


def windows(size: int, width: int, periodic: bool) -> Int[np.ndarray, "n width"]:
    """For each node the `width` nodes around it, moved inwards at the ends or counted past them."""
    start = np.arange(size) - width // 2
    if not periodic:
        start = np.clip(start, 0, size - width)
    return start[:, None] + np.arange(width)


def lagrange(nodes: list[Float[Array, "..."]], x: Float[Array, "..."]) -> list[Float[Array, "..."]]:
    """Values at x of the Lagrange basis polynomials of `nodes`."""
    basis = []
    for j, own in enumerate(nodes):
        product = jnp.ones_like(x)
        for m, other in enumerate(nodes):
            if m != j:
                product = product * (x - other) / (own - other)
        basis.append(product)
    return basis


def lagrange_slopes(nodes: Float[Array, "n width"], own: Int[np.ndarray, " n"]) -> list[Array]:
    """Derivatives of the Lagrange basis at one of its nodes, number `own` of each row."""
    width = nodes.shape[1]
    rank = jnp.asarray(own)
    here = jnp.take_along_axis(nodes, rank[:, None], axis=1)[:, 0]
    slopes, total = [], jnp.zeros_like(here)
    for j in range(width):
        product = jnp.ones_like(here)
        for m in range(width):
            if m != j:
                # The factor of the own node is left out of the numerator; never 0 over 0.
                factor = jnp.where(rank == m, 1.0, here - nodes[:, m])
                product = product * factor / (nodes[:, j] - nodes[:, m])
        slope = jnp.where(rank == j, 0.0, product)
        slopes.append(slope)
        total = total + slope
    # The slopes sum to zero, which gives the own node's: constants have no derivative.
    return [slope - jnp.where(rank == j, total, 0.0) for j, slope in enumerate(slopes)]
