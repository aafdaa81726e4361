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

#: Kriging takes few evaluations, but in many dimensions a surface that takes little time to make
#: goes through few points.
_KRIGING_UP_TO = 40


def default_method(parameters: int) -> str:
    """What to search so many parameters by, if nobody says."""
    return "kriging" if parameters <= _KRIGING_UP_TO else "lbfgsb"
