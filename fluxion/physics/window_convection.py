"""Natural convection at the room side of windows.

Smooth in every argument: the temperature difference is rounded near zero, the switch between
stable and unstable stratification is blended over a narrow band.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.physics._roots import positive_root
from fluxion.physics.glazing_gap import GAS_COEFFICIENTS
from fluxion.units import GRAVITY, ZERO_CELSIUS

_GAS_CONSTANT_AIR = 8314.462618 / 28.97  # [J/(kg K)]
#: Square of the temperature difference below which convection levels off. [K2]
_ROUNDING = 1e-6
#: Tilt below which a window counts as horizontal. [deg]
_HORIZONTAL = 15.0


def window_convection(
    temp_surface: Float[Array, "..."],
    temp_air: Float[Array, "..."],
    height: Float[Array, "..."],
    tilt: Float[Array, "..."],
    pressure: Float[Array, "..."],
    *,
    upright: bool = False,
) -> Float[Array, "..."]:
    """Natural convection at the inside face of a window, by its height.

    The air falls along a cold pane and thickens its boundary layer, so that a window has weaker
    convection than the small plates behind the laws for walls.

    Args:
        temp_surface: Of the glass. [degC]
        temp_air: Of the room. [degC]
        height: Of the glass along its slope, taken as at least 1 cm. [m]
        tilt: Of the window seen from outside: 0 faces up, 90 vertical, 180 faces down. [deg]
        pressure: Of the air. [Pa]
        upright: All windows are vertical (static); the tilt is then not looked at.

    Returns:
        Convection coefficient. [W/(m2 K)]

    Source: ISO 15099:2003, 8.3.2.2, equations 132 to 139; air of its Annex B.
    """
    air = GAS_COEFFICIENTS[0].tolist()  # plain numbers, which follow the precision of arrays
    height = jnp.maximum(height, 0.01)
    jump = temp_surface - temp_air
    difference = jnp.sqrt(jump * jump + _ROUNDING)
    kelvin = temp_air + 0.25 * jump + ZERO_CELSIUS
    conductivity = air[0] + air[1] * kelvin
    viscosity = air[2] + air[3] * kelvin
    specific_heat = air[4] + air[5] * kelvin
    density = pressure / (_GAS_CONSTANT_AIR * kelvin)
    drive = GRAVITY * difference / kelvin * specific_heat
    rayleigh = density * density * height**3 * drive / (viscosity * conductivity)
    if upright:
        return _turbulent(rayleigh, 90.0, 1.0) * conductivity / height
    # An inclined window: `slope` from the horizontal. Cold glass above the room, or warm glass
    # below it, is unstable.
    facing_up = jnp.cos(jnp.deg2rad(tilt))
    slope = jnp.clip(jnp.rad2deg(jnp.arccos(jnp.minimum(jnp.abs(facing_up), 0.9999))), 1.0, 90.0)
    sine = jnp.sin(jnp.deg2rad(slope))
    steep = _turbulent(rayleigh, jnp.maximum(slope, _HORIZONTAL), sine)
    rising = jnp.where(slope < _HORIZONTAL, 0.13 * positive_root(rayleigh, 3), steep)
    resting = jnp.maximum(0.56 * _fourth_root(rayleigh * sine), 0.58 * rayleigh**0.2)
    resting = jnp.where(slope > 89.0, steep, resting)
    push = -jump * facing_up
    unstable = 0.5 + 0.5 * push / jnp.sqrt(push * push + _ROUNDING)
    return (resting + unstable * (rising - resting)) * conductivity / height


def _fourth_root(x: Array) -> Array:
    return jnp.sqrt(jnp.sqrt(x))


def _turbulent(rayleigh: Array, slope: Array | float, sine: Array | float) -> Array:
    """Nusselt number of a boundary layer, turbulent beyond a critical Rayleigh number."""
    critical = 2.5e5 * jnp.exp(0.144 * jnp.asarray(slope, rayleigh.dtype)) / sine**0.2
    laminar = 0.56 * _fourth_root(jnp.minimum(rayleigh, critical) * sine)
    return laminar + 0.13 * (
        positive_root(jnp.maximum(rayleigh, critical), 3) - positive_root(critical, 3)
    )
