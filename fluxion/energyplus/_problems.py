"""What the engine says when it is not content, in our words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fluxion.errors import FluxionError, WeatherError

_ENTRY = re.compile(r"^\s*\*+\s*\**\s*(Warning|Severe|Fatal)\s*\*\*\s?(.*)$")
_MORE = re.compile(r"^\s*\*+\s*\**\s*~~~\s*\*\*\s?(.*)$")
_WEATHER = re.compile(r"weather file|\bEPW\b|OpenEPlusWeatherFile|OpenWeatherFile", re.IGNORECASE)
_NOT_CONVERGED = re.compile(r"Loads Initialization.*did not converge", re.IGNORECASE)
_MOST_SHOWN = 3


class EngineError(FluxionError):
    """EnergyPlus failed: it crashed, ran out of time, or reported severe errors."""


@dataclass(frozen=True)
class Log:
    """What stands in the engine's error file.

    Attributes:
        warnings: One line each.
        severe: Errors that the engine survived or not, one line each.
        fatal: What ended it, or none.
        completed: Whether it says that it came to its end.
    """

    warnings: tuple[str, ...]
    severe: tuple[str, ...]
    fatal: str | None
    completed: bool


def read_log(folder: Path) -> Log:
    """Read `eplusout.err` and `eplusout.end` of a run's folder, whatever is there of them."""
    found: dict[str, list[str]] = {"Warning": [], "Severe": [], "Fatal": []}
    into: list[str] | None = None
    for line in _text(folder / "eplusout.err").splitlines():
        entry, more = _ENTRY.match(line), _MORE.match(line)
        if entry and "*************" in line:
            into = None  # the summary repeats what came before
        elif entry:
            into = found[entry[1]]
            into.append(" ".join(entry[2].split()))
        elif more and into and "*************" not in line:
            into[-1] += " " + " ".join(more[1].split())
        else:
            into = None
    return Log(
        tuple(found["Warning"]),
        tuple(found["Severe"]),
        found["Fatal"][0] if found["Fatal"] else None,
        "Completed Successfully" in _text(folder / "eplusout.end"),
    )


def check(folder: Path, weather: str, exit_code: int, said: str) -> Log:
    """Raise what is wrong with a finished run.

    Args:
        folder: Of the run.
        weather: Name of its weather, for the message.
        exit_code: Of the engine.
        said: The end of what it printed.

    Raises:
        WeatherError: The engine rejects the weather file.
        EngineError: Anything else; the message has the engine's words.
    """
    log = read_log(folder)
    if log.completed and exit_code == 0 and not log.severe:
        return log
    words = list(log.severe[:_MOST_SHOWN])
    more = len(log.severe) - len(words)
    if not words:
        words = [log.fatal] if log.fatal else [" ".join(said.split())[-300:] or "it said nothing"]
    text = "; ".join(_short(word) for word in words) + (f"; and {more} more" if more > 0 else "")
    if log.fatal and _WEATHER.search(text):
        raise WeatherError(
            f"{weather}: EnergyPlus rejects this weather file: {text}; "
            "give an EPW file with the days that the model runs, hour by hour"
        )
    if any(_NOT_CONVERGED.search(word) for word in log.severe):
        raise EngineError(
            f"EnergyPlus' warm-up did not converge: {text}; check the building for zones without "
            "heat capacity, take more steps per hour, or allow the model more warm-up days"
        )
    if log.completed:
        raise EngineError(f"EnergyPlus ended with severe errors: {text}")
    if log.fatal or log.severe:
        raise EngineError(f"EnergyPlus stopped: {text}")
    raise EngineError(f"EnergyPlus ended with code {exit_code} and left no reason: {text}")


def _short(text: str, most: int = 400) -> str:
    text = text.rstrip(" .")
    return text if len(text) <= most else text[: most - 3] + "..."


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
