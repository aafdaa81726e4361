"""The `fluxion` command: its subcommands, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fluxion._version import __version__
from fluxion.cli._bench import bench
from fluxion.cli._building import building, cases
from fluxion.cli._dataset import dataset
from fluxion.cli._demo import demo
from fluxion.cli._energyplus import energyplus
from fluxion.cli._env import env
from fluxion.cli._export import export, quantize
from fluxion.cli._optimize import optimize
from fluxion.cli._predict import predict
from fluxion.cli._simulate import simulate
from fluxion.cli._sweep import sweep
from fluxion.cli._train import train
from fluxion.cli._validate import validate
from fluxion.cli._weather import weather
from fluxion.errors import FluxionError, InputError, MissingExtraError

_TRACEBACK = "FLUXION_TRACEBACK"
_INTERRUPTED = 130


def _fail(message: str, code: int) -> int:
    print(f"fluxion: {' '.join(message.split())}", file=sys.stderr)
    return code


def _exit_code(error: Exception) -> int:
    """Print one line about an error and say how the process ends."""
    if os.environ.get(_TRACEBACK, "") not in ("", "0"):
        traceback.print_exception(error)
    if isinstance(error, InputError | MissingExtraError):
        return _fail(str(error), 2)
    if isinstance(error, FluxionError):
        return _fail(str(error), 1)
    if hasattr(error, "format_message"):  # what the command line itself refuses
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "fluxion"
        said = error.format_message().rstrip(". ")  # type: ignore[attr-defined]
        return _fail(f"{said}; see {command} --help", 2)
    return _fail(
        f"internal error: {type(error).__name__}: {error} "
        f"(set {_TRACEBACK}=1 to see the traceback)",
        1,
    )


class _Group(TyperGroup):
    """Ends every failure in one line on standard error and an exit code."""

    def main(self, *args: Any, standalone_mode: bool = True, **kwargs: Any) -> Any:
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **kwargs)
        try:
            code = super().main(*args, standalone_mode=False, **kwargs)
        except BrokenPipeError:  # the reader went away, as in `fluxion cases | head`
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (until the process ends)
            sys.exit(0)
        except (KeyboardInterrupt, typer.Abort):
            code = _INTERRUPTED
        except Exception as error:
            sys.exit(_exit_code(error))
        if code == _INTERRUPTED:
            _fail("interrupted", code)
        sys.exit(code if isinstance(code, int) else 0)


app = typer.Typer(
    name="fluxion",
    cls=_Group,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo)
app.command()(simulate)
app.command()(sweep)
app.command()(dataset)
app.command()(train)
app.command()(export)
app.command()(quantize)
app.command()(predict)
app.command()(optimize)
app.command()(energyplus)
app.command()(cases)
app.add_typer(validate, name="validate")
app.add_typer(building, name="building")
app.add_typer(weather, name="weather")
app.command()(bench)
app.command()(env)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"fluxion {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def fluxion(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Differentiable building-energy simulation."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def main() -> None:
    """Run the command line; ends the process with 0, 1 (a fault here) or 2 (a fault of input)."""
    try:
        app()
    finally:
        gc.freeze()  # what is left goes with the process, and need not be searched for garbage
