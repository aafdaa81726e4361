"""All groups one after the other; what fails is named and the others go on."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from fluxion.benchmarks._child import GroupFailed, Stopped, measure
from fluxion.benchmarks._derived import derived
from fluxion.benchmarks._groups import Group, choose
from fluxion.benchmarks._machine import cores, machine
from fluxion.benchmarks._plan import accelerator_group, groups
from fluxion.benchmarks._results import INTERRUPTED, Results
from fluxion.benchmarks._rows import Row
from fluxion.errors import WeatherError
from fluxion.io import resolve_weather

#: The weather of ASHRAE Standard 140, where the user has fetched it, and what everybody has.
_WEATHERS = ("denver-standard-140", "default")
_DEVICES = Group(
    "devices",
    "devices that JAX sees",
    "_kernels:devices",
    {},
    environment={"JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "")},
    timeout=120.0,
)


def usual_weather() -> str:
    """The standard's weather if it is stored, else the one that comes with pvlib."""
    for name in _WEATHERS[:-1]:
        try:
            resolve_weather(name)
        except WeatherError:
            continue
        return name
    return _WEATHERS[-1]


def run_benchmarks(
    weather: str | None = None,
    *,
    quick: bool = False,
    only: Iterable[str] | None = None,
    flags: str = "",
    progress: Callable[[str], None] = lambda _: None,
    keep: Callable[[Results], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Results:
    """Measure, each group in a process of its own.

    Args:
        weather: By path or name; None takes the standard's if it is stored.
        quick: The main figures only, in under three minutes on two cores.
        only: Names of groups or of figures; None takes all.
        flags: XLA's.
        progress: Told what is being done.
        keep: Given the results after each group.
        stop: Asked ten times a second; once true, what is being measured ends and what is done
            is returned.

    Raises:
        InputError: There is no such weather, or nothing of a name in `only`.
    """
    weather = usual_weather() if weather is None else weather
    path = resolve_weather(weather)
    named = path.name if Path(weather).is_file() else f"{weather} ({path.name})"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    chosen = choose(groups(weather, quick=quick, flags=flags, cores=cores()), only)
    results = Results(machine(flags), {"name": named, "sha256": digest}, quick)
    _one(_DEVICES, results, flags, progress, stop)
    if any(platform != "cpu" for platform in results.machine.get("platforms", ())) and not only:
        chosen.append(accelerator_group(weather, quick=quick))
    for number, group in enumerate(chosen):
        if stop():
            results.failed[group.name] = f"not begun: {INTERRUPTED}"
        else:
            where = f"[{number + 1} of {len(chosen)}] {group.what}"
            _one(group, results, flags, lambda note, w=where: progress(f"{w}: {note}"), stop)
        _fill(group, results)
        keep(_so_far(results))
    return _so_far(results)


def _so_far(results: Results) -> Results:
    """A copy with the figures that follow from the others."""
    return replace(
        results,
        rows=[*results.rows, *derived(results)],
        failed=dict(results.failed),
        seconds=dict(results.seconds),
    )


def _one(
    group: Group,
    results: Results,
    flags: str,
    progress: Callable[[str], None],
    stop: Callable[[], bool],
) -> None:
    """Add what one group finds."""
    progress("starting")
    started = time.perf_counter()
    try:
        for found in measure(group, flags, stop):
            if isinstance(found, Row):
                results.rows.append(found)
            elif isinstance(found, dict):
                results.machine |= found
            else:
                progress(found)
    except GroupFailed as error:
        results.failed[group.name] = str(error)
    except Stopped:
        results.failed[group.name] = INTERRUPTED
    results.seconds[group.name] = time.perf_counter() - started


def _fill(group: Group, results: Results) -> None:
    """Rows without value for what a group should have found and has not."""
    there = {row.name for row in results.rows}
    reason = results.failed.get(group.name, "the group gave no such figure")
    results.rows += [
        Row(name, None, unit, reason=reason) for name, unit in group.rows if name not in there
    ]
