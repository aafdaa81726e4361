"""From hourly values to the middles of substeps: interpolation that keeps its promises.

A substep k of n in hour h stands for its middle, (k + 1/2) / n after h. Where functions give rows,
a row holds the same substep of all hours, so that loops over a row fill vectors; `in_order` then
puts the substeps of all hours one after another.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def in_order(rows: Float[Array, "substeps hours ..."]) -> Float[Array, "steps ..."]:
    """Substeps of all hours one after another."""
    return jnp.swapaxes(rows, 0, 1).reshape(-1, *rows.shape[2:])


def substep_fractions(count: int, dtype) -> Float[Array, "substeps"]:
    """Middles of the substeps of an hour, 0 to 1. [h]"""
    return jnp.asarray((np.arange(count) + 0.5) / count, dtype)


def end_of_hour_linear(
    values: Float[Array, "hours"], count: int, *, periodic: bool = True
) -> Float[Array, "steps"]:
    """Interpolate between values that hold at the end of their hour.

    Args:
        values: One value an hour, any unit.
        count: Substeps an hour.
        periodic: Start the first hour from the last value; otherwise hold the first value.

    Returns:
        Value at the middle of every substep, in the unit of `values`.
    """
    before = jnp.roll(values, 1) if periodic else jnp.concatenate([values[:1], values[:-1]])
    return in_order(linear_between(before, values, count))


def linear_between(
    before: Float[Array, "hours"], after: Float[Array, "hours"], count: int
) -> Float[Array, "substeps hours"]:
    """Values between those at the start and at the end of every hour; see `end_of_hour_linear`."""
    weight = substep_fractions(count, after.dtype)[:, None]
    return before * (1.0 - weight) + after * weight


def end_of_hour_direction(degrees: Float[Array, "hours"], count: int) -> Float[Array, "steps"]:
    """Interpolate compass directions that hold at the end of their hour, the short way round.

    Args:
        degrees: One direction an hour. [deg]
        count: Substeps an hour.

    Returns:
        Direction at the middle of every substep, 0 to 360. [deg]
    """
    return in_order(direction_between(jnp.roll(degrees, 1), degrees, count))


def direction_between(
    before: Float[Array, "hours"], after: Float[Array, "hours"], count: int
) -> Float[Array, "substeps hours"]:
    """Directions between those at the ends of every hour; see `end_of_hour_direction`. [deg]"""
    turn = _around(after - before + 180.0) - 180.0
    weight = substep_fractions(count, after.dtype)[:, None]
    return _around(before + turn * weight)


def _around(degrees: Float[Array, "..."]) -> Float[Array, "..."]:
    """Within one turn, from 0 on; `jnp.mod` takes four times as long. [deg]"""
    return degrees - 360.0 * jnp.floor(degrees / 360.0)


def slopes(
    values: Float[Array, "hours"],
) -> tuple[Float[Array, "hours"], Float[Array, "hours"]]:
    """Change to every hour from the one before, and from it to the next; the ends go on."""
    inner = jnp.diff(values)
    return jnp.concatenate([inner[:1], inner]), jnp.concatenate([inner, inner[-1:]])


def sunlit_part(
    sine_start: Float[Array, "..."], sine_end: Float[Array, "..."]
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """When within a substep the sun is above the horizon, its altitude taken as linear in time.

    Args:
        sine_start: Sine of the sun's altitude at the start. [-]
        sine_end: Sine of the sun's altitude at the end. [-]

    Returns:
        Length of the sunlit part, 0 when the sun is down throughout and 1 when it is up
        throughout; and how much later than the substep's middle the sunlit part's middle is, 0
        when the sun is up throughout, of no meaning when it is down throughout. [-]
    """
    span = jnp.abs(sine_start) + jnp.abs(sine_end)
    some = span > 0.0
    span = jnp.where(some, span, 1.0)
    above = jnp.maximum(sine_start, 0.0) + jnp.maximum(sine_end, 0.0)
    dawn = jnp.minimum(sine_end, 0.0) - jnp.minimum(sine_start, 0.0)
    return above / span, 0.5 * dawn / span


def shape_hourly_mean(
    means: Float[Array, "hours"], sunlit: Float[Array, "hours substeps"]
) -> Float[Array, "steps"]:
    """Give hourly means of sunlight a course within the hour, keeping every hour's mean.

    The course is linear between mid-hour knots, weighted by the sunlit part of each substep. An
    hour whose substeps are all dark, although it has light, is spread evenly.

    Args:
        means: Mean over each hour, 0 or more. [W/m2]
        sunlit: Part of each substep with the sun up. [-]

    Returns:
        Mean over each substep, 0 or more; their mean over an hour is the hour's. [W/m2]
    """
    rows = shape_means(jnp.roll(means, 1), means, jnp.roll(means, -1), sunlit.T)
    return in_order(rows)


def shape_means(
    before: Float[Array, "hours"],
    means: Float[Array, "hours"],
    after: Float[Array, "hours"],
    sunlit: Float[Array, "substeps hours"],
) -> Float[Array, "substeps hours"]:
    """Course within every hour from means of it and its neighbours; see `shape_hourly_mean`."""
    count = sunlit.shape[0]
    weight = substep_fractions(count, means.dtype)[:, None] - 0.5
    course = means + jnp.abs(weight) * (jnp.where(weight < 0.0, before, after) - means)
    shape = jnp.maximum(course, 0.0) * sunlit
    total = jnp.sum(shape, axis=0)
    dark = total <= 0.0
    share = jnp.where(dark, 1.0 / count, shape / jnp.where(dark, 1.0, total))
    return means * count * share
