"""How the cost of a year grows with zones, surfaces and steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fluxion.benchmarks._buildings import room_of_surfaces, row_of_rooms
from fluxion.benchmarks._forward import piece
from fluxion.benchmarks._problems import problem, problem_of
from fluxion.benchmarks._rows import Row
from fluxion.simulation import Options


def zones(weather: str, counts: Sequence[int], seconds: float) -> Iterator[Row | str]:
    """Rows of equal rooms."""
    for count in counts:
        found = problem_of(row_of_rooms(count), weather, "float32")
        yield from piece(found, found.piece, f"scaling.zones.{count}", seconds)


def surfaces(weather: str, parts: Sequence[int], seconds: float) -> Iterator[Row | str]:
    """One room whose faces are cut into strips."""
    for number in parts:
        building = room_of_surfaces(number)
        count = len(building.zones[0].surfaces)
        found = problem_of(building, weather, "float32")
        yield from piece(found, found.piece, f"scaling.surfaces.{count}", seconds)


def steps(case: str, weather: str, per_hour: Sequence[int], seconds: float) -> Iterator[Row | str]:
    """Steps in an hour."""
    found = problem(case, weather)
    for count in per_hour:
        options = Options(steps_per_hour=count)
        yield from piece(found, found.piece, f"scaling.steps.{count}", seconds, options)
