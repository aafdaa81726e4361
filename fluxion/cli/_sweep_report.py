"""What a stored sweep adds to the report of its designs: counts, failures, files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from fluxion._version import __version__
from fluxion.cli._designs_report import (
    LOADS,
    MOST_LINES,
    MOST_POINTS,
    Designs,
    describe_designs,
    print_designs,
    save_figure,
)
from fluxion.errors import MissingExtraError

if TYPE_CHECKING:
    from fluxion.sweeps import Job, Store


def report_of(
    job: Job, store: Store, *, before: int, written: int, seconds: float
) -> tuple[dict[str, Any], Designs]:
    """The object that `--json` prints, and what it was made from."""
    from fluxion.sweeps import find

    findings = find(job, store)
    units = job.space.units(job.network)
    found = Designs(
        job.building, job.space, units, job.designs.reshape(-1, job.space.size), findings.totals,
        findings.units, len(findings.failed),
    )  # fmt: skip
    done = store.designs_done()
    own = {
        "samples": job.spec.samples,
        "weather": job.identity["weather"],
        "store": str(store.path),
        "done": done,
        "resumed": before,
        "simulated": written,
        "complete": done == job.spec.samples,
        **({"gradients": job.spec.gradients} if job.spec.gradients else {}),
        "seconds": seconds,
        "designs_per_second": written / seconds if written else None,
    }
    report = {**describe_designs(found), **own, "files": [], "version": __version__}
    if job.spec.own_designs:  # the best is in the mildest weather, which says nothing of designs
        report = {key: value for key, value in report.items() if key not in ("best", "pareto")}
    return report, found


def print_findings(console: Console, report: dict[str, Any]) -> None:
    """Print the tables of a stored sweep."""
    title = f"{report['done']:,} of {report['samples']:,} designs of {report['building']}"
    if report["designs_per_second"]:
        remarks = [
            f"{report['simulated']:,} simulated in {report['seconds']:.1f} s with compiling, "
            f"{report['designs_per_second']:,.0f} a second"
        ]
    else:
        remarks = ["all of them were in the store"]
    if report.get("dask", {}).get("workers_died"):
        remarks.append(f"workers that died: {report['dask']['workers_died']:,}")
    if report["failed"]:
        remarks.append(f"{report['failed']:,} designs failed; the store says which and why")
    print_designs(console, report, title, remarks)


def write_files(
    job: Job, store: Store, found: Designs, report: dict[str, Any], console: Console
) -> list[str]:
    """Write summary, failures and pictures beside the store.

    Returns:
        The files.
    """
    from fluxion.cli._report import write_json

    stem = store.path.with_suffix("")
    files = [stem.with_name(f"{stem.name}-summary.json")]
    write_json(files[0], {**report, "made_by": store.job.identity})
    if report["failed"]:
        files.append(_write_failures(stem.with_name(f"{stem.name}-failed.csv"), job, store))
    if "best" in report:
        try:
            files += _write_pictures(stem, found)
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
            for row in values.reshape(-1, job.space.size):  # one, or one for each weather
                writer.writerow([index, reason, *(f"{value:.9g}" for value in row)])
    return path


def _write_pictures(stem: Path, found: Designs) -> list[Path]:
    from fluxion import viz

    heating, cooling = (found.totals[name] for name in LOADS)
    title = f"{len(found.designs):,} designs of {found.building}"
    lines, some, good = found.some(MOST_LINES), found.some(MOST_POINTS), found.good
    loads = {"heating [kWh]": heating[lines], "cooling [kWh]": cooling[lines]}
    front = good[viz.pareto_front(heating[good], cooling[good])]
    figures = {
        "parallel": viz.parallel_coordinates(
            found.designs[lines], found.labels, loads, title=title
        ),
        "pareto": viz.pareto(
            heating[some], cooling[some], heating[front], cooling[front],
            names=("heating", "cooling"), title=title,
        ),
    }  # fmt: skip
    return [
        save_figure(stem.with_name(f"{stem.name}-{name}.png"), each)
        for name, each in figures.items()
    ]
