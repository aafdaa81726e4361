"""Run a network over its weather: one scan over days, one over the steps of a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.networks import Coefficients, RCNetwork, State, coefficients, step
from fluxion.physics.moist_air import moist_air_density, moist_air_specific_heat
from fluxion.simulation._forcing import Controls, Day, day_forcing
from fluxion.simulation._trajectory import OUTPUTS, Trajectory, default_outputs
from fluxion.units import HOURS_PER_DAY, SECONDS_PER_HOUR
from fluxion.weather import Weather, step_weather

Adjoint = Literal["stored", "checkpointed", "direct"]
_ADJOINTS = ("stored", "checkpointed", "direct")


@dataclass(frozen=True)
class Options:
    """How a simulation runs; static, so that each combination compiles once.

    Attributes:
        steps_per_hour: Time steps in an hour.
        warmup_days: Days run before the first, taken cyclically from the end of the weather.
        modes: Modes kept for each wall.
        sky_model: Diffuse sky on tilted planes: "perez", "hay_davies", "isotropic".
        sky_temperature: "infrared" (of the weather), "berdahl_martin", "clark_allen", "brunt".
        adjoint: How reverse mode gets back at the past: "stored" keeps the states of all steps
            (fastest, 25 MB a year for one building), "checkpointed" those at midnight and runs
            each day again (for large batches), "direct" every intermediate value. Forward mode
            works with all.
    """

    steps_per_hour: int = 4
    warmup_days: int = 25
    modes: int = 3
    sky_model: str = "perez"
    sky_temperature: str = "infrared"
    adjoint: Adjoint = "stored"


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


def initial_state(
    network: RCNetwork, c: Coefficients, temperature: Float[Array, ""] | float = 20.0
) -> State:
    """A network at one temperature throughout.

    Args:
        network: The network.
        c: Its coefficients.
        temperature: Of everything. [degC]
    """
    zones, envelope, partitions, windows = network.structure.counts
    panes = network.glazings.thickness.shape[-1]
    dtype = network.dtype

    def full(*shape: int) -> Array:
        return jnp.full(shape, temperature, dtype)

    outside, face = full(zones, envelope + windows), full(zones, envelope + partitions + windows)
    return State(
        modes=jnp.zeros(c.walls.time_constant.shape, dtype),
        temp_outside=outside,
        temp_inside=face,
        temp_air=full(zones),
        temp_radiant=full(zones),
        temp_pane=full(zones, windows, panes),
        last_outside=outside,
        last_inside=face,
        last_air=full(zones),
        last_radiant=full(zones),
    )


def _days(network: RCNetwork, weather: Weather, controls: Controls, options: Options) -> Day:
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
    seconds = SECONDS_PER_HOUR / options.steps_per_hour
    c = coefficients(network, seconds, modes=options.modes)
    capacity = air_capacity(network, weather) / seconds
    state = initial_state(network, c) if start is None else start

    of_flows = {name: get for name in outputs if (get := OUTPUTS[name].of_flows)}
    of_light = {name: get for name in outputs if (get := OUTPUTS[name].of_light)}

    def advance(state: State, forcing):
        state, flows = step(network, c, capacity, state, forcing)
        return state, {name: get(flows) for name, get in of_flows.items()}

    drive = day_forcing
    if options.adjoint != "direct":
        advance = jax.checkpoint(advance, prevent_cse=False)
        drive = jax.checkpoint(day_forcing, prevent_cse=False)

    def one_day(state: State, day: Day):
        forcing, light = drive(network, c, day)
        state, found = jax.lax.scan(advance, state, forcing)
        found |= {name: get(light) for name, get in of_light.items()}

        def hourly(values: Array) -> Array:
            shape = (HOURS_PER_DAY, options.steps_per_hour, *values.shape[1:])
            return jnp.mean(values.reshape(shape), axis=1)

        return state, jax.tree.map(hourly, found)

    if options.adjoint == "checkpointed":
        one_day = jax.checkpoint(one_day, prevent_cse=False)
    days = _days(network, weather, controls, options)
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
    structure, length of weather, choice of outputs and options; new numbers never recompile.

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
    if options is None:
        options = _options(settings)
    elif settings:
        raise SimulationError(
            f"both options and {', '.join(settings)} were given; give either, not both"
        )
    _check(network, weather, outputs, options)
    if jnp.result_type(weather.temp_air) != network.dtype:
        weather = weather.astype(network.dtype)
    trajectory = _run(
        network,
        weather.renamed(""),
        Controls() if controls is None else controls,
        initial_state,
        outputs=tuple(outputs),
        options=options,
    )
    if throw and not isinstance(jax.tree.leaves(trajectory)[0], Tracer):
        trajectory.raise_if_failed()
    return trajectory


def _options(settings: dict) -> Options:
    try:
        return Options(**settings)
    except TypeError as error:
        known = ", ".join(Options.__dataclass_fields__)
        wrong = ", ".join(key for key in settings if key not in Options.__dataclass_fields__)
        raise SimulationError(f"unknown setting {wrong}; the settings are {known}") from error


def _check(network: RCNetwork, weather: Weather, outputs: tuple[str, ...], o: Options) -> None:
    n = o.steps_per_hour
    if not isinstance(n, int) or n < 1 or 3600 % n:
        raise SimulationError(
            f"{n} steps per hour do not divide the hour into whole seconds; "
            "take a divisor of 3600 such as 1, 2, 4, 6, 10, 12, 20 or 60"
        )
    if not 0 <= o.warmup_days <= 366:
        raise SimulationError(f"{o.warmup_days} warm-up days were given; take 0 to 366")
    if not 1 <= o.modes <= 8:
        raise SimulationError(f"{o.modes} modes a wall were given; take 1 to 8")
    if o.adjoint not in _ADJOINTS:
        raise SimulationError(f"unknown adjoint {o.adjoint!r}; take one of {', '.join(_ADJOINTS)}")
    unknown = [name for name in outputs if name not in OUTPUTS]
    if unknown or not outputs:
        raise SimulationError(
            f"unknown output {', '.join(map(repr, unknown)) or '(none given)'}; "
            f"choose from {', '.join(OUTPUTS)}"
        )
    if weather.days_in_year != network.structure.days:
        raise SimulationError(
            f"the weather is of a year of {weather.days_in_year} days, the network's schedules of "
            f"{network.structure.days}; build the network with leap_year={weather.leap_year}"
        )
