"""`fluxion bench`: how fast Fluxion is on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._console import messages, name_files, print_json, results, titled_table
from fluxion.cli._environment import prepare
from fluxion.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from fluxion.benchmarks import Results

_INTERRUPTED = 130


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="The main figures only, in under three minutes.")
    ] = False,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Groups such as case600,scaling or figures such as cta.overhead_percent.  "
            "[dim]\\[default: all][/dim]",
            show_default=False,
        ),
    ] = None,
    weather: Annotated[
        str | None,
        typer.Option(
            "--weather",
            "-w",
            metavar="FILE",
            help="An EPW or TMY3 file, or a name of 'fluxion weather list'.  "
            "[dim]\\[default: denver-standard-140 if it is there, else default][/dim]",
            show_default=False,
        ),
    ] = None,
    out: take.OutOption = None,
    document: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Renew the tables of a page between its marks, and its pictures in the folder "
            "'performance' beside it.",
            show_default=False,
        ),
    ] = None,
    results_from: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Measure nothing; take the results.json of an earlier run.",
            show_default=False,
        ),
    ] = None,
    json: take.JsonOption = False,
) -> None:
    """Measure how fast Fluxion is on this machine.

    Years of simulation a second alone and in populations, gradients, compiling, memory, scaling,
    and EnergyPlus beside. Prints the main figures, or with [bold]--json[/bold] all of them. With
    [bold]--out[/bold] it also writes [bold]results.json[/bold], a report and pictures. What fails
    is named and the rest goes on; Ctrl-C keeps what is done.

    Example: fluxion bench --quick --out benchmarks
    """
    prepare()
    console = messages()
    with console.status("loading") as status:
        from fluxion.benchmarks import (
            Results,
            check_document,
            run_benchmarks,
            write_document,
            write_report,
            write_results,
        )
        from fluxion.cli._stop import gentle_stop

        folder = take.usable_folder(out)
        if document is not None:
            check_document(document)
        if results_from is not None:
            if quick or only or weather:
                raise InputError(
                    "--from was given with --quick, --only or --weather; results of an earlier "
                    "run are as they are, so leave these out"
                )
            found = Results.from_file(results_from)
        else:

            def keep(found: Results) -> None:
                if folder is not None:
                    write_results(folder, found)

            with gentle_stop(console, "stopping; what is done is kept") as stop:
                found = run_benchmarks(
                    weather,
                    quick=quick,
                    only=None if only is None else [name.strip() for name in only.split(",")],
                    flags=os.environ.get("XLA_FLAGS", ""),
                    progress=status.update,
                    keep=keep,
                    stop=stop,
                )
        status.update("writing files")
        files = [] if folder is None else write_report(folder, found)
        if document is not None:
            files += write_document(document, found)
    if json:
        print_json(found.to_dict())
    else:
        _print(results(), found)
    for name, reason in found.failed.items():
        console.print(f"not measured: {name}: {reason}", soft_wrap=True, markup=False)
    name_files(files)
    if found.interrupted and results_from is None:
        raise typer.Exit(_INTERRUPTED)


def _print(console: Console, found: Results) -> None:
    """The figures that have a target, or all where none has."""
    from fluxion.benchmarks import verdicts

    facts = found.machine
    table = titled_table(
        f"{facts['processor']}, {facts['cores']} cores, {found.weather['name']}",
        f"in {sum(found.seconds.values()):.0f} s",
    )
    table.add_column("")
    judged = verdicts(found)
    for name in ("measured", "target") if judged else ("value", "spread"):
        table.add_column(name, justify="right")
    table.add_column("unit")
    for target, value, met in judged:
        sign, colour = ("≥" if target.at_least else "≤"), ("green" if met else "dark_orange3")
        table.add_row(
            target.what, f"[{colour}]{value:,.4g}[/]", f"{sign} {target.limit:,g}", target.unit
        )
    for row in () if judged else found.rows:
        value, spread = ("–" if v is None else f"{v:,.4g}" for v in (row.value, row.spread))
        table.add_row(row.name, value, spread, row.unit)
    console.print(table)
