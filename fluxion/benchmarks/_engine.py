"""EnergyPlus on the same buildings over the same weather."""

from __future__ import annotations

from collections.abc import Iterator

from fluxion.benchmarks._problems import CASES
from fluxion.benchmarks._rows import Row, row
from fluxion.cases import resolve_building
from fluxion.energyplus import Settings, find_engine, run
from fluxion.io import read_weather_file


def energyplus(
    case: str, weather: str, steps_per_hour: int, runs: int, suffix: str = ""
) -> Iterator[Row | str]:
    """Whole runs of the engine, in a process of its own and without a cache.

    Reading its input, sizing nothing, warming up, a year and writing hourly loads are included;
    writing the input and reading the results here are not.

    Args:
        case: One of `CASES`.
        weather: By path or name.
        steps_per_hour: Of the engine.
        runs: Timed runs.
        suffix: To the name of the rows.
    """
    find_engine()
    year = read_weather_file(weather)
    building = resolve_building(CASES[case])
    settings = Settings(steps_per_hour=steps_per_hour, outputs=("heating_rate", "cooling_rate"))
    wall, busy = [], []
    for number in range(runs + 1):
        yield f"EnergyPlus, {number + 1} of {runs + 1}"
        before = _children_seconds()
        done = run(building, year, settings=settings, cache=False)
        wall.append(done.seconds)
        busy.append(_children_seconds() - before)
    if not sum(busy):  # the system does not count what children used
        busy = wall
    yield row(f"energyplus.{case}{suffix}.sims_per_s_core", [1 / s for s in busy[1:]], "1/s")
    yield row(f"energyplus.{case}{suffix}.wall_s", wall[1:], "s")


def _children_seconds() -> float:
    """CPU time of child processes that have ended."""
    try:
        import resource
    except ImportError:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
