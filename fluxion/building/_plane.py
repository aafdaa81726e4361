"""Plane geometry of building surfaces: area vectors, frames, polygons, rectangles.

Axes are x east, y north, z up; angles are in degrees, azimuth clockwise from north.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

#: Below this sine of the tilt a surface counts as horizontal. [-]
_HORIZONTAL = 1e-6

_DIRECTIONS = (
    "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west",
)  # fmt: skip


def unit_normal(tilt: float, azimuth: float) -> Float[np.ndarray, " 3"]:
    """Outward normal of a surface.

    Args:
        tilt: 0 faces up, 90 is vertical, 180 faces down. [deg]
        azimuth: Direction it faces, north 0, east 90. [deg]
    """
    t, a = math.radians(tilt), math.radians(azimuth)
    return np.array([math.sin(t) * math.sin(a), math.sin(t) * math.cos(a), math.cos(t)])


def right_and_up(azimuth: float, normal: Float[np.ndarray, " 3"]) -> Float[np.ndarray, "2 3"]:
    """Unit vectors u to the right and v up along the plane, seen from outside.

    Args:
        azimuth: Direction the surface faces. [deg]
        normal: Its outward unit normal. [-]
    """
    a = math.radians(azimuth)
    right = np.array([-math.cos(a), math.sin(a), 0.0])
    return np.stack([right, np.cross(normal, right)])


def tilt_and_azimuth(normal: Float[np.ndarray, " 3"]) -> tuple[float, float]:
    """Tilt and azimuth of a unit normal; a horizontal surface has azimuth 180. [deg]"""
    horizontal = math.hypot(normal[0], normal[1])
    tilt = math.degrees(math.atan2(horizontal, normal[2]))
    if horizontal < _HORIZONTAL:
        return tilt, 180.0
    azimuth = math.degrees(math.atan2(normal[0], normal[1])) % 360.0
    return tilt, 0.0 if azimuth >= 360.0 - 1e-9 else azimuth


def area_vector(vertices: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " 3"]:
    """Area times the normal that sees the vertices counter-clockwise. [m2]

    Notes:
        Exact for every plane polygon, concave ones too.
        Source: Newell's method; half the sum of cross products of successive vertices.
    """
    local = vertices - vertices[0]
    return 0.5 * np.cross(local, np.roll(local, -1, axis=0)).sum(axis=0)


def centroid(vertices: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " 3"]:
    """Centre of area of a plane polygon. [m]"""
    total = area_vector(vertices)
    normal = total / np.linalg.norm(total)
    first, second, third = vertices[0], vertices[1:-1], vertices[2:]
    areas = 0.5 * np.cross(second - first, third - first) @ normal
    centres = (first + second + third) / 3.0
    return (areas[:, None] * centres).sum(axis=0) / areas.sum()


def signed_area(polygon: Float[np.ndarray, "n 2"]) -> float:
    """Area of a polygon in its plane, positive when counter-clockwise. [m2]"""
    x, y = (polygon - polygon[0]).T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def area_inside_rectangle(
    polygon: Float[np.ndarray, "n 2"], low: tuple[float, float], high: tuple[float, float]
) -> float:
    """Area that a polygon and an upright rectangle have in common. [m2]

    Args:
        polygon: Vertices, counter-clockwise. [m]
        low: Lower left corner of the rectangle. [m]
        high: Upper right corner of the rectangle. [m]

    Notes:
        Source: Sutherland and Hodgman, Reentrant polygon clipping, Communications of the ACM
        17(1), 1974. A concave polygon may keep bridges of no area, which do not change the result.
    """
    points = [np.asarray(point) for point in polygon]
    for axis, sign, limit in ((0, 1, low[0]), (0, -1, high[0]), (1, 1, low[1]), (1, -1, high[1])):
        kept: list[np.ndarray] = []
        for start, end in zip(points, points[1:] + points[:1], strict=True):
            from_limit = sign * (start[axis] - limit)
            to_limit = sign * (end[axis] - limit)
            if from_limit >= 0.0:
                kept.append(start)
            if from_limit * to_limit < 0.0:
                kept.append(start + (end - start) * (from_limit / (from_limit - to_limit)))
        points = kept
        if len(points) < 3:
            return 0.0
    return signed_area(np.stack(points))


def crosses_itself(polygon: Float[np.ndarray, "n 2"]) -> bool:
    """Whether two edges that are no neighbours cross each other."""
    count = len(polygon)

    def side(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    for i in range(count):
        a, b = polygon[i], polygon[(i + 1) % count]
        for j in range(i + 2, count - (i == 0)):
            c, d = polygon[j], polygon[(j + 1) % count]
            if side(a, b, c) * side(a, b, d) < 0.0 and side(c, d, a) * side(c, d, b) < 0.0:
                return True
    return False


def direction_name(vector: Float[np.ndarray, " 3"]) -> str:
    """The direction of a vector in words: `up`, `down`, `south`, `north-east`, `south and up`."""
    unit = vector / np.linalg.norm(vector)
    vertical = "up" if unit[2] > 0.0 else "down"
    if abs(unit[2]) > 0.95:
        return vertical
    azimuth = math.degrees(math.atan2(unit[0], unit[1])) % 360.0
    name = _DIRECTIONS[round(azimuth / 45.0) % 8]
    return name if abs(unit[2]) < 0.3 else f"{name} and {vertical}"
