"""Ten seeds of three methods for one design problem; see README.md.

    python experiments/design_race/race.py --weather denver-standard-140

Runs that `runs.csv` has already are not run again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1000000000 "
    "--xla_cpu_prefer_vector_width=512",
)

import cma
import jax
import numpy as np
import problem
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.optimize import minimize
from summary import NAMES, write_summary

import fluxion as fx
from fluxion.errors import FluxionError
from fluxion.optimize import GradientOracle, multistart

sys.path.append(str(Path(__file__).resolve().parents[1]))
from rows import append_rows, read_rows

HERE = Path(__file__).resolve().parent
SPACE = problem.space()
SPAN = SPACE.upper - SPACE.lower
OUTPUTS = ("annual_heating", "annual_cooling")
#: Starts side by side and gradient evaluations of each; simulations of the other methods.
STARTS, EVALUATIONS, SIMULATIONS = 4, 25, 2000
#: The searches by gradients. Where the better half of the starts goes on after so many evaluations,
#: what is left may take twice as many: at most 4 x 8 + 2 x 8 + 34 = 82 in all.
SEARCHES: dict[str, dict] = {
    "kriging": {"method": "kriging", "evaluations": EVALUATIONS},
    "gradient": {"method": "lbfgsb", "evaluations": EVALUATIONS},
    "gradient_halved": {"method": "lbfgsb", "evaluations": 2 * EVALUATIONS, "halve_after": 8},
}
#: Of CMA-ES: the first step as a share of the box, as its author advises; of NSGA-II: members.
FIRST_STEP, MEMBERS = 0.3, 100
#: What a dollar of energy counts beside one of investment, for the fronts by gradients.
WEIGHTS = (0.15, 0.25, 0.4, 0.6, 1.0, 1.6, 2.5)


class Clock:
    """The best value so far, by simulations and by seconds of the processor since it began."""

    def __init__(self) -> None:
        self.began, self.best, self.count = time.process_time(), np.inf, 0
        self.rows: list[tuple[int, float, float]] = []

    def note(self, values: np.ndarray) -> None:
        self.count += len(values)
        self.best = min(self.best, float(np.min(values)))
        self.rows.append((self.count, time.process_time() - self.began, self.best))


def costs(oracle: fx.BatchOracle, unit: np.ndarray) -> np.ndarray:
    """Investment and energy of designs in the unit box, (design, 2)."""
    # The last generation may be short: it is filled up, so that nothing compiles in the race.
    filled = np.concatenate([unit, np.repeat(unit[-1:], -len(unit) % oracle.batch_size, axis=0)])
    designs = SPACE.lower + filled * SPAN
    found = oracle.evaluate_population(designs)
    energy = problem.energy_cost(found.annual_heating.sum(1), found.annual_cooling.sum(1))
    both = np.stack([np.asarray(problem.investment(designs)), energy], axis=1)
    return both[: len(unit)]


def by_gradients(oracle: GradientOracle, seed: int, search: dict) -> tuple[Clock, np.ndarray]:
    """One of the searches by gradients from several starts."""
    clock = Clock()

    def evaluate(designs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = oracle.value_and_gradient(designs)
        clock.note(found.values)
        return found.values, found.gradients

    found = multistart(
        evaluate, SPACE.sample(STARTS, seed=seed), SPACE.lower, SPACE.upper,
        tolerance=1e-7, **search,
    )  # fmt: skip
    return clock, found.design


def by_cma(oracle: fx.BatchOracle, seed: int) -> tuple[Clock, np.ndarray]:
    """CMA-ES from a random design, begun anew with twice the members when it has converged."""
    clock, dice, members = Clock(), np.random.default_rng(seed), None
    best, design = np.inf, np.zeros(SPACE.size)
    while clock.count < SIMULATIONS:
        settings = {"bounds": [0, 1], "seed": int(dice.integers(1, 2**31)), "verbose": -9}
        if members is not None:
            settings["popsize"] = members
        search = cma.CMAEvolutionStrategy(dice.random(SPACE.size), FIRST_STEP, settings)
        while clock.count < SIMULATIONS and not search.stop():
            unit = np.array(search.ask())[: SIMULATIONS - clock.count]
            values = costs(oracle, unit).sum(axis=1)
            clock.note(values)
            if values.min() < best:
                best, design = values.min(), SPACE.lower + unit[np.argmin(values)] * SPAN
            if len(unit) == search.popsize:
                search.tell(list(unit), list(values))
        members = 2 * search.popsize
    return clock, design


def by_nsga(oracle: fx.BatchOracle, seed: int) -> tuple[Clock, np.ndarray, np.ndarray]:
    """NSGA-II on investment and energy; its front besides."""
    clock = Clock()

    class House(Problem):
        def __init__(self) -> None:
            super().__init__(n_var=SPACE.size, n_obj=2, xl=0.0, xu=1.0)

        def _evaluate(self, x, out, *args, **kwargs):
            out["F"] = costs(oracle, x)
            clock.note(out["F"].sum(axis=1))

    found = minimize(House(), NSGA2(pop_size=MEMBERS), ("n_eval", SIMULATIONS), seed=seed)
    front, unit = np.atleast_2d(found.F), np.atleast_2d(found.X)
    return clock, SPACE.lower + unit[np.argmin(front.sum(axis=1))] * SPAN, front


def front_by_gradients(oracle: GradientOracle, seed: int) -> tuple[np.ndarray, int]:
    """Investment and energy of the best design for each weight, and the evaluations that took.

    The oracle is of energy alone; the investment is added here, so that nothing compiles anew.
    """
    slope = jax.jit(jax.vmap(jax.value_and_grad(problem.investment)))
    starts, rows, count = SPACE.sample(STARTS, seed=seed), [], 0
    for weight in sorted(WEIGHTS, key=lambda w: abs(np.log(w))):

        def evaluate(designs: np.ndarray, w: float = weight) -> tuple[np.ndarray, np.ndarray]:
            energy = oracle.value_and_gradient(designs)
            built, by = (np.asarray(each, float) for each in slope(designs))
            return built + w * energy.values, by + w * energy.gradients

        found = multistart(
            evaluate, starts, SPACE.lower, SPACE.upper,
            method="lbfgsb", evaluations=EVALUATIONS, tolerance=1e-7,
        )  # fmt: skip
        count += len(found.history)
        built = float(problem.investment(found.design))
        rows.append((built, (found.value - built) / weight))
        starts = found.design[None]  # the neighbours begin where this one ended
    return np.array(rows), count


def main() -> int:
    """Run what is missing, then sum up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="0:10", help="first and past-the-last seed")
    parser.add_argument("--fronts", type=int, default=3, help="seeds with a front by gradients")
    parser.add_argument("--methods", default=",".join(NAMES), help="which of them")
    parser.add_argument("--weather", default="default", help="a file or name of a weather")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the results")
    asked = parser.parse_args()
    first, last = map(int, asked.seeds.split(":"))
    asked.out.mkdir(parents=True, exist_ok=True)
    try:
        weather = fx.io.read_weather_file(asked.weather, dtype="float32").weather
        house = problem.house(weather, "float32")
    except FluxionError as error:
        print(error, file=sys.stderr)
        return 2
    simple = {
        size: fx.BatchOracle(house, weather, SPACE, outputs=OUTPUTS, batch_size=size)
        for size in (16, 50)
    }
    rates = ("heating_rate", "cooling_rate")
    whole = GradientOracle(house, weather, SPACE, problem.global_cost, outputs=rates)
    energy = GradientOracle(
        house, weather, SPACE, lambda year, x: problem.energy_of(year), outputs=rates
    )
    runs, points = asked.out / "runs.csv", asked.out / "fronts.csv"
    done = {(row["method"], row["seed"]) for row in read_rows(runs)}
    ready: set[str] = set()

    def missing(method: str, seed: int, warm) -> bool:
        if (method, str(seed)) in done or method not in asked.methods.split(","):
            return False
        if method not in ready:  # nothing that is timed compiles
            warm()
            ready.add(method)
        print(f"{method}, seed {seed}", file=sys.stderr, flush=True)
        return True

    some = SPACE.sample(100, seed=99)
    for seed in range(first, last):
        if missing("cma", seed, lambda: simple[16].evaluate_population(some[:16])):
            append_run(runs, "cma", seed, *by_cma(simple[16], seed))
        if missing("nsga2", seed, lambda: simple[50].evaluate_population(some)):
            clock, design, front = by_nsga(simple[50], seed)
            append_front(points, "nsga2", seed, front, SIMULATIONS)
            append_run(runs, "nsga2", seed, clock, design)
        for method, search in SEARCHES.items():
            if missing(method, seed, lambda: whole.value_and_gradient(some[:STARTS])):
                append_run(runs, method, seed, *by_gradients(whole, seed, search))
    fronts = {(row["method"], row["seed"]) for row in read_rows(points)}
    for seed in range(first, min(last, asked.fronts)):
        if ("gradient", str(seed)) not in fronts:
            print(f"front by gradients, seed {seed}", file=sys.stderr, flush=True)
            append_front(points, "gradient", seed, *front_by_gradients(energy, seed))
    write_summary(asked.out, read_rows(runs), read_rows(points))
    return 0


def append_run(table: Path, method: str, seed: int, clock: Clock, design: np.ndarray) -> None:
    """Rows where the best value fell, and the last; the best design stands in the last."""
    rows, best = [], np.inf
    for number, (count, seconds, value) in enumerate(clock.rows):
        end = number == len(clock.rows) - 1
        if value < best or end:
            text = " ".join(f"{each:.6g}" for each in design) if end else ""
            rows.append((method, seed, count, f"{seconds:.3f}", f"{value:.3f}", text))
        best = min(best, value)
    append_rows(table, ("method", "seed", "simulations", "cpu_seconds", "best", "design"), rows)


def append_front(table: Path, method: str, seed: int, front: np.ndarray, count: int) -> None:
    """A row for each design of a front."""
    rows = [(method, seed, count, f"{built:.2f}", f"{energy:.2f}") for built, energy in front]
    append_rows(table, ("method", "seed", "simulations", "investment", "energy"), rows)


if __name__ == "__main__":
    sys.exit(main())
