"""Run a network over its weather: one scan over days, one over the steps of a day."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.networks import Coefficients, RCNetwork, State, coefficients, step, uniform_state
from fluxion.physics.moist_air import moist_air_density, moist_air_specific_heat
from fluxion.simulation._beams import beam_table
from fluxion.simulation._forcing import day_forcing
from fluxion.simulation._inputs import Controls, Day
from fluxion.simulation._options import Options, check, options_of
from fluxion.simulation._trajectory import OUTPUTS, Trajectory, default_outputs
from fluxion.units import HOURS_PER_DAY, SECONDS_PER_HOUR
from fluxion.weather import Weather, step_weather

_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _months(weather: Weather) -> np.ndarray:
    lengths = np.array(_MONTH_LENGTHS)
    lengths[1] += weather.leap_year
    month_of_day = np.repeat(np.arange(12), lengths)
    return month_of_day[(weather.start_day + np.arange(weather.days)) % len(month_of_day)]


def air_capacity(network: RCNetwork, weather: Weather) -> Float[Array, "zone"]:
    """Heat capacity of each zone's air at 20 degC and the weather's mean pressure. [J/K]"""
    humidity = jnp.asarray(0.008, network.dtype)
    density = moist_air_density(
        jnp.asarray(20.0, network.dtype), humidity, jnp.mean(weather.pressure)
    )
    specific = moist_air_specific_heat(humidity)
    return network.zones.volume * density * specific * network.zones.capacitance_multiplier


def constants(network: RCNetwork, options: Options) -> Coefficients:
    """Everything constant over a simulation with these options."""
    return coefficients(
        network,
        SECONDS_PER_HOUR / options.steps_per_hour,
        modes=options.modes,
        window_convection=options.window_convection,
        shaded_ground=options.shaded_ground,
    )


def inputs_by_day(
    network: RCNetwork, weather: Weather, controls: Controls, options: Options
) -> Day:
    """Inputs laid out by day, the warm-up's first."""
    count, days = options.steps_per_hour, weather.days
    at_steps = step_weather(
        weather,
        steps_per_hour=count,
        sky_model=options.sky_model,
        sky_temperature=options.sky_temperature,
    )
    order = np.concatenate(
        [np.arange(days - options.warmup_days, days) % days, np.arange(days)]
    ).astype(np.int32)

    def by_day(leaf: Array, per_day: int) -> Array:
        return leaf.reshape(days, per_day, *leaf.shape[1:])[order]

    start = weather.start_day * HOURS_PER_DAY
    hours = (start + np.arange(weather.hours)) % (network.structure.days * HOURS_PER_DAY)
    full_year = start == 0 and weather.days == network.structure.days
    schedules = network.schedules if full_year else network.schedules[:, hours]
    return Day(
        weather=jax.tree.map(lambda leaf: by_day(leaf, HOURS_PER_DAY * count), at_steps),
        schedules=by_day(jnp.moveaxis(schedules, 0, 1), HOURS_PER_DAY),
        controls=jax.tree.map(lambda leaf: by_day(leaf, HOURS_PER_DAY), controls),
        month=jnp.asarray(_months(weather)[order]),
        number=jnp.asarray(order, network.dtype),
    )


@partial(jax.jit, static_argnames=("outputs", "options"))
def _run(
    network: RCNetwork,
    weather: Weather,
    controls: Controls,
    start: State | None,
    *,
    outputs: tuple[str, ...],
    options: Options,
) -> Trajectory:
    c = constants(network, options)
    capacity = air_capacity(network, weather) * (options.steps_per_hour / SECONDS_PER_HOUR)
    state = uniform_state(network, options.modes) if start is None else start

    of_flows = {name: get for name in outputs if (get := OUTPUTS[name].of_flows)}
    of_light = {name: get for name in outputs if (get := OUTPUTS[name].of_light)}

    def advance(state: State, forcing):
        state, flows = step(network, c, capacity, state, forcing)
        return state, {name: get(flows) for name, get in of_flows.items()}

    drive = day_forcing
    if options.adjoint != "direct":
        advance = jax.checkpoint(advance, prevent_cse=False)
        drive = jax.checkpoint(day_forcing, prevent_cse=False)

    days = inputs_by_day(network, weather, controls, options)
    beams = beam_table(network, c, days.weather.sun_direction[options.warmup_days :])

    def one_day(state: State, day: Day):
        forcing, light = drive(network, c, day, beams)
        state, found = jax.lax.scan(advance, state, forcing)
        found |= {name: get(light) for name, get in of_light.items()}

        def hourly(values: Array) -> Array:
            shape = (HOURS_PER_DAY, options.steps_per_hour, *values.shape[1:])
            return jnp.mean(values.reshape(shape), axis=1)

        return state, jax.tree.map(hourly, found)

    if options.adjoint == "checkpointed":
        one_day = jax.checkpoint(one_day, prevent_cse=False)
    final, found = jax.lax.scan(one_day, state, days)

    def of_period(values: Array) -> Array:
        return values[options.warmup_days :].reshape(weather.hours, *values.shape[2:])

    return Trajectory(
        structure=network.structure,
        values={name: of_period(found[name]) for name in outputs},
        final_state=final,
    )


def simulate(
    network: RCNetwork,
    weather: Weather,
    controls: Controls | None = None,
    *,
    outputs: tuple[str, ...] = default_outputs,
    initial_state: State | None = None,
    options: Options | None = None,
    throw: bool = True,
    **settings,
) -> Trajectory:
    """Simulate a network over its weather.

    A pure function: `jit`, `vmap`, `grad` and `jvp` compose over it, with respect to every array
    of the network, the weather, the controls and the initial state. It compiles once for each
    structure, first day and length of weather, choice of outputs and options; new numbers never
    recompile.

    Args:
        network: What `build` makes.
        weather: Hourly weather of whole days.
        controls: Hourly setpoints or heat flows that replace or add to the network's own.
        outputs: Names of the hourly results to keep, see `OUTPUTS`.
        initial_state: Where to start, for instance a trajectory's `final_state`; by default 20
            degC throughout. Give `warmup_days=0` to start exactly there.
        options: How to run.
        throw: Raise if the result is not finite. While traced nothing is raised; call
            `Trajectory.raise_if_failed` on the concrete result.
        **settings: Single fields of `Options`, in place of `options`.

    Returns:
        Hourly results and the final state.

    Raises:
        SimulationError: Arguments that cannot work together.
        NonFiniteError: A state left the finite numbers; says when and where.
    """
    controls = Controls() if controls is None else controls
    if options is None:
        options = options_of(settings)
    elif settings:
        raise SimulationError(
            f"both options and {', '.join(settings)} were given; give either, not both"
        )
    check(network, weather, controls, initial_state, outputs, options)
    if jnp.result_type(weather.temp_air) != network.dtype:
        weather = weather.astype(network.dtype)
    trajectory = _run(
        replace(network, structure=network.structure.unnamed()),
        weather.renamed(""),
        jax.tree.map(lambda leaf: jnp.asarray(leaf, network.dtype), controls),
        initial_state,
        outputs=tuple(outputs),
        options=options,
    )
    trajectory = replace(trajectory, structure=network.structure)
    if throw and not isinstance(jax.tree.leaves(trajectory)[0], Tracer):
        trajectory.raise_if_failed()
    return trajectory
