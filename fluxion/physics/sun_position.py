"""Where the sun stands: hour angle and spherical trigonometry, smooth in every input.

Declination and equation of time are inputs: readers take them from pvlib's Solar Position
Algorithm, so the trace needs no ephemeris and stays exact.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.lanes import kept
from fluxion.physics._angles import polar_angle

MINUTES_PER_DEGREE = 4.0
DEGREES_PER_HOUR = 15.0


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
    turned = DEGREES_PER_HOUR * (hour_of_day - 12.0)
    meridian = DEGREES_PER_HOUR * utc_offset
    return turned + (longitude - meridian) + equation_of_time / MINUTES_PER_DEGREE


class SunAngles(NamedTuple):
    """Sines and cosines of the sun's declination and hour angle. [-]"""

    sin_declination: Float[Array, "..."]
    cos_declination: Float[Array, "..."]
    sin_turn: Float[Array, "..."]
    cos_turn: Float[Array, "..."]


def sun_angles(declination: Float[Array, "..."], angle: Float[Array, "..."]) -> SunAngles:
    """Sines and cosines of declination and hour angle. [deg]"""
    dec, turn = jnp.deg2rad(declination), jnp.deg2rad(angle)
    return SunAngles(jnp.sin(dec), jnp.cos(dec), jnp.sin(turn), jnp.cos(turn))


def altitude_sine_of(latitude: Float[Array, ""], sun: SunAngles) -> Float[Array, "..."]:
    """`sun_altitude_sine` from sines and cosines."""
    lat = jnp.deg2rad(latitude)
    level = jnp.sin(lat) * sun.sin_declination
    return level + jnp.cos(lat) * sun.cos_declination * sun.cos_turn


def direction_parts(latitude: Float[Array, ""], sun: SunAngles) -> tuple[Array, Array, Array]:
    """East, north and up parts of `sun_direction`, from sines and cosines."""
    lat = jnp.deg2rad(latitude)
    equator = sun.cos_declination * sun.cos_turn
    east = -sun.cos_declination * sun.sin_turn
    north = jnp.cos(lat) * sun.sin_declination - jnp.sin(lat) * equator
    return east, north, altitude_sine_of(latitude, sun)


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
    return altitude_sine_of(latitude, sun_angles(declination, angle))


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
    parts = direction_parts(latitude, kept(sun_angles(declination, angle)))
    return jnp.stack(jnp.broadcast_arrays(*parts), axis=-1)


def zenith_angle(direction: Float[Array, "... 3"]) -> Float[Array, "..."]:
    """Angle between a unit vector and straight up, with a finite gradient at the zenith.

    Args:
        direction: East, north and up parts of a unit vector. [-]

    Returns:
        Zenith angle. [rad]

    Notes:
        The arctangent of both parts keeps its precision near 0 and 90 degrees, where the
        arccosine loses half of its digits.
    """
    level_squared = direction[..., 0] ** 2 + direction[..., 1] ** 2
    away = level_squared > 0.0
    level = jnp.where(away, jnp.sqrt(jnp.where(away, level_squared, 1.0)), 0.0)
    return polar_angle(level, direction[..., 2])
