"""A way down that looks at what all starts have found: kriging with gradients in a trust region.

Each step goes to the lowest point of a surface through values and slopes, not further from the
best point of the way than the surface has been right before. The surface is one for all starts, so
that each learns from the others, which a line search does not.

Source: Conn, Gould, Toint, Trust-region methods, SIAM 2000, chapter 6 (when to trust how far);
Eriksson and others, Scalable global optimization via local Bayesian optimization, 2019,
arXiv:1910.01739 (a region with sides in proportion to the lengths of a Gaussian process).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluxion.optimize._descent import (
    ALL_USED,
    FIRST_STEP,
    FLAT,
    SMALL,
    Descent,
    Point,
    Settings,
    projected,
)
from fluxion.optimize._known import Known
from fluxion.optimize._kriging_model import Scales, Surface

#: Half a side of the region along a parameter of middling length: at most, and where it ends.
_WIDEST, _NARROWEST = 1.0, 1e-6
#: No side is longer than so many middling ones.
_LONGEST = 4.0
#: Shares of a promised fall: below the first the region shrinks, above the second it may grow.
_POOR, _GOOD = 0.25, 0.5
#: A start ends where another is ahead within this distance along each parameter.
_SAME_VALLEY = 0.05
#: A step this short has arrived if it brings nothing.
_SHORT = 1e-3
JOINED = "joined: another start is ahead in the same valley"


@dataclass(frozen=True)
class _Step:
    """Where the surface is lowest.

    Attributes:
        point: There.
        promised: How much lower than at the best point so far.
        share: Of the region's half side that the step takes, along the parameter that takes most.
    """

    point: Point
    promised: float
    share: float


def kriging(start: Point, settings: Settings) -> Descent:
    """To the lowest point of a surface through all that is known, again and again."""
    known = settings.known
    best, radius, idle = start, FIRST_STEP, 0
    value, gradient = yield best
    for _ in range(settings.evaluations - 1):
        if not np.abs(projected(best, gradient)).max() > 0.0:
            return FLAT
        if known.lower_near(best, value, _SAME_VALLEY):
            return JOINED
        least = settings.tolerance * abs(value)
        step, radius = _apart(known, best, gradient, radius, least)
        if step.promised <= least or radius < _NARROWEST:
            return SMALL
        known.asked.append(step.point)
        found, slope = yield step.point
        fall, length = value - found, np.abs(step.point - best).max()
        if fall < _POOR * step.promised:
            radius *= 0.5 * min(step.share, 1.0)
        elif fall > _GOOD * step.promised and step.share > 0.95:
            radius = min(2.0 * radius, _WIDEST)
        arrived = step.promised <= 10.0 * least or length <= _SHORT
        idle = idle + 1 if fall <= least and arrived else 0
        if fall > 0.0:
            best, value, gradient = step.point, found, slope
        if idle == 2:
            return SMALL
    return ALL_USED


def _apart(
    known: Known, best: Point, gradient: Point, radius: float, least: float
) -> tuple[_Step, float]:
    """A step to where no other start goes at the same time, and the radius that it took.

    A region whose surface promises next to nothing up to its edge is widened first.
    """
    try:
        surface, scales = known.surface(best)
    except np.linalg.LinAlgError:
        return _steepest(best, gradient, radius), radius
    step = _lowest(surface, scales, best, radius)
    while step.promised <= least and step.share > 0.95 and radius < _WIDEST:
        radius = min(2.0 * radius, _WIDEST)
        step = _lowest(surface, scales, best, radius)
    for _ in range(3):
        reach = 0.5 * np.abs(step.point - best).max()
        if all(np.abs(step.point - other).max() > reach for other in known.asked):
            break
        radius *= 0.5
        step = _lowest(surface, scales, best, radius)
    return step, radius


def _lowest(surface: Surface, scales: Scales, best: Point, radius: float) -> _Step:
    """The lowest point of a surface within a region around a point."""
    from scipy.optimize import minimize  # takes long to import, and a simulation needs it not

    middling = np.exp(np.log(scales.lengths).mean())
    side = radius * np.minimum(scales.lengths / middling, _LONGEST)
    bounds = np.stack([np.maximum(best - side, 0.0), np.minimum(best + side, 1.0)], axis=1)
    height, slope = surface(best)
    scale = max(np.abs(slope).max(), np.finfo(float).tiny)

    def function(point: Point) -> tuple[float, Point]:
        value, slopes = surface(point)
        return (value - height) / scale, slopes / scale

    options = {"maxiter": 100, "maxcor": 20, "ftol": 1e-12, "gtol": 1e-7}
    found = minimize(function, best, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    share = float(np.max(np.abs(found.x - best) / side))
    return _Step(found.x, float(-found.fun * scale), share)


def _steepest(best: Point, gradient: Point, radius: float) -> _Step:
    """Where there is no surface: along the slope, to the edge of the region."""
    slope = projected(best, gradient)
    point = np.clip(best - radius * slope / np.abs(slope).max(), 0.0, 1.0)
    return _Step(point, float(gradient @ (best - point)), 1.0)
