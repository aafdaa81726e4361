"""A stored sweep for people and programs: table, JSON, failures, pictures."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from fluxion._version import __version__
from fluxion.errors import MissingExtraError

if TYPE_CHECKING:
    import numpy as np

    from fluxion.sweeps import Findings, Job, Store

#: Rank correlations and pictures take at most so many designs, evenly out of all.
_MOST_RANKED, _MOST_LINES, _MOST_POINTS = 100_000, 1_000, 20_000
_LOADS = ("annual_heating", "annual_cooling")


def report_of(
    job: Job, store: Store, *, before: int, written: int, seconds: float
) -> tuple[dict[str, Any], Findings]:
    """The object that `--json` prints, and what it was made from."""
    import numpy as np

    from fluxion.sweeps import find
    from fluxion.viz import rank_correlation

    findings = find(job, store)
    done = store.designs_done()
    good = _good(findings)
    some = _evenly(good, _MOST_RANKED)
    units = job.space.units(job.network)
    report: dict[str, Any] = {
        "building": job.building,
        "weather": job.identity["weather"],
        "store": str(store.path),
        "samples": job.spec.samples,
        "done": done,
        "resumed": before,
        "simulated": written,
        "failed": len(findings.failed),
        "complete": done == job.spec.samples,
        "seconds": seconds,
        "designs_per_second": written / seconds if written else None,
        "results": {},
        "parameters": {},
    }
    for name, values in findings.totals.items():
        if good.size:
            span = {"least": np.nanmin, "mean": np.nanmean, "greatest": np.nanmax}
            report["results"][name] = {
                "unit": _unit(name), **{word: float(of(values)) for word, of in span.items()}
            }  # fmt: skip
    strengths = {
        name: rank_correlation(job.designs[some], values[some])
        for name, values in findings.totals.items()
        if good.size
    }
    for i, (name, unit) in enumerate(zip(job.space.names, units, strict=True)):
        report["parameters"][name] = {
            "unit": unit,
            "lower": float(job.space.lower[i]),
            "upper": float(job.space.upper[i]),
            "rank_correlation": {key: float(each[i]) for key, each in strengths.items()},
        }
    if good.size and set(_LOADS) <= set(findings.totals):
        report |= _choices(job, findings, good)
    return report | {"files": [], "version": __version__}, findings


def _good(findings: Findings) -> np.ndarray:
    """Designs that were simulated and did not fail."""
    import numpy as np

    return np.flatnonzero(np.isfinite(next(iter(findings.totals.values()))))


def _evenly(rows: np.ndarray, most: int) -> np.ndarray:
    return rows[:: max(1, -(-len(rows) // most))]


def _unit(name: str) -> str:
    return "kWh" if name.startswith("annual") else "kW"


def _choices(job: Job, findings: Findings, good: np.ndarray) -> dict[str, Any]:
    """The design of the least load, and how many no other design beats in both loads."""
    import numpy as np

    from fluxion.viz import pareto_front

    heating, cooling = (findings.totals[name] for name in _LOADS)
    best = int(np.nanargmin(heating + cooling))
    return {
        "pareto": len(pareto_front(heating[good], cooling[good])),
        "best": {
            "design": best,
            "parameters": dict(zip(job.space.names, map(float, job.designs[best]), strict=True)),
            "results": {name: float(each[best]) for name, each in findings.totals.items()},
        },
    }


def print_findings(console: Console, report: dict[str, Any]) -> None:
    """Print the tables of a stored sweep."""
    title = f"{report['done']:,} of {report['samples']:,} designs of {report['building']}"
    look: dict[str, Any] = {
        "title_justify": "left", "title_style": "bold", "caption_justify": "left",
        "box": box.SIMPLE_HEAD, "pad_edge": False,
    }  # fmt: skip
    table = Table(title=title, caption=_caption(report), **look)
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
    shown = [name for name in _LOADS if name in report["results"]] or list(report["results"])
    for name in shown:
        parameters.add_column(f"{name.partition('_')[2]}\n[dim]corr.[/dim]", justify="right")
    parameters.add_column("best", justify="right")
    for name, facts in report["parameters"].items():
        own = best["parameters"].get(name)
        parameters.add_row(
            name,
            f"{facts['lower']:.3g} to {facts['upper']:.3g} {facts['unit']}".removesuffix(" -"),
            *(f"{facts['rank_correlation'][load]:+.2f}" for load in shown),
            "" if own is None else f"{own:.4g}",
        )
    console.print(parameters)
    console.print(table)


def _caption(report: dict[str, Any]) -> str:
    lines = []
    if "pareto" in report:
        lines.append(f"{report['pareto']:,} designs are beaten by none in heating and cooling")
    if report["designs_per_second"]:
        lines.append(
            f"{report['simulated']:,} simulated in {report['seconds']:.1f} s with compiling, "
            f"{report['designs_per_second']:,.0f} a second"
        )
    else:
        lines.append("all of them were in the store")
    if report["failed"]:
        lines.append(f"{report['failed']:,} designs failed; the store says which and why")
    return "\n".join(lines)


def write_files(
    job: Job, store: Store, findings: Findings, report: dict[str, Any], console: Console
) -> list[str]:
    """Write summary, failures and pictures beside the store.

    Returns:
        The files.
    """
    from fluxion.cli._report import write_json

    stem = store.path.with_suffix("")
    files = [stem.with_name(f"{stem.name}-summary.json")]
    write_json(files[0], {**report, "made_by": job.identity})
    if report["failed"]:
        files.append(_write_failures(stem.with_name(f"{stem.name}-failed.csv"), job, store))
    if "best" in report:
        try:
            files += _write_pictures(stem, job, findings)
        except MissingExtraError as error:
            console.print(f"left out: {error}", markup=False, soft_wrap=True)
    return [str(file) for file in files]


def _write_failures(path: Path, job: Job, store: Store) -> Path:
    from fluxion.io import whole_file
    from fluxion.sweeps import failures

    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["design", "reason", *job.space.names])
        for index, reason, values in failures(store):
            writer.writerow([index, reason, *(f"{value:.9g}" for value in values)])
    return path


def _write_pictures(stem: Path, job: Job, findings: Findings) -> list[Path]:
    from fluxion import viz
    from fluxion.io import whole_file

    good = _good(findings)
    heating, cooling = (findings.totals[name] for name in _LOADS)
    units = job.space.units(job.network)
    labels = [
        f"{n} [{u}]".removesuffix(" [-]") for n, u in zip(job.space.names, units, strict=True)
    ]
    title = f"{job.spec.samples:,} designs of {job.building}"
    lines = _evenly(good, _MOST_LINES)
    loads = {"heating [kWh]": heating[lines], "cooling [kWh]": cooling[lines]}
    front = good[viz.pareto_front(heating[good], cooling[good])]
    some = _evenly(good, _MOST_POINTS)
    figures = {
        "parallel": viz.parallel_coordinates(job.designs[lines], labels, loads, title=title),
        "pareto": viz.pareto(
            heating[some], cooling[some], heating[front], cooling[front],
            names=("heating", "cooling"), title=title,
        ),
    }  # fmt: skip
    files = []
    for name, figure in figures.items():
        files.append(stem.with_name(f"{stem.name}-{name}.png"))
        with whole_file(files[-1]) as partial:
            figure.savefig(partial, dpi=150)
    return files
