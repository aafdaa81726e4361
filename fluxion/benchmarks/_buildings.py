"""Buildings of any size made from the room of Case 600, to see how the cost grows."""

from __future__ import annotations

from typing import Any, TypeVar

from fluxion.building import Building, Fenestration, Interzone, Surface, Zone, box_surfaces
from fluxion.cases import ashrae140

_WIDTH, _DEPTH, _HEIGHT = 8.0, 6.0, 2.7
_Description = TypeVar("_Description", Building, Zone, Surface, Fenestration)


def row_of_rooms(count: int) -> Building:
    """Rooms of Case 600 side by side from west to east, each a zone with its two windows.

    Neighbours share a wall; the outermost have one to the outside.

    Args:
        count: Number of rooms.
    """
    case = ashrae140("600")
    rooms = tuple(_room(case.zones[0], number, count) for number in range(count))
    return _changed(case, name=f"row of {count} rooms", zones=rooms)


def room_of_surfaces(parts: int) -> Building:
    """The room of Case 600 with every opaque face but the south wall cut into strips.

    Args:
        parts: Strips of each face; the room has 5 times as many surfaces and one.
    """
    case = ashrae140("600")
    surfaces = tuple(
        strip
        for surface in case.zones[0].surfaces
        for strip in ([surface] if surface.fenestrations else _strips(surface, parts))
    )
    zone = _changed(case.zones[0], surfaces=surfaces)
    return _changed(case, name=f"room of {len(surfaces)} surfaces", zones=(zone,))


def _room(room: Zone, number: int, count: int) -> Zone:
    by_face = {surface.name: surface for surface in room.surfaces}
    windows = tuple(
        _changed(window, name=f"{number} {window.name}")
        for window in by_face["south"].fenestrations
    )
    details: dict[str, dict[str, Any]] = {
        "south": {"fenestrations": windows},
        "floor": {"boundary": by_face["floor"].boundary},
    }
    if number + 1 < count:
        details["east"] = {"boundary": Interzone(zone=f"room {number + 1}")}
    box = box_surfaces(
        _WIDTH,
        _DEPTH,
        _HEIGHT,
        wall=by_face["south"].construction,
        roof=by_face["roof"].construction,
        floor=by_face["floor"].construction,
        origin=(number * _WIDTH, 0.0, 0.0),
        prefix=f"{number} ",
        details=details,
    )
    # A wall between two rooms is declared in the first of them.
    kept = tuple(surface for surface in box if not (number and surface.name.endswith(" west")))
    return _changed(room, name=f"room {number}", surfaces=kept)


def _strips(surface: Surface, parts: int) -> list[Surface]:
    """A rectangle as strips along its first edge."""
    a, b, c, d = surface.vertices

    def between(start: Any, end: Any, share: float) -> tuple[float, ...]:
        return tuple(x + share * (y - x) for x, y in zip(start, end, strict=True))

    return [
        _changed(
            surface,
            name=f"{surface.name} {part}",
            vertices=(
                between(a, b, part / parts),
                between(a, b, (part + 1) / parts),
                between(d, c, (part + 1) / parts),
                between(d, c, part / parts),
            ),
        )
        for part in range(parts)
    ]


def _changed(described: _Description, **fields: Any) -> _Description:
    """A description made anew; a copy would keep what the old one has computed of itself."""
    given = {name: getattr(described, name) for name in type(described).model_fields}
    return type(described)(**{**given, **fields})
