"""Results of many designs: one compiled program, piece by piece, on all devices."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.lanes import default_devices, lane_map
from fluxion.networks import RCNetwork
from fluxion.optimize._asked import Asked
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._doubt import PredictsResults
from fluxion.optimize._fused import (
    choose_kernel,
    for_reverse,
    fused_population,
    with_derivative_of,
)
from fluxion.optimize._pieces import Runner, not_finite, rows_at_once
from fluxion.optimize._uncertain_population import UncertainPopulation, evaluate_uncertain
from fluxion.simulation import LOADS, Options, hourly_of, result_of, simulate
from fluxion.weather import Weather


@dataclass(frozen=True)
class Population:
    """Results of a population of designs.

    Attributes:
        designs: As they were given.
        values: Each result that was asked for, by design and zone; where several climates were
            given, by climate first, and by month or hour before the zone. Annual and monthly
            results as `fluxion.simulation.REDUCTIONS` has them, hourly ones as `OUTPUTS`.
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
        outputs: Annual and monthly results by name, see `REDUCTIONS`, or hourly ones, `OUTPUTS`.
        options: How to simulate.
        kernel: How the loop over a year runs: "scan" as XLA has it, anywhere; "native" as code of
            this CPU (extra `native`), differentiable in reverse mode, by the designs in native code
            as well; "fused" as one kernel a day on an NVIDIA GPU, with the derivative of "scan";
            "interpreted", that kernel for checks. "auto" is "native" on a CPU that has its
            compiler, and "scan" elsewhere.

    Raises:
        SimulationError: An unknown output, a parameter that the network does not have, or a
            kernel that cannot run here.
    """
    kernel = choose_kernel(kernel, network.dtype, jax.default_backend())
    return _population(network, space, outputs, options or Options(), kernel)


def _population(
    network: RCNetwork, space: DesignSpace, outputs: Sequence[str], options: Options, kernel: str
) -> Callable[[Weather, Float[Array, "design parameter"]], dict[str, Array]]:
    space.check(network)
    hourly = hourly_of(outputs)
    run = options if kernel == "scan" else for_reverse(options)

    def of_one(weather: Weather, x: Float[Array, "parameter"]) -> dict[str, Array]:
        year = simulate(space.apply(network, x), weather, outputs=hourly, options=run, throw=False)
        return {name: result_of(year, weather, name) for name in outputs}

    if kernel == "scan":
        return lane_map(of_one, in_axes=(None, 0))
    many = fused_population(network, space, outputs, options, kernel)
    return with_derivative_of(of_one, many, own=kernel == "native")


class BatchOracle:
    """Answers what the results of designs are.

    Args:
        network: What the designs vary; every design has its structure.
        weather: For all designs, or several climates of equal length.
        space: The parameters that a design sets.
        options: How to simulate.
        outputs: What to keep of each year: annual, monthly or hourly results by name.
        batch_size: Designs simulated side by side on each device; the last batch is filled up,
            so that nothing compiles twice. None takes what suits the network, see `piece_size`.
        devices: Where to simulate; by default all devices of JAX's default backend. The cores of
            a CPU are devices if `JAX_NUM_CPU_DEVICES` is their number and `PJRT_NPROC`, the
            threads of XLA, is several times that (the command line sets both).
        kernel: How the loop over a year runs, see `population_function`.
        surrogate: A trained model that may answer instead of the physics, such as
            `fluxion.uncertainty.EnsembleSurrogate`, see `PredictsResults`.

    Raises:
        SimulationError: The space names a parameter that the network does not have, an unknown
            output was asked for, a kernel that cannot run on these devices, or a surrogate of
            other parameters.
    """

    def __init__(
        self,
        network: RCNetwork,
        weather: Weather | Sequence[Weather],
        space: DesignSpace,
        *,
        options: Options | None = None,
        outputs: Sequence[str] = LOADS,
        batch_size: int | None = None,
        devices: Sequence[Any] | None = None,
        kernel: str = "auto",
        surrogate: PredictsResults | None = None,
    ):
        self.network, self.space = network, space
        places = default_devices() if devices is None else tuple(devices)
        kernel = choose_kernel(kernel, network.dtype, places[0].platform)
        self._runner = Runner(network, space, weather, batch_size, places, kernel=kernel)
        self.climates, self.several = self._runner.climates, self._runner.several
        self.batch_size, self.devices = self._runner.batch_size, self._runner.devices
        self.options = Options() if options is None else options
        self.outputs = tuple(outputs)
        self.kernel = kernel
        self.surrogate = surrogate
        self._asked = None if surrogate is None else Asked(surrogate, space, self.climates)
        self._many = self._runner.compiled(
            _population(network, space, outputs, self.options, kernel)
        )

    @property
    def weather(self) -> Weather:
        """The first climate."""
        return self.climates[0]

    def with_surrogate(self, surrogate: PredictsResults) -> BatchOracle:
        """The same oracle with a trained model beside; what was compiled is shared.

        Args:
            surrogate: A model of the same parameters, such as one trained on what this oracle
                answered.

        Raises:
            SimulationError: It has other parameters, or cannot predict.
        """
        other = copy.copy(self)
        other.surrogate = surrogate
        other._asked = Asked(surrogate, self.space, self.climates)
        return other

    def evaluate_population(
        self,
        designs: Float[np.ndarray, "*climate design parameter"],
        *,
        use_surrogates: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Population:
        """Simulate every design.

        Args:
            designs: A row for each design; of several climates each may have rows of its own,
                which stand by climate first (the physics only).
            use_surrogates: Ask the trained surrogate instead of the physics.
            progress: Called with the designs done and their number after each batch.

        Returns:
            The results. A design whose simulation fails is listed in `failed`; the others stand.

        Raises:
            SimulationError: Wrong width, NaN rows (named), or a surrogate that is not there or does
                not give what was asked for.
        """
        if use_surrogates:
            asked = self._surrogate_or_refuse("use_surrogates=True was given")
            rows = self._runner.checked(designs)
            if rows.ndim == 3:
                raise SimulationError(
                    "use_surrogates=True was given with designs of each climate's own; ask one "
                    "climate at a time"
                )
            found = asked.answer(rows, self.outputs, progress).mean
        else:
            rows = self._runner.checked(designs)
            size = rows_at_once(rows.shape[-2], self.batch_size, self.devices)
            found = self._runner.run(self._many, rows, size, progress)
        checks = [(not_finite(found[name]), lambda *_, n=name: n) for name in self.outputs]
        values, failed, reasons = self._runner.blanked(found, checks)
        return Population(rows, {n: values[n] for n in self.outputs}, failed, reasons)

    def evaluate_population_uncertain(
        self,
        designs: Float[np.ndarray, "design parameter"],
        *,
        simulate_most_uncertain: int | None = 0,
        threshold: float | None = None,
        results: Sequence[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> UncertainPopulation:
        """Ask the surrogate for every design, and the physics for those that it doubts most.

        Designs beyond the range of the training data come first, whatever the surrogate says.

        Args:
            designs: A row for each design.
            simulate_most_uncertain: The most designs to simulate; None sets no limit, where a
                threshold does.
            threshold: Simulate only designs doubted more than this share, see `doubt_of`.
            results: Those whose doubt counts; all outputs of the oracle by default.
            progress: Called with the designs simulated and their number after each batch.

        Raises:
            SimulationError: No surrogate, one without doubt, wrong width, or NaN rows (named).
        """
        asked = self._surrogate_or_refuse("an evaluation with doubt was asked for")
        return evaluate_uncertain(
            asked,
            self._runner,
            self.outputs,
            lambda rows: self.evaluate_population(rows, progress=progress),
            designs,
            budget=simulate_most_uncertain,
            threshold=threshold,
            results=results,
        )

    def _surrogate_or_refuse(self, what: str) -> Asked:
        if self._asked is None:
            raise SimulationError(
                f"{what}, but this oracle has no trained surrogate; give it one as "
                "BatchOracle(..., surrogate=...), or simulate every design"
            )
        return self._asked
