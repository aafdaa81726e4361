"""Planes of a zone's enclosure and what they see of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from fluxion.building._surfaces import Surface
from fluxion.physics.enclosure import polygon_view_factors, view_factors

#: Surfaces within this distance and angle lie in one plane. [m], [-]
_NEAR = 1e-3


@dataclass(frozen=True)
class ZonePlanes:
    """Planes round a zone.

    Attributes:
        of_surface: Index of the plane in which each surface lies.
        view_factors: Between the planes. [-]
        normals: Out of the zone, in the building's axes. [-]
        offsets: ``normal . x`` of the points of each plane. [m]
        convex: Whether all faces see all.
    """

    of_surface: list[int]
    view_factors: Float[np.ndarray, "plane plane"]
    normals: Float[np.ndarray, "plane 3"]
    offsets: Float[np.ndarray, "plane"]
    convex: bool


def zone_planes(sides: Sequence[tuple[Surface, float]]) -> ZonePlanes:
    """The planes round a zone and what they see of each other.

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
    normals, offsets = np.array([n for n, _ in planes]), np.array([at for _, at in planes])
    if not _convex(sides, planes):
        estimated = view_factors(jnp.asarray(areas), jnp.arange(len(planes)))
        between = np.asarray(estimated, dtype=float)
        return ZonePlanes(index, between, normals, offsets, convex=False)
    polygons = [surface.points[:: int(sign)] for surface, sign in sides]
    each = polygon_view_factors(polygons)
    between = np.zeros((len(planes), len(planes)))
    for i, (surface, _) in enumerate(sides):
        for j in range(len(sides)):
            between[index[i], index[j]] += surface.area / areas[index[i]] * each[i, j]
    return ZonePlanes(index, between, normals, offsets, convex=True)


def _convex(
    sides: Sequence[tuple[Surface, float]], planes: Sequence[tuple[np.ndarray, float]]
) -> bool:
    """Whether every corner lies on the inner side of every plane, so that all faces see all."""
    corners = np.concatenate([surface.points for surface, _ in sides])
    if any(surface.area < 1e-6 for surface, _ in sides):
        return False
    return all((corners @ normal <= offset + _NEAR).all() for normal, offset in planes)
