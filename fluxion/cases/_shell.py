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

Windows = Literal["south", "east and west", "none"]


def shell(
    *, wall: str, roof: str, floor: str, glazing: str, windows: Windows, shading: bool
) -> tuple[Surface, ...]:
    """The six surfaces of the box.

    Args:
        wall: Construction of the walls.
        roof: Construction of the roof.
        floor: Construction of the raised floor.
        glazing: Glazing of the windows.
        windows: Two windows to the south, or one each to the east and the west.
        shading: Whether plates of a metre shade the windows: an overhang over the whole south
            wall, or an overhang and two fins round each of the other windows.
    """
    details: dict[str, dict[str, Any]] = {"floor": {"boundary": UNDERSIDE}}
    if windows == "south":
        details["south"] = {"fenestrations": south_windows(glazing)}
        if shading:
            details["south"]["overhangs"] = (
                Overhang(
                    name="south overhang", height=HEIGHT, left=0.0, right=WIDTH, depth=SHADE_DEPTH
                ),
            )
    elif windows == "east and west":
        for face in ("east", "west"):
            details[face] = _side_wall(face, glazing, shading)
    return box_surfaces(WIDTH, DEPTH, HEIGHT, wall=wall, roof=roof, floor=floor, details=details)


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
