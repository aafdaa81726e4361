"""The functions behind derived closed fields: composition, quadrature, derivatives.

Each is a static, hashable object called as `fn(point, params)`; the fields it combines travel in
`params`, so that their numbers stay traced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.cta._domains import mesh
from fluxion.cta._quadrature import gauss_legendre
from fluxion.cta._tensor import resolve


class Static(eqx.Module):
    """A pytree without arrays that hashes and compares by its leaves."""

    leaves: tuple[Any, ...] = eqx.field(static=True)
    structure: Any = eqx.field(static=True)

    @classmethod
    def of(cls, tree: Any) -> Static:
        leaves, structure = jax.tree.flatten(tree)
        return cls(tuple(leaves), structure)

    @property
    def tree(self) -> Any:
        return jax.tree.unflatten(self.structure, self.leaves)


class Mapped(eqx.Module):
    """fn(value)."""

    fn: Callable[[Array], Array] = eqx.field(static=True)

    def __call__(self, point: Array, field: Any) -> Array:
        return self.fn(field.value(point))


class Zipped(eqx.Module):
    """fn(value, other value)."""

    fn: Callable[[Array, Array], Array] = eqx.field(static=True)

    def __call__(self, point: Array, fields: Any) -> Array:
        return self.fn(fields[0].value(point), fields[1].value(point))


class ZippedConstant(eqx.Module):
    """fn(value, array)."""

    fn: Callable[[Array, Array], Array] = eqx.field(static=True)

    def __call__(self, point: Array, params: Any) -> Array:
        return self.fn(params[0].value(point), params[1])


class Slope(eqx.Module):
    """Partial derivatives along some axes, stacked last unless single."""

    positions: tuple[int, ...] = eqx.field(static=True)
    single: bool = eqx.field(static=True)

    def __call__(self, point: Array, field: Any) -> Array:
        slopes = []
        for position in self.positions:
            direction = jnp.zeros_like(point).at[position].set(1.0)
            slopes.append(jax.jvp(field.value, (point,), (direction,))[1])
        return slopes[0] if self.single else jnp.stack(slopes, axis=-1)


class Integrated(eqx.Module):
    """Integral along some axes, between bounds that travel with the field in `params`."""

    positions: tuple[int, ...] = eqx.field(static=True)
    quadrature: int = eqx.field(static=True)
    panels: int = eqx.field(static=True)

    def __call__(self, point: Array, params: Any) -> Array:
        field, ends = params
        nodes, shares = gauss_legendre(self.quadrature, self.panels)
        columns = [low + (high - low) * jnp.asarray(nodes, low.dtype) for low, high in ends]
        values = _across(field, point, self.positions, columns)
        for low, high in ends:
            row = (high - low) * jnp.asarray(shares, low.dtype)
            values = jnp.tensordot(row, values, axes=1)
        return values


class Reduced(eqx.Module):
    """A reduction of evenly spaced values along some axes, the ends included."""

    op: str | Callable[..., Array] = eqx.field(static=True)
    positions: tuple[int, ...] = eqx.field(static=True)
    samples: int = eqx.field(static=True)

    def __call__(self, point: Array, params: Any) -> Array:
        field, ends = params
        steps = np.linspace(0.0, 1.0, self.samples)
        columns = [low + (high - low) * jnp.asarray(steps, low.dtype) for low, high in ends]
        values = _across(field, point, self.positions, columns)
        return resolve(self.op)(values, axis=tuple(range(len(columns))))


def _across(field: Any, rest: Array, positions: tuple[int, ...], columns: list[Array]) -> Array:
    """Values on the product of `columns`, the other coordinates held at `rest`."""
    nodes = mesh(columns)
    kept = iter(range(rest.shape[0]))
    parts = [
        nodes[..., positions.index(i)]
        if i in positions
        else jnp.broadcast_to(rest[next(kept)], nodes.shape[:-1])
        for i in range(rest.shape[0] + len(positions))
    ]
    return batched(field.value, jnp.stack(parts, axis=-1))


def batched(value: Callable[[Array], Array], points: Float[Array, "*batch ndim"]) -> Array:
    """`value` at every point of a batch of any shape."""
    batch = points.shape[:-1]
    if not batch:
        return value(points)
    values = jax.vmap(value)(points.reshape(-1, points.shape[-1]))
    return values.reshape(batch + values.shape[1:])


def cell_averages(field: Any, edges: list[Array], quadrature: int) -> Array:
    """Average over each cell, by Gauss-Legendre quadrature in every cell."""
    nodes, shares = gauss_legendre(quadrature)
    columns = [
        (e[:-1, None] + (e[1:] - e[:-1])[:, None] * jnp.asarray(nodes, e.dtype)).reshape(-1)
        for e in edges
    ]
    values = field(mesh(columns))
    for i, e in enumerate(edges):
        shape = values.shape[:i] + (e.shape[0] - 1, quadrature) + values.shape[i + 1 :]
        values = jnp.tensordot(values.reshape(shape), jnp.asarray(shares, e.dtype), (i + 1, 0))
    return values
