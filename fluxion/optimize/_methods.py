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
