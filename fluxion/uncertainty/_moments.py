"""Mean and spread over the members of an ensemble, or over samples of dropout."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float


class Moments(NamedTuple):
    """Mean and standard deviation, in the unit of what they are of."""

    mean: Float[Array, "..."]
    std: Float[Array, "..."]


class Mixture(NamedTuple):
    """An equal mixture of normal distributions by its moments.

    Attributes:
        mean: Of the mixture.
        std: Of the mixture; its square is the sum of the squares below.
        aleatoric: What the members say themselves, as root mean square; data cannot remove it.
        epistemic: What they disagree by; more data would remove it.
    """

    mean: Float[Array, "..."]
    std: Float[Array, "..."]
    aleatoric: Float[Array, "..."]
    epistemic: Float[Array, "..."]


def safe_sqrt(square: Float[Array, "..."]) -> Float[Array, "..."]:
    """Square root whose derivative at 0, and below, is 0."""
    some = square > 0.0
    return jnp.where(some, jnp.sqrt(jnp.where(some, square, 1.0)), 0.0)


def ensemble_moments(values: Float[Array, "member ..."]) -> Moments:
    """Mean and standard deviation over members, as of a mixture: the variance over n, not n - 1.

    Source: Lakshminarayanan, Pritzel, Blundell, Simple and scalable predictive uncertainty
    estimation using deep ensembles, 2017, arXiv:1612.01474, section 2.4.
    """
    mean = values.mean(axis=0)
    return Moments(mean, safe_sqrt(jnp.square(values - mean).mean(axis=0)))


def mixture_moments(means: Float[Array, "member ..."], stds: Float[Array, "member ..."]) -> Mixture:
    """Moments of members that each give a mean and a standard deviation.

    Source: as `ensemble_moments`; the split by Kendall, Gal, 2017, arXiv:1703.04977, eq. 9.
    """
    mean, epistemic = ensemble_moments(means)
    inside = jnp.square(stds).mean(axis=0)
    return Mixture(mean, safe_sqrt(inside + jnp.square(epistemic)), safe_sqrt(inside), epistemic)
