"""`fluxion sweep`: many designs of one building."""

from __future__ import annotations

from typing import Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._cluster import DaskOption, WorkersOption, check_cluster_options
from fluxion.cli._console import messages, print_json, results
from fluxion.cli._environment import prepare
from fluxion.errors import InputError

BuildingOrSpec = Annotated[
    str,
    typer.Argument(
        metavar="BUILDING|SPEC.toml",
        help="A building as for 'fluxion simulate', or the spec of a sweep that is stored and "
        "can be resumed.",
        show_default=False,
    ),
]


def sweep(
    context: typer.Context,
    building: BuildingOrSpec,
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
    dask: DaskOption = None,
    workers: WorkersOption = None,
) -> None:
    """Simulate many designs of a building and show what its parameters do.

    Designs are spread evenly over the ranges and simulated in batches by one compiled program.

    A spec is simulated chunk by chunk into a zarr store; the same command resumes it after a stop.
    With [bold]--dask[/bold] the chunks go to the workers of a cluster.

    Example: fluxion sweep ashrae140:900 -n 500 -p heating_setpoint=18:22 -p orientation=0:360
    """
    if building.lower().endswith(".toml"):
        _refuse_options(context)
        check_cluster_options(dask, workers)
        from fluxion.cli._sweep_stored import sweep_stored

        return sweep_stored(building, json=json, dask=dask, workers=workers)
    if dask is not None or workers is not None:
        raise InputError(
            "--dask was given without a spec; write the sweep into a file and give that, as in: "
            "fluxion sweep study.toml --dask local"
        )
    prepare()
    with messages().status("loading") as status:
        from fluxion.building import build_for
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
        network = build_for(described, days, dtype=dtype)
        space = make_space(network, parameter or [])
        designs = space.sample(samples, seed=seed)
    options = Options(steps_per_hour=steps_per_hour, warmup_days=warmup_days)
    done = run_sweep(described.name, network, days, space, designs, options, messages())
    report = report_of(done, seed)
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


def _refuse_options(context: typer.Context) -> None:
    """A spec says everything, so that the same command means the same sweep."""
    given = [
        name
        for name in context.params
        if name not in ("building", "json", "dask", "workers")
        and getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]
    if given:
        raise InputError(
            f"--{given[0].replace('_', '-')} was given beside a spec; write it into the spec"
        )
