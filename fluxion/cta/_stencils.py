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


def _others(factors: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
    """For each entry along `axis` the product of all the others."""
    product = jnp.roll(factors, -1, axis)
    for shift in range(2, factors.shape[axis]):
        product = product * jnp.roll(factors, -shift, axis)
    return product


def _distances(nodes: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
    """For each node the product of its distances to all the others."""
    product = nodes - jnp.roll(nodes, -1, axis)
    for shift in range(2, nodes.shape[axis]):
        product = product * (nodes - jnp.roll(nodes, -shift, axis))
    return product


def lagrange(nodes: Float[Array, "width ..."], x: Float[Array, "..."]) -> Float[Array, "width ..."]:
    """Values at x of the Lagrange basis polynomials of `nodes`."""
    return _others(x - nodes, 0) / _distances(nodes, 0)


def lagrange_slopes(
    nodes: Float[Array, "n width"], own: Int[np.ndarray, " n"]
) -> Float[Array, "n width"]:
    """Derivatives of the Lagrange basis at one of its nodes, number `own` of each row."""
    mine = own[:, None] == np.arange(nodes.shape[1])
    here = jnp.sum(jnp.where(mine, nodes, 0.0), axis=1, keepdims=True)
    # The own factor is left out of the numerator; the own slope follows, since all sum to zero.
    others = _others(jnp.where(mine, 1.0, here - nodes), 1)
    slopes = jnp.where(mine, 0.0, others / _distances(nodes, 1))
    return slopes - jnp.where(mine, jnp.sum(slopes, axis=1, keepdims=True), 0.0)
