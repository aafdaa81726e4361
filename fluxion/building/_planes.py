"""Planes of a zone's enclosure and what they see of each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from fluxion.building._surfaces import Surface
from fluxion.physics.enclosure import view_factors

#: Surfaces within this distance and angle lie in one plane. [m], [-]
_NEAR = 1e-3


def zone_planes(
    sides: Sequence[tuple[Surface, float]],
) -> tuple[list[int], Float[np.ndarray, "plane plane"]]:
    """The plane of each surface round a zone, and the view factors between the planes.

    Args:
        sides: Surfaces with +1, or -1 where the zone next door declares them.
    """
    planes: list[tuple[np.ndarray, float]] = []
    index = []
    for surface, sign in sides:
        normal = sign * surface.normal
        offset = float(normal @ surface.centroid)
        for k, (other, at) in enumerate(planes):
            if np.linalg.norm(normal - other) < _NEAR and abs(offset - at) < _NEAR:
                index.append(k)
                break
        else:
            planes.append((normal, offset))
            index.append(len(planes) - 1)
    areas = np.zeros(len(planes))
    for (surface, _), k in zip(sides, index, strict=True):
        areas[k] += surface.area
    between = view_factors(areas, np.arange(len(planes)))
    return index, np.asarray(between, dtype=float)
