"""Descents that are under way: each is told answers, ends by itself, fails, or is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fluxion.errors import SimulationError
from fluxion.optimize._descent import Descent
from fluxion.optimize._history import History
from fluxion.optimize._unit_box import UnitBox

#: Points of the unit box that are one but for rounding, which solving for a surface enlarges.
_SAME = 1e-6


@dataclass
class Way:
    """A descent and where it stands.

    Attributes:
        descent: Asks for points and is told what is there.
        point: The one it asks for now; None when it has ended.
        reason: Why it ended.
        failed: Whether it met a value or slope that is not finite.
        best: The least value so far.
        recorded: Rows of an earlier history that it has still to go through.
    """

    descent: Descent
    point: np.ndarray | None
    reason: str = ""
    failed: bool = False
    best: float = np.inf
    recorded: list[int] = field(default_factory=list)

    def advance(self, value: float, slope: np.ndarray) -> None:
        """Tell what is at its point; the slope is along the sides of the unit box."""
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            self.point, self.failed = None, True
            self.reason = "failed: the objective or its gradient is not finite"
            return
        self.best = min(self.best, value)
        try:
            self.point = self.descent.send((value, slope))
        except StopIteration as end:
            self.point, self.reason = None, str(end.value)


def drop_worse_half(ways: Sequence[Way], steps: int) -> None:
    """End the worse half of those that still go."""
    live = sorted((way for way in ways if way.point is not None), key=lambda way: way.best)
    for way in live[(len(live) + 1) // 2 :]:
        way.point = None
        way.reason = f"dropped: better starts were ahead after {steps} evaluations"


def assign(history: History | None, ways: Sequence[Way]) -> None:
    """Give each way the rows of an earlier history that are its own.

    Raises:
        SimulationError: The history has a start that there is not.
    """
    for row, number in enumerate([] if history is None else history.start):
        if not 0 <= number < len(ways):
            raise SimulationError(_foreign(f"it has a start {number}"))
        ways[number].recorded.append(row)


def recall(
    history: History, way: Way, design: np.ndarray, box: UnitBox
) -> tuple[np.ndarray, float, np.ndarray]:
    """The next design of an earlier run and what it got there, if it asked the same.

    Raises:
        SimulationError: It asked for another design.
    """
    row = way.recorded.pop(0)
    there, here = box.points(np.stack([history.designs[row], design]))
    if not np.allclose(there, here, rtol=0.0, atol=_SAME):
        raise SimulationError(_foreign(f"evaluation {row} was at another design"))
    return history.designs[row], float(history.values[row]), history.gradients[row]


def _foreign(why: str) -> str:
    return (
        f"the history to resume is of another optimization ({why}); give the same building, "
        "weather, space, objective, starts, method and evaluations, or begin anew"
    )
