"""`fluxion sweep`: many designs of one building."""

from __future__ import annotations

from typing import Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._console import messages, print_json, results
from fluxion.cli._environment import prepare


def sweep(
    building: take.BuildingArgument,
    weather: take.WeatherOption = "default",
    samples: Annotated[
        int, typer.Option("--samples", "-n", metavar="N", help="Number of designs.")
    ] = 1000,
    seed: Annotated[
        int, typer.Option(metavar="S", help="The same seed draws the same designs.")
    ] = 0,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=LOW:HIGH",
            help="A parameter with its range; may be given many times.  "
            "[dim]\\[default: those that shape the loads][/dim]",
            show_default=False,
        ),
    ] = None,
    out: take.OutOption = None,
    json: take.JsonOption = False,
    steps_per_hour: take.StepsOption = 4,
    warmup_days: take.WarmupOption = 25,
    precision: take.PrecisionOption = 32,
) -> None:
    """Simulate many designs of a building and show what its parameters do.

    Designs are spread evenly over the ranges and simulated in batches by one compiled program.

    Example: fluxion sweep ashrae140:900 -n 500 -p heating_setpoint=18:22 -p orientation=0:360
    """
    prepare()
    with messages().status("loading") as status:
        from fluxion.building import build
        from fluxion.cases import resolve_building
        from fluxion.cli._population import print_sweep, report_of, run_sweep, write_sweep
        from fluxion.cli._run import set_precision
        from fluxion.cli._space import make_space
        from fluxion.io import describe_run, read_weather_file
        from fluxion.simulation import Options

        dtype = set_precision(take.check_precision(precision))
        described = resolve_building(building)
        status.update("reading the weather")
        year = read_weather_file(weather, dtype=dtype)
        folder = take.usable_folder(out)
        days = year.weather
        network = build(
            described,
            dtype=dtype,
            first_weekday=(days.first_weekday - days.start_day) % 7,
            leap_year=days.leap_year,
        )
        space = make_space(network, parameter or [])
        designs = space.sample(samples, seed=seed)
    options = Options(steps_per_hour=steps_per_hour, warmup_days=warmup_days)
    done = run_sweep(network, days, space, designs, options, messages())
    report = report_of(done, described.name, seed)
    files = []
    if folder:
        made_by = describe_run(described, year, options, precision=precision, seed=seed)
        files = write_sweep(folder, done, report, made_by, messages())
    if json:
        print_json(report)
    else:
        print_sweep(results(), report)
    for path in files:
        messages().print(f"wrote {path}", soft_wrap=True, markup=False)
