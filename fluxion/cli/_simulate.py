"""`fluxion simulate`: a building, a weather, a year."""

from __future__ import annotations

from typing import Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._console import messages, name_files, print_json, results
from fluxion.cli._environment import loading, prepare


def simulate(
    building: take.BuildingArgument,
    weather: take.WeatherOption = "default",
    out: take.OutOption = None,
    json: take.JsonOption = False,
    steps_per_hour: take.StepsOption = 2,
    warmup_days: take.WarmupOption = 25,
    precision: take.PrecisionOption = 64,
    first_weekday: take.WeekdayOption = None,
    sky_model: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Diffuse sky on tilted planes: perez, perez_energyplus, hay_davies, isotropic.",
        ),
    ] = "perez",
    week: Annotated[
        int | None,
        typer.Option(
            metavar="DAY",
            help="First day of the picture of a week, 1 to 365.  "
            "[dim]\\[default: round the largest load][/dim]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Simulate a building over a year of weather.

    Prints annual heating and cooling, peaks and temperatures: a table, or with [bold]--json[/bold]
    one object. With [bold]--out[/bold] it also writes hourly results and pictures.

    Example: fluxion simulate ashrae140:600 --weather denver.epw --out results
    """
    prepare()
    with messages().status("loading") as status:
        with loading():
            from fluxion.cases import resolve_building
            from fluxion.cli._report import (
                ALWAYS,
                FILE_OUTPUTS,
                print_report,
                report_of,
                write_files,
            )
            from fluxion.cli._run import run_building, set_precision
            from fluxion.io import read_weather_file
            from fluxion.simulation import Options

        dtype = set_precision(take.check_precision(precision))
        weekday = take.parse_weekday(first_weekday)
        described = resolve_building(building)
        status.update("reading the weather")
        year = read_weather_file(weather, dtype=dtype)
        folder = take.usable_folder(out)
        first_day = None if week is None else take.check_day(week, year.weather.days)
        run = run_building(
            described,
            year,
            Options(steps_per_hour=steps_per_hour, warmup_days=warmup_days, sky_model=sky_model),
            precision=precision,
            first_weekday=weekday,
            outputs=(*ALWAYS, *(FILE_OUTPUTS if folder else ())),
            progress=status.update,
        )
        report = report_of(run)
        files = []
        if folder:
            status.update("writing files")
            files = write_files(folder, run, report, first_day, messages())
    if json:
        print_json(report)
    else:
        print_report(results(), run, report)
    name_files(files)
