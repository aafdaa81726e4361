"""Heat flow across the gas-filled gap between two panes: conduction, convection, radiation.

A gas is seven numbers (`GAS_COEFFICIENTS`), so the choice of gas is data: an index into the
table, or a mix of its rows by `mix_gases`.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.units import GRAVITY, STEFAN_BOLTZMANN, ZERO_CELSIUS

#: Names of the rows of `GAS_COEFFICIENTS`.
GAS_NAMES = ("air", "argon", "krypton", "xenon")
#: Conductivity a [W/(m K)] + b [W/(m K2)] T, viscosity a [Pa s] + b [Pa s/K] T, specific heat
#: a [J/(kg K)] + b [J/(kg K2)] T, molar mass [kg/kmol]; T in kelvin. (ISO 15099:2003, Annex B)
GAS_COEFFICIENTS = np.array(
    [
        [2.873e-3, 7.760e-5, 3.723e-6, 4.940e-8, 1002.7370, 1.2324e-2, 28.97],
        [2.285e-3, 5.149e-5, 3.379e-6, 6.451e-8, 521.9285, 0.0, 39.948],
        [9.443e-4, 2.826e-5, 2.213e-6, 7.777e-8, 248.0907, 0.0, 83.80],
        [4.538e-4, 1.723e-5, 1.069e-6, 7.414e-8, 158.3397, 0.0, 131.30],
    ]
)
#: Molar gas constant. [J/(kmol K)] (CODATA 2018)
_MOLAR_GAS_CONSTANT = 8314.462618
_SMOOTH_MAX_WIDTH = 0.01
_TILT_BLEND_HALF_WIDTH = 2.5


def mix_gases(fractions: Float[Array, "*gap gas"]) -> Float[Array, "*gap coefficient"]:
    """Coefficients of a gas mixture.

    Args:
        fractions: Mole fractions of the rows of `GAS_COEFFICIENTS`, summing to one. [-]

    Returns:
        Coefficients as in one row of `GAS_COEFFICIENTS`.

    Notes:
        Conductivity, viscosity and molar mass are mole-weighted, specific heat is weighted by
        mass. Conductivity of argon and air in any proportion is within 2 % of the interaction
        rules of the standard; light and heavy gases mixed half and half depart more.
    """
    fractions = jnp.asarray(fractions)
    table = jnp.asarray(GAS_COEFFICIENTS, fractions.dtype)
    mixed = fractions @ table
    mass = fractions * table[:, 6]
    share = mass / jnp.sum(mass, axis=-1, keepdims=True)
    return mixed.at[..., 4:6].set(share @ table[:, 4:6])


def _smooth_max(a: Array, b: Array) -> Array:
    return 0.5 * (a + b + jnp.sqrt((a - b) ** 2 + _SMOOTH_MAX_WIDTH**2))


def _smooth_step(x: Array, low: float, high: float) -> Array:
    s = jnp.clip((x - low) / (high - low), 0.0, 1.0)
    return s**2 * (3.0 - 2.0 * s)


def _nusselt_vertical(rayleigh: Array, aspect: Array) -> Array:
    # Powers of one logarithm: a general power is many times the cost, above all in derivatives.
    log = jnp.log(rayleigh)
    low = 1.0 + 1.7596678e-10 * jnp.exp(2.2984755 * log)
    middle = 0.028154 * jnp.exp(0.4134 * log)
    high = 0.0673838 * jnp.exp(log / 3.0)
    # The standard jumps by under 1 % at 1e4 and 5e4: pass from one to the next over 10 %.
    nusselt = low + _smooth_step(rayleigh, 0.9e4, 1.1e4) * (middle - low)
    nusselt = jnp.where(rayleigh < 1.2e4, nusselt, middle)
    nusselt = nusselt + _smooth_step(rayleigh, 4.5e4, 5.5e4) * (high - nusselt)
    return _smooth_max(nusselt, 0.242 * jnp.exp(0.272 * (log - jnp.log(aspect))))


def _nusselt_60(rayleigh: Array, aspect: Array) -> Array:
    # (1 + (Ra/3160)^20.6)^0.1 for large Ra is (Ra/3160)^2.06: cap the power, it no longer matters.
    ratio = jnp.minimum(rayleigh / 3160.0, 10.0)
    damping = 0.5 / (1.0 + ratio**20.6) ** 0.1 * (ratio * 3160.0 / rayleigh) ** 2.06
    first = (1.0 + (0.0936 * rayleigh**0.314 / (1.0 + damping)) ** 7) ** (1.0 / 7.0)
    return _smooth_max(first, (0.104 + 0.175 / aspect) * rayleigh**0.283)


def _nusselt_low_tilt(rayleigh: Array, angle: Array) -> Array:
    angle = jnp.clip(angle, 0.0, 65.0)
    driven = rayleigh * jnp.cos(jnp.deg2rad(angle))
    sine = jnp.sin(jnp.deg2rad(1.8 * angle))
    onset = jnp.maximum(1.0 - 1708.0 / driven, 0.0)
    return (
        1.0
        + 1.44 * onset * (1.0 - 1708.0 * jnp.maximum(sine, 0.0) ** 1.6 / driven)
        + jnp.maximum(jnp.cbrt(driven / 5830.0) - 1.0, 0.0)
    )


def gap_convection(
    temp_a: Float[Array, "*gap"],
    temp_b: Float[Array, "*gap"],
    thickness: Float[Array, "*gap"],
    gas: Float[Array, "*gap coefficient"],
    tilt_deg: Float[Array, "*gap"],
    height: Float[Array, "*gap"],
    pressure: Float[Array, "*gap"],
    *,
    upright: bool = False,
) -> Float[Array, "*gap"]:
    """Conduction and convection through the gas of a sealed gap.

    Args:
        temp_a: Surface of the outer pane towards the gap. [degC]
        temp_b: Surface of the inner pane towards the gap. [degC]
        thickness: Gap between the panes. [m]
        gas: Seven coefficients, a row of `GAS_COEFFICIENTS` or `mix_gases`.
        tilt_deg: Surface tilt of the window, 0 faces up, 90 vertical. [deg]
        height: Length of the gap along the slope. [m]
        pressure: Of the gas. [Pa]
        upright: All gaps are vertical (static); the tilt is then not looked at.

    Returns:
        Conductance. [W/(m2 K)]

    Notes:
        Differentiable everywhere: the jumps of the correlations (under 1 % at Rayleigh numbers
        1e4 and 5e4) are bridged over a tenth of the Rayleigh number, the jump at 60 degrees
        over 5 degrees, and the larger of two correlations is taken smoothly (excess at most
        0.005 in the Nusselt number).
        Source: ISO 15099:2003, 5.3.3, equations 39 to 53, and Annex B.
    """
    gas = jnp.asarray(gas)
    # No flow of heat at equal temperatures, where |dT| has no derivative but Nu has: zero.
    difference = jnp.sqrt((temp_b - temp_a) ** 2 + 1e-6)
    kelvin = 0.5 * (temp_a + temp_b) + ZERO_CELSIUS
    conductivity = gas[..., 0] + gas[..., 1] * kelvin
    viscosity = gas[..., 2] + gas[..., 3] * kelvin
    specific_heat = gas[..., 4] + gas[..., 5] * kelvin
    density = pressure * gas[..., 6] / (_MOLAR_GAS_CONSTANT * kelvin)
    buoyancy = GRAVITY * difference / kelvin * thickness**3
    rayleigh = buoyancy * (density / viscosity) * (density * specific_heat / conductivity)
    rayleigh = jnp.maximum(rayleigh, 1e-2)
    aspect = height / thickness

    vertical = _nusselt_vertical(rayleigh, aspect)
    if upright:
        return vertical * conductivity / thickness
    # Angle from the horizontal of a cavity heated from below; above 90 it is heated from above.
    angle = jnp.where(temp_b >= temp_a, tilt_deg, 180.0 - tilt_deg)
    sixty = _nusselt_60(rayleigh, aspect)
    steep = sixty + jnp.clip((angle - 60.0) / 30.0, 0.0, 1.0) * (vertical - sixty)
    low = _nusselt_low_tilt(rayleigh, angle)
    share = _smooth_step(angle, 60.0 - _TILT_BLEND_HALF_WIDTH, 60.0 + _TILT_BLEND_HALF_WIDTH)
    heated_below = low + share * (steep - low)
    above = 1.0 + (vertical - 1.0) * jnp.sin(jnp.deg2rad(jnp.clip(angle, 90.0, 180.0)))
    nusselt = jnp.where(angle > 90.0, above, heated_below)
    return nusselt * conductivity / thickness


def gap_radiation(
    temp_a: Float[Array, "*gap"],
    temp_b: Float[Array, "*gap"],
    emissivity_a: Float[Array, "*gap"],
    emissivity_b: Float[Array, "*gap"],
) -> Float[Array, "*gap"]:
    """Longwave exchange between two large parallel grey planes, as a conductance.

    Args:
        temp_a: First face. [degC]
        temp_b: Second face. [degC]
        emissivity_a: Of the first face, longwave. [-]
        emissivity_b: Of the second face, longwave. [-]

    Returns:
        Exact secant conductance: times the temperature difference it gives the flow. [W/(m2 K)]

    Notes:
        Zero if a face does not emit.
        Source: ISO 15099:2003, 5.2; any text on radiative exchange.
    """
    a, b = temp_a + ZERO_CELSIUS, temp_b + ZERO_CELSIUS
    product = emissivity_a * emissivity_b
    exchange = product / jnp.maximum(emissivity_a + emissivity_b - product, 1e-6)
    return STEFAN_BOLTZMANN * exchange * (a**2 + b**2) * (a + b)


def gap_conductance(
    temp_a: Float[Array, "*gap"],
    temp_b: Float[Array, "*gap"],
    thickness: Float[Array, "*gap"],
    emissivity_a: Float[Array, "*gap"],
    emissivity_b: Float[Array, "*gap"],
    gas: Float[Array, "*gap coefficient"],
    tilt_deg: Float[Array, "*gap"],
    height: Float[Array, "*gap"],
    pressure: Float[Array, "*gap"],
    *,
    upright: bool = False,
) -> Float[Array, "*gap"]:
    """Gas and radiation together: `gap_convection` plus `gap_radiation`.

    Args:
        temp_a: Surface of the outer pane towards the gap. [degC]
        temp_b: Surface of the inner pane towards the gap. [degC]
        thickness: Gap between the panes. [m]
        emissivity_a: Of the outer pane's gap face. [-]
        emissivity_b: Of the inner pane's gap face. [-]
        gas: Seven coefficients, a row of `GAS_COEFFICIENTS` or `mix_gases`.
        tilt_deg: Surface tilt of the window, 0 faces up, 90 vertical. [deg]
        height: Length of the gap along the slope. [m]
        pressure: Of the gas. [Pa]
        upright: All gaps are vertical (static).

    Returns:
        Conductance between the two faces. [W/(m2 K)]
    """
    gas_part = gap_convection(
        temp_a, temp_b, thickness, gas, tilt_deg, height, pressure, upright=upright
    )
    return gas_part + gap_radiation(temp_a, temp_b, emissivity_a, emissivity_b)
