"""Arguments that several commands share, and the checks that the parser cannot make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluxion.errors import InputError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

BuildingArgument = Annotated[
    str,
    typer.Argument(
        metavar="BUILDING",
        help="A test case such as [bold]ashrae140:600[/bold] (see 'fluxion cases'), "
        "[bold]office[/bold], or a building file.",
        show_default=False,
    ),
]
WeatherOption = Annotated[
    str,
    typer.Option(
        "--weather",
        "-w",
        metavar="FILE",
        help="An EPW or TMY3 file, or a name of 'fluxion weather list'.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", help="Folder for result files.", show_default=False),
]
StepsOption = Annotated[
    int, typer.Option("--steps-per-hour", metavar="N", help="Time steps in an hour.")
]
WarmupOption = Annotated[
    int,
    typer.Option(
        "--warmup-days", metavar="N", help="Days run before the first to forget the start."
    ),
]
PrecisionOption = Annotated[
    int, typer.Option("--precision", metavar="32|64", help="Bits of the numbers.")
]
WeekdayOption = Annotated[
    str | None,
    typer.Option(
        "--first-weekday",
        metavar="DAY",
        help="Weekday of 1 January for the schedules, such as monday.  "
        "[dim]\\[default: the weather file's][/dim]",
        show_default=False,
    ),
]
ParametersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        "-p",
        metavar="NAME=LOW:HIGH",
        help="A parameter with its range; may be given many times.  "
        "[dim]\\[default: those that shape the loads][/dim]",
        show_default=False,
    ),
]


def check_precision(bits: int) -> int:
    """The bits, if they are 32 or 64."""
    if bits not in (32, 64):
        raise InputError(f"a precision of {bits} bits was given; take 32 or 64")
    return bits


def parse_weekday(text: str | None) -> int | None:
    """Monday 0 to Sunday 6 from a name or its beginning; None stays None."""
    if text is None:
        return None
    lowered = text.strip().lower()
    found = [i for i, day in enumerate(_WEEKDAYS) if len(lowered) > 1 and day.startswith(lowered)]
    if len(found) != 1:
        raise InputError(f"{text!r} is no day of the week; take one of {', '.join(_WEEKDAYS)}")
    return found[0]


def check_day(day: int, days: int) -> int:
    """A day counted from 1 as one counted from 0, if the weather has it."""
    if not 1 <= day <= days:
        raise InputError(f"day {day} was given; take one from 1 to {days}")
    return day - 1


def usable_folder(path: Path | None) -> Path | None:
    """The folder, made if need be, so that a long run does not end in a folder that is none."""
    if path is None:
        return None
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder {str(path)!r} cannot be made ({error.strerror}); give --out another one"
        ) from None
    return path
