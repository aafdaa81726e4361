"""Where the sun's beam falls that enters a zone through a window."""

from __future__ import annotations

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
        Exact, and differentiable in all arguments but where a line runs through a corner.
        Source: divergence theorem, ``2 A = sum of distance times length over the sides``.
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

    # Each line (a foot point -a (b, c), direction (-c, b)) as cut by every other half plane.
    bi, ci, bj, cj = b[:, :, None], c[:, :, None], b[:, None, :], c[:, None, :]
    cross = ci * -bj + bi * cj
    above = a[:, None, :] - a[:, :, None] * (bi * bj + ci * cj)
    runs = jnp.abs(cross) < _GRAZING
    at = jnp.clip(-above / jnp.where(runs, 1.0, cross), -_LONG, _LONG)
    itself = np.eye(planes + 4, dtype=bool)[None]
    outside = runs & (above > 0) & ~itself
    high = jnp.where(~runs & (cross > 0), at, jnp.where(outside, -_LONG, _LONG))
    low = jnp.where(~runs & (cross < 0), at, -_LONG)
    length = jnp.maximum(jnp.min(high, axis=2) - jnp.max(low, axis=2), 0.0)
    # Two parallel planes are parted by no line: the nearer one has it all.
    other = ~np.eye(planes, planes + 4, dtype=bool)
    lined = b * b + c * c > 0.5
    area = 0.5 * jnp.sum(jnp.where(lined & other, -a * length, 0.0), axis=1)
    farther = jnp.any(~lined & other & (a > 0), axis=1)
    return jnp.where(farther, 0.0, jnp.maximum(area, 0.0))
