"""One chunk of designs, simulated: the piece that a process, here or elsewhere, works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from fluxion.networks import RCNetwork
from fluxion.optimize import BatchOracle, DesignSpace, GradientOracle
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
        kernel: That runs the loop over a year.
        batch: Designs side by side on each device.
        chunk: Designs of a whole chunk.
        sloped: Outputs of which some designs get slopes as well.
        sloped_batch: Designs with slopes side by side on each device.
        sloped_chunk: The most such designs of a chunk.
    """

    network: RCNetwork
    climates: tuple[Weather, ...]
    space: DesignSpace
    options: Options
    outputs: tuple[str, ...]
    kernel: str
    batch: int
    chunk: int
    sloped: tuple[str, ...] = ()
    sloped_batch: int = 1
    sloped_chunk: int = 0


def recipe_of(job: Job) -> Recipe:
    """The recipe of a sweep."""
    return Recipe(
        job.network,
        job.climates,
        DesignSpace(job.space.kinds),  # designs are drawn: their constraints are met
        job.options,
        job.spec.outputs,
        job.kernel,
        job.batch,
        job.chunk,
        job.spec.sloped,
        job.sloped_batch,
        min(job.chunk, job.spec.gradients),
    )


@dataclass(frozen=True)
class Found:
    """Results of a chunk.

    Attributes:
        values: Each output, (weather, design, zone), or with months before the zones.
        failed: Why a design failed, by its row.
        slopes: Of the chunk's first designs, parameters last; empty if none was asked for.
    """

    values: dict[str, np.ndarray]
    failed: dict[int, str]
    slopes: dict[str, np.ndarray] = field(default_factory=dict)


def all_failed(job: Job, rows: slice, reason: str) -> Found:
    """What is kept of designs none of which could be simulated."""
    count, sloped, dtype = rows.stop - rows.start, job.sloped(rows), job.network.dtype
    return Found(
        {n: np.full(job.shape(n, count), np.nan, dtype) for n in job.spec.outputs},
        {row: reason for row in range(count)},
        {n: np.full(job.slope_shape(n, sloped), np.nan, dtype) for n in job.spec.sloped},
    )


class Simulator:
    """Simulates chunks; what it compiles for the first serves all others.

    A chunk gives the same bits whenever it is simulated: its rows go through the same program in
    the same places, whatever was done before.

    Args:
        recipe: Of the sweep.
    """

    def __init__(self, recipe: Recipe):
        self._several = len(recipe.climates) > 1
        weather = recipe.climates if self._several else recipe.climates[0]
        self._oracle = BatchOracle(
            recipe.network,
            weather,
            recipe.space,
            options=recipe.options,
            outputs=recipe.outputs,
            batch_size=recipe.batch,
            kernel=recipe.kernel,
        )
        self._least = min(recipe.chunk, self._oracle.batch_size * len(self._oracle.devices))
        self._slopes = None
        if recipe.sloped:
            self._slopes = GradientOracle(
                recipe.network,
                weather,
                recipe.space,
                results=recipe.sloped,
                adjoint="forward",
                options=recipe.options,
                batch_size=recipe.sloped_batch,
            )
            at_once = self._slopes.batch_size * len(self._slopes.devices)
            self._least_sloped = min(recipe.sloped_chunk, at_once)

    def simulate(
        self,
        designs: np.ndarray,
        progress: Callable[[int], None] = lambda _: None,
        *,
        sloped: int = 0,
    ) -> Found:
        """Simulate a chunk.

        Args:
            designs: Its rows, (design, parameter), or of each weather first.
            progress: Told the designs done.
            sloped: Of how many rows, the first, slopes are wanted.
        """
        count = designs.shape[-2]
        slopes, failed = self._slopes_of(designs[..., :sloped, :], count, progress)
        found = self._oracle.evaluate_population(
            _filled(designs, self._least),
            progress=lambda done, _: None if sloped else progress(min(done, count)),
        )
        failed = dict(zip(found.failed, found.reasons, strict=True)) | failed
        values = {
            name: values[:, :count] if self._several else values[None, :count]
            for name, values in found.values.items()
        }
        failed = {row: failed[row] for row in sorted(failed) if row < count}
        for array in values.values():
            array[:, list(failed)] = np.nan
        return Found(values, failed, slopes)

    def _slopes_of(
        self, designs: np.ndarray, count: int, progress: Callable[[int], None]
    ) -> tuple[dict[str, np.ndarray], dict[int, str]]:
        """Slopes of designs, and why some of them failed; the longest part of their chunk."""
        rows = designs.shape[-2]
        if self._slopes is None or not rows:
            return {}, {}
        found = self._slopes.jacobian(
            _filled(designs, self._least_sloped),
            progress=lambda done, total: progress(count * min(done, rows) // rows),
        )
        failed = dict(zip(found.failed, found.reasons, strict=True))
        slopes = {
            name: array[:, :rows] if self._several else array[None, :rows]
            for name, array in found.gradients.items()
        }
        return slopes, {row: reason for row, reason in failed.items() if row < rows}


def _filled(designs: np.ndarray, least: int) -> np.ndarray:
    """As many rows as a full program takes, so that a short last chunk needs none of its own."""
    filler = np.repeat(designs[..., -1:, :], max(0, least - designs.shape[-2]), axis=-2)
    return np.concatenate([designs, filler], axis=-2)
