"""Ways down by name."""

from __future__ import annotations

from collections.abc import Callable

from fluxion.optimize._descent import Descent, Point, Settings, adam, bfgs, lbfgsb
from fluxion.optimize._kriging import kriging

METHODS: dict[str, Callable[[Point, Settings], Descent]] = {
    "lbfgsb": lbfgsb,
    "kriging": kriging,
    "adam": adam,
    "bfgs": bfgs,
}

#: A surface through values and slopes takes few evaluations; in more dimensions than these the points
#: that it can go through in reasonable time are too few.
_KRIGING_UP_TO = 40


def default_method(parameters: int) -> str:
    """What to search so many parameters by, if nobody says."""
    return "kriging" if parameters <= _KRIGING_UP_TO else "lbfgsb"
