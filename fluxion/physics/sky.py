"""Irradiance on tilted planes, and the sky models it starts from.

`sky_radiance` decomposes the sky, this module puts it on planes, `sky_temperature` gives the
long-wave sky; all public names are re-exported here.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from fluxion.physics.sky_radiance import SkyRadiance as SkyRadiance
from fluxion.physics.sky_radiance import elevated_air_mass as elevated_air_mass
from fluxion.physics.sky_radiance import hay_davies as hay_davies
from fluxion.physics.sky_radiance import isotropic as isotropic
from fluxion.physics.sky_radiance import perez_1990 as perez_1990
from fluxion.physics.sky_radiance import relative_air_mass as relative_air_mass

__all__ = [
    "PlaneIrradiance",
    "SkyRadiance",
    "elevated_air_mass",
    "hay_davies",
    "isotropic",
    "perez_1990",
    "plane_irradiance",
    "plane_irradiance_on_normal",
    "relative_air_mass",
    "surface_normal",
]


class PlaneIrradiance(eqx.Module):
    """What falls on a plane, by origin.

    Attributes:
        beam: From the sun's disc. [W/m2]
        circumsolar: Diffuse from around the sun. [W/m2]
        dome: Isotropic diffuse from the sky. [W/m2]
        horizon: Diffuse from the horizon band, may be negative. [W/m2]
        ground: Reflected by the ground. [W/m2]
        cos_incidence: Cosine of the beam's angle of incidence, negative behind the plane. [-]
    """

    beam: Float[Array, "..."]
    circumsolar: Float[Array, "..."]
    dome: Float[Array, "..."]
    horizon: Float[Array, "..."]
    ground: Float[Array, "..."]
    cos_incidence: Float[Array, "..."]

    @property
    def sky_diffuse(self) -> Float[Array, "..."]:
        """Diffuse from the whole sky, never negative. [W/m2]"""
        return jnp.maximum(self.circumsolar + self.dome + self.horizon, 0.0)

    @property
    def diffuse(self) -> Float[Array, "..."]:
        """Diffuse from sky and ground. [W/m2]"""
        return self.sky_diffuse + self.ground

    @property
    def total(self) -> Float[Array, "..."]:
        """Beam and diffuse together. [W/m2]"""
        return self.beam + self.diffuse


def surface_normal(
    tilt_deg: Float[ArrayLike, "..."], azimuth_deg: Float[ArrayLike, "..."]
) -> Float[Array, "... 3"]:
    """Unit vector pointing out of a plane.

    Args:
        tilt_deg: 0 faces up, 90 is vertical, 180 faces down. [deg]
        azimuth_deg: The side it faces, north 0, east 90. [deg]

    Returns:
        East, north and up parts. [-]
    """
    tilt, azimuth = jnp.deg2rad(tilt_deg), jnp.deg2rad(azimuth_deg)
    east = jnp.sin(tilt) * jnp.sin(azimuth)
    north = jnp.sin(tilt) * jnp.cos(azimuth)
    up = jnp.cos(tilt)
    return jnp.stack(jnp.broadcast_arrays(east, north, up), axis=-1)


def plane_irradiance(
    sky: SkyRadiance,
    tilt_deg: Float[ArrayLike, "..."],
    azimuth_deg: Float[ArrayLike, "..."],
    *,
    reflectance: Float[ArrayLike, "..."],
) -> PlaneIrradiance:
    """Irradiance on planes given by tilt and azimuth; shapes broadcast against the sky's.

    Args:
        sky: The decomposed sky.
        tilt_deg: 0 faces up, 90 is vertical, 180 faces down. [deg]
        azimuth_deg: The side it faces, north 0, east 90. [deg]
        reflectance: Of the ground for sunlight. [-]

    Returns:
        The parts on each plane.

    Notes:
        For many planes over many steps give the planes a leading axis, e.g. shape (planes, 1).
        See `plane_irradiance_on_normal` for the equations.
    """
    dtype = sky.dome.dtype
    tilt_deg, azimuth_deg = jnp.asarray(tilt_deg, dtype), jnp.asarray(azimuth_deg, dtype)
    tilt = jnp.deg2rad(tilt_deg)
    normal = surface_normal(tilt_deg, azimuth_deg)
    return plane_irradiance_on_normal(
        sky, normal, jnp.cos(tilt), jnp.sin(tilt), reflectance=reflectance
    )


def plane_irradiance_on_normal(
    sky: SkyRadiance,
    normal: Float[Array, "... 3"],
    cos_tilt: Float[Array, "..."],
    sin_tilt: Float[Array, "..."],
    *,
    reflectance: Float[ArrayLike, "..."],
    openings: tuple[ArrayLike, ArrayLike, ArrayLike] = (1.0, 1.0, 1.0),
) -> PlaneIrradiance:
    """Irradiance on planes given by their normal and the cosine and sine of their tilt.

    Args:
        sky: The decomposed sky.
        normal: Unit vectors out of the planes, as `surface_normal` gives them. [-]
        cos_tilt: Cosine of the tilt. [-]
        sin_tilt: Sine of the tilt, never negative. [-]
        reflectance: Of the ground for sunlight. [-]
        openings: What shades leave of the dome, of the horizon band and of the ground. [-]

    Returns:
        The parts on each plane.

    Notes:
        Smooth but for the planes turning their back on the sun (incidence of 90 degrees), where
        the beam has a kink and is continuous.
        Source: Perez and others, 1990, eq. 9; Duffie and Beckman, eq. 2.16.7 for the ground.
    """
    cos_incidence = normal[..., 0] * sky.sun_direction[..., 0]
    for k in (1, 2):
        cos_incidence = cos_incidence + normal[..., k] * sky.sun_direction[..., k]
    facing = jnp.maximum(cos_incidence, 0.0)
    # Factors of the plane first: where a plane meets many times, each costs one product.
    dome, horizon, ground = openings
    return PlaneIrradiance(
        beam=sky.beam_normal * facing,
        circumsolar=sky.circumsolar_normal * facing,
        dome=sky.dome * (0.5 * (1.0 + cos_tilt) * dome),
        horizon=sky.horizon * (sin_tilt * horizon),
        ground=sky.ground_horizontal * (0.5 * (1.0 - cos_tilt) * reflectance * ground),
        cos_incidence=cos_incidence,
    )
