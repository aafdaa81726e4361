"""`fluxion energyplus`: the same building through the real engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from fluxion._version import __version__
from fluxion.cli import _options as take
from fluxion.cli._console import messages, name_files, print_json, results
from fluxion.cli._environment import prepare
from fluxion.cli._report import zone_table

if TYPE_CHECKING:
    from fluxion.energyplus import Run, Settings


def energyplus(
    building: take.BuildingArgument,
    weather: take.WeatherOption = "default",
    out: take.OutOption = None,
    json: take.JsonOption = False,
    steps_per_hour: take.StepsOption = 12,
    warmup_days: take.WarmupOption = 25,
    first_weekday: take.WeekdayOption = None,
    solar_distribution: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Where sunlight falls, in EnergyPlus' words, such as FullInteriorAndExterior.  "
            "[dim]\\[default: FullExterior][/dim]",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="EnergyPlus is ended after so long.")
    ] = 600.0,
    cache: Annotated[
        bool, typer.Option(help="Take a result that is at hand, and keep this one.")
    ] = True,
) -> None:
    """Run a building through EnergyPlus, for comparison.

    Prints what [bold]simulate[/bold] prints, from the real engine: a table, or with
    [bold]--json[/bold] one object. With [bold]--out[/bold] it also writes the model, the engine's
    files and hourly results. Needs the extra "energyplus".

    Example: fluxion energyplus ashrae140:600 --weather denver.epw --json
    """
    prepare()
    with messages().status("loading") as status:
        from fluxion.cases import resolve_building
        from fluxion.cli._run import set_precision
        from fluxion.energyplus import Settings, find_engine, run
        from fluxion.errors import InputError
        from fluxion.io import read_weather_file

        find_engine()
        set_precision(64)
        if not timeout > 0.0:
            raise InputError(f"a timeout of {timeout:g} s was given; take more than 0")
        described = resolve_building(building)
        year = read_weather_file(weather)
        folder = take.usable_folder(out)
        zones = ("zone_temperature", "heating_rate", "cooling_rate")
        settings = Settings(
            steps_per_hour=steps_per_hour,
            warmup_days=warmup_days,
            solar_distribution=solar_distribution,  # type: ignore[arg-type]
            first_weekday=take.parse_weekday(first_weekday),
            outputs=Settings.outputs if folder else zones,
        )
        done = run(
            described,
            year,
            settings=settings,
            timeout=timeout,
            cache=cache,
            out=folder,
            progress=status.update,
        )
        report = _report(described.name, done)
        files = [] if folder is None else _write_files(folder, done, report, settings)
    if json:
        print_json(report)
    else:
        _print_report(results(), done, report, year.weather.name)
    if done.warnings:
        messages().print(_remark(done.warnings), soft_wrap=True, markup=False)
    name_files(files)


def _remark(warnings: tuple[str, ...], most: int = 150) -> str:
    first = warnings[0] if len(warnings[0]) <= most else warnings[0][:most] + "..."
    count = f"{len(warnings)} warning" + ("s" if len(warnings) > 1 else "")
    return f"EnergyPlus left {count} (all in eplusout.err, see --out), the first: {first}"


def _report(name: str, done: Run) -> dict[str, Any]:
    """The object that `--json` prints, with the keys of `simulate`."""
    return {
        "building": name,
        **done.summary(),
        "result": "ok",
        "seconds": {"compile": 0.0, "run": done.seconds},
        "version": __version__,
    }


def _print_report(console: Console, done: Run, report: dict[str, Any], weather: str) -> None:
    took = "at hand from an earlier run" if done.cached else f"run in {done.seconds:.1f} s"
    caption = f"EnergyPlus {done.engine.version}, {took}"
    console.print(zone_table(f"{report['building']}, {weather}", caption, report))


def _write_files(folder: Path, done: Run, report: dict[str, Any], settings: Settings) -> list[Path]:
    """Write the summary and the hourly results beside the engine's files."""
    import dataclasses
    import json

    from fluxion.cli._report import write_json
    from fluxion.io import whole_file

    options = json.dumps(dataclasses.asdict(settings), sort_keys=True)
    dataset = done.results.assign_attrs(options=options)
    write_json(folder / "summary.json", {**report, "made_by": dict(dataset.attrs)})
    with whole_file(folder / "results.nc") as partial:
        encoding = {name: {"zlib": True, "complevel": 4} for name in dataset.data_vars}
        dataset.to_netcdf(partial, engine="h5netcdf", encoding=encoding)
    return sorted(path for path in folder.iterdir() if path.is_file())
