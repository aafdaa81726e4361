"""Operations on a table of values over a product of node axes, one axis at a time.

Everything here is linear along each axis, so N dimensions are N sweeps of one. The kernels are
compiled for calls outside jit, and vanish into the caller's program inside (`inline`). Points
that an axis refuses are found before a kernel is entered, where their numbers are known.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.cta._axis import AbstractNodeAxis, inside, integrate_part, stencil_at
from fluxion.cta._quadrature import gauss_legendre
from fluxion.cta._stencils import trailing
from fluxion.errors import InputError

Axes = tuple[AbstractNodeAxis, ...]


def check_values(values: Array, axes: Axes) -> None:
    """Refuse a table whose leading dimensions are not those of the domain."""
    shape = tuple(axis.size for axis in axes)
    if values.shape[: len(shape)] != shape:
        described = "; ".join(axis.describe() for axis in axes)
        raise InputError(
            f"values of shape {values.shape} were given for a domain of shape {shape} "
            f"({described}); put the domain's dimensions first and those of the value last"
        )


def evaluate(
    values: Float[Array, "*shape *value"], axes: Axes, points: Float[Array, "*batch ndim"]
) -> Float[Array, "*batch *value"]:
    """Value at each point: the sum over the product of the axes' stencils."""
    for i, axis in enumerate(axes):
        if axis.outside == "error":
            inside(axis, points[..., i])
    return _evaluate(values, axes, points)


@functools.partial(jax.jit, inline=True)
def _evaluate(values: Array, axes: Axes, points: Array) -> Array:
    stencils = [stencil_at(axis, points[..., i]) for i, axis in enumerate(axes)]
    extra = values.ndim - len(axes)
    total = None
    for corner in itertools.product(*stencils):
        picked = values.at[tuple(index for index, _ in corner)].get(mode="promise_in_bounds")
        share = corner[0][1]
        for _, other in corner[1:]:
            share = share * other
        term = share.reshape(share.shape + (1,) * extra) * picked
        total = term if total is None else total + term
    assert total is not None  # A domain has at least one axis.
    return total


def along(
    operation: Callable[[Array], Array], values: Float[Array, "..."], position: int
) -> Float[Array, "..."]:
    """Apply an operation on dimension 0 to dimension `position`."""
    if position == 0:
        return operation(values)
    return jnp.moveaxis(operation(jnp.moveaxis(values, position, 0)), 0, position)


def integrate(
    values: Float[Array, "..."],
    axes: Axes,
    positions: tuple[int, ...],
    bounds: dict[int, tuple[Array, Array]],
) -> Float[Array, "..."]:
    """Contract the dimensions in `positions`; between `bounds` where they are given."""
    for position, ends in bounds.items():
        if axes[position].outside == "error":
            inside(axes[position], jnp.stack(ends))
    return _integrate(values, axes, positions, bounds)


@functools.partial(jax.jit, inline=True, static_argnames="positions")
def _integrate(
    values: Array, axes: Axes, positions: tuple[int, ...], bounds: dict[int, tuple[Array, Array]]
) -> Array:
    # Last first, so that the numbers of the dimensions stay valid.
    for position in sorted(positions, reverse=True):
        axis = axes[position]
        if position in bounds:
            values = integrate_part(axis, values, position, *bounds[position])
        else:
            values = axis.integrate_whole(values, position)
    return values


def interpolate_axis(
    values: Float[Array, "..."], axis: AbstractNodeAxis, x: Float[Array, " m"], position: int
) -> Float[Array, "..."]:
    """Values at points x of one axis, which is dimension `position`."""
    inside(axis, x)
    return _interpolate(values, axis, x, position)


@functools.partial(jax.jit, inline=True, static_argnames="position")
def _interpolate(values: Array, axis: AbstractNodeAxis, x: Array, position: int) -> Array:
    return along(lambda v: _sweep(v, axis, x), values, position)


def _sweep(
    values: Float[Array, "n *rest"], axis: AbstractNodeAxis, x: Float[Array, " m"]
) -> Float[Array, "m *rest"]:
    terms = [trailing(share, values) * values[index] for index, share in stencil_at(axis, x)]
    return sum(terms[1:], start=terms[0])


def average_axis(
    values: Float[Array, "..."], axis: AbstractNodeAxis, edges: Float[Array, " m+1"], position: int
) -> Float[Array, "..."]:
    """Exact averages over new cells of one axis, which is dimension `position`.

    The breaks of the axis and the edges of the cells cut the line into parts within which the
    field is one polynomial; each part is integrated exactly and added to its cell, at a cost of
    n + m (times its logarithm). Periodic axes answer for cells within one period of their domain
    on either side.
    """
    inside(axis, edges)
    return _average(values, axis, edges, position)


@functools.partial(jax.jit, inline=True, static_argnames="position")
def _average(values: Array, axis: AbstractNodeAxis, edges: Array, position: int) -> Array:
    return along(lambda v: _overlap_sums(v, axis, edges), values, position)


def _overlap_sums(
    values: Float[Array, "n *rest"], axis: AbstractNodeAxis, edges: Float[Array, " m+1"]
) -> Float[Array, "m *rest"]:
    breaks, size = axis.breaks, edges.shape[0] - 1
    if axis.outside == "periodic":
        period = axis.upper - axis.lower
        breaks = jnp.concatenate([breaks[:-1] - period, breaks, breaks[1:] + period])
    together = jnp.concatenate([breaks, edges])
    rank = jnp.argsort(together)
    cuts, is_edge = together[rank], rank >= breaks.shape[0]
    cell = jnp.cumsum(is_edge)[:-1] - 1
    left = cuts[:-1]
    width = jnp.where((cell >= 0) & (cell < size), cuts[1:] - left, 0.0)
    count = axis.degree // 2 + 1
    nodes, shares = gauss_legendre(count)
    total = jnp.zeros((), values.dtype)
    for node, share in zip(nodes, shares, strict=True):
        term = _sweep(values, axis, left + node.item() * (cuts[1:] - left))
        total = total + trailing(share.item() * width, term) * term
    summed = jax.ops.segment_sum(
        total, jnp.clip(cell, 0, size - 1), num_segments=size, indices_are_sorted=True
    )
    return summed / trailing(edges[1:] - edges[:-1], summed)


def reduce(
    values: Float[Array, "..."],
    axes: Axes,
    positions: tuple[int, ...],
    op: str | Callable[..., Array],
) -> Float[Array, "..."]:
    """Mean by quadrature; maximum, minimum and others over the stored values."""
    if op == "mean":
        extent = [axes[i].upper - axes[i].lower for i in positions]
        return integrate(values, axes, positions, {}) / jnp.prod(jnp.stack(extent))
    return resolve(op)(values, axis=positions)


def resolve(op: str | Callable[..., Array]) -> Callable[..., Array]:
    """The function behind a reduction other than the mean."""
    if callable(op):
        return op
    if op not in ("max", "min"):
        raise InputError(f"reduction {op!r} is unknown; use 'mean', 'max', 'min' or a function")
    return jnp.max if op == "max" else jnp.min


@functools.partial(jax.jit, inline=True, static_argnames=("positions", "single"))
def differentiate(
    values: Float[Array, "*shape *value"], axes: Axes, positions: tuple[int, ...], single: bool
) -> Float[Array, "..."]:
    """Derivatives along the dimensions in `positions`, stacked last unless `single`."""
    slopes = [along(axes[i].differentiate, values, i) for i in positions]
    return slopes[0] if single else jnp.stack(slopes, axis=-1)


def map_values(
    fn: Callable[[Array], Array], values: Float[Array, "*shape *value"], ndim: int
) -> Float[Array, "*shape *out"]:
    """Apply `fn` to the value at each node."""
    for _ in range(ndim):
        fn = jax.vmap(fn)
    return fn(values)


def align(first: Array, second: Array, ndim: int, second_is_field: bool) -> tuple[Array, Array]:
    """Give two tables such shapes that values broadcast against values, nodes against nodes."""
    value_first = first.shape[ndim:]
    if not second_is_field:
        check_constant(value_first, np.shape(second))
        return first, second
    value_second = second.shape[ndim:]
    try:
        np.broadcast_shapes(value_first, value_second)
    except ValueError:
        raise InputError(
            f"values of shape {value_first} and {value_second} do not broadcast; "
            "reshape one with map"
        ) from None
    rank = max(len(value_first), len(value_second))
    return lift(first, ndim, rank), lift(second, ndim, rank)


def lift(values: Array, ndim: int, rank: int) -> Array:
    """Give the value at each node `rank` dimensions, by ones in front."""
    value = values.shape[ndim:]
    return values.reshape(values.shape[:ndim] + (1,) * (rank - len(value)) + value)


def check_constant(value_shape: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Refuse an array that would not act on the value at one point."""
    try:
        fits = np.broadcast_shapes(value_shape, shape) and len(shape) <= len(value_shape)
    except ValueError:
        fits = False
    if shape and not fits:
        raise InputError(
            f"an array of shape {shape} was combined with a field of values of shape "
            f"{value_shape}; give one that broadcasts against the value at a point, make it a "
            "field if it runs over the domain, or use map to raise the value's rank"
        )
