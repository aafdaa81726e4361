"""Sky diffuse models, split into parts that do not depend on the plane that receives them.

A model turns the weather into five numbers a moment: beam, circumsolar disc, isotropic dome,
horizon band and the light on the ground. Every plane then costs a dot product and a few
products (`plane_irradiance`), however many planes there are.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from fluxion.lanes import kept
from fluxion.physics.sun_position import zenith_angle

_COS_85 = float(np.cos(np.deg2rad(85.0)))
_COS_89 = float(np.cos(np.deg2rad(89.0)))
_KAPPA = 1.041  # [rad-3]
_CLEARNESS_EDGES = np.array([1.065, 1.23, 1.5, 1.95, 2.8, 4.5, 6.2])
# Rows: clearness bins; columns: constant, brightness, zenith (Perez et al. 1990, table 6).
_F1 = np.array(
    [
        [-0.008, 0.588, -0.062],
        [0.130, 0.683, -0.151],
        [0.330, 0.487, -0.221],
        [0.568, 0.187, -0.295],
        [0.873, -0.392, -0.362],
        [1.132, -1.237, -0.412],
        [1.060, -1.600, -0.359],
        [0.678, -0.327, -0.250],
    ]
)
_F2 = np.array(
    [
        [-0.060, 0.072, -0.022],
        [-0.019, 0.066, -0.029],
        [0.055, -0.064, -0.026],
        [0.109, -0.152, -0.014],
        [0.226, -0.462, 0.001],
        [0.288, -0.823, 0.056],
        [0.264, -1.127, 0.131],
        [0.156, -1.377, 0.251],
    ]
)


class SkyRadiance(eqx.Module):
    """The sky of one or many moments, in parts that every plane shares.

    Attributes:
        beam_normal: Beam on a plane facing the sun; 0 when the sun is down. [W/m2]
        circumsolar_normal: Diffuse from around the sun on a plane facing it. [W/m2]
        dome: Isotropic diffuse on the horizontal. [W/m2]
        horizon: Brightening of the horizon, may be negative. [W/m2]
        ground_horizontal: Global on the horizontal, which lights the ground. [W/m2]
        sun_direction: East, north and up parts of the unit vector to the sun. [-]
    """

    beam_normal: Float[Array, "..."]
    circumsolar_normal: Float[Array, "..."]
    dome: Float[Array, "..."]
    horizon: Float[Array, "..."]
    ground_horizontal: Float[Array, "..."]
    sun_direction: Float[Array, "... 3"]


def relative_air_mass(zenith: Float[Array, "..."]) -> Float[Array, "..."]:
    """Relative optical air mass; 1 at the zenith, about 38 at and below the horizon.

    Args:
        zenith: Zenith angle of the sun. [rad]

    Returns:
        Air mass relative to the zenith. [-]

    Notes:
        Source: Kasten and Young, Revised optical air mass tables, 1989, eq. 3,
        doi:10.1364/AO.28.004735.
    """
    degrees = jnp.clip(jnp.rad2deg(zenith), 0.0, 90.0)
    # As a logarithm and an exponential, which fill vectors where a power does not.
    bent = jnp.exp(-1.6364 * jnp.log(96.07995 - degrees))
    return 1.0 / (jnp.cos(jnp.deg2rad(degrees)) + 0.50572 * bent)


def elevated_air_mass(
    zenith: Float[Array, "..."], elevation: Float[ArrayLike, ""]
) -> Float[Array, "..."]:
    """Air mass above a site at some elevation, relative to sea level, as EnergyPlus takes it.

    Args:
        zenith: Zenith angle of the sun. [rad]
        elevation: Of the site, above sea level. [m]

    Returns:
        Air mass relative to the zenith at sea level. [-]

    Notes:
        Thins the relative air mass by 10 % for every kilometre. With it the Perez sky of a high
        site follows EnergyPlus (and TRNSYS); without it pvlib and ESP-r: at Denver (1650 m) the
        annual irradiance of vertical faces differs by 0.6 to 1.5 %.
        Source: EnergyPlus Engineering Reference, Sky Radiance Model.
    """
    return relative_air_mass(zenith) * (1.0 - 1.0e-4 * elevation)


def perez_1990(
    dni: Float[Array, "..."],
    dhi: Float[Array, "..."],
    dni_extra: Float[Array, "..."],
    sun_direction: Float[Array, "... 3"],
    *,
    air_mass: Float[Array, "..."] | None = None,
) -> SkyRadiance:
    """Anisotropic sky of Perez and others with the all-sites composite coefficients of 1990.

    Args:
        dni: Direct normal irradiance. [W/m2]
        dhi: Diffuse horizontal irradiance. [W/m2]
        dni_extra: Extraterrestrial normal irradiance. [W/m2]
        sun_direction: East, north and up parts of the unit vector to the sun. [-]
        air_mass: None takes `relative_air_mass`; `elevated_air_mass` follows EnergyPlus. [-]

    Returns:
        The decomposed sky; below the horizon the dome alone.

    Notes:
        The model jumps where its clearness crosses a bin edge; gradients are those inside a bin.
        Source: Perez, Ineichen, Seals, Michalsky and Stewart, Modeling daylight availability and
        irradiance components from direct and global irradiance, 1990, eqs. 1, 2, 9 and table 6,
        doi:10.1016/0038-092X(90)90055-H.
    """
    up = sun_direction[..., 2] > 0.0
    zenith = kept(zenith_angle(sun_direction))
    mass = relative_air_mass(zenith) if air_mass is None else air_mass
    brightness = dhi * mass / dni_extra
    cubed = _KAPPA * zenith**3
    lit = dhi > 0.0
    clearness = (1.0 + dni / jnp.where(lit, dhi, 1.0) + cubed) / (1.0 + cubed)
    brightness, clearness = kept((brightness, clearness))
    first, second = _of_bin(clearness, _F1), _of_bin(clearness, _F2)
    around = jnp.maximum(first[0] + first[1] * brightness + first[2] * zenith, 0.0)
    edge = second[0] + second[1] * brightness + second[2] * zenith
    around = jnp.where(up & lit, around, 0.0)
    edge = jnp.where(up & lit, edge, 0.0)
    return _radiance(dni, dhi, around, edge, sun_direction, lowest_cosine=_COS_85)


def _of_bin(clearness: Float[Array, "..."], table: np.ndarray) -> list[Array]:
    """Coefficients of the bin of a clearness, by choosing: a search and a lookup cost far more."""
    found = []
    for first, *others in table.T.tolist():
        value = jnp.full_like(clearness, first)
        for edge, other in zip(_CLEARNESS_EDGES, others, strict=True):
            value = jnp.where(clearness >= float(edge), other, value)
        found.append(value)
    return found


def hay_davies(
    dni: Float[Array, "..."],
    dhi: Float[Array, "..."],
    dni_extra: Float[Array, "..."],
    sun_direction: Float[Array, "... 3"],
) -> SkyRadiance:
    """Anisotropic sky of Hay and Davies: circumsolar in proportion to the beam's transmittance.

    Args:
        dni: Direct normal irradiance. [W/m2]
        dhi: Diffuse horizontal irradiance. [W/m2]
        dni_extra: Extraterrestrial normal irradiance. [W/m2]
        sun_direction: East, north and up parts of the unit vector to the sun. [-]

    Returns:
        The decomposed sky; below the horizon the dome alone.

    Notes:
        Source: Hay and Davies, Calculations of the solar radiation incident on an inclined
        surface, 1980; Loutzenhiser and others, 2007, eq. 6, doi:10.1016/j.solener.2006.03.009.
    """
    around = jnp.where(sun_direction[..., 2] > 0.0, dni / dni_extra, 0.0)
    return _radiance(dni, dhi, around, jnp.zeros_like(around), sun_direction, lowest_cosine=_COS_89)


def isotropic(
    dni: Float[Array, "..."],
    dhi: Float[Array, "..."],
    dni_extra: Float[Array, "..."],
    sun_direction: Float[Array, "... 3"],
) -> SkyRadiance:
    """Sky of one radiance all over.

    Args:
        dni: Direct normal irradiance. [W/m2]
        dhi: Diffuse horizontal irradiance. [W/m2]
        dni_extra: Not used; here so that the three models can be exchanged. [W/m2]
        sun_direction: East, north and up parts of the unit vector to the sun. [-]

    Returns:
        The decomposed sky, all diffuse in the dome.

    Notes:
        Source: Hottel and Woertz, 1942; Duffie and Beckman, eq. 2.15.1.
    """
    zero = jnp.zeros_like(dhi + dni_extra + sun_direction[..., 2])
    return _radiance(dni, dhi, zero, zero, sun_direction, lowest_cosine=_COS_85)


def _radiance(dni, dhi, around, edge, sun_direction, *, lowest_cosine: float) -> SkyRadiance:
    """Put the parts together, given the circumsolar and horizon shares of the diffuse."""
    height = sun_direction[..., 2]
    beam = jnp.where(height > 0.0, dni, 0.0)
    return SkyRadiance(
        beam_normal=beam,
        circumsolar_normal=dhi * around / jnp.maximum(height, lowest_cosine),
        dome=dhi * (1.0 - around),
        horizon=dhi * edge,
        ground_horizontal=beam * jnp.maximum(height, 0.0) + dhi,
        sun_direction=sun_direction,
    )
