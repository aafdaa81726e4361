"""Many designs: simulated with a progress bar, summed up, printed and written."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fluxion._version import __version__
from fluxion.cli._designs_report import (
    LOADS,
    Designs,
    describe_designs,
    print_designs,
    save_figure,
)
from fluxion.errors import MissingExtraError
from fluxion.units import JOULES_PER_KWH

if TYPE_CHECKING:
    import numpy as np

    from fluxion.cli._study import Study


@dataclass(frozen=True)
class Sweep:
    """A population that was simulated, and how long its first batch and the others took."""

    found: Designs
    first_seconds: float
    other_seconds: float
    first_designs: int

    @property
    def designs_per_second(self) -> float | None:
        """Of the batches after the first, which compiles; None if there was one only."""
        rest = len(self.found.designs) - self.first_designs
        return rest / self.other_seconds if rest > 0 else None


def run_sweep(study: Study, designs: np.ndarray, console: Console) -> Sweep:
    """Simulate designs with a progress bar on the console."""
    from fluxion.optimize import BatchOracle

    space, network = study.space, study.network
    oracle = BatchOracle(network, study.weather, space, options=study.options)
    times: list[tuple[float, int]] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    started = time.perf_counter()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("compiling ", total=len(designs))

        def advance(done: int, _: int) -> None:
            times.append((time.perf_counter() - started, done))
            bar.update(task, completed=done, description="simulating")

        population = oracle.evaluate_population(designs, progress=advance)
    totals = {
        name: values.sum(axis=1) / (JOULES_PER_KWH if name.startswith("annual") else 1000.0)
        for name, values in population.values.items()
    }
    result_units = {name: "kWh" if name.startswith("annual") else "kW" for name in totals}
    return Sweep(
        Designs(
            study.building.name, space, space.units(network), population.designs, totals,
            result_units, len(population.failed),
        ),
        first_seconds=times[0][0],
        other_seconds=times[-1][0] - times[0][0],
        first_designs=times[0][1],
    )  # fmt: skip


def report_of(sweep: Sweep, seed: int) -> dict[str, Any]:
    """The object that `fluxion sweep BUILDING --json` prints."""
    return {
        **describe_designs(sweep.found),
        "seed": seed,
        "seconds": {"first_batch": sweep.first_seconds, "other_batches": sweep.other_seconds},
        "designs_per_second": sweep.designs_per_second,
        "version": __version__,
    }


def print_sweep(console: Console, report: dict[str, Any]) -> None:
    """Print the tables of a sweep."""
    rate = report["designs_per_second"]
    pace = f", then {rate:,.0f} designs a second" if rate else ""
    remarks = [f"first batch with compiling {report['seconds']['first_batch']:.1f} s{pace}"]
    if report["failed"]:
        remarks.append(f"{report['failed']:,} designs were not finite and are left out")
    title = f"{report['samples']:,} designs of {report['building']}"
    print_designs(console, report, title, remarks)


def write_sweep(
    folder: Path, sweep: Sweep, report: dict[str, Any], made_by: dict[str, str], console: Console
) -> list[Path]:
    """Write summary, table and picture of a sweep into a folder."""
    from fluxion.cli._report import write_json
    from fluxion.io import whole_file

    files = [folder / "sweep.json", folder / "sweep.csv"]
    write_json(files[0], {**report, "made_by": made_by})
    found, loads = sweep.found, _loads(sweep.found)
    with whole_file(files[1]) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        for key, value in made_by.items():
            stream.write(f"# {key}: {value}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*found.labels, *(f"{name} [kWh]" for name in loads)])
        for design, *each in zip(found.designs, *loads.values(), strict=True):
            writer.writerow([f"{value:.7g}" for value in (*design, *each)])
    try:
        files += _write_picture(folder / "sweep.png", found)
    except MissingExtraError as error:
        console.print(f"left out: {error}", markup=False, soft_wrap=True)
    return files


def _loads(found: Designs) -> dict[str, np.ndarray]:
    """Annual loads by the names of tables and pictures. [kWh]"""
    return {name.removeprefix("annual_"): found.totals[name] for name in LOADS}


def _write_picture(path: Path, found: Designs) -> list[Path]:
    from fluxion import viz

    if not found.good.size:
        return []
    figure = viz.designs(
        found.designs[found.good],
        found.labels,
        {name: values[found.good] for name, values in _loads(found).items()},
        title=f"{len(found.designs):,} designs of {found.building}",
    )
    return [save_figure(path, figure)]
