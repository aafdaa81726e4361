"""`fluxion sweep`: many designs of one building."""

from __future__ import annotations

from typing import Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._cluster import DaskOption, WorkersOption, check_cluster_options
from fluxion.cli._console import messages, name_files, print_json, results
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
    parameter: take.ParametersOption = None,
    out: take.OutOption = None,
    json: take.JsonOption = False,
    steps_per_hour: take.StepsOption = 2,
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
        from fluxion.cli._population import print_sweep, report_of, run_sweep, write_sweep
        from fluxion.cli._study import open_study

        study = open_study(
            building,
            weather,
            parameter,
            steps_per_hour=steps_per_hour,
            warmup_days=warmup_days,
            precision=precision,
            seed=seed,
            out=out,
            status=status,
        )
        designs = study.space.sample(samples, seed=seed)
    done = run_sweep(study, designs, messages())
    report = report_of(done, seed)
    files = []
    if study.folder is not None:
        files = write_sweep(study.folder, done, report, study.made_by(), messages())
    if json:
        print_json(report)
    else:
        print_sweep(results(), report)
    name_files(files)


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
