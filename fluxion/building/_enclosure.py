"""Whether the surfaces of a zone enclose a volume, and how large it is.

The outward area vectors of a closed surface add up to nothing, and the three integrals of
`x n_x`, `y n_y` and `z n_z` over it all equal its volume (divergence theorem). The first finds any
missing or turned surface, the second a missing pair that faces each other, such as floor and roof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fluxion.building import _plane
from fluxion.building._surfaces import Surface
from fluxion.building._zones import Zone

#: A surface and +1 where its outside is outside of the zone, -1 where it is declared next door.
Side = tuple[Surface, float]

#: Missing area, and difference of volumes, that count as rounding. [-]
_TOLERANCE = 1e-3


def enclosure(zone: Zone, zones: Iterable[Zone]) -> tuple[Side, ...]:
    """All surfaces round a zone, with those that its neighbours declare."""
    own = [(surface, 1.0) for surface in zone.surfaces]
    shared = [
        (surface, -1.0)
        for other in zones
        if other.name != zone.name
        for surface in other.surfaces
        if surface.boundary.kind == "interzone" and surface.boundary.zone == zone.name
    ]
    return (*own, *shared)


def volumes(sides: Sequence[Side]) -> np.ndarray:
    """The volume, three times over, from the x, y and z parts of the area vectors. [m3]"""
    corner = np.concatenate([surface.points for surface, _ in sides]).min(axis=0)
    return sum(
        (sign * surface.area_vector * (surface.centroid - corner) for surface, sign in sides),
        start=np.zeros(3),
    )


def closure_fault(zone: Zone, sides: Sequence[Side]) -> str | None:
    """What keeps a zone from being closed, in words, or none."""
    vectors = [sign * surface.area_vector for surface, sign in sides]
    surplus = np.sum(vectors, axis=0)
    whole = sum(surface.area for surface, _ in sides)
    if np.linalg.norm(surplus) > _TOLERANCE * whole:
        for (surface, _), vector in zip(sides, vectors, strict=True):
            if np.linalg.norm(surplus - 2.0 * vector) <= _TOLERANCE * whole:
                return (
                    f"zone {zone.name!r} is not closed: surface {surface.name!r} seems to be "
                    "inside out; give its vertices counter-clockwise seen from outside"
                )
        missing = np.linalg.norm(surplus)
        east, north, up = np.round(-surplus, 2) + 0.0
        return (
            f"zone {zone.name!r} is not closed: about {missing:.1f} m2 facing "
            f"{_plane.direction_name(-surplus)} is missing (area vector {east:.2f} east, "
            f"{north:.2f} north, {up:.2f} up); add the surface or correct the vertices"
        )
    parts = volumes(sides)
    if parts.max() < 0.0:
        return (
            f"zone {zone.name!r} has a volume of {parts.mean():.1f} m3: all its surfaces are "
            "inside out; give their vertices counter-clockwise seen from outside"
        )
    if np.ptp(parts) > 10.0 * _TOLERANCE * np.abs(parts).max():
        return (
            f"zone {zone.name!r} is not closed: its volume is {parts[0]:.1f}, {parts[1]:.1f} and "
            f"{parts[2]:.1f} m3 by its surfaces facing east-west, north-south and up-down; "
            "two surfaces that face each other are missing or not in line"
        )
    if parts.mean() < 1e-3:
        return f"zone {zone.name!r} has a volume of {parts.mean():.3g} m3; it must be positive"
    return None
