"""A year of many designs with all steps of a day in one kernel: light, balance and hourly means.

The plain form is `lane_map(simulate)`. Here what a day's steps share (weather, schedules, shares of
traced beams) is laid out by XLA, and a kernel takes every design through the day with its state on
chip. Results are the same to round-off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from fluxion.fused import LaneLoop
from fluxion.lanes import Value, differentiable_parts, in_lanes, lane_parts, shared_values
from fluxion.networks import RCNetwork, step, uniform_state
from fluxion.simulation._beams import beam_table, places_of_steps, shares_at, sun_days
from fluxion.simulation._day_scan import scan_days
from fluxion.simulation._forcing import step_forcing
from fluxion.simulation._inputs import Controls, Day, day_inputs
from fluxion.simulation._options import Options, check
from fluxion.simulation._simulate import air_capacity, constants, inputs_by_day
from fluxion.simulation._trajectory import OUTPUTS
from fluxion.units import HOURS_PER_DAY, SECONDS_PER_HOUR
from fluxion.weather import StepWeather, Weather

#: Designs side by side in one program of the kernel: the threads of four warps.
BLOCK = 128


class LaneYears(NamedTuple):
    """Results of designs over a period, each by name.

    Attributes:
        hourly: Hourly means that were kept. (design, hour, zone, ...)
        total: Sum of the hourly means. (design, zone, ...)
        peak: Largest hourly mean. (design, zone, ...)
    """

    hourly: dict[str, Array]
    total: dict[str, Array]
    peak: dict[str, Array]


def lane_years(
    network_of: Callable[[Float[Array, "parameter"]], RCNetwork],
    weather: Weather,
    designs: Float[Array, "design parameter"],
    example: Float[np.ndarray, "parameter"],
    *,
    hourly: tuple[str, ...] = (),
    reduced: tuple[str, ...] = (),
    options: Options,
    block: int = BLOCK,
    target: str = "gpu",
) -> LaneYears:
    """Simulate designs side by side, the steps of a day in one kernel.

    Args:
        network_of: The network of a design.
        weather: For all designs.
        designs: A row for each design.
        example: Any design, known while tracing: whatever does not depend on the design is
            computed with it and written into the kernel.
        hourly: Outputs of which hourly means are kept.
        reduced: Outputs of which only the total and the peak are kept; their hours are never all
            in memory.
        options: How to simulate. The adjoint plays no part.
        block: Designs in one program of the kernel, a power of two.
        target: What the kernel is for, one of `fluxion.fused.TARGETS`.

    Raises:
        SimulationError: Arguments of `simulate` that cannot work together, or a network with an
            operation that a kernel has no form for.

    Notes:
        Native kernels have a derivative by the designs; by anything else it is none. Others have
        none at all: `fluxion.optimize` gives them the derivative of the plain form.
    """
    outputs = tuple(dict.fromkeys((*hourly, *reduced)))
    network = jax.eval_shape(network_of, jax.ShapeDtypeStruct(designs.shape[1:], designs.dtype))
    check(network, weather, Controls(), None, outputs, options)
    count = designs.shape[0]
    lanes = -(-count // block) * block
    padded = jnp.concatenate([designs, jnp.repeat(designs[-1:], lanes - count, axis=0)])
    year = _Year(network_of, weather, padded, example, outputs, options, block, target)
    found, total, peak = year.run(hourly, reduced)

    def first(values: Array) -> Array:
        return jnp.moveaxis(values, -1, 0)[:count]

    kept = {
        name: first(v[options.warmup_days :].reshape(weather.hours, *v.shape[2:]))
        for name, v in found.items()
    }
    return LaneYears(kept, jax.tree.map(first, total), jax.tree.map(first, peak))


class _Year:
    """What is constant over the year, and the loop over a day."""

    def __init__(
        self,
        network_of: Callable[[Any], RCNetwork],
        weather: Weather,
        designs: Array,
        example: np.ndarray,
        outputs: tuple[str, ...],
        options: Options,
        block: int,
        target: str,
    ):
        self.options, self.lanes = options, designs.shape[0]
        dtype = designs.dtype
        if jnp.result_type(weather.temp_air) != dtype:
            weather = weather.astype(dtype)

        def fixed(x: Array):
            network = network_of(x)
            return network, constants(network, options)

        def everything(x: Array, weather: Weather):
            network, c = fixed(x)
            capacity = air_capacity(network, weather) * (options.steps_per_hour / SECONDS_PER_HOUR)
            days = inputs_by_day(network, weather, Controls(), options)
            assert isinstance(days.weather, StepWeather)
            beams = beam_table(network, c, weather.site, sun_days(weather))
            place = None if beams is None else beams.place(days.sun)
            start = uniform_state(network, options.modes)
            return network, c, capacity, (days, place), beams and beams.kept, start

        x = Value(jnp.moveaxis(designs, 0, -1), True)
        parts = differentiable_parts if target == "native" else lane_parts
        found = parts(everything, self.lanes)(x, shared_values(weather))
        self.network, self.c, self.capacity, self.days, self.shares, start = found
        self.state = _map(lambda v: Value(in_lanes(v, self.lanes), True), start)
        self.consts = (*_known((self.network, self.c), fixed, example, dtype), self.capacity)
        self.loop = LaneLoop(
            _advance(outputs),
            self.consts,
            self.state,
            *self._row(),
            groups=HOURS_PER_DAY,
            steps=options.steps_per_hour,
            lanes=self.lanes,
            block=block,
            target=target,
        )

    def rows(self, day: Any, network: Any = None) -> Any:
        """Inputs of a day's steps, and where they lie between the hours of its shares of beams.

        Args:
            day: Its inputs and its place among the shares.
            network: Of values, this year's unless given.
        """
        count = self.options.steps_per_hour

        def of_day(network: RCNetwork, day: Day, place: Any):
            inputs = day_inputs(network, day)
            steps = inputs.weather.temp_air.shape[0]
            ground = jnp.broadcast_to(inputs.ground, (steps, *inputs.ground.shape))
            inputs = replace(inputs, ground=ground)
            if place is None:
                return (inputs, None), jnp.zeros(steps, jnp.int32)
            places, part = places_of_steps(place.begin, count)
            return (inputs, part), places

        network = self.network if network is None else network
        return lane_parts(of_day, self.lanes)(network, *day)

    def _row(self) -> Any:
        """One step's inputs and one hour's shares: shapes and which have samples."""
        lanes: list[bool] = []

        def arrays(day: Any) -> Any:
            inputs, _ = self.rows(day)
            lanes.extend(v.lanes for v in jax.tree.leaves(inputs, is_leaf=_is_value))
            return _map(lambda v: v.array, inputs)

        day = _map(lambda v: Value(v.array[0], v.lanes), self.days)
        flat, tree = jax.tree.flatten(jax.eval_shape(lambda: arrays(day)))
        inputs = [
            Value(jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype), own)  # pyright: ignore
            for leaf, own in zip(flat, lanes, strict=True)
        ]
        hour = _map(lambda v: Value(v.array[0, 0], v.lanes), self.shares)
        return jax.tree.unflatten(tree, inputs), hour

    def run(self, hourly: tuple[str, ...], reduced: tuple[str, ...]):
        """Hourly means by day, totals and peaks, all with samples last."""
        loop = self.loop
        own = _map(lambda v: v.lanes, self.days)
        days = _map(lambda v: v.array, self.days)
        shared_consts, own_consts = loop.pack_consts(self.consts)
        tables = None if self.shares is None else loop.pack_look(self.shares)
        counted = np.arange(len(jax.tree.leaves(days)[0])) >= self.options.warmup_days

        def shared_of(arrays: Any) -> tuple[Array, Array]:
            rows, places = self.rows(jax.tree.map(Value, arrays, own))
            return loop.pack_shared_rows(rows, shared_consts), places.array

        # All days at once: on one day's few steps each operation costs more than it computes.
        shared = jax.vmap(shared_of)(days)
        leaves, tree = jax.tree.flatten(self.network, is_leaf=_is_value)

        def one_day(varies: Any, fixed: Any, carry: Any, part: Any, day: Any):
            own_consts, varied = varies
            shared_consts, constant, shared_table = fixed
            arrays, (shared_rows, places), counts = day
            state, total, peak = carry
            parts = {True: iter(varied), False: iter(constant)}
            network = [Value(next(parts[leaf.lanes]), leaf.lanes) for leaf in leaves]
            rows, _ = self.rows(jax.tree.map(Value, arrays, own), jax.tree.unflatten(tree, network))
            look = None
            if part is not None:
                look = shares_at(shared_table, arrays[1]), part, places
            packed = shared_rows, loop.pack_own_rows(rows)
            state, found = loop((shared_consts, own_consts), state, packed, look)
            for name in reduced:
                values = found[name]
                total = total | {
                    name: total[name] + jnp.where(counts, jnp.sum(values, axis=0), 0.0)
                }
                highest = jnp.maximum(peak[name], jnp.max(values, axis=0))
                peak = peak | {name: jnp.where(counts, highest, peak[name])}
            return (state, total, peak), {name: found[name] for name in hourly}

        shapes = loop.found_shapes()
        none = {n: jnp.zeros((*shapes[n], self.lanes), loop.dtype) for n in reduced}
        low = {n: jnp.full_like(v, -jnp.inf) for n, v in none.items()}
        arrays = {which: [v.array for v in leaves if v.lanes == which] for which in (True, False)}
        (_, shared_table), (axis, own_table) = tables or ((0, None), (0, None))
        (_, total, peak), found = scan_days(
            one_day,
            (own_consts, arrays[True]),
            (shared_consts, arrays[False], shared_table),
            own_table,
            axis,
            (loop.pack_state(self.state), none, low),
            (days, shared, jnp.asarray(counted)),
            days[1],
        )
        return found, total, peak


def _advance(outputs: tuple[str, ...]):
    """A step's light and balance, of one design."""

    def advance(consts: Any, state: Any, row: Any, around: Any = None):
        network, c, capacity = consts
        inputs, part = row
        ground = inputs.ground
        inputs = jax.tree.map(lambda leaf: leaf[None], replace(inputs, ground=None))

        def kept(beam: Float[Array, "1 zone window"]) -> Float[Array, "1 zone face"]:
            before, after = around
            return jnp.sum(beam[..., None] * (before + part * (after - before)), axis=-2)

        keep = None if around is None else kept
        forcing, light = step_forcing(network, c, replace(inputs, ground=ground), keep)
        forcing, light = jax.tree.map(
            lambda leaf: leaf[0] if leaf.shape[:1] == (1,) else leaf, (forcing, light)
        )
        state, flows = step(network, c, capacity, state, forcing)
        found = {}
        for name in outputs:
            of_flows, of_light = OUTPUTS[name].of_flows, OUTPUTS[name].of_light
            found[name] = of_light(light) if of_flows is None else of_flows(flows)  # pyright: ignore
        return state, found

    return advance


def _known(parts: Any, function: Callable, example: np.ndarray, dtype: Any) -> Any:
    """The same values, those that do not depend on the design as known arrays."""
    # Compiled as one program; evaluated while tracing, each operation would be one of its own.
    x = np.asarray(example, dtype)
    traced = jax.jit(function).trace(x)
    if any(isinstance(leaf, Tracer) for leaf in traced.jaxpr.consts):
        return parts
    values = traced.lower().compile()(x)
    flat, tree = jax.tree.flatten(parts, is_leaf=_is_value)
    known = [
        value if value.lanes else np.asarray(array)
        for value, array in zip(flat, jax.tree.leaves(values), strict=True)
    ]
    return jax.tree.unflatten(tree, known)


def _is_value(leaf: Any) -> bool:
    return isinstance(leaf, Value)


def _map(function: Callable[[Value], Any], tree: Any) -> Any:
    return jax.tree.map(function, tree, is_leaf=_is_value)
