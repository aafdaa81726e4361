"""Designs and what they led to, for people and programs: the same for every kind of sweep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    import numpy as np

    from fluxion.optimize import DesignSpace

#: Rank correlations and pictures take at most so many designs, evenly out of all.
_MOST_RANKED, MOST_LINES, MOST_POINTS = 100_000, 1_000, 20_000
LOADS = ("annual_heating", "annual_cooling")


@dataclass(frozen=True)
class Designs:
    """Designs of one building and their results.

    Attributes:
        building: Its name.
        space: The parameters.
        units: Of the parameters.
        designs: A row each.
        totals: Each result of the whole building by design, NaN where it failed or was not
            simulated.
        result_units: Of each result.
        failed: How many failed.
    """

    building: str
    space: DesignSpace
    units: tuple[str, ...]
    designs: np.ndarray
    totals: dict[str, np.ndarray]
    result_units: dict[str, str]
    failed: int

    @cached_property
    def good(self) -> np.ndarray:
        """Designs that were simulated and did not fail."""
        import numpy as np

        return np.flatnonzero(np.isfinite(next(iter(self.totals.values()))))

    def some(self, most: int) -> np.ndarray:
        """At most so many of the good ones, evenly."""
        return self.good[:: max(1, -(-len(self.good) // most))]

    @property
    def labels(self) -> list[str]:
        """Parameters with their units."""
        pairs = zip(self.space.names, self.units, strict=True)
        return [name if unit == "-" else f"{name} [{unit}]" for name, unit in pairs]


def describe_designs(found: Designs) -> dict[str, Any]:
    """Counts, spans, rank correlations and the best design, as every sweep's `--json` has them."""
    import numpy as np

    from fluxion.optimize import Categorical
    from fluxion.viz import rank_correlation

    space, some = found.space, found.some(_MOST_RANKED)
    results: dict[str, Any] = {}
    strengths: dict[str, np.ndarray] = {}
    for name, values in found.totals.items():
        if found.good.size:
            span = {"least": np.nanmin, "mean": np.nanmean, "greatest": np.nanmax}
            unit = {"unit": found.result_units[name]}
            results[name] = unit | {word: float(of(values)) for word, of in span.items()}
            strengths[name] = rank_correlation(found.designs[some], values[some])
    parameters = {
        name: {
            "unit": unit,
            "lower": float(space.lower[i]),
            "upper": float(space.upper[i]),
            **({"choices": dict(kind.choices)} if isinstance(kind, Categorical) else {}),
            "rank_correlation": {key: float(each[i]) for key, each in strengths.items()},
        }
        for i, ((name, kind), unit) in enumerate(zip(space.kinds.items(), found.units, strict=True))
    }
    report: dict[str, Any] = {
        "building": found.building,
        "samples": len(found.designs),
        "failed": found.failed,
        "results": results,
        "parameters": parameters,
    }
    if found.good.size and set(LOADS) <= set(found.totals):
        report |= _choices(found)
    return report


def _choices(found: Designs) -> dict[str, Any]:
    """The design of the least load, and how many no other design beats in both loads."""
    import numpy as np

    from fluxion.viz import pareto_front

    heating, cooling = (found.totals[name] for name in LOADS)
    best = int(np.nanargmin(heating + cooling))
    return {
        "pareto": len(pareto_front(heating[found.good], cooling[found.good])),
        "best": {
            "design": best,
            "parameters": dict(
                zip(found.space.names, map(float, found.designs[best]), strict=True)
            ),
            "results": {name: float(each[best]) for name, each in found.totals.items()},
        },
    }


def print_designs(console: Console, report: dict[str, Any], title: str, remarks: list[str]) -> None:
    """Print the tables of a sweep: its parameters, its results, and what else there is to say."""
    look: dict[str, Any] = {
        "title_justify": "left", "title_style": "bold", "caption_justify": "left",
        "box": box.SIMPLE_HEAD, "pad_edge": False,
    }  # fmt: skip
    if "pareto" in report:
        beaten = f"{report['pareto']:,} designs are beaten by none in heating and cooling"
        remarks = [beaten, *remarks]
    table = Table(title=title, caption="\n".join(remarks), **look)
    table.add_column("result")
    for word in ("least", "mean", "greatest"):
        table.add_column(word, justify="right")
    table.add_column("best design", justify="right")
    best = report.get("best", {"results": {}, "parameters": {}})
    for name, span in report["results"].items():
        numbers = (span["least"], span["mean"], span["greatest"], best["results"].get(name))
        table.add_row(
            f"{name} {span['unit']}", *("" if n is None else f"{n:,.4g}" for n in numbers)
        )
    parameters = Table(**look)
    parameters.add_column("parameter", overflow="fold", ratio=1)
    parameters.add_column("range", no_wrap=True)
    shown = [name for name in LOADS if name in report["results"]] or list(report["results"])
    for name in shown:
        parameters.add_column(f"{name.partition('_')[2]}\n[dim]corr.[/dim]", justify="right")
    parameters.add_column("best", justify="right")
    for name, facts in sorted(report["parameters"].items(), key=lambda item: -_weight(item[1])):
        own = best["parameters"].get(name)
        parameters.add_row(
            name,
            _range(facts),
            *(f"{facts['rank_correlation'][load]:+.2f}" for load in shown),
            "" if own is None else _value(facts, own),
        )
    console.print(parameters)
    console.print(table)


def _weight(facts: dict[str, Any]) -> float:
    """How much a parameter does to the result that it does most to."""
    return max((abs(value) for value in facts["rank_correlation"].values()), default=0.0)


def _range(facts: dict[str, Any]) -> str:
    if "choices" in facts:
        return " or ".join(facts["choices"])
    return f"{facts['lower']:.3g} to {facts['upper']:.3g} {facts['unit']}".removesuffix(" -")


def _value(facts: dict[str, Any], value: float) -> str:
    names = {number: name for name, number in facts.get("choices", {}).items()}
    return names.get(value, f"{value:.4g}")


def save_figure(path: Path, figure: Any) -> Path:
    """Write a picture, whole or not at all."""
    from fluxion.io import whole_file

    with whole_file(path) as partial:
        figure.savefig(partial, dpi=150)
    return path
