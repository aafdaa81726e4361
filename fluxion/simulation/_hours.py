"""One hour at a time: what drives a network in each hour, and its answer from any state.

`simulate` runs whole days; here the same steps stand alone, so that a state of any origin
(measured, predicted, drawn) can be taken an hour further and what a model says held to it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.networks import Coefficients, Forcing, RCNetwork, State
from fluxion.simulation._beams import beam_table, sun_days
from fluxion.simulation._day import Found, advance_function
from fluxion.simulation._forcing import day_forcing, with_controls
from fluxion.simulation._inputs import Controls, Day
from fluxion.simulation._options import Options, check
from fluxion.simulation._simulate import air_capacity, constants, inputs_by_day
from fluxion.simulation._trajectory import OUTPUTS, default_outputs
from fluxion.units import HOURS_PER_DAY, SECONDS_PER_HOUR
from fluxion.weather import StepWeather, Weather


@partial(jax.jit, static_argnames=("options",))
def forcing_of_steps(
    network: RCNetwork, weather: Weather, controls: Controls, options: Options
) -> Forcing:
    """What drives a network at every step of a weather, steps along the first axis."""
    c = constants(network, options)
    days = inputs_by_day(network, weather, controls, options)
    assert isinstance(days.weather, StepWeather)
    beams = beam_table(network, c, weather.site, sun_days(weather))

    def one_day(day: Day) -> Forcing:
        return day_forcing(network, c, day, beams)[0]

    by_day = jax.lax.map(one_day, days)
    steps = weather.days * HOURS_PER_DAY * options.steps_per_hour
    return jax.tree.map(lambda leaf: leaf.reshape(steps, *leaf.shape[2:]), by_day)


def forcing_of_hours(
    network: RCNetwork,
    weather: Weather,
    controls: Controls | None = None,
    *,
    options: Options | None = None,
) -> Forcing:
    """What drives a network in each hour of a weather.

    Args:
        network: What `build` makes.
        weather: Hourly weather of whole days.
        controls: As for `simulate`.
        options: As for `simulate`; there is no warm-up.

    Returns:
        Every leaf `(hour, step, ...)`, steps being those within the hour.

    Raises:
        SimulationError: Arguments that cannot work together.
    """
    options = replace(Options() if options is None else options, warmup_days=0)
    controls = Controls() if controls is None else controls
    check(network, weather, controls, None, default_outputs, options)
    if weather.temp_air.dtype != network.dtype:
        weather = weather.astype(network.dtype)
    forcing = forcing_of_steps(network, weather.renamed(""), controls, options)
    count = options.steps_per_hour
    return jax.tree.map(lambda leaf: leaf.reshape(weather.hours, count, *leaf.shape[1:]), forcing)


class OneHour(eqx.Module):
    """A network's answer to one hour; a pure function of states, forcing and controls.

    `jit`, `vmap` over states, hours or both, and `grad` compose over it.

    Attributes:
        network: The network.
        coefficients: Its constants.
        capacity: Of each zone's air over a step. [W/K]
        outputs: Hourly means to give.
    """

    network: RCNetwork
    coefficients: Coefficients
    capacity: Float[Array, "zone"]
    outputs: tuple[str, ...] = eqx.field(static=True)

    def __call__(
        self, state: State, hour: Forcing, controls: Controls | None = None
    ) -> tuple[State, Found]:
        """Take a state an hour further.

        Args:
            state: At the beginning of the hour.
            hour: A row of `forcing_of_hours`, `(step, ...)`.
            controls: Of the hour, `(zone,)` each, in place of those that the forcing has.

        Returns:
            The state at the end, and hourly means by name.
        """
        if controls is not None:
            hour = with_controls(hour, controls)
        advance = advance_function(self.network, self.coefficients, self.capacity, self.outputs)
        state, found = jax.lax.scan(advance, state, hour)
        return state, {name: jnp.mean(values, axis=0) for name, values in found.items()}


def one_hour(
    network: RCNetwork,
    weather: Weather,
    *,
    options: Options | None = None,
    outputs: tuple[str, ...] = default_outputs,
) -> OneHour:
    """The function that takes a network's state an hour further, by the steps of `simulate`.

    Args:
        network: What `build` makes.
        weather: Whose mean pressure gives the air its weight.
        options: As for `simulate`.
        outputs: Names of hourly means to give, see `OUTPUTS`; none that is made of light alone.

    Raises:
        SimulationError: Arguments that cannot work together.
    """
    options = Options() if options is None else options
    check(network, weather, Controls(), None, outputs, options)
    light = [name for name in outputs if OUTPUTS[name].of_flows is None]
    if light:
        raise SimulationError(
            f"{', '.join(light)} follows from light and not from a state; ask `simulate` for it"
        )
    if weather.temp_air.dtype != network.dtype:
        weather = weather.astype(network.dtype)
    capacity = air_capacity(network, weather) * (options.steps_per_hour / SECONDS_PER_HOUR)
    return OneHour(network, _constants(network, options), capacity, tuple(outputs))


_constants = jax.jit(constants, static_argnames=("options",))
