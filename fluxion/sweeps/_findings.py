"""What a sweep found, read from its store chunk by chunk: a few numbers for each design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluxion.sweeps._job import Job
from fluxion.sweeps._store import FAILED, Store
from fluxion.units import JOULES_PER_KWH


@dataclass(frozen=True)
class Findings:
    """Results of a sweep for the whole building.

    Attributes:
        totals: Each output by design, zones summed and weathers averaged; NaN where a design
            failed or was not simulated. [kWh, or kW of the zones' peaks]
        failed: Designs that failed.
    """

    totals: dict[str, np.ndarray]
    failed: np.ndarray


def find(job: Job, store: Store) -> Findings:
    """Sum up a store; eight bytes for each design and output are held, and one chunk.

    Args:
        job: The sweep.
        store: Of it; finished or not.
    """
    totals = {name: np.full(job.spec.samples, np.nan) for name in job.spec.outputs}
    failed = []
    for chunk in store.done():
        rows, found = store.rows(chunk), store.read(chunk)
        for name, whole in totals.items():
            scale = JOULES_PER_KWH if name.startswith("annual") else 1000.0
            by_design = found[name].astype(np.float64).sum(axis=2).mean(axis=0)
            whole[rows] = by_design / scale
        failed.append(rows.start + np.flatnonzero(found["status"] == FAILED))
    return Findings(totals, np.concatenate(failed) if failed else np.zeros(0, np.int64))
