"""What an axis is, and what happens to points outside it."""

from __future__ import annotations

import abc
from typing import Literal

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from fluxion.cta._knots import as_float, is_concrete
from fluxion.errors import InputError

#: Policy for points outside an axis: go on with the end value, wrap round, or refuse.
Outside = Literal["clamp", "periodic", "error"]
#: Positions in the table of values and the coefficient that each of them gets.
Stencil = list[tuple[Int[Array, "..."], Float[Array, "..."]]]


class AbstractAxis(eqx.Module):
    """One named direction of a continuous domain."""

    name: eqx.AbstractVar[str]

    @property
    @abc.abstractmethod
    def lower(self) -> Float[Array, ""]:
        """Where the axis begins."""

    @property
    @abc.abstractmethod
    def upper(self) -> Float[Array, ""]:
        """Where the axis ends."""

    @abc.abstractmethod
    def describe(self) -> str:
        """Name, kind and size, for messages."""


class Interval(AbstractAxis):
    """A continuous axis from `lower` to `upper`, for closed forms and networks.

    Args:
        name: Name of the axis, such as "x".
        lower: Where it begins; may be traced.
        upper: Where it ends; may be traced.
    """

    name: str = eqx.field(static=True)
    bounds: tuple[Float[Array, ""], Float[Array, ""]]

    def __init__(self, name: str, lower: object, upper: object):
        self.name, self.bounds = name, (as_float(lower), as_float(upper))
        if self.lower.ndim or self.upper.ndim:
            raise InputError(f"axis '{name}' wants single numbers as bounds; got arrays")

    @property
    def lower(self) -> Float[Array, ""]:
        return self.bounds[0]

    @property
    def upper(self) -> Float[Array, ""]:
        return self.bounds[1]

    def describe(self) -> str:
        return f"{self.name}: interval"


class AbstractNodeAxis(AbstractAxis):
    """An axis that carries a finite number of values: samples or cell averages.

    All operations of a field along the axis are linear in its values; the axis knows their
    coefficients. The interface works on gaps (between samples) or cells, both called pieces.
    """

    outside: eqx.AbstractVar[Outside]

    @property
    @abc.abstractmethod
    def size(self) -> int:
        """Number of values along the axis."""

    @property
    @abc.abstractmethod
    def breaks(self) -> Float[Array, " pieces_plus_1"]:
        """Ends of the pieces; within a piece a field is one polynomial."""

    @property
    @abc.abstractmethod
    def degree(self) -> int:
        """Degree of that polynomial."""

    @abc.abstractmethod
    def locate(self, x: Float[Array, "..."]) -> Int[Array, "..."]:
        """The piece that holds each point (points lie inside the axis)."""

    @abc.abstractmethod
    def stencil(self, piece: Int[Array, "..."], x: Float[Array, "..."]) -> Stencil:
        """Value at x, which lies in `piece`, as a combination of the values."""

    @abc.abstractmethod
    def part_weights(
        self, lower: Float[Array, ""], upper: Float[Array, ""]
    ) -> Float[Array, " size"]:
        """Weights of the integral over what [lower, upper] and the axis have in common, signed.

        Ties of a bound with a knot share its derivative between neighbours, which is what the
        derivative at a knot wants (hence `minimum` and `maximum`, not comparisons).
        """

    @abc.abstractmethod
    def end_values(
        self, values: Float[Array, "..."], position: int
    ) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
        """Values at both ends of the axis, which is dimension `position` of `values`."""

    @abc.abstractmethod
    def integrate_whole(self, values: Float[Array, "..."], position: int) -> Float[Array, "..."]:
        """Integral over the whole axis, which is dimension `position` of `values`."""

    @abc.abstractmethod
    def differentiate(self, values: Float[Array, "size *rest"]) -> Float[Array, "size *rest"]:
        """Derivative at each node (samples) or its average over each cell."""


def fold(axis: AbstractNodeAxis, x: Float[Array, "..."]) -> Float[Array, "..."]:
    """The point of the axis that stands for x: the nearest end, or x moved by whole periods."""
    lower, upper = axis.lower, axis.upper
    if axis.outside == "periodic":
        return lower + jnp.mod(x - lower, upper - lower)
    # Not clip: at an end its derivative would be one half, where the slope inside is wanted.
    return jnp.where(x < lower, lower, jnp.where(x > upper, upper, x))


def inside(axis: AbstractNodeAxis, x: Float[Array, "..."]) -> Bool[Array, "..."] | None:
    """Which points are allowed, or None if all are.

    Raises:
        InputError: The policy is "error", the numbers are known and one lies outside.
    """
    if axis.outside != "error":
        return None
    lower, upper = axis.lower, axis.upper
    slack = 8 * jnp.finfo(jnp.result_type(x, upper)).eps
    slack = slack * jnp.maximum(jnp.abs(lower), jnp.abs(upper))
    allowed = (x >= lower - slack) & (x <= upper + slack)
    if is_concrete(allowed) and not np.all(np.asarray(allowed)):
        raise InputError(
            f"a point at {float(np.asarray(x)[~np.asarray(allowed)].flat[0]):g} lies outside axis "
            f"'{axis.name}' ({float(lower):g} to {float(upper):g}); "
            "stay inside, or build the axis with outside='clamp' or 'periodic'"
        )
    return allowed


def stencil_at(axis: AbstractNodeAxis, x: Float[Array, "..."]) -> Stencil:
    """Value at any x as a combination of the values, by the axis's policy for points outside."""
    allowed = inside(axis, x)
    x = fold(axis, x)
    combination = axis.stencil(axis.locate(x), x)
    if allowed is None:
        return combination
    return [(index, jnp.where(allowed, share, jnp.nan)) for index, share in combination]


def integrate_part(
    axis: AbstractNodeAxis,
    values: Float[Array, "..."],
    position: int,
    lower: Float[Array, ""],
    upper: Float[Array, ""],
) -> Float[Array, "..."]:
    """Integral from `lower` to `upper`, which may be traced, over dimension `position`.

    Follows the axis's policy outside, so that d/d(upper) is the value at `upper` everywhere. If
    `upper` is below `lower` the integral changes sign.
    """
    begin, end, low, high = lower, upper, axis.lower, axis.upper
    if axis.outside == "periodic":
        begin, end = fold(axis, lower), fold(axis, upper)
    total = jnp.tensordot(axis.part_weights(begin, end), values, axes=(0, position))
    first, last = axis.end_values(values, position)
    total = total + (jnp.minimum(end, low) - jnp.minimum(begin, low)) * first
    total = total + (jnp.maximum(end, high) - jnp.maximum(begin, high)) * last
    if axis.outside == "periodic":
        period = high - low
        turns = jnp.floor((upper - low) / period) - jnp.floor((lower - low) / period)
        total = total + turns * axis.integrate_whole(values, position)
    for bound in (lower, upper):
        allowed = inside(axis, bound)
        if allowed is not None:
            total = jnp.where(allowed, total, jnp.nan)
    return total


def scatter_weights(
    axis: AbstractNodeAxis,
    piece: Int[np.ndarray | Array, "..."],
    x: Float[Array, "..."],
    width: Float[Array, "..."],
) -> Float[Array, " size"]:
    """Weights of a quadrature with nodes x (in `piece`) and weights `width`."""
    combination = axis.stencil(jnp.asarray(piece), x)
    index = jnp.stack([index for index, _ in combination])
    share = jnp.stack([share * width for _, share in combination])
    return jnp.zeros(axis.size, share.dtype).at[index].add(share)


def check_outside(outside: str, name: str) -> None:
    """Refuse an unknown policy."""
    if outside not in ("clamp", "periodic", "error"):
        raise InputError(
            f"axis '{name}' was given outside={outside!r}; use 'clamp', 'periodic' or 'error'"
        )


def check_order(order: int, allowed: tuple[int, int], name: str, size: int, least: int) -> None:
    """Refuse an unknown order, or an order that needs more values than there are."""
    if order not in allowed:
        raise InputError(f"axis '{name}' was given order={order}; use {allowed[0]} or {allowed[1]}")
    if order == allowed[1] and size < least:
        raise InputError(
            f"axis '{name}' of order {order} wants {least} or more values and has {size}; "
            f"use order={allowed[0]}"
        )
