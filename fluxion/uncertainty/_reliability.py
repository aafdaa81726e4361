"""Does what is said at 90 % happen in 90 % of the cases: PIT values and reliability."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from fluxion.errors import InputError

#: Levels at which reliability is usually looked at.
LEVELS = tuple(round(0.05 * step, 2) for step in range(1, 20))


class Reliability(NamedTuple):
    """What was said and how often it happened.

    Attributes:
        levels: Shares that central intervals were meant to hold.
        coverage: Shares that they held.
        below: Shares of cases below the quantile of each level.
    """

    levels: Float[Array, "level"]
    coverage: Float[Array, "level ..."]
    below: Float[Array, "level ..."]

    @property
    def error(self) -> Float[Array, "..."]:
        """Mean distance of coverage from its level. [-]"""
        return jnp.abs(self.coverage - _leading(self.levels, self.coverage.ndim)).mean(axis=0)


def gaussian_pit(
    mean: Float[Array, "..."], std: Float[Array, "..."], observed: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Where in its predicted normal distribution each observation fell, from 0 to 1.

    Uniform if the predictions are calibrated. Without doubt (std 0) it is 0, 1/2 or 1.

    Source: Gneiting, Balabdaoui, Raftery, Probabilistic forecasts, calibration and sharpness, J. R.
    Stat. Soc. B 69 (2007) 243, DOI 10.1111/j.1467-9868.2007.00587.x.
    """
    some = std > 0.0
    error = observed - mean
    sharp = 0.5 + 0.5 * jnp.sign(error)
    return jnp.where(some, norm.cdf(error / jnp.where(some, std, 1.0)), sharp)


def ensemble_pit(
    samples: Float[Array, "sample ..."], observed: Float[Array, "..."]
) -> Float[Array, "..."]:
    """The same for samples: the middle of the observation's rank among them, from 0 to 1.

    It takes one of n + 1 values, each equally often if observation and samples are alike.
    """
    below = (samples < observed).sum(axis=0)
    equal = (samples == observed).sum(axis=0)
    rank = (below + 0.5 * equal + 0.5) / (samples.shape[0] + 1)
    bad = jnp.isnan(observed) | jnp.isnan(samples).any(axis=0)
    return jnp.where(bad, jnp.nan, rank)


def reliability(
    pit: Float[Array, "..."],
    levels: Float[Array, "level"] | tuple[float, ...] = LEVELS,
    axis: int | tuple[int, ...] | None = None,
) -> Reliability:
    """The points of a reliability diagram.

    Args:
        pit: Of each case, see `gaussian_pit`.
        levels: Between 0 and 1.
        axis: The cases; None takes all, a part of the axes leaves one diagram for each output.

    Raises:
        InputError: A level that is not between 0 and 1.

    Source: Kuleshov, Fenner, Ermon, Accurate uncertainties for deep learning using calibrated
    regression, 2018, arXiv:1807.00263.
    """
    marks = jnp.asarray(levels, pit.dtype)
    if not all(0.0 < float(level) < 1.0 for level in levels):
        raise InputError(f"levels {tuple(map(float, levels))} were given; give shares, 0 to 1")
    each = _leading(marks, pit.ndim + 1)
    nan = jnp.isnan(pit)
    # Half the level to each side; the room keeps a rank that lies on the edge inside.
    inside = jnp.where(nan, jnp.nan, jnp.abs(pit - 0.5) <= 0.5 * each + 1e-6)
    below = jnp.where(nan, jnp.nan, pit <= each + 1e-6)
    axes = range(pit.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    shifted = tuple(place % pit.ndim + 1 for place in axes)
    return Reliability(marks, inside.mean(axis=shifted), below.mean(axis=shifted))


def pit_histogram(pit: Float[Array, "..."], bins: int = 10) -> Float[Array, "bin"]:
    """Share of all cases in each of equal bins of PIT; flat if calibrated, U-shaped if too sure."""
    if bins < 1:
        raise InputError(f"{bins} bins were asked for; ask for 1 or more")
    place = jnp.clip((pit.ravel() * bins).astype(int), 0, bins - 1)
    return jnp.bincount(place, length=bins) / pit.size


def _leading(levels: Float[Array, "level"], ndim: int) -> Array:
    return levels.reshape(-1, *(1,) * (ndim - 1))
