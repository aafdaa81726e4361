"""Ways down, one start each, in the unit box: they ask for a point and are told what is there.

A way down is a generator. It yields a point, is sent the objective and its gradient there, and
returns in words why it stopped. It never evaluates anything itself, so that many of them can
advance side by side with one batch of simulations a step.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from fluxion.errors import require
from fluxion.optimize._known import Known

Point = Float[np.ndarray, "parameter"]
Descent = Generator[Point, tuple[float, Point], str]

#: The first step goes this far along the steepest parameter; the box is 1 wide.
FIRST_STEP = 0.2
_HISTORY = 10
#: More than the points of a line search of SciPy.
_SEARCH = 100
FLAT = "converged: no slope is left inside the bounds"
ALL_USED = "stopped: all evaluations were used"
SMALL = "converged: the objective no longer falls"


@dataclass(frozen=True)
class Settings:
    """When a descent ends by itself, and what it may look at.

    Attributes:
        tolerance: Relative fall of the objective in a step that is taken for none.
        evaluations: The most points it may ask for.
        known: What all descents have found so far.
    """

    tolerance: float
    evaluations: int
    known: Known


def projected(point: Point, gradient: Point) -> Point:
    """The part of a gradient that a step inside the unit box can follow."""
    outwards = ((point <= 0.0) & (gradient > 0.0)) | ((point >= 1.0) & (gradient < 0.0))
    return np.where(outwards, 0.0, gradient)


class _Stopped(BaseException):
    """Ends a thread whose generator was closed."""


def lbfgsb(start: Point, settings: Settings) -> Descent:
    """Limited-memory BFGS with bounds: SciPy's L-BFGS-B, which follows active bounds exactly.

    SciPy calls the function that it minimizes, so it runs in a thread that waits for answers.

    Source: Byrd, Lu, Nocedal, Zhu, A limited memory algorithm for bound constrained optimization,
    SIAM J. Sci. Comput. 16 (1995) 1190, DOI 10.1137/0916069.
    """
    from scipy.optimize import minimize  # takes long to import, and a simulation needs it not

    asked: queue.SimpleQueue = queue.SimpleQueue()
    told: queue.SimpleQueue = queue.SimpleQueue()
    value, gradient = yield start
    slope = np.abs(projected(start, gradient)).max()
    if not slope > 0.0:
        return FLAT
    scale = slope / FIRST_STEP

    def function(point: Point) -> tuple[float, Point]:
        asked.put(np.clip(point, 0.0, 1.0))
        answer = told.get()
        if answer is None:
            raise _Stopped
        value, gradient = answer
        return value / scale, gradient / scale

    def work() -> None:
        try:
            asked.put(
                minimize(
                    function,
                    start,
                    jac=True,
                    method="L-BFGS-B",
                    bounds=[(0.0, 1.0)] * len(start),
                    options={
                        "maxcor": _HISTORY,
                        "maxfun": settings.evaluations + _SEARCH,  # counted here, not there
                        "maxiter": settings.evaluations + _SEARCH,
                        "ftol": settings.tolerance,
                        "gtol": 1e-7,
                    },
                )
            )
        except _Stopped:
            pass
        except BaseException as error:  # told to whoever waits, in its own thread
            asked.put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    asked.get()  # the start, once more
    try:
        for _ in range(settings.evaluations - 1):
            told.put((value, gradient))
            found = asked.get()
            if isinstance(found, BaseException):
                raise found
            if not isinstance(found, np.ndarray):
                return _scipy_reason(found)
            value, gradient = yield found
        return ALL_USED
    finally:
        told.put(None)
        thread.join(timeout=5.0)


def _scipy_reason(found: Any) -> str:
    message = str(found.message).upper()
    if "PROJECTED GRADIENT" in message or "PGTOL" in message:
        return FLAT
    if "REDUCTION OF F" in message:
        return SMALL
    return f"stopped: {str(found.message).strip().lower()}"


def adam(start: Point, settings: Settings) -> Descent:
    """Adam, projected back into the box; its steps shrink to nothing over the evaluations.

    Source: Kingma, Ba, Adam: a method for stochastic optimization, 2015, arXiv:1412.6980.
    """
    optax = require("optax", "solve")
    schedule = optax.cosine_decay_schedule(FIRST_STEP / 2.0, settings.evaluations)
    optimizer = optax.adam(schedule, b1=0.8, b2=0.95)
    point, state = start, optimizer.init(start)
    last = None
    for _ in range(settings.evaluations):
        value, gradient = yield point
        slope = projected(point, gradient)
        if not np.abs(slope).max() > 0.0:
            return FLAT
        if last is not None and abs(last - value) <= settings.tolerance * abs(value):
            return SMALL
        last = value
        step, state = optimizer.update(slope, state)
        point = np.clip(point + np.asarray(step, float), 0.0, 1.0)
    return ALL_USED


def bfgs(start: Point, settings: Settings) -> Descent:
    """BFGS without bounds on the logit of the point, by Optimistix.

    A point at a bound would be infinitely far away, so points keep a distance of 1e-4 from it.
    """
    optimistix = require("optimistix", "solve")
    import jax
    import jax.numpy as jnp

    margin = 1e-4
    inside = np.clip(start, margin, 1.0 - margin)
    y = jnp.asarray(np.log(inside / (1.0 - inside)))
    # Each step evaluates at one point that is known before: a plane through what was found there
    # answers exactly.
    solver = optimistix.BFGS(rtol=settings.tolerance, atol=1e-3)
    tags = frozenset()

    def plane(y: Any, args: Any) -> tuple[Any, None]:
        at, value, gradient = args
        return value + gradient @ (y - at), None

    one = jax.ShapeDtypeStruct((), y.dtype)
    args = (y, jnp.zeros((), y.dtype), y)
    state = solver.init(plane, y, args, {}, one, None, tags)
    advance = jax.jit(lambda y, args, state: solver.step(plane, y, args, {}, state, tags)[:2])
    scale = None
    for _ in range(settings.evaluations):
        at = state.y_eval
        share = 1.0 / (1.0 + np.exp(-np.asarray(at, float)))
        value, gradient = yield np.clip(share, margin, 1.0 - margin)
        by_y = gradient * share * (1.0 - share)
        if scale is None:
            if not np.abs(by_y).max() > 0.0:
                return FLAT
            scale = np.abs(by_y).max()  # the first step is 1 long at most, a quarter of the box
        args = (at, jnp.asarray(value / scale, at.dtype), jnp.asarray(by_y / scale, at.dtype))
        y, state = advance(y, args, state)
        done, _ = solver.terminate(plane, y, args, {}, state, tags)
        if bool(done):
            return SMALL
    return ALL_USED
