"""The six surfaces of a box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxion.building._surfaces import Surface
from fluxion.errors import BuildingError

FACES = ("south", "east", "north", "west", "roof", "floor")


def box_surfaces(
    width: float,
    depth: float,
    height: float,
    *,
    wall: str,
    roof: str,
    floor: str,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    prefix: str = "",
    details: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Surface, ...]:
    """South, east, north and west wall, roof and floor of an upright box.

    Args:
        width: Extent from west to east. [m]
        depth: Extent from south to north. [m]
        height: Extent from floor to roof. [m]
        wall: Construction of the four walls.
        roof: Construction of the roof.
        floor: Construction of the floor.
        origin: South-west corner of the floor. [m]
        prefix: Text before each surface name.
        details: Further fields of `Surface` by face (`south`, `east`, `north`, `west`, `roof`,
            `floor`), such as `{"south": {"fenestrations": (window,)}}`.

    Returns:
        The surfaces, named `prefix` and the face, in the order above.

    Raises:
        BuildingError: `details` names a face that a box does not have.
    """
    details = dict(details or {})
    for face in details:
        if face not in FACES:
            raise BuildingError(f"a box has no face {face!r}; its faces are {', '.join(FACES)}")
    x, y, z = origin
    plan = {
        "south": (wall, width, height, 180.0, 90.0, (x, y, z)),
        "east": (wall, depth, height, 90.0, 90.0, (x + width, y, z)),
        "north": (wall, width, height, 0.0, 90.0, (x + width, y + depth, z)),
        "west": (wall, depth, height, 270.0, 90.0, (x, y + depth, z)),
        "roof": (roof, width, depth, 180.0, 0.0, (x, y, z + height)),
        "floor": (floor, width, depth, 180.0, 180.0, (x, y + depth, z)),
    }
    return tuple(
        Surface.rectangle(
            f"{prefix}{face}",
            **{
                "construction": construction,
                "width": across,
                "height": along,
                "azimuth": azimuth,
                "tilt": tilt,
                "origin": corner,
                **details.get(face, {}),
            },
        )
        for face, (construction, across, along, azimuth, tilt, corner) in plan.items()
    )
