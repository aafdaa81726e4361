"""A population that a surrogate answers for, but for the designs that it doubts most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from fluxion.errors import SimulationError
from fluxion.optimize._asked import Answer, Asked
from fluxion.optimize._doubt import doubt_of, route_uncertain
from fluxion.optimize._pieces import Runner, not_finite


@dataclass(frozen=True)
class UncertainPopulation:
    """Results of a population of designs, each with its doubt.

    Attributes:
        designs: As they were given.
        mean: Expected results by name; shapes as those of `Population.values`.
        std: Their standard deviations; 0 where the physics answered.
        lower: Lower ends of intervals; the result itself where the physics answered.
        upper: Upper ends.
        doubt: Of each design, as a share of the population's results, see `doubt_of`: what the
            surrogate said, before anything was simulated.
        from_physics: Which designs were simulated.
        outside: Which designs lie beyond the range of the surrogate's training data.
        failed: Rows whose simulation, or prediction, was not finite; their results are NaN.
        reasons: Of each of these.
    """

    designs: Float[np.ndarray, "design parameter"]
    mean: dict[str, Float[np.ndarray, "..."]]
    std: dict[str, Float[np.ndarray, "..."]]
    lower: dict[str, Float[np.ndarray, "..."]]
    upper: dict[str, Float[np.ndarray, "..."]]
    doubt: Float[np.ndarray, "design"]
    from_physics: Bool[np.ndarray, "design"]
    outside: Bool[np.ndarray, "design"]
    failed: tuple[int, ...]
    reasons: tuple[str, ...] = ()


def evaluate_uncertain(
    asked: Asked,
    runner: Runner,
    outputs: Sequence[str],
    simulate: Callable[[Float[np.ndarray, "design parameter"]], Any],
    designs: Float[np.ndarray, "design parameter"],
    *,
    budget: int | None,
    threshold: float | None,
    results: Sequence[str] | None,
) -> UncertainPopulation:
    """Ask the surrogate for all designs and the physics for some; see the oracle's method.

    Args:
        asked: The surrogate.
        runner: Which checks designs and names failures.
        outputs: Results to keep.
        simulate: The physics: a `Population` of designs.
        designs: A row for each.
        budget: The most designs to simulate.
        threshold: Doubt above which to simulate.
        results: Those whose doubt counts.
    """
    rows = runner.checked(designs)
    said = asked.answer(rows, outputs)
    mean, std = (
        {name: np.moveaxis(each, 1, 0) for name, each in field.items()}
        for field in (said.mean, said.std)
    )
    doubt = doubt_of(mean, std, results)
    if budget is None and threshold is None:
        budget = len(rows)
    ranked = np.where(said.outside, np.inf, doubt)
    routed = np.sort(route_uncertain(ranked, budget=budget, threshold=threshold))
    from_physics = np.zeros(len(rows), dtype=bool)
    from_physics[routed] = True
    reasons: dict[int, str] = {}
    if routed.size:
        true = simulate(rows[routed])
        reasons = {
            int(routed[row]): why for row, why in zip(true.failed, true.reasons, strict=True)
        }
        for name in outputs:
            _merge(said, name, routed, true.values[name], runner.several)
    checks = [(not_finite(said.mean[name]), lambda *_, n=name: n) for name in outputs]
    fields = (said.mean, said.std, said.lower, said.upper)
    (mean, std, lower, upper), failed, lines = runner.blanked(fields, checks)
    told = tuple(reasons.get(row, line) for row, line in zip(failed, lines, strict=True))
    return UncertainPopulation(
        rows, mean, std, lower, upper, doubt, from_physics, said.outside, failed, told
    )


def _merge(said: Answer, name: str, rows: np.ndarray, true: np.ndarray, several: bool) -> None:
    """Put what the physics says in place of what the surrogate said."""
    true = true if several else true[None]
    there = said.mean[name].shape
    if true.shape != (there[0], len(rows), *there[2:]):
        raise SimulationError(
            f"the surrogate gives {name} as {there[2:]} for each design, the building has "
            f"{true.shape[2:]}; give a surrogate that was trained on this building and period"
        )
    for field in (said.mean, said.lower, said.upper):
        if name in field:
            field[name][:, rows] = true
    said.std[name][:, rows] = 0.0
