"""`fluxion optimize`: the best design of a building, by gradients."""

from __future__ import annotations

from typing import Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._console import messages, name_files, print_json, results
from fluxion.cli._environment import prepare
from fluxion.errors import InputError


def optimize(
    building: take.BuildingArgument,
    weather: take.WeatherOption = "default",
    parameter: take.ParametersOption = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(
            "--objective",
            metavar="RESULT=WEIGHT",
            help="Weight of a kWh of heating or cooling, or a kW of peak_heating or peak_cooling; "
            "may be given many times.  [dim]\\[default: heating=1 cooling=1][/dim]",
            show_default=False,
        ),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            "--price",
            metavar="NAME=PRICE",
            help="What a unit of a parameter costs, added to the objective; may be given many "
            "times.",
            show_default=False,
        ),
    ] = None,
    starts: Annotated[
        int, typer.Option(metavar="N", help="Designs to start from, side by side.")
    ] = 4,
    evaluations: Annotated[
        int, typer.Option(metavar="N", help="Most gradient evaluations of each start.")
    ] = 25,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="kriging, lbfgsb, adam or bfgs.  [dim]\\[default: kriging up to 40 parameters, "
            "lbfgsb above][/dim]",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", help="The same seed draws the same starts.")
    ] = 0,
    out: take.OutOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the history in the folder of --out.")
    ] = False,
    json: take.JsonOption = False,
    steps_per_hour: take.StepsOption = 2,
    warmup_days: take.WarmupOption = 25,
    precision: take.PrecisionOption = 32,
) -> None:
    """Find the best design of a building by gradients of its simulation.

    Several starts descend side by side; the best of them is shown. Ctrl-C shows the best so far.

    Example: fluxion optimize ashrae140:900 -p orientation=-180:180 -p window.width=1:3.4
    """
    if resume and out is None:
        raise InputError("--resume was given without --out; say in which folder the history is")
    prepare()
    with messages().status("loading") as status:
        from fluxion.cli._optimize_files import read_history, write_optimum
        from fluxion.cli._optimize_run import Job, print_optimum, report_of, run
        from fluxion.cli._space import parse_weights
        from fluxion.cli._study import open_study
        from fluxion.optimize import default_method

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
        folder = study.folder
        job = Job(
            building=study.building.name,
            network=study.network,
            weather=study.weather,
            space=study.space,
            weights=parse_weights(objective or ["heating=1", "cooling=1"], "objective"),
            prices=parse_weights(price or [], "price"),
            starts=starts,
            evaluations=evaluations,
            method=method or default_method(study.space.size),
            seed=seed,
            options=study.options,
        )
        made_by = study.made_by() | job.described()
        earlier = read_history(folder, made_by) if folder is not None and resume else None
    found = run(job, messages(), earlier)
    report = report_of(job, found)
    files = []
    if folder is not None:
        files = write_optimum(folder, found, report, made_by, messages())
    if json:
        print_json(report)
    else:
        print_optimum(results(), report)
    name_files(files)
    if found.interrupted:
        raise typer.Exit(130)
