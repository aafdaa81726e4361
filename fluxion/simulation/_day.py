"""One day of a simulation: its forcing for all steps at once, then the steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.networks import Coefficients, Forcing, RCNetwork, State, step
from fluxion.simulation._beams import BeamTable
from fluxion.simulation._forcing import day_forcing
from fluxion.simulation._inputs import Day
from fluxion.simulation._options import Options
from fluxion.simulation._trajectory import OUTPUTS
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import HourlyWeather, Site, weather_at_steps

#: Hourly means by name, (hour, zone, ...).
Found = dict[str, Float[Array, "..."]]


class Shared(eqx.Module):
    """What all days of a simulation have in common.

    Attributes:
        network: The network.
        coefficients: Its constants.
        capacity: Of each zone's air over a step. [W/K]
        beams: Where traced beams fall.
        site: Of the weather.
    """

    network: RCNetwork
    coefficients: Coefficients
    capacity: Float[Array, "zone"]
    beams: BeamTable | None
    site: Site


#: From midnight to midnight: the state at the end of a day and its hourly results.
DayFunction = Callable[[Shared, State, Day], tuple[State, Found]]


def advance_function(
    network: RCNetwork,
    coefficients: Coefficients,
    capacity: Float[Array, "zone"],
    outputs: tuple[str, ...],
) -> Callable[[State, Forcing], tuple[State, Found]]:
    """From step to step: the new state, and those results that follow from flows.

    Args:
        network: The network.
        coefficients: Its constants.
        capacity: Of each zone's air over a step. [W/K]
        outputs: Names of results to keep; those of light are left out.
    """
    of_flows = {name: get for name in outputs if (get := OUTPUTS[name].of_flows)}

    def advance(state: State, forcing: Forcing) -> tuple[State, Found]:
        state, flows = step(network, coefficients, capacity, state, forcing)
        return state, {name: get(flows) for name, get in of_flows.items()}

    return advance


def day_function(outputs: tuple[str, ...], options: Options) -> DayFunction:
    """From midnight to midnight: the state at the end of a day and its hourly results.

    Args:
        outputs: Names of results to keep.
        options: How to run.
    """
    of_light = {name: get for name in outputs if (get := OUTPUTS[name].of_light)}
    drive = day_forcing
    if options.adjoint != "direct":
        drive = jax.checkpoint(day_forcing, prevent_cse=False)

    def one_day(shared: Shared, state: State, day: Day) -> tuple[State, Found]:
        network, c = shared.network, shared.coefficients
        if isinstance(day.weather, HourlyWeather):
            rows = weather_at_steps(day.weather, shared.site, sky_model=options.sky_model)
            day = replace(day, weather=rows)

        advance = advance_function(network, c, shared.capacity, outputs)
        if options.adjoint != "direct":
            advance = jax.checkpoint(advance, prevent_cse=False)
        forcing, light = drive(network, c, day, shared.beams)
        state, found = jax.lax.scan(advance, state, forcing)
        found |= {name: get(light) for name, get in of_light.items()}

        def hourly(values: Array) -> Array:
            shape = (HOURS_PER_DAY, options.steps_per_hour, *values.shape[1:])
            return jnp.mean(values.reshape(shape), axis=1)

        return state, jax.tree.map(hourly, found)

    return one_day
