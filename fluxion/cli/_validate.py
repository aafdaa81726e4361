"""`fluxion validate`: the standard's test cases, published figures and EnergyPlus beside ours."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fluxion.cli import _options as take
from fluxion.cli._cluster import (
    DaskOption,
    WorkersOption,
    check_cluster_options,
    cluster,
)
from fluxion.cli._console import messages, name_files, print_json, results, titled_table
from fluxion.cli._environment import prepare
from fluxion.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from fluxion.validation import Validation

validate = typer.Typer(no_args_is_help=False, help="Compare with published results and EnergyPlus.")

_WEATHER = "denver-standard-140"


@validate.callback()
def _group() -> None:
    """Compare with published results and with EnergyPlus."""


@validate.command()
def ashrae140(
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Folder for the report.", show_default=False
        ),
    ],
    cases: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Cases such as 600,900.  [dim]\\[default: all][/dim]",
            show_default=False,
        ),
    ] = None,
    weather: Annotated[
        str,
        typer.Option(
            "--weather", "-w", metavar="FILE", help="The standard's weather: an EPW or TMY3 file."
        ),
    ] = _WEATHER,
    energyplus: Annotated[
        bool, typer.Option("--energyplus", help="Run the cases through EnergyPlus as well.")
    ] = False,
    sensitivities: Annotated[
        bool,
        typer.Option(
            "--sensitivities",
            help="Add derivatives of annual loads with respect to parameters, held to central "
            "differences.",
        ),
    ] = False,
    document: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write the report as one page, with two small pictures in the folder "
            "'validation' beside it.",
            show_default=False,
        ),
    ] = None,
    json: take.JsonOption = False,
    dask: DaskOption = None,
    workers: WorkersOption = None,
) -> None:
    """Run the test cases of ASHRAE Standard 140 and judge them.

    Writes [bold]results.csv[/bold], [bold]report.md[/bold] and its pictures, and prints a summary,
    or with [bold]--json[/bold] every figure with its published span and the acceptance criteria.
    Ends with 0 whatever the verdict is.

    Example: fluxion validate ashrae140 --weather 725650TYCST.epw --out validation
    """
    check_cluster_options(dask, workers)
    if dask is not None and not energyplus:
        raise InputError("--dask spreads the runs of EnergyPlus; add --energyplus, or leave it out")
    prepare()
    console = messages()
    with (
        nullcontext() if dask is None else cluster(dask, workers, console) as client,
        console.status("loading") as status,
    ):
        from fluxion.cli._run import set_precision
        from fluxion.io import read_weather_file
        from fluxion.validation import (
            choose_cases,
            is_denver,
            validate_ashrae140,
            write_document,
            write_report,
        )

        dtype = set_precision(64)
        chosen = choose_cases(None if cases is None else cases.split(","))
        if energyplus:
            from fluxion.energyplus import find_engine

            if client is None:
                find_engine()  # before minutes are spent
        status.update("reading the weather")
        file = read_weather_file(weather, dtype=dtype)
        folder = _writable(out)
        if document is not None:
            _writable(document.parent)
        if not is_denver(file.weather):
            console.print(
                f"note: {file.weather.name} is not Denver; published figures and criteria hold "
                f"for the weather {_WEATHER!r} only",
                markup=False,
                soft_wrap=True,
            )

        def told(what: str) -> Any:
            return lambda done, of: status.update(f"{what}: {done} of {of}")

        status.update(f"compiling and simulating {len(chosen)} cases")
        found = validate_ashrae140(file, chosen, dtype=dtype, progress=told("simulated"))
        if energyplus:
            from fluxion.validation import add_energyplus

            found = add_energyplus(
                found, dtype=dtype, progress=told("EnergyPlus"), note=status.update, client=client
            )
        if sensitivities:
            from fluxion.validation import add_sensitivities

            found = add_sensitivities(found, dtype=dtype, note=status.update, client=client)
        status.update("writing the report")
        files = write_report(folder, found)
        if document is not None:
            files += write_document(document, found)
    if json:
        print_json(found.to_dict())
    else:
        _print(results(), found)
    name_files(files)


def _writable(path: Path) -> Path:
    """The folder, made if need be; a long run shall not end before a closed door."""
    folder = take.usable_folder(path)
    if folder is None or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"the folder {str(path)!r} cannot be written; give one that is writable")
    return folder


def _print(console: Console, found: Validation) -> None:
    """A summary for people."""
    from fluxion.data import group_verdict
    from fluxion.validation import count_spans

    table = titled_table(
        f"ASHRAE 140, {len(found.references)} cases, {found.file.weather.name}",
        f"simulated in {found.seconds:.0f} s, compiling included",
    )
    table.add_column("")
    for name in ("passed", "of", "required"):
        table.add_column(name, justify="right")
    for name, verdict in group_verdict(found.verdicts()).items():
        if verdict.evaluated:
            required = f"{verdict.required} of {verdict.total}"
            table.add_row(
                f"criteria, {name}", str(verdict.passed), str(verdict.evaluated), required
            )
    for name, (inside, of) in count_spans(found).items():
        if of:
            table.add_row(f"within the programs' span: {name}", str(inside), str(of), "")
    console.print(table)
    for verdict in found.verdicts():
        if not verdict.within:
            row = verdict.criterion
            console.print(
                f"not met: {row.row} {verdict.value:.3f}, wanted {row.lower:g} to {row.upper:g} MWh"
            )
