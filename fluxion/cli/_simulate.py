"""`fluxion simulate`: a building, a weather, a year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluxion._version import __version__
from fluxion.cli._console import messages, print_json
from fluxion.cli._environment import prepare


def simulate(
    building: Annotated[
        str,
        typer.Argument(
            metavar="BUILDING",
            help="A test case such as ashrae140:600, 'office', or a building file (JSON).",
        ),
    ],
    weather: Annotated[
        str,
        typer.Option(
            "--weather",
            "-w",
            metavar="FILE",
            help="An EPW or TMY3 file, or a name from 'fluxion weather list'.",
        ),
    ] = "default",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    steps_per_hour: Annotated[int, typer.Option(help="Time steps in an hour.")] = 4,
    warmup_days: Annotated[int, typer.Option(help="Days run before the first.")] = 25,
    precision: Annotated[int, typer.Option(help="Bits of the numbers, 32 or 64.")] = 64,
) -> None:
    """Simulate a building for a year."""
    prepare()
    from fluxion.cases import resolve_building
    from fluxion.cli._run import run_building, set_precision
    from fluxion.errors import InputError
    from fluxion.io import read_weather_file, summarize
    from fluxion.simulation import Options

    if precision not in (32, 64):
        raise InputError(f"a precision of {precision} bits was given; take 32 or 64")
    described = resolve_building(building)
    dtype = set_precision(precision)
    year = read_weather_file(weather, dtype=dtype)
    run = run_building(
        described,
        year,
        Options(steps_per_hour=steps_per_hour, warmup_days=warmup_days),
        precision=precision,
        outputs=("zone_temperature", "heating_rate", "cooling_rate"),
    )
    report = {
        "building": described.name,
        **summarize(run.trajectory),
        "result": "ok",
        "seconds": {"compile": run.compile_seconds, "run": run.run_seconds},
        "version": __version__,
    }
    print_json(report)
