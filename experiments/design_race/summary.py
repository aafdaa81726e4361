"""What the runs say: medians over the seeds, and who reached whom after how much work."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from fluxion import viz

NAMES = {
    "kriging": "kriging with gradients, 4 starts",
    "gradient": "L-BFGS-B, 4 starts",
    "gradient_halved": "L-BFGS-B, 4 starts, halved",
    "cma": "CMA-ES",
    "nsga2": "NSGA-II",
}
Rows = list[dict[str, str]]
#: Simulations (for gradients: evaluations with their gradient), seconds, best so far.
Curve = tuple[np.ndarray, np.ndarray, np.ndarray]


def curves_of(runs: Rows) -> dict[str, dict[int, Curve]]:
    """Curves by method and seed."""
    rows: dict[tuple[str, int], list[tuple[float, ...]]] = defaultdict(list)
    for row in runs:
        figures = tuple(float(row[key]) for key in ("simulations", "cpu_seconds", "best"))
        rows[row["method"], int(row["seed"])].append(figures)
    found: dict[str, dict[int, Curve]] = {name: {} for name in NAMES}
    for (method, seed), each in rows.items():
        x, seconds, best = np.array(each).T
        found[method][seed] = (x, seconds, best)
    return found


def when(curve: Curve, target: float) -> tuple[float, float] | None:
    """Simulations and seconds until a value is reached; None if it never is."""
    simulations, seconds, best = curve
    reached = np.flatnonzero(best <= target)
    return (float(simulations[reached[0]]), float(seconds[reached[0]])) if reached.size else None


def spread(values: list[float | None]) -> dict[str, float | None]:
    """Median and span; what was never reached counts as more than any number."""
    numbers = [np.inf if value is None else value for value in values]

    def finite(value: float) -> float | None:
        return round(float(value), 3) if np.isfinite(value) else None

    middle = sorted(numbers)[len(numbers) // 2] if len(numbers) % 2 else None
    if middle is None:
        low, high = sorted(numbers)[len(numbers) // 2 - 1 : len(numbers) // 2 + 1]
        middle = (low + high) / 2 if np.isfinite(high) else np.inf
    return {"median": finite(middle), "least": finite(min(numbers)), "most": finite(max(numbers))}


def hypervolume(front: np.ndarray, corner: np.ndarray) -> float:
    """Area that a front beats, below a corner."""
    front = front[np.argsort(front[:, 0])]
    front = front[(front < corner).all(axis=1)]
    area, height = 0.0, corner[1]
    for built, energy in front:
        area += (corner[0] - built) * max(height - energy, 0.0)
        height = min(height, energy)
    return area


def fronts_of(points: Rows) -> dict[str, dict[int, tuple[np.ndarray, int]]]:
    """Investment and energy of fronts, and the simulations they took, by method and seed."""
    found: dict[str, dict[int, tuple[np.ndarray, int]]] = defaultdict(dict)
    for method in ("nsga2", "gradient"):
        for seed in {int(row["seed"]) for row in points if row["method"] == method}:
            rows = [r for r in points if r["method"] == method and int(r["seed"]) == seed]
            front = np.array([[float(r["investment"]), float(r["energy"])] for r in rows])
            found[method][seed] = (front, int(rows[0]["simulations"]))
    return found


def write_summary(folder: Path, runs: Rows, points: Rows) -> None:
    """`summary.json`, `race.png` and `fronts.png` from all rows so far."""
    curves = curves_of(runs)
    seeds = sorted(set.intersection(*(set(each) for each in curves.values())))
    if not seeds:
        return
    targets = {seed: float(curves["cma"][seed][2][-1]) for seed in seeds}
    least = min(float(curve[2].min()) for each in curves.values() for curve in each.values())
    summary: dict = {"seeds": len(seeds), "least_of_all": least}
    for method, of_seed in curves.items():
        ends = [of_seed[seed] for seed in seeds]
        own = [when(of_seed[seed], targets[seed]) for seed in seeds]
        close = [when(of_seed[seed], 1.001 * targets[seed]) for seed in seeds]
        near = [when(of_seed[seed], 1.001 * least) for seed in seeds]
        summary[method] = {
            "best": spread([float(best[-1]) for *_, best in ends]),
            "best_of_each_seed": [round(float(best[-1]), 2) for *_, best in ends],
            "simulations": spread([float(x[-1]) for x, *_ in ends]),
            "cpu_seconds": spread([float(s[-1]) for _, s, _ in ends]),
            "until_best_of_cma": _until(own),
            "until_0.1_percent_above_best_of_cma": _until(close),
            "until_0.1_percent_above_least_of_all": _until(near),
        }
    fronts = fronts_of(points)
    both = sorted(set(fronts["nsga2"]) & set(fronts["gradient"]))
    if both:
        every = np.concatenate([front for each in fronts.values() for front, _ in each.values()])
        corner = every.max(axis=0)
        summary["fronts"] = {
            method: {
                "hypervolume": spread([hypervolume(each[s][0], corner) for s in both]),
                "simulations": spread([float(each[s][1]) for s in both]),
            }
            for method, each in fronts.items()
        } | {"seeds": len(both), "corner": corner.tolist()}
        _draw_fronts(folder / "fronts.png", fronts, both[0])
    (folder / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    _draw_race(folder / "race.png", curves, seeds, least)


def _until(found: list[tuple[float, float] | None]) -> dict:
    return {
        "reached": sum(each is not None for each in found),
        "simulations": spread([None if each is None else each[0] for each in found]),
        "cpu_seconds": spread([None if each is None else each[1] for each in found]),
    }


def _draw_race(
    path: Path, curves: dict[str, dict[int, Curve]], seeds: list[int], least: float
) -> None:
    panels = {"evaluations (with gradient, or simulations)": 0, "seconds of one core": 1}
    figure = viz.convergence(
        {
            label: {
                NAMES[method]: [
                    (of_seed[s][axis], 100 * (of_seed[s][2] / least - 1) + 1e-3) for s in seeds
                ]
                for method, of_seed in curves.items()
            }
            for label, axis in panels.items()
        },
        value="best cost so far, above the least of all [%]",
        title=f"Global cost of a house, 18 parameters: median and span of {len(seeds)} seeds",
        logarithmic=True,
        target=0.1,
    )
    figure.savefig(path, dpi=130)


def _draw_fronts(path: Path, fronts: dict, seed: int) -> None:
    nsga, gradient = fronts["nsga2"][seed][0], fronts["gradient"][seed][0]
    order = np.argsort(gradient[:, 0])
    figure = viz.pareto(
        *nsga.T, *gradient[order].T, names=("investment", "energy of 30 years"), unit="$",
        title="Front by NSGA-II (grey) and by gradients for seven weights",
    )  # fmt: skip
    figure.savefig(path, dpi=130)
