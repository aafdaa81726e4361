"""Where the sun stands: hour angle and spherical trigonometry, smooth in every input.

Declination and equation of time are inputs: readers take them from pvlib's Solar Position
Algorithm, so the trace needs no ephemeris and stays exact.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.lanes import kept

_MINUTES_PER_DEGREE = 4.0
_DEGREES_PER_HOUR = 15.0


def hour_angle(
    hour_of_day: Float[Array, "..."],
    longitude: Float[Array, ""],
    utc_offset: Float[Array, ""],
    equation_of_time: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Angle the earth has turned since local apparent noon.

    Args:
        hour_of_day: Local standard time. [h]
        longitude: East positive. [deg]
        utc_offset: Standard time minus UTC. [h]
        equation_of_time: Apparent minus mean solar time. [min]

    Returns:
        Hour angle, negative before noon, not wrapped. [deg]

    Notes:
        Source: Duffie and Beckman, Solar Engineering of Thermal Processes, eq. 1.5.2.
    """
    turned = _DEGREES_PER_HOUR * (hour_of_day - 12.0)
    meridian = _DEGREES_PER_HOUR * utc_offset
    return turned + (longitude - meridian) + equation_of_time / _MINUTES_PER_DEGREE


def sun_altitude_sine(
    latitude: Float[Array, ""],
    declination: Float[Array, "..."],
    angle: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Sine of the sun's altitude, the upward part of `sun_direction`.

    Args:
        latitude: North positive. [deg]
        declination: Of the sun. [deg]
        angle: Hour angle. [deg]

    Returns:
        Sine of the altitude of the sun's centre without refraction. [-]

    Notes:
        Source: Duffie and Beckman, Solar Engineering of Thermal Processes, eq. 1.6.5.
    """
    lat, dec, turn = jnp.deg2rad(latitude), jnp.deg2rad(declination), jnp.deg2rad(angle)
    return jnp.sin(lat) * jnp.sin(dec) + jnp.cos(lat) * jnp.cos(dec) * jnp.cos(turn)


def sun_direction(
    latitude: Float[Array, ""],
    declination: Float[Array, "..."],
    angle: Float[Array, "..."],
) -> Float[Array, "... 3"]:
    """Unit vector to the sun's centre, without refraction.

    Args:
        latitude: North positive. [deg]
        declination: Of the sun. [deg]
        angle: Hour angle. [deg]

    Returns:
        East, north and up parts. [-]

    Notes:
        Rotation of the equatorial direction (hour angle, declination) by the co-latitude.
        Source: Meeus, Astronomical Algorithms, 2nd ed., eqs. 13.5 and 13.6.
    """
    lat, dec, turn = jnp.deg2rad(latitude), jnp.deg2rad(declination), jnp.deg2rad(angle)
    sin_dec, cos_dec, sin_turn, cos_turn = kept(
        (jnp.sin(dec), jnp.cos(dec), jnp.sin(turn), jnp.cos(turn))
    )
    east = -cos_dec * sin_turn
    north = jnp.cos(lat) * sin_dec - jnp.sin(lat) * cos_dec * cos_turn
    up = jnp.sin(lat) * sin_dec + jnp.cos(lat) * cos_dec * cos_turn
    return jnp.stack(jnp.broadcast_arrays(east, north, up), axis=-1)


def zenith_angle(direction: Float[Array, "... 3"]) -> Float[Array, "..."]:
    """Angle between a unit vector and straight up, with a finite gradient at the zenith.

    Args:
        direction: East, north and up parts of a unit vector. [-]

    Returns:
        Zenith angle. [rad]

    Notes:
        The two-argument arctangent keeps its precision near 0 and 90 degrees, where the
        arccosine loses half of its digits.
    """
    level_squared = direction[..., 0] ** 2 + direction[..., 1] ** 2
    away = level_squared > 0.0
    level = jnp.where(away, jnp.sqrt(jnp.where(away, level_squared, 1.0)), 0.0)
    return jnp.arctan2(level, direction[..., 2])
