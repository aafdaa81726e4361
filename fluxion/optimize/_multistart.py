"""Several descents side by side: each step is one batch of evaluations, whatever is evaluated."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from fluxion.errors import SimulationError
from fluxion.optimize._descent import METHODS, Descent, Settings

#: Values `(design,)` and gradients `(design, parameter)` of designs; NaN where one failed.
Evaluate = Callable[
    [Float[np.ndarray, "design parameter"]],
    tuple[Float[np.ndarray, "design"], Float[np.ndarray, "design parameter"]],
]


@dataclass(frozen=True)
class History:
    """Every evaluation, in the order in which they were made. Enough to go on from.

    Attributes:
        designs: Where.
        values: The objective there.
        gradients: Its slopes there.
        start: Which start asked for it.
        seconds: When it was answered, since the beginning; compiling included. [s]
    """

    designs: Float[np.ndarray, "evaluation parameter"]
    values: Float[np.ndarray, "evaluation"]
    gradients: Float[np.ndarray, "evaluation parameter"]
    start: Int[np.ndarray, "evaluation"]
    seconds: Float[np.ndarray, "evaluation"]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def best_so_far(self) -> Float[np.ndarray, "evaluation"]:
        """The least value of all evaluations up to each."""
        return np.minimum.accumulate(np.where(np.isfinite(self.values), self.values, np.inf))


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


@dataclass
class _Start:
    """A descent and where it stands."""

    descent: Descent
    point: np.ndarray | None
    reason: str = ""
    failed: bool = False
    best: float = np.inf
    recorded: list[int] = field(default_factory=list)  # rows of an earlier history


def multistart(
    evaluate: Evaluate,
    starts: Float[np.ndarray, "start parameter"],
    lower: Float[np.ndarray, "parameter"],
    upper: Float[np.ndarray, "parameter"],
    *,
    method: str = "lbfgsb",
    evaluations: int = 25,
    tolerance: float = 1e-6,
    halve_after: int | None = None,
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
        method: "lbfgsb" (bounds are followed exactly), "adam" or "bfgs"; see `METHODS`.
        evaluations: The most evaluations of each start; line searches count.
        tolerance: Relative fall of the objective in a step that is taken for none.
        halve_after: Let only the better half of the starts go on each time after so many
            evaluations; None lets all go on.
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
    lower, upper = np.asarray(lower, float), np.asarray(upper, float)
    settings = _settings(method, evaluations, tolerance)
    if halve_after is not None and halve_after < 1:
        raise SimulationError(f"halve_after={halve_after} was given; give 1 or more, or None")
    _check_starts(starts, lower, upper)
    span = upper - lower
    ways = []
    for at in starts:
        descent = METHODS[method]((at - lower) / span, settings)
        ways.append(_Start(descent, next(descent)))
    for row, number in enumerate([] if resume is None else resume.start):
        if not 0 <= number < len(ways):
            raise SimulationError(_foreign(f"it has a start {number}"))
        ways[number].recorded.append(row)

    log = _Log(starts.shape[1], resume)
    spent = float(resume.seconds[-1]) if resume is not None and len(resume) else 0.0
    began = time.perf_counter() - spent
    interrupted, steps = False, 0
    try:
        while live := [number for number, way in enumerate(ways) if way.point is not None]:
            if stop is not None and stop():
                interrupted = True
                break
            points = {n: lower + ways[n].point * span for n in live}  # type: ignore[operator]
            fresh = [n for n in live if not ways[n].recorded]
            answers = {n: _recall(resume, ways[n], points[n], span) for n in live if n not in fresh}
            if fresh:
                values, slopes = evaluate(np.stack([points[n] for n in fresh]))
                now = time.perf_counter() - began
                for n, value, slope in zip(fresh, values, slopes, strict=True):
                    answers[n] = (float(value), np.asarray(slope, float))
                    log.add(points[n], *answers[n], n, now)
            for n in live:
                _advance(ways[n], *answers[n], span)
            steps += 1
            if halve_after is not None and steps % halve_after == 0:
                _halve(ways, steps)
            if fresh and progress is not None:
                progress(log.history())
    except KeyboardInterrupt:
        interrupted = True
    finally:
        for way in ways:
            way.descent.close()
    return _optimum(log.history(), ways, names, climates, time.perf_counter() - began, interrupted)


def _settings(method: str, evaluations: int, tolerance: float) -> Settings:
    if method not in METHODS:
        raise SimulationError(f"unknown method {method!r}; take one of {', '.join(METHODS)}")
    if evaluations < 1:
        raise SimulationError(f"{evaluations} evaluations a start were allowed; allow 1 or more")
    if not (np.isfinite(tolerance) and tolerance >= 0.0):
        raise SimulationError(f"a tolerance of {tolerance} was given; give 0 or more")
    return Settings(float(tolerance), int(evaluations))


def _check_starts(starts: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
    if lower.shape != upper.shape or starts.ndim != 2 or starts.shape[1:] != lower.shape:
        raise SimulationError(
            f"starts of shape {starts.shape} were given for bounds of shapes {lower.shape} and "
            f"{upper.shape}; give (start, parameter) and (parameter,)"
        )
    if len(starts) < 1:
        raise SimulationError("0 starts were given; give 1 or more")
    if not (np.isfinite(lower) & np.isfinite(upper) & (lower < upper)).all():
        raise SimulationError("bounds are reversed, equal or not finite; give the lower ones first")
    room = 1e-9 * (upper - lower)
    outside = ~((starts >= lower - room) & (starts <= upper + room)).all(axis=1)
    if outside.any():
        rows = ", ".join(map(str, np.flatnonzero(outside)[:5]))
        raise SimulationError(f"start {rows} lies outside of the bounds; move it inside")


def _foreign(why: str) -> str:
    return (
        f"the history to resume is of another optimization ({why}); give the same building, "
        "weather, space, objective, starts, method and evaluations, or begin anew"
    )


def _recall(
    resume: History | None, way: _Start, point: np.ndarray, span: np.ndarray
) -> tuple[float, np.ndarray]:
    """The next answer that an earlier run got, if it asked the same."""
    assert resume is not None
    row = way.recorded.pop(0)
    if not np.allclose(resume.designs[row] / span, point / span, rtol=0.0, atol=1e-9):
        raise SimulationError(_foreign(f"evaluation {row} was at another design"))
    return float(resume.values[row]), resume.gradients[row]


def _advance(way: _Start, value: float, slope: np.ndarray, span: np.ndarray) -> None:
    if not (np.isfinite(value) and np.isfinite(slope).all()):
        way.point, way.failed = None, True
        way.reason = "failed: the objective or its gradient is not finite"
        return
    way.best = min(way.best, value)
    try:
        way.point = way.descent.send((value, slope * span))
    except StopIteration as end:
        way.point, way.reason = None, str(end.value)


def _halve(ways: list[_Start], steps: int) -> None:
    """End the worse half of those that still go."""
    live = sorted((way for way in ways if way.point is not None), key=lambda way: way.best)
    for way in live[(len(live) + 1) // 2 :]:
        way.point = None
        way.reason = f"dropped: better starts were ahead after {steps} evaluations"


class _Log:
    """Grows a history."""

    def __init__(self, parameters: int, earlier: History | None):
        self._parameters, self._earlier = parameters, earlier
        self._rows: list[tuple[np.ndarray, float, np.ndarray, int, float]] = []

    def add(
        self, design: np.ndarray, value: float, gradient: np.ndarray, start: int, seconds: float
    ) -> None:
        self._rows.append((design, value, gradient, start, seconds))

    def history(self) -> History:
        shape = (len(self._rows), self._parameters)
        new = History(
            np.array([row[0] for row in self._rows], float).reshape(shape),
            np.array([row[1] for row in self._rows], float),
            np.array([row[2] for row in self._rows], float).reshape(shape),
            np.array([row[3] for row in self._rows], int),
            np.array([row[4] for row in self._rows], float),
        )
        if self._earlier is None:
            return new
        both = {
            name: np.concatenate([getattr(self._earlier, name), getattr(new, name)])
            for name in vars(new)
        }
        return History(**both)


def _optimum(
    history: History,
    ways: list[_Start],
    names: tuple[str, ...],
    climates: int,
    seconds: float,
    interrupted: bool,
) -> Optimum:
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
