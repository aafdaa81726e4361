"""How different members are: an ensemble whose members err alike knows no more than one of them."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.errors import InputError
from fluxion.uncertainty._moments import safe_sqrt


class Diversity(NamedTuple):
    """How members differ on given cases.

    Attributes:
        disagreement: Root mean square difference of two members, over all pairs.
        correlation: Mean correlation of the errors of two members; 1 if they err alike.
        error: Mean square error of the ensemble mean.
        member_error: Mean square error of a member, over members.
        ambiguity: Mean square distance of members from the ensemble mean, which is
            `member_error - error`: what the ensemble gains.
    """

    disagreement: Float[Array, ""]
    correlation: Float[Array, ""]
    error: Float[Array, ""]
    member_error: Float[Array, ""]
    ambiguity: Float[Array, ""]


def pairwise_disagreement(values: Float[Array, "member ..."]) -> Float[Array, ""]:
    """Root mean square difference of two members, over all pairs and cases.

    Raises:
        InputError: Less than two members.
    """
    count = _members(values)
    spread = jnp.square(values - values.mean(axis=0)).mean()  # half of that over n^2 pairs
    return safe_sqrt(2.0 * spread * count / (count - 1))


def error_correlation(
    values: Float[Array, "member ..."], observed: Float[Array, "..."]
) -> Float[Array, "member member"]:
    """Correlation of the errors of members over all cases; 0 with a member that errs by a constant.

    Raises:
        InputError: Less than two members.
    """
    errors = (values - observed).reshape(_members(values), -1)
    errors = errors - errors.mean(axis=1, keepdims=True)
    size = safe_sqrt(jnp.square(errors).sum(axis=1))
    unit = errors / jnp.where(size > 0.0, size, 1.0)[:, None]
    return unit @ unit.T


def diversity(values: Float[Array, "member ..."], observed: Float[Array, "..."]) -> Diversity:
    """All measures at once, over all cases.

    Args:
        values: Of each member, in units in which outputs may be compared (those of the core).
        observed: What is true.

    Raises:
        InputError: Less than two members.

    Source: Krogh, Vedelsby, Neural network ensembles, cross validation and active learning, 1995
    (the ambiguity decomposition).
    """
    count = _members(values)
    correlations = error_correlation(values, observed)
    between = (correlations.sum() - jnp.trace(correlations)) / (count * (count - 1))
    middle = values.mean(axis=0)
    return Diversity(
        pairwise_disagreement(values),
        between,
        jnp.square(middle - observed).mean(),
        jnp.square(values - observed).mean(),
        jnp.square(values - middle).mean(),
    )


def _members(values: Array) -> int:
    if values.ndim < 1 or values.shape[0] < 2:
        raise InputError(
            f"values of shape {values.shape} were given; diversity is of 2 members or more, "
            "along the first axis"
        )
    return values.shape[0]
