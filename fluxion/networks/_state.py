"""What drives a network, what it remembers, and what flows in it during a step."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.networks._network import RCNetwork


class Forcing(eqx.Module):
    """What drives a network during one step; every value stands for the middle of the step."""

    temp_air: Float[Array, ""]  # [degC]
    temp_sky: Float[Array, ""]  # [degC]
    pressure: Float[Array, ""]  # [Pa]
    forced: Float[Array, "zone outside"]  # forced convection [W/(m2 K)]
    ground: Float[Array, "zone envelope"]  # temperature below surfaces on ground [degC]
    solar_outside: Float[Array, "zone envelope"]  # absorbed [W/m2]
    pane_heat: Float[Array, "zone window pane"]  # absorbed [W/m2]
    solar_inside: Float[Array, "zone face"]  # absorbed, windows apart [W/m2]
    gain_convective: Float[Array, "zone"]  # [W]
    gain_radiant: Float[Array, "zone"]  # [W]
    airflow: Float[Array, "zone"]  # outdoor air, heat capacity rate [W/K]
    airflow_slope: Float[Array, "zone"]  # the same for each kelvin indoors to outdoors [W/K2]
    exchange: Float[Array, "exchange"]  # air between zones [W/K]
    heating_setpoint: Float[Array, "zone"]  # [degC]
    cooling_setpoint: Float[Array, "zone"]
    heating_capacity: Float[Array, "zone"]  # [W]
    cooling_capacity: Float[Array, "zone"]


class State(eqx.Module):
    """State of a network: a pytree that can be stored, forked and differentiated.

    ``last_*`` are the values a step earlier, from which films are extrapolated; that of the air
    lies within the setpoints it was then moved to. ``missed`` is how far the air stayed below
    its heating setpoint (negative) or above its cooling setpoint for want of capacity.
    """

    modes: Float[Array, "zone opaque mode"]
    temp_outside: Float[Array, "zone outside"]
    temp_inside: Float[Array, "zone face"]
    temp_air: Float[Array, "zone"]
    temp_radiant: Float[Array, "zone"]
    temp_pane: Float[Array, "zone window pane"]
    last_outside: Float[Array, "zone outside"]
    last_inside: Float[Array, "zone face"]
    last_air: Float[Array, "zone"]
    missed: Float[Array, "zone"]  # [K]
    end_air: Float[Array, "zone"]


def uniform_state(
    network: RCNetwork, modes: int = 3, temperature: Float[Array, ""] | float = 20.0
) -> State:
    """A network at one temperature throughout.

    Args:
        network: The network.
        modes: Modes kept for each wall (static).
        temperature: Of everything. [degC]
    """
    zones, envelope, partitions, windows = network.structure.counts
    panes = network.glazings.thickness.shape[-1]

    def full(*shape: int) -> Array:
        return jnp.full(shape, temperature, network.dtype)

    outside, face = full(zones, envelope + windows), full(zones, envelope + partitions + windows)
    return State(
        modes=jnp.zeros((zones, envelope + partitions, modes), network.dtype),
        temp_outside=outside,
        temp_inside=face,
        temp_air=full(zones),
        temp_radiant=full(zones),
        temp_pane=full(zones, windows, panes),
        last_outside=outside,
        last_inside=face,
        last_air=full(zones),
        missed=jnp.zeros((zones,), network.dtype),
        end_air=full(zones),
    )


class Flows(eqx.Module):
    """Heat flows and temperatures at the end of a step, all that a result can be made of.

    Flows of a face are per square metre and positive towards the face, so that they sum to zero.
    """

    heating: Float[Array, "zone"]  # [W]
    cooling: Float[Array, "zone"]  # [W]
    temp_air: Float[Array, "zone"]  # [degC]
    temp_radiant: Float[Array, "zone"]
    temp_inside: Float[Array, "zone face"]
    temp_outside: Float[Array, "zone outside"]
    conduction_inside: Float[Array, "zone face"]  # [W/m2]
    convection_inside: Float[Array, "zone face"]
    longwave_inside: Float[Array, "zone face"]
    solar_inside: Float[Array, "zone face"]
    conduction_outside: Float[Array, "zone outside"]
    convection_outside: Float[Array, "zone outside"]
    longwave_outside: Float[Array, "zone outside"]
    solar_outside: Float[Array, "zone outside"]
    airflow: Float[Array, "zone"]  # heat brought by outdoor air [W]
    exchange: Float[Array, "zone"]  # heat brought from other zones [W]
    surfaces: Float[Array, "zone"]  # heat that faces give to the air by convection [W]
    partitions: Float[Array, "zone"]  # heat conducted out of the walls to other zones [W]
    gain: Float[Array, "zone"]  # convective gains [W]
    storage: Float[Array, "zone"]  # heat taken up by the zone air [W]
    convection_coefficient: Float[Array, "zone face"]  # inside [W/(m2 K)]
