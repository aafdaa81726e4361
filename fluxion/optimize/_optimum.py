"""What a search found, and how that is read from its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from fluxion.errors import SimulationError
from fluxion.optimize._history import History
from fluxion.optimize._ways import Way


@dataclass(frozen=True)
class Optimum:
    """What an optimization found.

    Attributes:
        names: Of the parameters.
        design: The best design of all starts.
        value: Its objective.
        start: Which start found it.
        values: The best value of each start; NaN where it failed at once.
        designs: The best design of each start.
        reasons: Why each start ended.
        failed: Starts that met a value or slope that is not finite; their best design until then
            stands in `designs`.
        history: Every evaluation of the objective with its gradient.
        simulations: Runs that took: one for each evaluation and climate, its gradient with it.
        seconds: From the first evaluation to the end, compiling included. [s]
        interrupted: Whether it was stopped from outside; `history` resumes it.
    """

    names: tuple[str, ...]
    design: Float[np.ndarray, "parameter"]
    value: float
    start: int
    values: Float[np.ndarray, "start"]
    designs: Float[np.ndarray, "start parameter"]
    reasons: tuple[str, ...]
    failed: tuple[int, ...]
    history: History
    simulations: int
    seconds: float
    interrupted: bool

    def parameters(self) -> dict[str, float]:
        """The best design by name."""
        return dict(zip(self.names, map(float, self.design), strict=True))


def optimum_of(
    history: History,
    ways: Sequence[Way],
    names: tuple[str, ...],
    climates: int,
    seconds: float,
    interrupted: bool,
) -> Optimum:
    """The best of all ways, and of each.

    Raises:
        SimulationError: No evaluation was finite.
        KeyboardInterrupt: None was, and the search was interrupted.
    """
    values = np.full(len(ways), np.nan)
    designs = np.full((len(ways), history.designs.shape[1]), np.nan)
    for number in range(len(ways)):
        rows = np.flatnonzero((history.start == number) & np.isfinite(history.values))
        if rows.size:
            row = rows[np.argmin(history.values[rows])]
            values[number], designs[number] = history.values[row], history.designs[row]
    if not np.isfinite(values).any():
        if interrupted:
            raise KeyboardInterrupt
        raise SimulationError(
            f"the objective is not finite at any of the {len(ways)} starts; check the bounds of "
            "the parameters and the objective"
        )
    best = int(np.nanargmin(values))
    return Optimum(
        names=names,
        design=designs[best],
        value=float(values[best]),
        start=best,
        values=values,
        designs=designs,
        reasons=tuple(way.reason or "interrupted" for way in ways),
        failed=tuple(number for number, way in enumerate(ways) if way.failed),
        history=history,
        simulations=len(history) * climates,
        seconds=seconds,
        interrupted=interrupted,
    )
