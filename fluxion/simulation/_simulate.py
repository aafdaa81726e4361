"""Run a network over its weather: one scan over days, one over the steps of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from fluxion.networks import Coefficients, RCNetwork, State, coefficients, uniform_state
from fluxion.physics.moist_air import moist_air_density, moist_air_specific_heat
from fluxion.simulation._beams import beam_table, sun_days
from fluxion.simulation._chunks import cut_days
from fluxion.simulation._day import Shared, day_function
from fluxion.simulation._in_chunks import run_in_chunks
from fluxion.simulation._inputs import Controls, Day
from fluxion.simulation._options import Options, check, check_devices, chunks_of, options_of
from fluxion.simulation._trajectory import Trajectory, default_outputs
from fluxion.units import HOURS_PER_DAY, SECONDS_PER_HOUR, month_lengths
from fluxion.weather import Weather, hourly_weather, weather_at_steps


def _months(weather: Weather) -> np.ndarray:
    lengths = month_lengths(bool(weather.leap_year))
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
    network: RCNetwork,
    weather: Weather,
    controls: Controls,
    options: Options,
    *,
    filling: int = 0,
    hourly: bool = False,
) -> Day:
    """Inputs laid out by day, the warm-up's first.

    Args:
        network: The network.
        weather: Hourly weather of whole days.
        controls: Hourly values.
        options: How to run.
        filling: So many days go before all others; which they are does not matter.
        hourly: Leave the weather as rows by hour, for `weather_at_steps` later.
    """
    count, days = options.steps_per_hour, weather.days
    rows = hourly_weather(weather, steps_per_hour=count, sky_temperature=options.sky_temperature)
    if not hourly:
        rows = weather_at_steps(rows, weather.site, sky_model=options.sky_model)
    order = np.arange(-options.warmup_days - filling, days) % days

    def in_order(rows: Array) -> Array:
        whole, rest = divmod(len(order), days)
        first = [rows[days - rest :]] if rest else []
        return jnp.concatenate([*first, *[rows] * whole])

    def by_day(leaf: Array, per_day: int) -> Array:
        return in_order(leaf.reshape(days, per_day, *leaf.shape[1:]))

    start = weather.start_day * HOURS_PER_DAY
    hours = (start + np.arange(weather.hours)) % (network.structure.days * HOURS_PER_DAY)
    full_year = start == 0 and weather.days == network.structure.days
    schedules = network.schedules if full_year else network.schedules[:, hours]
    return Day(
        weather=jax.tree.map(lambda leaf: by_day(leaf, len(leaf) // days), rows),
        schedules=by_day(jnp.moveaxis(schedules, 0, 1), HOURS_PER_DAY),
        controls=jax.tree.map(lambda leaf: by_day(leaf, HOURS_PER_DAY), controls),
        month=jnp.asarray(_months(weather)[order]),
        sun=jax.tree.map(lambda leaf: leaf[order], sun_days(weather)),
    )


def _run_traced(
    network: RCNetwork,
    weather: Weather,
    controls: Controls,
    start: State | None,
    *,
    outputs: tuple[str, ...],
    options: Options,
    devices: tuple[Any, ...] = (None,),
) -> Trajectory:
    c = constants(network, options)
    capacity = air_capacity(network, weather) * (options.steps_per_hour / SECONDS_PER_HOUR)
    state = uniform_state(network, options.modes) if start is None else start
    serial = options.time_chunks == 1
    cuts = cut_days(
        weather.days + options.warmup_days, chunks_of(options, len(devices)), len(devices)
    )
    before = cuts.filling + options.warmup_days
    days = inputs_by_day(
        network, weather, controls, options, filling=cuts.filling, hourly=not serial
    )
    beams = beam_table(network, c, weather.site, sun_days(weather))
    shared = Shared(network, c, capacity, beams, weather.site)
    one_day = day_function(outputs, options)
    seams = None
    if serial:
        if options.adjoint == "checkpointed":
            one_day = jax.checkpoint(one_day, prevent_cse=False)
        final, found = jax.lax.scan(partial(one_day, shared), state, days)
    else:
        final, found, seams = run_in_chunks(
            one_day, cuts, options.seam_tolerance, devices, shared, state, days
        )

    def of_period(values: Array) -> Array:
        return values[before:].reshape(weather.hours, *values.shape[2:])

    return Trajectory(
        structure=network.structure,
        values={name: of_period(found[name]) for name in outputs},
        final_state=final,
        seams=seams,
    )


_run = jax.jit(_run_traced, static_argnames=("outputs", "options", "devices"))


@jax.jit
def _pack(arrays: list[Array]) -> Array:
    return jnp.concatenate([array.reshape(-1) for array in arrays])


@partial(jax.jit, static_argnames=("tree", "shapes", "outputs", "options", "devices"))
def _run_packed(packed: Array, others: list[Array], *, tree, shapes, **settings) -> Trajectory:
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes if shape is not None])
    parts = iter(jnp.split(packed, ends[:-1]))
    rest = iter(others)
    leaves = [next(rest) if shape is None else next(parts).reshape(shape) for shape in shapes]
    return _run_traced(*jax.tree.unflatten(tree, leaves), **settings)


def _run_on_devices(*arguments: Any, **settings: Any) -> Trajectory:
    """`_run` for several devices: they are sent one array, and not hundreds at a price each."""
    leaves, tree = jax.tree.flatten(arguments)
    dtype = arguments[0].dtype
    leaves = [jnp.asarray(leaf) for leaf in leaves]
    shapes = tuple(leaf.shape if leaf.dtype == dtype else None for leaf in leaves)
    packed = _pack([leaf for leaf in leaves if leaf.dtype == dtype])
    others = [leaf for leaf in leaves if leaf.dtype != dtype]
    return _run_packed(packed, others, tree=tree, shapes=shapes, **settings)


def simulate(
    network: RCNetwork,
    weather: Weather,
    controls: Controls | None = None,
    *,
    outputs: tuple[str, ...] = default_outputs,
    initial_state: State | None = None,
    options: Options | None = None,
    throw: bool = True,
    devices: Sequence[Any] | None = None,
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
        devices: That share the chunks of time, with `Options.time_chunks`; by default one does
            them all, which is faster for small buildings: devices wait for one another every day.
        **settings: Single fields of `Options`, in place of `options`.

    Returns:
        Hourly results and the final state.

    Raises:
        SimulationError: Arguments that cannot work together.
        NonFiniteError: A state left the finite numbers; says when and where.
    """
    controls = Controls() if controls is None else controls
    options = options_of(settings, options)
    check(network, weather, controls, initial_state, outputs, options)
    check_devices(options, devices)
    if jnp.result_type(weather.temp_air) != network.dtype:
        weather = weather.astype(network.dtype)
    arguments = (
        replace(network, structure=network.structure.unnamed()),
        weather.renamed(""),
        jax.tree.map(lambda leaf: jnp.asarray(leaf, network.dtype), controls),
        initial_state,
    )
    traced = any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(arguments))
    devices = (None,) if devices is None else devices
    run = _run_on_devices if len(devices) > 1 and not traced else _run
    trajectory = run(*arguments, outputs=tuple(outputs), options=options, devices=tuple(devices))
    trajectory = replace(trajectory, structure=network.structure)
    if throw and not isinstance(jax.tree.leaves(trajectory)[0], Tracer):
        trajectory.raise_if_failed()
    return trajectory
