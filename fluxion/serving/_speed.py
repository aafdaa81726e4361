"""How many rows a second a served model answers, by the size of the batch."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence

import numpy as np

from fluxion.errors import InputError
from fluxion.serving._distributed import DistributedSurrogateManager
from fluxion.serving._inputs import OutsideTrainingWarning, own_columns
from fluxion.serving._manager import SurrogateManager

#: From one row to a population.
BATCHES = (1, 10, 100, 1_000, 10_000, 100_000)


def measure_speed(
    model: SurrogateManager | DistributedSurrogateManager,
    batches: Sequence[int] = BATCHES,
    *,
    seconds: float = 1.0,
) -> dict[int, float]:
    """Rows a second of whole calls, physical numbers on both sides, results of periods left out.

    Args:
        model: One session or several.
        batches: Rows of a call.
        seconds: To spend on each size; the fastest call counts, since others may use the machine.

    Returns:
        Rows a second by size of the batch.
    """
    if not batches or min(batches) < 1:
        raise InputError(f"batches of {tuple(batches)} rows were given; take 1 or more")
    call = (
        model.predict
        if isinstance(model, SurrogateManager)
        else (model.evaluate_population_distributed)
    )
    columns = own_columns(model.signature)
    low = np.array([c.low if np.isfinite(c.low) else c.shift - c.scale for c in columns])
    high = np.array([c.high if np.isfinite(c.high) else c.shift + c.scale for c in columns])
    shared = [each for each in model.signature.inputs if each.rows is not None]
    climate = None
    if shared:
        known = model.file.climates
        middle = [c.shift for c in shared[0].columns]
        climate = next(iter(known.values()), np.tile(middle, (shared[0].rows or 1, 1)))
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OutsideTrainingWarning)
        for rows in batches:
            designs = np.random.default_rng(0).uniform(low, high, (rows, len(columns)))
            call(designs, climate, monthly=False)
            least, end = np.inf, time.perf_counter() + seconds
            while True:
                start = time.perf_counter()
                call(designs, climate, monthly=False)
                now = time.perf_counter()
                least = min(least, now - start)
                if now > end:
                    break
            found[rows] = rows / least
    return found
