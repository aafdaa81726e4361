"""Which designs a surrogate doubts most, and which of them the physics should answer for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float, Int

from fluxion.errors import SimulationError


class PredictsResults(Protocol):
    """A trained model that the oracle may ask instead of the physics.

    `predict(designs, climate)` takes rows of designs in physical units and the features of a
    climate, and returns results by name, `(design, ...)`: as `mean` or `values`, and with doubt
    also as `std`, `lower` and `upper`. A `signature`, if there is one, tells the order of the
    parameters and the range of the training data.
    """

    def predict(self, designs: Any, climate: Any, /) -> Any:
        """Results of designs in a climate."""
        ...


def doubt_of(
    mean: Mapping[str, Float[np.ndarray, "design ..."]],
    std: Mapping[str, Float[np.ndarray, "design ..."]],
    results: Sequence[str] | None = None,
) -> Float[np.ndarray, "design"]:
    """How much each design is doubted, as a share of what the population's results are.

    Of each result it is the standard deviation, mean over zones and climates, divided by the mean
    size of the result in the population; of several results the largest counts. A result that
    hardly occurs (heating in the tropics) is doubted easily: leave it out of `results` then.

    Args:
        mean: Expected results by name.
        std: Their standard deviations.
        results: Those that count; all by default.

    Raises:
        SimulationError: No result, or one without standard deviation.
    """
    names = tuple(std) if results is None else tuple(results)
    unknown = [name for name in names if name not in std or name not in mean]
    if unknown or not names:
        raise SimulationError(
            f"doubt about {', '.join(map(repr, unknown)) or '(no result)'} was asked for; the "
            f"surrogate doubts {', '.join(std) or 'nothing: it gives no standard deviation'}"
        )
    shares = []
    for name in names:
        usual = np.nanmean(np.abs(mean[name]))
        spread = np.asarray(std[name]).reshape(len(std[name]), -1).mean(axis=1)
        shares.append(np.where(spread > 0.0, spread / max(usual, np.finfo(float).tiny), 0.0))
    return np.max(shares, axis=0)


def route_uncertain(
    doubt: Float[np.ndarray, "design"],
    *,
    budget: int | None = None,
    threshold: float | None = None,
) -> Int[np.ndarray, "routed"]:
    """Designs that the physics should answer for, the most doubted first.

    Args:
        doubt: Of each design, see `doubt_of`; NaN counts as boundless.
        budget: The most designs to simulate; None sets no limit.
        threshold: Only those doubted more than this; None takes them all.

    Returns:
        Their indices. Of equal ones the first come first.

    Raises:
        SimulationError: Neither was given, or a budget or threshold below 0.
    """
    if budget is None and threshold is None:
        raise SimulationError(
            "neither a budget nor a threshold was given; give the designs that may be simulated, "
            "or the doubt above which they must be"
        )
    if (budget is not None and budget < 0) or (threshold is not None and not threshold >= 0.0):
        raise SimulationError(
            f"budget={budget} and threshold={threshold} were given; give 0 or more"
        )
    size = np.where(np.isnan(doubt), np.inf, np.asarray(doubt, float))
    order = np.argsort(-size, kind="stable")
    if threshold is not None:
        order = order[size[order] > threshold]
    return order[:budget]
