"""From hourly values to the middles of substeps: interpolation that keeps its promises.

A substep k of n in hour h stands for its middle, (k + 1/2) / n after h. Results have the
substeps of all hours one after another.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


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
    weight = substep_fractions(count, values.dtype)
    return (before[:, None] * (1.0 - weight) + values[:, None] * weight).reshape(-1)


def end_of_hour_direction(degrees: Float[Array, "hours"], count: int) -> Float[Array, "steps"]:
    """Interpolate compass directions that hold at the end of their hour, the short way round.

    Args:
        degrees: One direction an hour. [deg]
        count: Substeps an hour.

    Returns:
        Direction at the middle of every substep, 0 to 360. [deg]
    """
    before = jnp.roll(degrees, 1)
    turn = jnp.mod(degrees - before + 180.0, 360.0) - 180.0
    weight = substep_fractions(count, degrees.dtype)
    return jnp.mod(before[:, None] + turn[:, None] * weight, 360.0).reshape(-1)


def mid_hour_linear(
    values: Float[Array, "hours"], offsets: Float[Array, "points"]
) -> Float[Array, "hours points"]:
    """Interpolate between values that hold at the middle of their hour.

    The ends are extrapolated along the first and the last pair, so that quantities which drift
    over the year (declination) do not jump.

    Args:
        values: One value an hour, any unit.
        offsets: Where in the hour, 0 to 1. [h]

    Returns:
        Values at the offsets of every hour, in the unit of `values`.
    """
    inner = jnp.diff(values)
    back = jnp.concatenate([inner[:1], inner])[:, None]
    ahead = jnp.concatenate([inner, inner[-1:]])[:, None]
    from_middle = offsets - 0.5
    return values[:, None] + from_middle * jnp.where(from_middle < 0.0, back, ahead)


def sunlit_fraction(
    sine_start: Float[Array, "..."], sine_end: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Part of a substep with the sun above the horizon, its altitude taken as linear in time.

    Args:
        sine_start: Sine of the sun's altitude at the start. [-]
        sine_end: Sine of the sun's altitude at the end. [-]

    Returns:
        0 when it is down throughout, 1 when it is up throughout. [-]
    """
    above = jnp.maximum(sine_start, 0.0) + jnp.maximum(sine_end, 0.0)
    span = jnp.abs(sine_start) + jnp.abs(sine_end)
    some = span > 0.0
    return jnp.where(some, above / jnp.where(some, span, 1.0), 0.0)


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
    count = sunlit.shape[-1]
    weight = substep_fractions(count, means.dtype) - 0.5
    before, after = jnp.roll(means, 1)[:, None], jnp.roll(means, -1)[:, None]
    middle = means[:, None]
    course = middle + jnp.abs(weight) * (jnp.where(weight < 0.0, before, after) - middle)
    shape = jnp.maximum(course, 0.0) * sunlit
    total = jnp.sum(shape, axis=-1, keepdims=True)
    dark = total <= 0.0
    share = jnp.where(dark, 1.0 / count, shape / jnp.where(dark, 1.0, total))
    return (middle * count * share).reshape(-1)
