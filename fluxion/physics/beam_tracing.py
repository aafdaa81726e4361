"""Where the sun's beam falls that enters a zone through a window."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

#: Light nearly along a plane never meets it; lines nearly parallel never cross. [-]
_GRAZING = 1e-4
_FAR = 1e4
#: Ends of lines that nothing cuts, in units of the window.
_LONG = 4.0


def beam_hits(
    corner: Float[Array, "3"],
    right: Float[Array, "3"],
    up: Float[Array, "3"],
    width: Float[Array, ""],
    height: Float[Array, ""],
    sun: Float[Array, "3"],
    normals: Float[Array, "plane 3"],
    offsets: Float[Array, "plane"],
    present: Float[Array, "plane"],
) -> Float[Array, "plane"]:
    """Shares of a window's beam that the planes round a convex zone receive.

    A ray ends at the nearest plane ahead. How far each plane is depends linearly on where in the
    window the ray starts, so the starts that end at one plane fill a convex polygon: the window
    cut by a line for each other plane. Its area is that of triangles from a corner to its sides,
    and each side is the part of its line that all other cuts leave.

    Args:
        corner: Lower left corner of the window, seen from outside. [m]
        right: Unit vector along its width.
        up: Unit vector along its height.
        width: Of the window. [m]
        height: Of the window. [m]
        sun: Unit vector towards the sun, in the same axes.
        normals: Of the planes, out of the zone.
        offsets: Of the planes: ``normal . x`` of their points. [m]
        present: 1 for planes that are there, 0 for padding.

    Returns:
        Shares, which sum to one. A sun behind the window lights the window's own plane. [-]

    Notes:
        Exact, and differentiable in all arguments.
        Source: divergence theorem, ``2 A = sum of distance times length over the sides``, and
        Leibniz' rule for its derivative.
    """
    planes = offsets.shape[0]
    ahead = -(normals @ sun)  # how fast a ray approaches each plane
    meets = (ahead > _GRAZING) & (present > 0)
    pace = jnp.where(meets, ahead, 1.0)
    # Distance along the ray, in units of the window: start + along_u u + along_v v.
    start = jnp.where(meets, (offsets - normals @ corner) / pace, _FAR)
    along_u = jnp.where(meets, -(normals @ right) / pace, 0.0) * width
    along_v = jnp.where(meets, -(normals @ up) / pace, 0.0) * height

    # Half planes a + b u + c v <= 0, scaled to unit (b, c): towards plane k rather than j, then
    # the four sides of the window.
    a, b, c = (x[:, None] - x[None, :] for x in (start, along_u, along_v))
    size = jnp.sqrt(b * b + c * c + _GRAZING**4)
    parallel = size < _GRAZING
    size = jnp.where(parallel, 1.0, size)
    a, b, c = a / size, jnp.where(parallel, 0.0, b / size), jnp.where(parallel, 0.0, c / size)
    sides = jnp.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    sides = jnp.broadcast_to(jnp.asarray(sides.T, a.dtype)[:, None, :], (3, planes, 4))
    a, b, c = (jnp.concatenate([x, s], axis=1) for x, s in zip((a, b, c), sides, strict=True))

    return _cell_areas(a, b, c)


@jax.custom_jvp
def _cell_areas(
    a: Float[Array, "plane line"], b: Float[Array, "plane line"], c: Float[Array, "plane line"]
) -> Float[Array, "plane"]:
    """Area that the half planes ``a + b u + c v <= 0`` of each row leave.

    Its derivative is written down, not traced through the minima and maxima below: where a side
    moves outwards by a distance, the area grows by that times the side's length.
    """
    return _areas_and_sides(a, b, c)[0]


@_cell_areas.defjvp
def _cell_areas_jvp(primals, tangents):
    area, length, u, v = _areas_and_sides(*primals)
    da, db, dc = tangents
    return area, -jnp.sum(length * (da + db * u + dc * v), axis=1)


def _areas_and_sides(a, b, c):
    """Areas, and of every side its length (0 where there is none) and its middle ``(u, v)``.

    Plane by plane: what belongs to one stays in a processor's cache.
    """
    planes, lines = a.shape
    # Two parallel planes are parted by no line: the nearer one has it all.
    other = ~np.eye(planes, lines, dtype=bool)
    return jax.lax.map(lambda row: _area_and_sides(*row), (a, b, c, jnp.asarray(other)))


def _area_and_sides(a, b, c, other):
    """The same of one plane, with the lines that part it from others."""
    lines = a.shape[0]
    # Each line (a foot point -a (b, c), direction (-c, b)) as cut by every other half plane.
    bi, ci, bj, cj = b[:, None], c[:, None], b[None, :], c[None, :]
    cross = ci * -bj + bi * cj
    above = a[None, :] - a[:, None] * (bi * bj + ci * cj)
    runs = jnp.abs(cross) < _GRAZING
    at = jnp.clip(-above / jnp.where(runs, 1.0, cross), -_LONG, _LONG)
    itself = np.eye(lines, dtype=bool)
    outside = runs & (above > 0) & ~itself
    high = jnp.where(~runs & (cross > 0), at, jnp.where(outside, -_LONG, _LONG))
    low = jnp.where(~runs & (cross < 0), at, -_LONG)
    high, low = jnp.min(high, axis=1), jnp.max(low, axis=1)
    lined = b * b + c * c > 0.5
    farther = jnp.any(~lined & other & (a > 0))
    length = jnp.where(lined & other & ~farther, jnp.maximum(high - low, 0.0), 0.0)
    middle = 0.5 * (high + low)
    area = jnp.maximum(0.5 * jnp.sum(-a * length), 0.0)
    return area, length, -a * b - middle * c, -a * c + middle * b
