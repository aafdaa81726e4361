"""What a sweep found, read from its store chunk by chunk: a few numbers for each design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluxion.sweeps._arrays import FAILED
from fluxion.sweeps._job import Job
from fluxion.sweeps._results import total_name, total_unit, totals
from fluxion.sweeps._store import Store


@dataclass(frozen=True)
class Findings:
    """Results of a sweep for the whole building.

    Attributes:
        totals: Of the whole period by design, weathers averaged, or one after the other where
            each has designs of its own: energies and peaks of all zones, means of temperatures
            and hours; NaN where a design failed or was not simulated.
        units: Of each total.
        failed: Designs that failed.
    """

    totals: dict[str, np.ndarray]
    units: dict[str, str]
    failed: np.ndarray


def find(job: Job, store: Store) -> Findings:
    """Sum up a store; eight bytes for each design and output are held, and one chunk.

    Args:
        job: The sweep.
        store: Of it; finished or not.
    """
    # A month's result tells the whole period's too; only one of the two is summed up.
    outputs = {total_name(output): output for output in reversed(job.spec.outputs)}
    order = dict.fromkeys(total_name(output) for output in job.spec.outputs)
    kept = (len(job.climates) if job.spec.own_designs else 1, job.spec.samples)
    whole = {name: np.full(kept, np.nan) for name in order}
    failed = []
    for chunk in store.done():
        rows, found = store.rows(chunk), store.read(chunk)
        for name, values in whole.items():
            each = totals(outputs[name], found[outputs[name]])
            values[:, rows] = each if job.spec.own_designs else each.mean(axis=0)
        failed.append(rows.start + np.flatnonzero(found["status"] == FAILED))
    units = {name: total_unit(output) for name, output in outputs.items()}
    by_design = {name: values.reshape(-1) for name, values in whole.items()}
    return Findings(by_design, units, np.concatenate(failed) if failed else np.zeros(0, np.int64))
