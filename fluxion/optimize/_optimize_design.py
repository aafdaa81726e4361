"""The best design of a space, by gradients of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._gradient_oracle import GradientOracle
from fluxion.optimize._gradients import Adjoint
from fluxion.optimize._history import History
from fluxion.optimize._multistart import multistart
from fluxion.optimize._objective import Cost, Objective, objective_function, outputs_of, with_cost
from fluxion.optimize._optimum import Optimum
from fluxion.optimize._parameter_kinds import Continuous, Transform
from fluxion.simulation import Options
from fluxion.weather import Weather


def optimize_design(
    network: RCNetwork,
    weather: Weather | Sequence[Weather],
    space: DesignSpace,
    objective: Objective,
    *,
    cost: Cost | None = None,
    starts: int | Float[np.ndarray, "start parameter"] = 4,
    seed: int = 0,
    method: str | None = None,
    evaluations: int = 25,
    tolerance: float = 1e-6,
    halve_after: int | None = None,
    adjoint: Adjoint | None = "checkpointed",
    outputs: Sequence[str] | None = None,
    options: Options | None = None,
    batch_size: int | None = None,
    devices: Sequence[Any] | None = None,
    progress: Callable[[History], None] | None = None,
    stop: Callable[[], bool] | None = None,
    resume: History | None = None,
) -> Optimum:
    """Minimize an objective over a design space from several starts side by side.

    Each step simulates all starts and their gradients in one batch. An objective has several
    valleys as a rule (a house may face south or north), hence the starts.

    Args:
        network: What the designs vary.
        weather: For all designs, or several climates of equal length; the objective is then the
            mean over them.
        space: The parameters and their bounds; one with the transform "log" is searched along its
            logarithm.
        objective: A name or weights of annual results, or a pure function of (trajectory, design)
            that gives one number; see `value_and_gradient`.
        cost: A pure function of the design alone, added to the objective.
        starts: How many, drawn by a Sobol sequence, or the designs to start from.
        seed: The same seed draws the same starts.
        method: "kriging" (a surface through values and slopes, from which all starts learn; the
            default up to 40 parameters), "lbfgsb" (SciPy's L-BFGS-B; the default above), "adam"
            (optax, projected into the bounds) or "bfgs" (optimistix, on the logit of the
            parameters). The first two follow bounds exactly.
        evaluations: The most gradient evaluations of each start; those of line searches count.
        tolerance: Relative fall of the objective in a step that is taken for none.
        halve_after: Let only the better half of the starts go on each time after so many
            evaluations; None lets all go on.
        adjoint: How to differentiate, see `GradientOracle`.
        outputs: Hourly results that a function of your own needs.
        options: How to simulate.
        batch_size: Designs side by side on each device, see `GradientOracle`.
        devices: Where to run; by default as `BatchOracle` does.
        progress: Called with the history after each step.
        stop: Asked before each step whether to end.
        resume: The history of an earlier run of the same that was interrupted.

    Returns:
        The best design with the history of all. An interruption by the keyboard returns what was
        found until then.

    Raises:
        SimulationError: A space with whole numbers, choices or constraints; unknown names or
            method, less than one start or evaluation, starts outside of the bounds, or no start
            with a finite objective.
        MissingExtraError: The method needs optax or optimistix, which are not installed.
    """
    transforms = _transforms(space)
    if isinstance(starts, int | np.integer):
        if starts < 1:
            raise SimulationError(f"{starts} starts were asked for; take 1 or more")
        starts = space.sample(int(starts), seed=seed)
    oracle = GradientOracle(
        network,
        weather,
        space,
        with_cost(objective_function(objective), cost),
        adjoint=adjoint,
        outputs=outputs_of(objective, outputs),
        options=options,
        batch_size=batch_size,
        devices=devices,
    )

    def evaluate(designs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = oracle.value_and_gradient(designs)
        if oracle.several:
            return found.values.mean(axis=0), found.gradients.mean(axis=0)
        return found.values, found.gradients

    return multistart(
        evaluate,
        np.asarray(starts, float),
        space.lower,
        space.upper,
        method=method,
        evaluations=evaluations,
        tolerance=tolerance,
        halve_after=halve_after,
        transforms=transforms,
        names=space.names,
        climates=len(oracle.climates),
        progress=progress,
        stop=stop,
        resume=resume,
    )


def _transforms(space: DesignSpace) -> tuple[Transform, ...]:
    """Of each parameter; refuses what gradients cannot search.

    Raises:
        SimulationError: Whole numbers, choices, or constraints.
    """
    ranges = {name: kind for name, kind in space.kinds.items() if isinstance(kind, Continuous)}
    if jumps := [name for name in space.names if name not in ranges]:
        raise SimulationError(
            f"{', '.join(jumps)} of the space are whole numbers or choices, which have no slope; "
            "give them ranges, or optimize once for each of their values"
        )
    if space.constraints:
        raise SimulationError(
            "the space has constraints, which this search does not keep; leave them out and add a "
            "penalty to the objective, or sample the space"
        )
    return tuple(kind.transform for kind in ranges.values())
