"""Many designs: simulated with a progress bar, summed up, printed and written."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from fluxion._version import __version__
from fluxion.errors import MissingExtraError

if TYPE_CHECKING:
    import numpy as np

    from fluxion.networks import RCNetwork
    from fluxion.optimize import DesignSpace, Population
    from fluxion.simulation import Options
    from fluxion.weather import Weather

_JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Sweep:
    """A population that was simulated, and how long its first batch and the others took."""

    space: DesignSpace
    units: tuple[str, ...]
    population: Population
    first_seconds: float
    other_seconds: float
    first_designs: int

    @property
    def annual(self) -> dict[str, np.ndarray]:
        """Heating and cooling of each design, all zones together. [kWh]"""
        p = self.population
        return {
            "heating": p.annual_heating.sum(axis=1) / _JOULES_PER_KWH,
            "cooling": p.annual_cooling.sum(axis=1) / _JOULES_PER_KWH,
        }

    @property
    def labels(self) -> list[str]:
        """Parameters with their units."""
        return [
            name if unit == "-" else f"{name} [{unit}]"
            for name, unit in zip(self.space.names, self.units, strict=True)
        ]

    @property
    def designs_per_second(self) -> float | None:
        """Of the batches after the first, which compiles; None if there was one only."""
        rest = len(self.population.designs) - self.first_designs
        return rest / self.other_seconds if rest > 0 else None


def run_sweep(
    network: RCNetwork,
    weather: Weather,
    space: DesignSpace,
    designs: np.ndarray,
    options: Options,
    console: Console,
) -> Sweep:
    """Simulate designs with a progress bar on the console."""
    from fluxion.optimize import BatchOracle

    oracle = BatchOracle(network, weather, space, options=options)
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
    return Sweep(
        space,
        space.units(network),
        population,
        first_seconds=times[0][0],
        other_seconds=times[-1][0] - times[0][0],
        first_designs=times[0][1],
    )


def report_of(sweep: Sweep, building: str, seed: int) -> dict[str, Any]:
    """The object that `fluxion sweep --json` prints."""
    import numpy as np

    from fluxion.viz import rank_correlation

    p, annual = sweep.population, sweep.annual
    good = np.isfinite(annual["heating"])
    strengths = {
        name: rank_correlation(p.designs[good], values[good]) for name, values in annual.items()
    }
    parameters = {
        name: {
            "unit": sweep.units[i],
            "lower": float(sweep.space.lower[i]),
            "upper": float(sweep.space.upper[i]),
            "rank_correlation": {load: float(strengths[load][i]) for load in annual},
        }
        for i, name in enumerate(sweep.space.names)
    }
    total = annual["heating"] + annual["cooling"]
    report: dict[str, Any] = {
        "building": building,
        "samples": len(p.designs),
        "seed": seed,
        "parameters": parameters,
    }
    if good.any():
        best = int(np.nanargmin(total))
        for name, values in annual.items():
            report[f"{name}_kWh"] = {
                "least": float(np.nanmin(values)),
                "mean": float(np.nanmean(values)),
                "greatest": float(np.nanmax(values)),
            }
        report["best"] = {
            "parameters": dict(zip(sweep.space.names, map(float, p.designs[best]), strict=True)),
            **{f"{name}_kWh": float(values[best]) for name, values in annual.items()},
        }
    return report | {
        "failed": list(p.failed),
        "seconds": {"first_batch": sweep.first_seconds, "other_batches": sweep.other_seconds},
        "designs_per_second": sweep.designs_per_second,
        "version": __version__,
    }


def print_sweep(console: Console, report: dict[str, Any]) -> None:
    """Print the table of a sweep."""
    table = Table(
        title=f"{report['samples']:,} designs of {report['building']}",
        title_justify="left",
        title_style="bold",
        caption=_caption(report),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("parameter", overflow="fold", ratio=1)
    table.add_column("range", no_wrap=True)
    table.add_column("heat\n[dim]corr.[/dim]", justify="right", style="dark_orange3")
    table.add_column("cool\n[dim]corr.[/dim]", justify="right", style="dodger_blue2")
    if "best" in report:
        table.add_column("best", justify="right")
    ranked = sorted(
        report["parameters"].items(),
        key=lambda item: -max(abs(value) for value in item[1]["rank_correlation"].values()),
    )
    for name, facts in ranked:
        strength = facts["rank_correlation"]
        row = [
            name,
            f"{facts['lower']:.3g} to {facts['upper']:.3g} {facts['unit']}".removesuffix(" -"),
            f"{strength['heating']:+.2f}",
            f"{strength['cooling']:+.2f}",
        ]
        if "best" in report:
            row.append(f"{report['best']['parameters'][name]:.3g}")
        table.add_row(*row)
    console.print(table)


def _caption(report: dict[str, Any]) -> str:
    lines = []
    for name in ("heating", "cooling"):
        if f"{name}_kWh" in report:
            span = report[f"{name}_kWh"]
            best = report["best"][f"{name}_kWh"]
            lines.append(
                f"{name} {span['least']:,.0f} to {span['greatest']:,.0f} kWh, "
                f"best design {best:,.0f}"
            )
    seconds, rate = report["seconds"], report["designs_per_second"]
    pace = f", then {rate:,.0f} designs a second" if rate else ""
    lines.append(f"first batch with compiling {seconds['first_batch']:.1f} s{pace}")
    if report["failed"]:
        lines.append(f"{len(report['failed'])} designs were not finite and are left out")
    return "\n".join(lines)


def write_sweep(
    folder: Path, sweep: Sweep, report: dict[str, Any], made_by: dict[str, str], console: Console
) -> list[Path]:
    """Write summary, table and picture of a sweep into a folder."""
    from fluxion.cli._report import write_json
    from fluxion.io import whole_file

    files = [folder / "sweep.json", folder / "sweep.csv"]
    write_json(files[0], {**report, "made_by": made_by})
    p, annual = sweep.population, sweep.annual
    with whole_file(files[1]) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        for key, value in made_by.items():
            stream.write(f"# {key}: {value}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*sweep.labels, *(f"{name} [kWh]" for name in annual)])
        for design, *loads in zip(p.designs, *annual.values(), strict=True):
            writer.writerow([f"{value:.7g}" for value in (*design, *loads)])
    try:
        files += _write_picture(folder / "sweep.png", sweep, report)
    except MissingExtraError as error:
        console.print(f"left out: {error}", markup=False, soft_wrap=True)
    return files


def _write_picture(path: Path, sweep: Sweep, report: dict[str, Any]) -> list[Path]:
    import numpy as np

    from fluxion import viz
    from fluxion.io import whole_file

    annual = sweep.annual
    good = np.isfinite(annual["heating"])
    if not good.any():
        return []
    figure = viz.designs(
        sweep.population.designs[good],
        sweep.labels,
        {name: values[good] for name, values in annual.items()},
        title=f"{report['samples']:,} designs of {report['building']}",
    )
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=150)
    return [path]
