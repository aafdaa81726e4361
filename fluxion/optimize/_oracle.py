"""Loads of many designs: one compiled program, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.simulation import Options, simulate
from fluxion.weather import Weather


@dataclass(frozen=True)
class Population:
    """Loads of a population of designs, by design and zone.

    Attributes:
        designs: As they were given.
        annual_heating, annual_cooling: Heat given to and taken from each zone. [J]
        peak_heating, peak_cooling: Largest hourly means of each zone. [W]
        failed: Rows whose simulation was not finite; their loads are NaN.
    """

    designs: Float[np.ndarray, "design parameter"]
    annual_heating: Float[np.ndarray, "design zone"]
    annual_cooling: Float[np.ndarray, "design zone"]
    peak_heating: Float[np.ndarray, "design zone"]
    peak_cooling: Float[np.ndarray, "design zone"]
    failed: tuple[int, ...]


_LOADS = ("annual_heating", "annual_cooling", "peak_heating", "peak_cooling")


class BatchOracle:
    """Answers what the loads of designs are.

    Args:
        network: What the designs vary; every design has its structure.
        weather: For all designs.
        space: The parameters that a design sets.
        options: How to simulate.
        batch_size: Designs simulated side by side; the last batch is filled up, so that nothing
            compiles twice.

    Raises:
        SimulationError: The space names a parameter that the network does not have.
    """

    def __init__(
        self,
        network: RCNetwork,
        weather: Weather,
        space: DesignSpace,
        *,
        options: Options | None = None,
        batch_size: int = 64,
    ):
        if batch_size < 1:
            raise SimulationError(f"a batch of {batch_size} designs was asked for; take 1 or more")
        space.check(network)
        self.network, self.weather, self.space = network, weather, space
        self.options = Options() if options is None else options
        self.batch_size = batch_size
        self._many = jax.jit(jax.vmap(partial(self._loads), in_axes=(None, 0)))

    def _loads(self, weather: Weather, x: Float[Array, "parameter"]) -> dict[str, Array]:
        network = self.space.apply(self.network, x)
        year = simulate(
            network,
            weather,
            outputs=("heating_rate", "cooling_rate"),
            options=self.options,
            throw=False,
        )
        return {name: getattr(year, name) for name in _LOADS}

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
            The loads. A design whose simulation fails is listed in `failed`; the others stand.

        Raises:
            SimulationError: Wrong width, NaN rows (named), or a surrogate that is not there.
        """
        if use_surrogates:
            raise SimulationError(
                "use_surrogates=True was given, but this oracle has no trained surrogate; "
                "leave it out to simulate every design"
            )
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
        found: dict[str, list[np.ndarray]] = {name: [] for name in _LOADS}
        for start in range(0, len(rows), self.batch_size):
            batch = rows[start : start + self.batch_size]
            short = min(self.batch_size, _next_size(len(rows))) - len(batch)
            filled = np.concatenate([batch, np.repeat(batch[-1:], max(short, 0), axis=0)])
            loads = self._many(self.weather, jnp.asarray(filled, self.network.dtype))
            for name in _LOADS:
                found[name].append(np.asarray(loads[name])[: len(batch)])
            if progress is not None:
                progress(min(start + self.batch_size, len(rows)), len(rows))
        whole = {name: np.concatenate(parts) for name, parts in found.items()}
        finite = np.all([np.isfinite(v).all(axis=1) for v in whole.values()], axis=0)
        for values in whole.values():
            values[~finite] = np.nan
        return Population(rows, **whole, failed=tuple(int(i) for i in np.flatnonzero(~finite)))


def _next_size(count: int) -> int:
    """The power of two that holds a small population, so that few sizes compile."""
    return 1 << max(count - 1, 0).bit_length()
