"""How much of a rectangle on a vertical wall the sun, the sky and the ground still reach.

Coordinates lie in the wall: u to the right seen from outside, v up, n outwards. An overhang is a
plate at height v, from u_left to u_right; a fin a plate in the plane u, from v_bottom to v_top;
both stand square on the wall and reach `depth` out of it. Plates are black and opaque.

The shadow of each plate is a parallelogram whose slanted sides run along the sun's projection.
So it is a rectangle (a band in v for an overhang, in u for a fin) cut by a strip in the single
quantity s = sun_v u - sun_u v, the same for every plate, and the common part of any number of
shadows is again one rectangle and one strip. Its area has a closed form, and the union of the
shadows follows by inclusion and exclusion: exact, without quadrature, differentiable almost
everywhere.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

#: Most plates one receiver may see: the work doubles with each.
MAX_PLATES = 8
_TINY = 1e-6


class Receiver(eqx.Module):
    """A rectangle on the wall, in wall coordinates. [m]"""

    u_left: Float[Array, "*receiver"]
    u_right: Float[Array, "*receiver"]
    v_bottom: Float[Array, "*receiver"]
    v_top: Float[Array, "*receiver"]

    @property
    def area(self) -> Float[Array, "*receiver"]:
        """Area of the rectangle. [m2]"""
        return (self.u_right - self.u_left) * (self.v_top - self.v_bottom)


class Overhangs(eqx.Module):
    """Horizontal plates above (or below) a receiver; a depth of 0 shades nothing. [m]"""

    v: Float[Array, "overhang"]
    u_left: Float[Array, "overhang"]
    u_right: Float[Array, "overhang"]
    depth: Float[Array, "overhang"]


class Fins(eqx.Module):
    """Upright plates beside a receiver; a depth of 0 shades nothing. [m]"""

    u: Float[Array, "fin"]
    v_bottom: Float[Array, "fin"]
    v_top: Float[Array, "fin"]
    depth: Float[Array, "fin"]


def no_overhangs(dtype: np.dtype | type = float) -> Overhangs:
    """An empty set of overhangs."""
    return Overhangs(*(jnp.zeros((0,), dtype) for _ in range(4)))


def no_fins(dtype: np.dtype | type = float) -> Fins:
    """An empty set of fins."""
    return Fins(*(jnp.zeros((0,), dtype) for _ in range(4)))


def _subsets(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Membership (subset, plate) of all non-empty subsets, and the sign of each in the union."""
    codes = np.arange(1, 2**count)
    member = (codes[:, None] >> np.arange(count)) % 2 == 1
    return member, np.where(member.sum(1) % 2 == 1, 1.0, -1.0)


def _ramp(middle: Array, half: Array) -> Array:
    """Mean of max(x, 0) over [middle - half, middle + half]."""
    inside = jnp.abs(middle) < half
    safe = jnp.where(inside, half, 1.0)
    return jnp.where(inside, (middle + half) ** 2 / (4.0 * safe), jnp.maximum(middle, 0.0))


def _share_below(level: Array, wide: Array, narrow: Array) -> Array:
    """Share of a rectangle where x + y <= level, |x| <= wide and |y| <= narrow <= wide."""
    middle = (level + wide) / (2.0 * wide)
    half = narrow / (2.0 * wide)
    return _ramp(middle, half) - _ramp(middle - 1.0, half)


def _shaded_area(receiver: Receiver, overhangs: Overhangs, fins: Fins, sun: Array) -> Array:
    """Area of the union of the plates' shadows within the receiver, sun in front."""
    sun_u, sun_v = sun[0], sun[1]
    out = jnp.maximum(sun[2], _TINY)
    shift_u, shift_v = sun_u / out, sun_v / out

    def along(u: Array, v: Array) -> Array:
        return sun_v * u - sun_u * v

    far_v = overhangs.v - overhangs.depth * shift_v
    far_u = fins.u - fins.depth * shift_u
    wide_o, wide_f = jnp.zeros_like(overhangs.v), jnp.zeros_like(fins.u)
    plates_u0 = jnp.concatenate([wide_o + receiver.u_left, jnp.minimum(fins.u, far_u)])
    plates_u1 = jnp.concatenate([wide_o + receiver.u_right, jnp.maximum(fins.u, far_u)])
    plates_v0 = jnp.concatenate([jnp.minimum(overhangs.v, far_v), wide_f + receiver.v_bottom])
    plates_v1 = jnp.concatenate([jnp.maximum(overhangs.v, far_v), wide_f + receiver.v_top])
    end_a = jnp.concatenate([along(overhangs.u_left, overhangs.v), along(fins.u, fins.v_bottom)])
    end_b = jnp.concatenate([along(overhangs.u_right, overhangs.v), along(fins.u, fins.v_top)])
    strip0, strip1 = jnp.minimum(end_a, end_b), jnp.maximum(end_a, end_b)

    member, sign = _subsets(plates_u0.shape[0])

    def largest(values: Array, floor: Array | float) -> Array:
        return jnp.maximum(jnp.max(jnp.where(member, values, -jnp.inf), axis=1), floor)

    def smallest(values: Array, ceiling: Array | float) -> Array:
        return jnp.minimum(jnp.min(jnp.where(member, values, jnp.inf), axis=1), ceiling)

    u0, u1 = largest(plates_u0, receiver.u_left), smallest(plates_u1, receiver.u_right)
    v0, v1 = largest(plates_v0, receiver.v_bottom), smallest(plates_v1, receiver.v_top)
    width, height = jnp.maximum(u1 - u0, 0.0), jnp.maximum(v1 - v0, 0.0)
    centre = along(0.5 * (u0 + u1), 0.5 * (v0 + v1))
    reach_u, reach_v = 0.5 * jnp.abs(sun_v) * width, 0.5 * jnp.abs(sun_u) * height
    wide = jnp.maximum(jnp.maximum(reach_u, reach_v), _TINY)
    narrow = jnp.minimum(reach_u, reach_v)
    share = _share_below(smallest(strip1, jnp.inf) - centre, wide, narrow) - _share_below(
        largest(strip0, -jnp.inf) - centre, wide, narrow
    )
    shaded = width * height * jnp.maximum(share, 0.0)
    return jnp.asarray(sign, shaded.dtype) @ shaded


def _sunlit_one(receiver: Receiver, overhangs: Overhangs, fins: Fins, sun: Array) -> Array:
    if overhangs.v.shape[0] + fins.u.shape[0] == 0:
        return jnp.ones_like(sun[2])
    area = jnp.maximum(receiver.area, _TINY)
    shaded = _shaded_area(receiver, overhangs, fins, sun) / area
    return jnp.where(sun[2] > 0.0, jnp.clip(1.0 - shaded, 0.0, 1.0), 1.0)


def sunlit_fractions(
    receiver: Receiver, overhangs: Overhangs, fins: Fins, sun: Float[Array, "*time 3"]
) -> Float[Array, "*time"]:
    """Sunlit share of one receiver, for any number of sun directions.

    Args:
        receiver: One rectangle (scalar fields). [m]
        overhangs: The overhangs that may shade it. [m]
        fins: The fins that may shade it. [m]
        sun: Unit vectors towards the sun as (right, up, out) of the wall. [-]

    Returns:
        Sunlit share of the area; 1 where the sun is behind the wall. [-]

    Raises:
        ValueError: If there are more than `MAX_PLATES` plates: the work doubles with each, so
            hand over only those near the receiver.

    Notes:
        Exact for the union of the shadows. Use `jax.vmap` over receivers that share plates. A
        light direction from below the horizon is treated alike, which is what
        `diffuse_shading` uses for the ground.
    """
    count = overhangs.v.shape[0] + fins.u.shape[0]
    if count > MAX_PLATES:
        raise ValueError(
            f"{count} shading plates were given for one receiver, at most {MAX_PLATES} are "
            "possible; keep those near the receiver."
        )
    sun = jnp.asarray(sun)
    flat = sun.reshape((-1, 3))
    lit = jax.vmap(lambda s: _sunlit_one(receiver, overhangs, fins, s))(flat)
    return lit.reshape(sun.shape[:-1])


def sunlit_around(
    wall_fraction: Float[Array, "*time"],
    wall_area: Float[Array, ""],
    window_fractions: Float[Array, "window *time"],
    window_areas: Float[Array, "window"],
) -> Float[Array, "*time"]:
    """Sunlit share of a wall's opaque part, from that of the gross wall and of its windows.

    Args:
        wall_fraction: Sunlit share of the whole rectangle, windows included. [-]
        wall_area: Its gross area. [m2]
        window_fractions: Sunlit share of each window, all inside the wall. [-]
        window_areas: Areas of the windows. [m2]

    Returns:
        Sunlit share of the wall net of its windows; 0 if nothing is left of it. [-]

    Notes:
        Serves any share that is a mean over area, so also those of `diffuse_shading`.
    """
    lit = wall_area * wall_fraction - jnp.tensordot(window_areas, window_fractions, axes=1)
    net = wall_area - jnp.sum(window_areas)
    return jnp.clip(lit / jnp.maximum(net, _TINY), 0.0, 1.0)


def wall_coordinates(
    direction: Float[Array, "*time 3"], surface_azimuth: Float[Array, ""]
) -> Float[Array, "*time 3"]:
    """Components (right, up, out) of an east-north-up vector on a vertical wall.

    Args:
        direction: Vectors in east, north, up. [-]
        surface_azimuth: Outward normal of the wall, north 0, east 90. [deg]

    Returns:
        Components to the right seen from outside, up, and out of the wall. [-]
    """
    azimuth = jnp.deg2rad(surface_azimuth)
    sine, cosine = jnp.sin(azimuth), jnp.cos(azimuth)
    east, north, up = direction[..., 0], direction[..., 1], direction[..., 2]
    return jnp.stack([-cosine * east + sine * north, up, sine * east + cosine * north], axis=-1)


def _sky_directions(num_altitudes: int, num_azimuths: int) -> tuple[np.ndarray, np.ndarray]:
    """Directions (altitude, azimuth, 3) and weights for the cosine-weighted quarter sphere."""
    x, w = np.polynomial.legendre.leggauss(num_altitudes)
    altitude, w_altitude = 0.25 * np.pi * (x + 1.0), 0.25 * np.pi * w
    sine, w_azimuth = np.polynomial.legendre.leggauss(num_azimuths)  # of the azimuth off normal
    cos_alt = np.cos(altitude)[:, None]
    right = cos_alt * sine
    out = cos_alt * np.sqrt(1.0 - sine**2)
    up = np.broadcast_to(np.sin(altitude)[:, None], right.shape)
    weight = w_altitude[:, None] * cos_alt**2 * w_azimuth
    return np.stack([right, up, out], axis=-1), weight / weight.sum()


_SKY, _SKY_WEIGHT = _sky_directions(24, 24)
_HORIZON, _HORIZON_WEIGHT = np.polynomial.legendre.leggauss(48)


def diffuse_shading(
    receiver: Receiver, overhangs: Overhangs, fins: Fins
) -> tuple[Float[Array, ""], Float[Array, ""], Float[Array, ""]]:
    """Share of the unobstructed diffuse light that still reaches a receiver.

    Args:
        receiver: One rectangle on a vertical wall (scalar fields). [m]
        overhangs: The overhangs that may shade it. [m]
        fins: The fins that may shade it. [m]

    Returns:
        Shares for the isotropic sky dome, for the horizon band, and for light from the ground.
        [-]

    Notes:
        The sunlit share averaged with the cosine of incidence over 24 x 24 directions of the
        sky, 48 of the horizon and 24 x 24 below it. Plates are black; light they scatter is
        left out, as in EnergyPlus.
        Source: EnergyPlus Engineering Reference, "Shadowing of sky diffuse solar radiation".
    """
    dtype = jnp.result_type(receiver.u_left, overhangs.depth, fins.depth)
    level = np.stack([_HORIZON, 0.0 * _HORIZON, np.sqrt(1.0 - _HORIZON**2)], axis=-1)
    groups = (
        (_SKY, _SKY_WEIGHT),
        (level, 0.5 * _HORIZON_WEIGHT),
        (_SKY * np.array([1.0, -1.0, 1.0]), _SKY_WEIGHT),
    )
    directions = np.concatenate([group.reshape((-1, 3)) for group, _ in groups])
    lit = sunlit_fractions(receiver, overhangs, fins, jnp.asarray(directions, dtype))
    shares, start = [], 0
    for _, weight in groups:
        part = lit[start : start + weight.size]
        shares.append(part @ jnp.asarray(weight.reshape(-1), dtype))
        start += weight.size
    return shares[0], shares[1], shares[2]
