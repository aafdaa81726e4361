"""Sweeps that survive: designs from a spec, streamed to a store, resumed where they stopped."""

from __future__ import annotations

from fluxion.sweeps._arrays import DONE as DONE
from fluxion.sweeps._arrays import FAILED as FAILED
from fluxion.sweeps._cluster import ClusterRun as ClusterRun
from fluxion.sweeps._cluster import run_on_cluster as run_on_cluster
from fluxion.sweeps._cluster import worker_provenance as worker_provenance
from fluxion.sweeps._findings import Findings as Findings
from fluxion.sweeps._findings import find as find
from fluxion.sweeps._job import Job as Job
from fluxion.sweeps._job import build_job as build_job
from fluxion.sweeps._lock import locked as locked
from fluxion.sweeps._open import failures as failures
from fluxion.sweeps._open import open_sweep as open_sweep
from fluxion.sweeps._provenance import provenance as provenance
from fluxion.sweeps._results import SLOPE as SLOPE
from fluxion.sweeps._run import run_job as run_job
from fluxion.sweeps._spec import Spec as Spec
from fluxion.sweeps._spec import parse_spec as parse_spec
from fluxion.sweeps._spec import read_spec as read_spec
from fluxion.sweeps._store import IDENTITY as IDENTITY
from fluxion.sweeps._store import Store as Store
from fluxion.sweeps._store import open_store as open_store

__all__ = [
    "DONE",
    "FAILED",
    "IDENTITY",
    "SLOPE",
    "ClusterRun",
    "Findings",
    "Job",
    "Spec",
    "Store",
    "build_job",
    "failures",
    "find",
    "locked",
    "open_store",
    "open_sweep",
    "parse_spec",
    "provenance",
    "read_spec",
    "run_job",
    "run_on_cluster",
    "worker_provenance",
]
