"""Dropout at prediction time, with its masks as arguments: repeatable, mapped, and exportable."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
from jaxtyping import Array, Float, PRNGKeyArray

from fluxion.errors import InputError
from fluxion.uncertainty._moments import Moments, ensemble_moments

Masks = tuple[Float[Array, "*samples width"], ...]


def dropout_masks(
    key: PRNGKeyArray, widths: Sequence[int], rate: float, samples: int | None = None
) -> Masks:
    """What hidden layers are multiplied by: 0, or 1 / (1 - rate), so that the mean is 1.

    Args:
        key: Of the dice.
        widths: Of each hidden layer.
        rate: Share of units that are dropped, from 0 to below 1.
        samples: How many of each, along the first axis; None gives one without that axis.

    Raises:
        InputError: A rate, width or number of samples that cannot be.

    Source: Gal, Ghahramani, Dropout as a Bayesian approximation, 2016, arXiv:1506.02142.
    """
    if not 0.0 <= rate < 1.0:
        raise InputError(f"a dropout rate of {rate} was given; give a share from 0 to below 1")
    if (samples is not None and samples < 1) or min(widths, default=1) < 1:
        raise InputError(
            f"{samples} masks of widths {tuple(widths)} were asked for; take 1 or more"
        )
    lead = () if samples is None else (samples,)
    keep = 1.0 - rate
    return tuple(
        jax.random.bernoulli(each, keep, (*lead, width)).astype(float) / keep
        for each, width in zip(jax.random.split(key, max(len(widths), 1)), widths, strict=False)
    )


def mc_dropout(
    core: Callable[[tuple[Float[Array, "width"], ...]], Float[Array, "..."]],
    masks: Masks,
) -> Moments:
    """Mean and standard deviation of a net over its dropout masks.

    Args:
        core: The net at fixed inputs, a function of one mask for each hidden layer.
        masks: Samples along the first axis, see `dropout_masks`.
    """
    return ensemble_moments(jax.vmap(core)(masks))
