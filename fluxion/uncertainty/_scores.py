"""Scores of predictions with doubt: what is lost, what is covered, how wide it is.

All are pure functions of arrays that broadcast; none reduces over samples unless it says so, so
that `score(...).mean(axis)` is per output, per climate, or over all. Gradients are finite where the
standard deviation is 0. Small is better, except of `coverage`, which shall meet its level.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from fluxion.errors import InputError


def gaussian_crps(
    mean: Float[Array, "..."], std: Float[Array, "..."], observed: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Continuous ranked probability score of normal distributions, in the unit of the result.

    A forecast without doubt (std 0) scores its absolute error.

    Source: Gneiting, Raftery, Strictly proper scoring rules, prediction, and estimation, J. Am.
    Stat. Assoc. 102 (2007) 359, eq. 21, DOI 10.1198/016214506000001437.
    """
    error = observed - mean
    some = std > 0.0
    safe = jnp.where(some, std, 1.0)
    z = error / safe
    spread = safe * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / math.sqrt(math.pi))
    return jnp.where(some, spread, jnp.abs(error))


def ensemble_crps(
    samples: Float[Array, "sample ..."], observed: Float[Array, "..."], *, fair: bool = True
) -> Float[Array, "..."]:
    """Continuous ranked probability score of samples, such as members of an ensemble.

    Args:
        samples: Along the first axis.
        observed: What happened.
        fair: Score the distribution that the samples were drawn from, without favour to ensembles
            of many or few members; False scores the samples' own empirical distribution.

    Raises:
        InputError: No sample, or a single one to be scored fairly.

    Source: Ferro, Fair scores for ensemble forecasts, Q. J. R. Meteorol. Soc. 140 (2014) 1917,
    DOI 10.1002/qj.2270; sum over pairs by sorting as in Hersbach, Weather Forecast. 15 (2000) 559.
    """
    count = samples.shape[0]
    if count < 1 + fair:
        raise InputError(
            f"{count} samples were given; {'a fair score needs 2' if fair else 'give 1'} or more"
        )
    error = jnp.abs(samples - observed).mean(axis=0)
    ranked = jnp.sort(samples, axis=0)
    ranks = (2.0 * jnp.arange(1, count + 1) - count - 1.0).astype(samples.dtype)
    pairs = jnp.tensordot(ranks, ranked, axes=(0, 0))  # half the sum of |a - b| over all pairs
    return error - pairs / (count * (count - fair))


def gaussian_nll(
    mean: Float[Array, "..."], std: Float[Array, "..."], observed: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Negative log likelihood of normal distributions. [nat]

    Args:
        mean: Of each.
        std: Of each, above 0: without doubt an error is infinitely unlikely.
        observed: What happened.
    """
    z = (observed - mean) / std
    return 0.5 * jnp.square(z) + jnp.log(std) + 0.5 * math.log(2.0 * math.pi)


def covered(
    lower: Float[Array, "..."], upper: Float[Array, "..."], observed: Float[Array, "..."]
) -> Float[Array, "..."]:
    """1 where the interval holds what happened, ends included, 0 elsewhere, NaN if a NaN is in."""
    inside = (observed >= lower) & (observed <= upper)
    unknown = jnp.isnan(lower) | jnp.isnan(upper) | jnp.isnan(observed)
    return jnp.where(unknown, jnp.nan, inside)


def coverage(
    lower: Float[Array, "..."],
    upper: Float[Array, "..."],
    observed: Float[Array, "..."],
    axis: int | tuple[int, ...] | None = None,
) -> Float[Array, "..."]:
    """Share of intervals that hold what happened (PICP), over these axes. [-]"""
    return covered(lower, upper, observed).mean(axis)


def mean_width(
    lower: Float[Array, "..."],
    upper: Float[Array, "..."],
    axis: int | tuple[int, ...] | None = None,
) -> Float[Array, "..."]:
    """Mean width of intervals (MPIW), the sharpness of what is said, over these axes."""
    return (upper - lower).mean(axis)


def interval_score(
    lower: Float[Array, "..."],
    upper: Float[Array, "..."],
    observed: Float[Array, "..."],
    level: float,
) -> Float[Array, "..."]:
    """Width of an interval, and what it misses by times 2 / (1 - level), in the result's unit.

    Args:
        lower: Lower end.
        upper: Upper end.
        observed: What happened.
        level: Share that the interval is meant to hold, between 0 and 1.

    Source: Winkler, A decision-theoretic approach to interval estimation, J. Am. Stat. Assoc. 67
    (1972) 187; Gneiting, Raftery (2007), eq. 43.
    """
    miss = jnp.maximum(lower - observed, 0.0) + jnp.maximum(observed - upper, 0.0)
    return upper - lower + 2.0 / (1.0 - level) * miss


def pinball_loss(
    quantile: Float[Array, "..."], observed: Float[Array, "..."], level: float
) -> Float[Array, "..."]:
    """Loss whose least mean is at the quantile of this level, in the unit of the result.

    Source: Koenker, Bassett, Regression quantiles, Econometrica 46 (1978) 33.
    """
    error = observed - quantile
    return jnp.maximum(level * error, (level - 1.0) * error)
