"""Gauss-Legendre rules and the overlap of two sets of cells."""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import InputError


@functools.cache
def _gauss_legendre(order: int, panels: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(order)
    nodes, weights = (nodes + 1.0) / 2.0, weights / 2.0
    nodes = ((np.arange(panels)[:, None] + nodes) / panels).reshape(-1)
    weights = np.tile(weights / panels, panels)
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return nodes, weights


def gauss_legendre(order: int, panels: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss-Legendre quadrature on [0, 1].

    Exact for polynomials of degree `2 * order - 1` on each panel.

    Args:
        order: Nodes in each panel, 1 or more.
        panels: Equal parts into which [0, 1] is cut, 1 or more.

    Returns:
        Ascending nodes and their weights (which sum to 1), read-only float64 numpy arrays of
        `order * panels` numbers.

    Raises:
        InputError: `order` or `panels` is below 1.

    Notes:
        Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, eq. 25.4.29.
    """
    if order < 1 or panels < 1:
        raise InputError(
            f"quadrature of order {order} on {panels} panels was asked for; give both as 1 or more"
        )
    return _gauss_legendre(order, panels)


def cell_overlap(
    edges_a: Float[Array, " a_plus_1"], edges_b: Float[Array, " b_plus_1"]
) -> Float[Array, "a b"]:
    """Length that each cell of one axis shares with each cell of another.

    `overlap @ averages_b / diff(edges_a)` are the averages over cells a. The matrix is dense: for
    long axes use `resample`, which costs the sum of the sizes and not their product.

    Args:
        edges_a: Ascending edges. [any unit]
        edges_b: Ascending edges, the same unit.

    Returns:
        Shared lengths, 0 or more. [the unit of the edges]
    """
    edges_a, edges_b = jnp.asarray(edges_a), jnp.asarray(edges_b)
    low = jnp.maximum(edges_a[:-1, None], edges_b[None, :-1])
    high = jnp.minimum(edges_a[1:, None], edges_b[None, 1:])
    return jnp.maximum(high - low, 0.0)
