"""Several descents side by side: each step is one batch of evaluations, whatever is evaluated."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from fluxion.errors import SimulationError
from fluxion.optimize._descent import Settings
from fluxion.optimize._history import History, Log
from fluxion.optimize._known import Known
from fluxion.optimize._methods import METHODS, default_method
from fluxion.optimize._optimum import Optimum, optimum_of
from fluxion.optimize._parameter_kinds import Transform
from fluxion.optimize._unit_box import UnitBox
from fluxion.optimize._ways import Way, assign, drop_worse_half, recall

#: Values `(design,)` and gradients `(design, parameter)` of designs; NaN where one failed.
Evaluate = Callable[
    [Float[np.ndarray, "design parameter"]],
    tuple[Float[np.ndarray, "design"], Float[np.ndarray, "design parameter"]],
]


def multistart(
    evaluate: Evaluate,
    starts: Float[np.ndarray, "start parameter"],
    lower: Float[np.ndarray, "parameter"],
    upper: Float[np.ndarray, "parameter"],
    *,
    method: str | None = None,
    evaluations: int = 25,
    tolerance: float = 1e-6,
    halve_after: int | None = None,
    transforms: Sequence[Transform] | None = None,
    names: tuple[str, ...] = (),
    climates: int = 1,
    progress: Callable[[History], None] | None = None,
    stop: Callable[[], bool] | None = None,
    resume: History | None = None,
) -> Optimum:
    """Minimize a function within bounds from several starts at once.

    Args:
        evaluate: Values and gradients of designs, NaN where one failed.
        starts: Where to start.
        lower: Lowest value of each parameter.
        upper: Highest value of each parameter.
        method: "kriging" (starts learn from each other; the default up to 40 parameters), "lbfgsb"
            (the default above), "adam" or "bfgs"; see `METHODS`. The first two follow bounds
            exactly.
        evaluations: The most evaluations of each start; line searches count.
        tolerance: Relative fall of the objective in a step that is taken for none.
        halve_after: Let only the better half of the starts go on each time after so many
            evaluations; None lets all go on.
        transforms: Of each parameter "linear" or "log", the coordinate in which it is searched;
            by default all linear.
        names: Of the parameters.
        climates: Simulations that an evaluation stands for.
        progress: Called with the history after each batch.
        stop: Asked before each batch whether to end; what was found until then is returned.
        resume: The history of an earlier run of the same, which is not evaluated again.

    Raises:
        SimulationError: An unknown method, no start, starts outside of the bounds, less than one
            evaluation, an earlier history of another optimization, or no start with a finite
            objective.
    """
    starts = np.atleast_2d(np.asarray(starts, float))
    box = _box(starts, np.asarray(lower, float), np.asarray(upper, float), transforms)
    method = default_method(starts.shape[1]) if method is None else method
    settings = _settings(method, evaluations, tolerance, starts.shape[1])
    if halve_after is not None and halve_after < 1:
        raise SimulationError(f"halve_after={halve_after} was given; give 1 or more, or None")
    descents = [METHODS[method](point, settings) for point in box.points(starts)]
    ways = [Way(descent, next(descent)) for descent in descents]
    assign(resume, ways)

    log = Log(starts.shape[1], resume)
    spent = float(resume.seconds[-1]) if resume is not None and len(resume) else 0.0
    began = time.perf_counter() - spent
    interrupted, steps = False, 0
    try:
        while live := [number for number, way in enumerate(ways) if way.point is not None]:
            if stop is not None and stop():
                interrupted = True
                break
            designs = {n: box.design(ways[n].point) for n in live}  # type: ignore[arg-type]
            fresh = [n for n in live if not ways[n].recorded]
            answers: dict[int, tuple[float, np.ndarray]] = {}
            for n in (n for n in live if ways[n].recorded):
                designs[n], value, slope = recall(resume, ways[n], designs[n], box)  # type: ignore[arg-type]
                answers[n] = value, slope
            if fresh:
                values, slopes = evaluate(np.stack([designs[n] for n in fresh]))
                now = time.perf_counter() - began
                for n, value, slope in zip(fresh, values, slopes, strict=True):
                    answers[n] = (float(value), np.asarray(slope, float))
                    log.add(designs[n], *answers[n], n, now)
            along = {n: box.slopes(designs[n], answers[n][1]) for n in live}
            # All learn of all answers before any goes on.
            settings.known.learn(
                box.points(np.stack([designs[n] for n in live])),
                np.array([answers[n][0] for n in live]),
                np.stack([along[n] for n in live]),
            )
            for n in live:
                ways[n].advance(answers[n][0], along[n])
            steps += 1
            if halve_after is not None and steps % halve_after == 0:
                drop_worse_half(ways, steps)
            if fresh and progress is not None:
                progress(log.history())
    except KeyboardInterrupt:
        interrupted = True
    finally:
        for way in ways:
            way.descent.close()
    seconds = time.perf_counter() - began
    return optimum_of(log.history(), ways, names, climates, seconds, interrupted)


def _settings(method: str, evaluations: int, tolerance: float, parameters: int) -> Settings:
    if method not in METHODS:
        raise SimulationError(f"unknown method {method!r}; take one of {', '.join(METHODS)}")
    if evaluations < 1:
        raise SimulationError(f"{evaluations} evaluations a start were allowed; allow 1 or more")
    if not (np.isfinite(tolerance) and tolerance >= 0.0):
        raise SimulationError(f"a tolerance of {tolerance} was given; give 0 or more")
    return Settings(float(tolerance), int(evaluations), Known(parameters))


def _box(
    starts: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    transforms: Sequence[Transform] | None,
) -> UnitBox:
    """The box that is searched, if all starts lie inside."""
    if lower.shape != upper.shape or starts.ndim != 2 or starts.shape[1:] != lower.shape:
        raise SimulationError(
            f"starts of shape {starts.shape} were given for bounds of shapes {lower.shape} and "
            f"{upper.shape}; give (start, parameter) and (parameter,)"
        )
    if len(starts) < 1:
        raise SimulationError("0 starts were given; give 1 or more")
    box = UnitBox(lower, upper, transforms)
    room = 1e-9 * (upper - lower)
    outside = ~((starts >= lower - room) & (starts <= upper + room)).all(axis=1)
    if outside.any():
        rows = ", ".join(map(str, np.flatnonzero(outside)[:5]))
        raise SimulationError(f"start {rows} lies outside of the bounds; move it inside")
    return box
