"""Results of many designs: one compiled program, piece by piece, on all devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.lanes import lane_map
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._devices import default_devices
from fluxion.optimize._fused import (
    check_kernel,
    for_reverse,
    fused_population,
    with_derivative_of,
)
from fluxion.simulation import OUTPUTS, Options, Trajectory, simulate
from fluxion.weather import Weather

#: What a year reduces to, and the hourly result that it needs.
_REDUCTIONS = {
    "annual_heating": "heating_rate",
    "annual_cooling": "cooling_rate",
    "peak_heating": "heating_rate",
    "peak_cooling": "cooling_rate",
}
LOADS = tuple(_REDUCTIONS)


@dataclass(frozen=True)
class Population:
    """Results of a population of designs.

    Attributes:
        designs: As they were given.
        values: Each result that was asked for, by design and zone; where several climates were
            given, by climate first. Annual loads in J, peaks in W, hourly results as
            `fluxion.simulation.OUTPUTS` has them.
        failed: Rows whose simulation was not finite in some climate; their results are NaN.
        reasons: Of each of these: which results, in which climate if there are several.
    """

    designs: Float[np.ndarray, "design parameter"]
    values: dict[str, Float[np.ndarray, "..."]]
    failed: tuple[int, ...]
    reasons: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Float[np.ndarray, "..."]:
        values = self.__dict__.get("values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"{name!r} was not asked for; there is {', '.join(values)}")


def reduced(outputs: Sequence[str]) -> tuple[str, ...]:
    """Hourly results that these results are made from.

    Raises:
        SimulationError: None was asked for, or one that there is not.
    """
    unknown = [name for name in outputs if name not in _REDUCTIONS and name not in OUTPUTS]
    if unknown or not outputs:
        raise SimulationError(
            f"unknown result {', '.join(map(repr, unknown)) or '(none was asked for)'}; "
            f"ask for {', '.join([*_REDUCTIONS, *OUTPUTS])}"
        )
    return tuple(dict.fromkeys(_REDUCTIONS.get(name, name) for name in outputs))


def result_of(year: Trajectory, name: str) -> Array:
    """A result of a year by its name."""
    return getattr(year, name) if name in _REDUCTIONS else year[name]


def population_function(
    network: RCNetwork,
    space: DesignSpace,
    *,
    outputs: Sequence[str] = LOADS,
    options: Options | None = None,
    kernel: str = "scan",
) -> Callable[[Weather, Float[Array, "design parameter"]], dict[str, Array]]:
    """Results of designs over a weather, as a pure function of both.

    The designs lie side by side in memory (`fluxion.lanes`), which is many times faster than
    `jax.vmap` of `simulate`; the numbers are the same.

    Args:
        network: What the designs vary; every design has its structure.
        space: The parameters that a design sets.
        outputs: Annual loads and peaks, or hourly results by name, see `OUTPUTS`.
        options: How to simulate.
        kernel: How the loop over a year runs: "scan" anywhere; "fused" as one kernel a day on an
            NVIDIA GPU, with the derivative of "scan"; "interpreted", that kernel for checks.

    Raises:
        SimulationError: An unknown output, a parameter that the network does not have, or a
            kernel that cannot run here.
    """
    space.check(network)
    check_kernel(kernel, network.dtype, jax.default_backend())
    hourly = reduced(outputs)
    options = Options() if options is None else options

    run = options if kernel == "scan" else for_reverse(options)

    def of_one(weather: Weather, x: Float[Array, "parameter"]) -> dict[str, Array]:
        year = simulate(space.apply(network, x), weather, outputs=hourly, options=run, throw=False)
        return {name: result_of(year, name) for name in outputs}

    if kernel == "scan":
        return lane_map(of_one, in_axes=(None, 0))
    interpret = kernel == "interpreted"
    many = fused_population(network, space, outputs, _REDUCTIONS, options, interpret)
    return with_derivative_of(of_one, many)


class BatchOracle:
    """Answers what the results of designs are.

    Args:
        network: What the designs vary; every design has its structure.
        weather: For all designs, or several climates of equal length.
        space: The parameters that a design sets.
        options: How to simulate.
        outputs: What to keep of each year: annual loads and peaks, or hourly results by name.
        batch_size: Designs simulated side by side on each device; the last batch is filled up,
            so that nothing compiles twice.
        devices: Where to simulate; by default all devices of JAX's default backend. The cores of
            a CPU are devices if `JAX_NUM_CPU_DEVICES` is their number and `PJRT_NPROC`, the
            threads of XLA, is several times that (the command line sets both).
        kernel: How the loop over a year runs, see `population_function`.

    Raises:
        SimulationError: The space names a parameter that the network does not have, an unknown
            output was asked for, or a kernel that cannot run on these devices.
    """

    def __init__(
        self,
        network: RCNetwork,
        weather: Weather | Sequence[Weather],
        space: DesignSpace,
        *,
        options: Options | None = None,
        outputs: Sequence[str] = LOADS,
        batch_size: int = 64,
        devices: Sequence[Any] | None = None,
        kernel: str = "scan",
    ):
        if batch_size < 1:
            raise SimulationError(f"a batch of {batch_size} designs was asked for; take 1 or more")
        self.network, self.space = network, space
        self.climates = climates_of(weather)
        self.several = not isinstance(weather, Weather)
        self.options = Options() if options is None else options
        self.outputs = tuple(outputs)
        self.batch_size = batch_size
        self.devices = tuple(default_devices() if devices is None else devices)
        check_kernel(kernel, network.dtype, self.devices[0].platform)
        many = population_function(
            network, space, outputs=outputs, options=self.options, kernel=kernel
        )
        mesh = Mesh(np.array(self.devices), ("design",))
        whole, split = PartitionSpec(), PartitionSpec("design")
        # Devices do not talk to one another, so there is nothing to check about replication.
        self._many = jax.jit(
            jax.shard_map(
                many, mesh=mesh, in_specs=(whole, split), out_specs=split, check_vma=False
            )
        )

    @property
    def weather(self) -> Weather:
        """The first climate."""
        return self.climates[0]

    def evaluate_population(
        self,
        designs: Float[np.ndarray, "design parameter"],
        *,
        use_surrogates: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Population:
        """Simulate every design.

        Args:
            designs: A row for each design.
            use_surrogates: Ask a trained surrogate instead of the physics; this oracle has none.
            progress: Called with the designs done and their number after each batch.

        Returns:
            The results. A design whose simulation fails is listed in `failed`; the others stand.

        Raises:
            SimulationError: Wrong width, NaN rows (named), or a surrogate that is not there.
        """
        if use_surrogates:
            raise SimulationError(
                "use_surrogates=True was given, but this oracle has no trained surrogate; "
                "leave it out to simulate every design"
            )
        rows = self._checked(designs)
        batch = self._rows_at_once(len(rows))
        found: list[dict[str, np.ndarray]] = []
        for start in range(0, len(rows), batch):
            given = rows[start : start + batch]
            found.append(self._evaluate(given, batch))
            if progress is not None:
                progress(start + len(given), len(rows))
        axis = 1 if self.several else 0
        whole = {
            name: np.concatenate([part[name] for part in found], axis=axis) for name in self.outputs
        }
        finite = np.ones(len(rows), dtype=bool)
        for values in whole.values():
            by_design = np.moveaxis(values, axis, 0).reshape(len(rows), -1)
            finite &= np.isfinite(by_design).all(axis=1)
        failed = np.flatnonzero(~finite)
        reasons = tuple(self._reason(whole, int(row)) for row in failed)
        for values in whole.values():
            np.moveaxis(values, axis, 0)[failed] = np.nan
        return Population(rows, whole, tuple(int(i) for i in failed), reasons)

    def _reason(self, values: dict[str, np.ndarray], row: int) -> str:
        """What of a failed row is not finite, before it is blanked."""

        def bad(climate: int) -> list[str]:
            found = {n: v[climate, row] if self.several else v[row] for n, v in values.items()}
            return [name for name, each in found.items() if not np.isfinite(each).all()]

        by_climate = [(number, bad(number)) for number in range(len(self.climates))]
        return "; ".join(
            f"not finite{f' in climate {number + 1}' if self.several else ''}: {', '.join(names)}"
            for number, names in by_climate
            if names
        )

    def _checked(self, designs: Float[np.ndarray, "design parameter"]) -> np.ndarray:
        rows = np.asarray(designs, dtype=float)
        if rows.ndim != 2 or rows.shape[1] != self.space.size or len(rows) == 0:
            raise SimulationError(
                f"a population of shape {rows.shape} was given; give at least one row of "
                f"{self.space.size} values: {', '.join(self.space.names)}"
            )
        bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        if bad.size:
            raise SimulationError(
                f"design {', '.join(map(str, bad[:5]))} of the population holds NaN or infinity "
                f"({bad.size} in all); remove or repair these rows"
            )
        return rows

    def _rows_at_once(self, count: int) -> int:
        """Rows of a call: a full batch on each device, or the power of two that is enough."""
        share = -(-count // len(self.devices))
        return len(self.devices) * min(self.batch_size, 1 << max(share - 1, 0).bit_length())

    def _evaluate(self, rows: np.ndarray, batch: int) -> dict[str, np.ndarray]:
        short = batch - len(rows)
        filled = np.concatenate([rows, np.repeat(rows[-1:], short, axis=0)])
        designs = jnp.asarray(filled, self.network.dtype)
        found = [self._many(climate, designs) for climate in self.climates]
        if not self.several:
            return {name: np.array(found[0][name])[: len(rows)] for name in self.outputs}
        return {
            name: np.stack([np.asarray(each[name])[: len(rows)] for each in found])
            for name in self.outputs
        }


def climates_of(weather: Weather | Sequence[Weather]) -> tuple[Weather, ...]:
    """One or several climates of the same days."""
    climates = (weather,) if isinstance(weather, Weather) else tuple(weather)
    if not climates:
        raise SimulationError("no weather was given; give one or several")
    first = climates[0]
    for climate in climates[1:]:
        if (climate.days, climate.start_day) != (first.days, first.start_day):
            raise SimulationError(
                f"the climate {climate.name!r} has {climate.days} days from day "
                f"{climate.start_day}, {first.name!r} has {first.days} from {first.start_day}; "
                "give climates of the same days"
            )
    return climates
