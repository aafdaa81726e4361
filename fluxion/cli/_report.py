"""A finished run for people, for programs and for files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from fluxion._version import __version__
from fluxion.cli._console import titled_table
from fluxion.errors import MissingExtraError

if TYPE_CHECKING:
    from fluxion.cli._run import Run

#: Hourly results of every run, and those that files and pictures take besides.
ALWAYS = ("zone_temperature", "heating_rate", "cooling_rate")
FILE_OUTPUTS = ("radiant_temperature", "transmitted_solar", "incident_solar")


def report_of(run: Run) -> dict[str, Any]:
    """The object that `--json` prints."""
    from fluxion.io import summarize

    return {
        "building": run.building.name,
        **summarize(run.trajectory),
        "result": "ok",
        "seconds": {"compile": run.compile_seconds, "run": run.run_seconds},
        "version": __version__,
    }


def print_report(console: Console, run: Run, report: dict[str, Any]) -> None:
    """Print the table of a run."""
    days = run.weather.weather
    caption = (
        f"compiled in {run.compile_seconds:.1f} s, "
        f"{days.days} days run in {run.run_seconds * 1000.0:.0f} ms"
    )
    console.print(zone_table(f"{run.building.name}, {days.name}", caption, report))


def zone_table(title: str, caption: str, report: dict[str, Any]) -> Table:
    """Loads and temperatures by zone and in all, from the object that `--json` prints."""
    annual, zones = report["annual"], report["zones"]
    table = titled_table(title, caption)
    table.add_column("zone")
    for name in ("heating", "cooling"):
        table.add_column(f"{name}\n[dim]kWh[/dim]", justify="right", style=_COLOURS[name])
    for name in ("least", "mean", "greatest"):
        table.add_column(f"{name}\n[dim]°C[/dim]", justify="right")
    for name, zone in zones.items():
        table.add_row(
            name,
            f"{zone['heating_kWh']:,.0f}",
            f"{zone['cooling_kWh']:,.0f}",
            *(f"{zone[f'temperature_{kind}_C']:.1f}" for kind in ("min", "mean", "max")),
        )
    if len(zones) > 1:
        table.add_section()
        total = (f"{annual[f'{name}_kWh']:,.0f}" for name in ("heating", "cooling"))
        table.add_row("all", *total, "", "", "")
    table.add_section()
    peaks = (f"{annual[f'peak_{name}_kW']:.2f} kW" for name in ("heating", "cooling"))
    table.add_row("peak hour", *peaks, "", "", "")
    return table


_COLOURS = {"heating": "dark_orange3", "cooling": "dodger_blue2"}


def write_files(
    folder: Path, run: Run, report: dict[str, Any], week_start: int | None, console: Console
) -> list[Path]:
    """Write everything about a run into a folder.

    Args:
        folder: Where to.
        run: What to write.
        report: Of `report_of`.
        week_start: First day of the picture of a week, from 0; None takes the busiest.
        console: For remarks about what could not be written.

    Returns:
        The files.
    """
    from fluxion.io import describe_run, write_hourly_csv

    weather = run.weather.weather
    made_by = describe_run(run.building, run.weather, run.options, precision=run.precision)
    written = [folder / "summary.json", folder / "hourly.csv"]
    write_json(written[0], {**report, "made_by": made_by})
    write_hourly_csv(written[1], run.trajectory, weather, made_by)
    for write in (_write_netcdf, _write_pictures):
        try:
            written += write(folder, run, week_start, made_by)
        except MissingExtraError as error:
            console.print(f"left out: {error}", markup=False, soft_wrap=True)
    return written


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all."""
    from fluxion.io import whole_file

    with whole_file(path) as partial:
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
        partial.write_text(text + "\n", encoding="utf-8")


def _write_netcdf(folder: Path, run: Run, _: int | None, made_by: dict[str, str]) -> list[Path]:
    from fluxion.io import save_results

    path = folder / "results.nc"
    save_results(path, run.trajectory, run.weather.weather, made_by)
    return [path]


def _write_pictures(
    folder: Path, run: Run, week_start: int | None, made_by: dict[str, str]
) -> list[Path]:
    from fluxion import viz
    from fluxion.io import whole_file

    weather = run.weather.weather
    title = f"{run.building.name}, {weather.name}"
    figures = {
        "year.png": viz.year(run.trajectory, weather, title=title),
        "week.png": viz.week(run.trajectory, week_start, weather, title=title),
    }
    for name, figure in figures.items():
        with whole_file(folder / name) as partial:
            figure.savefig(partial, dpi=150, metadata={"Description": json.dumps(made_by)})
    return [folder / name for name in figures]
