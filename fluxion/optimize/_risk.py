"""What an uncertain result is judged by: its mean and spread, its worst share, or a quantile."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.errors import SimulationError


@dataclass(frozen=True)
class MeanStd:
    """Mean and so many standard deviations more; 0 is the mean alone.

    Attributes:
        weight: Of the standard deviation; below 0 it looks for what is uncertain and maybe good.

    Raises:
        SimulationError: A weight that is not finite.
    """

    weight: float = 1.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.weight):
            raise SimulationError(f"a weight of {self.weight} was given; give a finite number")

    def __call__(self, samples: Float[Array, "sample"]) -> Float[Array, ""]:
        """The risk of samples."""
        mean = samples.mean()
        square = jnp.square(samples - mean).mean()
        some = square > 0.0
        return mean + self.weight * jnp.where(some, jnp.sqrt(jnp.where(some, square, 1.0)), 0.0)


@dataclass(frozen=True)
class CVaR:
    """Mean of the worst share of samples (conditional value at risk).

    Attributes:
        level: 0.8 takes the worst fifth; 0 is the mean of all.

    Raises:
        SimulationError: A level that is not from 0 to below 1.

    Source: Rockafellar, Uryasev, Optimization of conditional value-at-risk, J. Risk 2 (2000) 21;
    of few samples the boundary one counts by the part of it that is in the share.
    """

    level: float = 0.8

    def __post_init__(self) -> None:
        if not 0.0 <= self.level < 1.0:
            raise SimulationError(f"a level of {self.level} was given; give a share, 0 to below 1")

    def __call__(self, samples: Float[Array, "sample"]) -> Float[Array, ""]:
        """The risk of samples."""
        count = samples.shape[0]
        share = (1.0 - self.level) * count
        worst = jnp.sort(samples)[::-1]
        weights = jnp.clip(share - jnp.arange(count), 0.0, 1.0) / share
        return (worst * weights).sum()


@dataclass(frozen=True)
class Quantile:
    """The value that this share of samples stays below (value at risk), straight between samples.

    Attributes:
        level: 0.5 is the median.

    Raises:
        SimulationError: A level that is not between 0 and 1.
    """

    level: float = 0.9

    def __post_init__(self) -> None:
        if not 0.0 <= self.level <= 1.0:
            raise SimulationError(f"a level of {self.level} was given; give a share, 0 to 1")

    def __call__(self, samples: Float[Array, "sample"]) -> Float[Array, ""]:
        """The risk of samples."""
        return jnp.quantile(samples, self.level)


Risk = MeanStd | CVaR | Quantile
