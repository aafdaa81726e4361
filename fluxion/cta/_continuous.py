"""The functions behind derived closed fields: composition, quadrature, derivatives.

Each is a static, hashable object called as `fn(*coordinates, params)`; the fields it combines
travel in `params`, so that their numbers stay traced. Coordinates stay apart, and batches over a
product of axes are nested maps, so that what depends on one coordinate is computed along it alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

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

    def __call__(self, *arguments: Any) -> Array:
        *point, field = arguments
        return self.fn(field.value(*point))


class Zipped(eqx.Module):
    """fn(value, other value)."""

    fn: Callable[[Array, Array], Array] = eqx.field(static=True)

    def __call__(self, *arguments: Any) -> Array:
        *point, (first, second) = arguments
        return self.fn(first.value(*point), second.value(*point))


class ZippedConstant(eqx.Module):
    """fn(value, array)."""

    fn: Callable[[Array, Array], Array] = eqx.field(static=True)

    def __call__(self, *arguments: Any) -> Array:
        *point, (field, constant) = arguments
        return self.fn(field.value(*point), constant)


class Slope(eqx.Module):
    """Partial derivatives along some axes, stacked last unless single."""

    positions: tuple[int, ...] = eqx.field(static=True)
    single: bool = eqx.field(static=True)

    def __call__(self, *arguments: Any) -> Array:
        *point, field = arguments
        slopes = []
        for position in self.positions:

            def line(x: Array, position: int = position) -> Array:
                return field.value(*point[:position], x, *point[position + 1 :])

            x = point[position]
            slopes.append(jax.jvp(line, (x,), (jnp.ones_like(x),))[1])
        return slopes[0] if self.single else jnp.stack(slopes, axis=-1)


class Integrated(eqx.Module):
    """Integral along some axes, between bounds that travel with the field in `params`."""

    positions: tuple[int, ...] = eqx.field(static=True)
    quadrature: int = eqx.field(static=True)
    panels: int = eqx.field(static=True)

    def __call__(self, *arguments: Any) -> Array:
        *point, (field, ends) = arguments
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

    def __call__(self, *arguments: Any) -> Array:
        *point, (field, ends) = arguments
        steps = np.linspace(0.0, 1.0, self.samples)
        columns = [low + (high - low) * jnp.asarray(steps, low.dtype) for low, high in ends]
        values = _across(field, point, self.positions, columns)
        return resolve(self.op)(values, axis=tuple(range(len(columns))))


def _across(
    field: Any, rest: list[Array], positions: tuple[int, ...], columns: list[Array]
) -> Array:
    """Values on the product of `columns`, the other coordinates held at `rest`."""

    def value(*moving: Array) -> Array:
        point = list(rest)
        for position, x in zip(positions, moving, strict=True):
            point.insert(position, x)
        return field.value(*point)

    return product(value, columns)


def product(value: Callable[..., Array], columns: list[Array]) -> Float[Array, "*shape *value"]:
    """`value` at every combination of the coordinates in `columns`."""
    for i in reversed(range(len(columns))):
        value = jax.vmap(value, in_axes=tuple(0 if i == j else None for j in range(len(columns))))
    return value(*columns)


def batched(value: Callable[..., Array], points: Float[Array, "*batch ndim"]) -> Array:
    """`value` at every point of a batch of any shape."""
    batch, ndim = points.shape[:-1], points.shape[-1]
    columns = [points[..., i].reshape(-1) for i in range(ndim)]
    values = jax.vmap(value)(*columns)
    return values.reshape(batch + values.shape[1:])


def cell_averages(field: Any, edges: list[Array], quadrature: int) -> Array:
    """Average over each cell, by Gauss-Legendre quadrature in every cell."""
    nodes, shares = gauss_legendre(quadrature)
    columns = [
        (e[:-1, None] + (e[1:] - e[:-1])[:, None] * jnp.asarray(nodes, e.dtype)).reshape(-1)
        for e in edges
    ]
    values = product(field.value, columns)
    for i, e in enumerate(edges):
        shape = values.shape[:i] + (e.shape[0] - 1, quadrature) + values.shape[i + 1 :]
        values = jnp.tensordot(values.reshape(shape), jnp.asarray(shares, e.dtype), (i + 1, 0))
    return values
