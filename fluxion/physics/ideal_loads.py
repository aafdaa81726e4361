"""Ideal loads: the heat that holds a zone's air within its thermostat's limits."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float


def ideal_loads(
    conductance: Float[Array, "zone"],
    drive: Float[Array, "zone"],
    heating_setpoint: Float[Array, "zone"],
    cooling_setpoint: Float[Array, "zone"],
    heating_capacity: Float[Array, "zone"],
    cooling_capacity: Float[Array, "zone"],
) -> tuple[Float[Array, "zone"], Float[Array, "zone"], Float[Array, "zone"]]:
    """Close the balance ``conductance * T = drive + heating - cooling`` within the deadband.

    No iteration and no branch: heat is added up to the capacity when the zone would fall below
    the heating setpoint, removed when it would rise above the cooling setpoint, and neither
    between them. A capacity of 0 leaves the zone to float.

    Args:
        conductance: Of the zone air to everything, above 0. [W/K]
        drive: Heat flow into the zone air at 0 degC without plant. [W]
        heating_setpoint: Lower limit. [degC]
        cooling_setpoint: Upper limit, not below the lower. [degC]
        heating_capacity: Most heat that can be added. [W]
        cooling_capacity: Most heat that can be removed. [W]

    Returns:
        Zone air temperature [degC], heating [W] and cooling [W], both positive.

    Notes:
        Continuous, and differentiable except where a limit begins to act; there the derivative
        is one-sided. Source: the zone air balance solved for the load, ASHRAE Fundamentals 2021,
        ch. 19, eq. 30.
    """
    wanted_heat = jnp.maximum(conductance * heating_setpoint - drive, 0.0)
    wanted_cold = jnp.maximum(drive - conductance * cooling_setpoint, 0.0)
    heating = jnp.minimum(wanted_heat, heating_capacity)
    cooling = jnp.minimum(wanted_cold, cooling_capacity)
    return (drive + heating - cooling) / conductance, heating, cooling
