"""Planes of a zone's enclosure and what they see of each other."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from fluxion.building._surfaces import Surface
from fluxion.physics.enclosure import polygon_view_factors, view_factors

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
    if not _convex(sides, planes):
        between = view_factors(jnp.asarray(areas), jnp.arange(len(planes)))
        return index, np.asarray(between, dtype=float)
    polygons = [surface.points[:: int(sign)] for surface, sign in sides]
    each = polygon_view_factors(polygons)
    between = np.zeros((len(planes), len(planes)))
    for i, (surface, _) in enumerate(sides):
        for j in range(len(sides)):
            between[index[i], index[j]] += surface.area / areas[index[i]] * each[i, j]
    return index, between


def _convex(
    sides: Sequence[tuple[Surface, float]], planes: Sequence[tuple[np.ndarray, float]]
) -> bool:
    """Whether every corner lies on the inner side of every plane, so that all faces see all."""
    corners = np.concatenate([surface.points for surface, _ in sides])
    if any(surface.area < 1e-6 for surface, _ in sides):
        return False
    return all((corners @ normal <= offset + _NEAR).all() for normal, offset in planes)
