"""Convection at the faces of surfaces.

All coefficients are smooth in every argument: the cube root of a temperature difference is
rounded near zero (where its slope would be infinite), and the switches between stable and
unstable stratification and between windward and leeward are blended over a narrow band.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.physics._roots import positive_root

#: Square of the temperature difference below which natural convection levels off. [K2]
_ROUNDING = 2e-7
#: Cosine of a tilt below which a plate stands upright. [-]
_UPRIGHT = 1e-6
#: Half width of the blend between stable and unstable air. [K]
_BLEND = 1e-3

#: Roughness multiplier of forced convection outside.
#: Source: EnergyPlus Engineering Reference, "Outside Surface Heat Balance", DOE-2 model, table of
#: surface roughness multipliers (Walton 1981).
ROUGHNESS_FACTOR = {
    "very_rough": 2.17,
    "rough": 1.67,
    "medium_rough": 1.52,
    "medium_smooth": 1.13,
    "smooth": 1.11,
    "very_smooth": 1.00,
}


class PlateLaw(eqx.Module):
    """What natural convection at a plate depends on besides temperatures.

    Attributes:
        cos_tilt: Cosine of the tilt of the face that the air touches. [-]
        resting: Factor of the cube root where the air is stable. [W/(m2 K^(4/3))]
        gain: What unstable air adds to it. [W/(m2 K^(4/3))]
    """

    cos_tilt: Float[Array, "..."]
    resting: Float[Array, "..."]
    gain: Float[Array, "..."]


def plate_law(cos_tilt: Float[Array, "..."]) -> PlateLaw:
    """The law of a plate.

    Args:
        cos_tilt: Cosine of the tilt of the face that the air touches: 1 faces up, 0 is
            vertical, -1 faces down. A warm face that looks up is unstable. [-]

    Notes:
        Unstable: ``9.482 |dT|^(1/3) / (7.238 - |cos|)``, stable: ``1.810 |dT|^(1/3) /
        (1.382 + |cos|)``; the two meet at 1.31 for a vertical face.
        Source: G. N. Walton, Thermal Analysis Research Program Reference Manual, NBSIR 83-2655,
        1983; ASHRAE Fundamentals 2001, ch. 3, table 5.
    """
    # The cosine of a right angle in degrees is not quite none; as none it drops out of the law.
    cos_tilt = jnp.where(jnp.abs(cos_tilt) < _UPRIGHT, 0.0, cos_tilt)
    steep = jnp.abs(cos_tilt)
    rising, resting = 9.482 / (7.238 - steep), 1.810 / (1.382 + steep)
    return PlateLaw(cos_tilt, resting, rising - resting)


def plate_convection(difference: Float[Array, "..."], law: PlateLaw) -> Float[Array, "..."]:
    """Natural convection at a plate.

    Args:
        difference: Temperature of the surface less that of the air. [K]
        law: See `plate_law`.

    Returns:
        Convection coefficient. [W/(m2 K)]
    """
    squared = difference * difference
    root = positive_root(squared + _ROUNDING, 6)
    x = jnp.clip(0.5 + (0.5 / _BLEND) * (difference * law.cos_tilt), 0.0, 1.0)
    unstable = x * x * (3.0 - 2.0 * x)
    return root * (law.resting + unstable * law.gain)


def natural_convection(
    difference: Float[Array, "..."], cos_tilt: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Natural convection at a plate, its law included.

    Args:
        difference: Temperature of the surface less that of the air. [K]
        cos_tilt: See `plate_law`. [-]

    Returns:
        Convection coefficient. [W/(m2 K)]
    """
    return plate_convection(difference, plate_law(cos_tilt))


def wind_at_height(
    wind_speed: Float[Array, "..."],
    height: Float[Array, "..."],
    exponent: Float[Array, "..."],
    layer: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Wind speed at a height over local terrain, from a weather station's.

    Args:
        wind_speed: At the station, 10 m over open country. [m/s]
        height: Above ground; there is no wind at or below it. [m]
        exponent: Of the local wind profile. [-]
        layer: Thickness of the local boundary layer. [m]

    Returns:
        Local wind speed. [m/s]

    Source: ASHRAE Fundamentals 2021, ch. 24, eq. 4 (station: exponent 0.14, layer 270 m).
    """
    station = (270.0 / 10.0) ** 0.14
    above = height > 0
    profile = (jnp.where(above, height, layer) / layer) ** exponent
    return wind_speed * station * jnp.where(above, profile, 0.0)


def windward(
    wind_direction: Float[Array, "..."],
    surface_azimuth: Float[Array, "..."],
    sin_tilt: Float[Array, "..."],
) -> Float[Array, "..."]:
    """How far a surface faces the wind: 1 windward, 0 leeward, blended within 10 degrees.

    Args:
        wind_direction: Where the wind comes from, north 0, east 90. [deg]
        surface_azimuth: Of the surface's outward normal. [deg]
        sin_tilt: Sine of the surface's tilt; horizontal surfaces count as windward. [-]

    Source: EnergyPlus Engineering Reference, "Outside Surface Heat Balance" (leeward when the
    wind meets the surface from more than 90 degrees away); the blend is ours.
    """
    # The cosine of the difference, written out: no function of both a time and a surface.
    wind, azimuth = jnp.deg2rad(wind_direction), jnp.deg2rad(surface_azimuth)
    facing = jnp.cos(wind) * (sin_tilt * jnp.cos(azimuth))
    facing = facing + jnp.sin(wind) * (sin_tilt * jnp.sin(azimuth))
    # The share that a horizontal surface (no azimuth) lacks is made up to fully windward.
    band = 0.17
    x = jnp.clip(0.5 + 0.5 * (facing + (1 - sin_tilt)) / band, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def forced_convection(
    wind_speed: Float[Array, "..."],
    speed_ratio: Float[Array, "..."],
    facing_wind: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Forced convection at a very smooth outside face such as glass.

    Args:
        wind_speed: At the weather station. [m/s]
        speed_ratio: Of the wind at the surface to the station's, see `wind_at_height`. [-]
        facing_wind: 1 windward, 0 leeward, see `windward`. [-]

    Returns:
        Convection coefficient. [W/(m2 K)]

    Notes:
        Speed and ratio come apart because the powers of each are then taken once, of the speed
        for each time and of the ratio for each surface.
        Source: M. Yazdanian and J. H. Klems, Measurement of the exterior convective film
        coefficient for windows in low-rise buildings, ASHRAE Trans. 100 (1994), table 3 (MoWiTT).
    """
    squared = wind_speed * wind_speed + 1e-6
    positive = jnp.maximum(speed_ratio, 1e-6)
    toward = squared**0.445 * (3.26 * positive**0.89)
    away = squared**0.3085 * (3.55 * positive**0.617)
    return away + facing_wind * (toward - away)


def outside_convection(
    natural: Float[Array, "..."],
    forced: Float[Array, "..."],
    roughness_factor: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Convection at an outside face: natural and forced together (DOE-2 model).

    Args:
        natural: See `natural_convection`. [W/(m2 K)]
        forced: Over a very smooth face, see `forced_convection`. [W/(m2 K)]
        roughness_factor: Of the face, see `ROUGHNESS_FACTOR`. [-]

    Returns:
        Convection coefficient. [W/(m2 K)]

    Source: EnergyPlus Engineering Reference, "Outside Surface Heat Balance", DOE-2 model.
    """
    glass = jnp.sqrt(natural * natural + forced * forced)
    return natural + roughness_factor * (glass - natural)
