"""One chunk of designs, simulated: the piece that a process, here or elsewhere, works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fluxion.networks import RCNetwork
from fluxion.optimize import BatchOracle, DesignSpace
from fluxion.simulation import Options
from fluxion.sweeps._job import Job
from fluxion.weather import Weather


@dataclass(frozen=True)
class Recipe:
    """All that it takes to simulate designs of a sweep, without the designs.

    Attributes:
        network: What the designs vary.
        climates: Over which every design is simulated.
        space: The parameters.
        options: How to simulate.
        outputs: What is kept of each design.
        batch: Designs side by side on each device.
        chunk: Designs of a whole chunk.
    """

    network: RCNetwork
    climates: tuple[Weather, ...]
    space: DesignSpace
    options: Options
    outputs: tuple[str, ...]
    batch: int
    chunk: int


def recipe_of(job: Job) -> Recipe:
    """The recipe of a sweep."""
    return Recipe(
        job.network,
        job.climates,
        DesignSpace(job.space.kinds),  # designs are drawn: their constraints are met
        job.options,
        job.spec.outputs,
        job.batch,
        job.chunk,
    )


@dataclass(frozen=True)
class Found:
    """Results of a chunk.

    Attributes:
        values: Each output, (weather, design, zone), or with months before the zones.
        failed: Why a design failed, by its row.
    """

    values: dict[str, np.ndarray]
    failed: dict[int, str]


class Simulator:
    """Simulates chunks; what it compiles for the first serves all others.

    A chunk gives the same bits whenever it is simulated: its rows go through the same program in
    the same places, whatever was done before.

    Args:
        recipe: Of the sweep.
    """

    def __init__(self, recipe: Recipe):
        self._several = len(recipe.climates) > 1
        self._oracle = BatchOracle(
            recipe.network,
            recipe.climates if self._several else recipe.climates[0],
            recipe.space,
            options=recipe.options,
            outputs=recipe.outputs,
            batch_size=recipe.batch,
        )
        self._least = min(recipe.chunk, self._oracle.batch_size * len(self._oracle.devices))

    def simulate(
        self, designs: np.ndarray, progress: Callable[[int], None] = lambda _: None
    ) -> Found:
        """Simulate a chunk.

        Args:
            designs: Its rows, (design, parameter).
            progress: Told the designs done.
        """
        count = len(designs)
        # A short last chunk is filled up, so that it needs no program of its own.
        filler = np.repeat(designs[-1:], max(0, self._least - count), axis=0)
        found = self._oracle.evaluate_population(
            np.concatenate([designs, filler]), progress=lambda done, _: progress(min(done, count))
        )
        failed = dict(zip(found.failed, found.reasons, strict=True))
        return Found(
            {
                name: values[:, :count] if self._several else values[None, :count]
                for name, values in found.values.items()
            },
            {row: reason for row, reason in failed.items() if row < count},
        )
