"""The box of the ASHRAE 140 test buildings: eight by six by 2.7 metres, and its openings.

Source: ANSI/ASHRAE Standard 140-2020, section 5.2, building geometry.
"""

from __future__ import annotations

from typing import Any, Literal

from fluxion.building import Fenestration, Fin, Outdoors, Overhang, Surface, box_surfaces

WIDTH, DEPTH, HEIGHT = 8.0, 6.0, 2.7
WINDOW_WIDTH, WINDOW_HEIGHT, SILL = 3.0, 2.0, 0.2
SHADE_DEPTH = 1.0

#: The floor is raised: outside air below it, neither sun nor wind.
UNDERSIDE = Outdoors(sun_exposed=False, wind_exposed=False)

Openings = Literal["south", "east and west", "panels", "none"]


def shell(
    *, wall: str, roof: str, floor: str, glazing: str, openings: Openings, shading: bool
) -> tuple[Surface, ...]:
    """The surfaces of the box: six, or more where panels divide the south wall.

    Args:
        wall: Construction of the walls.
        roof: Construction of the roof.
        floor: Construction of the raised floor.
        glazing: Glazing of the windows.
        openings: Two windows to the south, one each to the east and the west, two panels in place
            of the south windows, or nothing but wall.
        shading: Whether plates of a metre shade the windows: an overhang over the whole south
            wall, or an overhang and two fins round each of the other windows.
    """
    details: dict[str, dict[str, Any]] = {"floor": {"boundary": UNDERSIDE}}
    if openings == "south":
        details["south"] = {"fenestrations": south_windows(glazing)}
        if shading:
            details["south"]["overhangs"] = (
                Overhang(
                    name="south overhang", height=HEIGHT, left=0.0, right=WIDTH, depth=SHADE_DEPTH
                ),
            )
    elif openings == "east and west":
        for face in ("east", "west"):
            details[face] = _side_wall(face, glazing, shading)
    box = box_surfaces(WIDTH, DEPTH, HEIGHT, wall=wall, roof=roof, floor=floor, details=details)
    if openings == "panels":
        others = tuple(surface for surface in box if surface.name != "south")
        return (*_south_with_panels(wall), *others)
    return box


def _south_with_panels(wall: str) -> tuple[Surface, ...]:
    """The south wall as rectangles in one plane: two panels and the five pieces round them.

    Panels are opaque, so they are surfaces and not windows. Faces in one plane do not see each
    other, so it does not matter into how many pieces the wall is cut.
    """
    left, middle = 0.5, 4.5
    head = SILL + WINDOW_HEIGHT
    ends = (0.0, left, left + WINDOW_WIDTH, middle, middle + WINDOW_WIDTH, WIDTH)
    pieces = [
        ("south below", wall, 0.0, WIDTH, 0.0, SILL),
        ("south west pier", wall, ends[0], ends[1], SILL, head),
        ("south panel west", "panels", ends[1], ends[2], SILL, head),
        ("south middle pier", wall, ends[2], ends[3], SILL, head),
        ("south panel east", "panels", ends[3], ends[4], SILL, head),
        ("south east pier", wall, ends[4], ends[5], SILL, head),
        ("south above", wall, 0.0, WIDTH, head, HEIGHT),
    ]
    return tuple(
        Surface.rectangle(
            name,
            construction,
            width=right - start,
            height=top - bottom,
            azimuth=180.0,
            origin=(start, 0.0, bottom),
        )
        for name, construction, start, right, bottom, top in pieces
    )


def south_windows(glazing: str, sill: float = SILL) -> tuple[Fenestration, ...]:
    """The two windows of the south wall, half a metre from its ends."""
    return tuple(
        Fenestration(
            name=name, glazing=glazing, u=u, v=sill, width=WINDOW_WIDTH, height=WINDOW_HEIGHT
        )
        for name, u in (("south window west", 0.5), ("south window east", 4.5))
    )


def _side_wall(face: str, glazing: str, shading: bool) -> dict[str, Any]:
    left = (DEPTH - WINDOW_WIDTH) / 2.0
    right = left + WINDOW_WIDTH
    window = Fenestration(
        name=f"{face} window",
        glazing=glazing,
        u=left,
        v=SILL,
        width=WINDOW_WIDTH,
        height=WINDOW_HEIGHT,
    )
    if not shading:
        return {"fenestrations": (window,)}
    return {
        "fenestrations": (window,),
        "overhangs": (
            Overhang(
                name=f"{face} overhang", height=HEIGHT, left=left, right=right, depth=SHADE_DEPTH
            ),
        ),
        "fins": tuple(
            Fin(name=f"{face} fin {side}", offset=offset, bottom=0.0, top=HEIGHT, depth=SHADE_DEPTH)
            for side, offset in (("left", left), ("right", right))
        ),
    }
