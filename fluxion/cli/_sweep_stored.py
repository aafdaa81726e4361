"""`fluxion sweep SPEC.toml` and `fluxion dataset`: stored, resumed and reported."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from fluxion.cli._console import messages, name_files, print_json, results
from fluxion.cli._environment import prepare

if TYPE_CHECKING:
    from rich.console import Console

    from fluxion.sweeps import ClusterRun, Job, Store

_INTERRUPTED = 130
#: Facts about a run on which the last bits of its results depend.
_MATTER = ("devices", "packages", "machine", "xla_flags")


class _Rate(ProgressColumn):
    """Designs a second of this run."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "-/s", style="dim")


def sweep_stored(
    path: str,
    *,
    json: bool,
    dask: str | None = None,
    workers: int | None = None,
    command: str = "sweep",
    defaults: Mapping[str, Any] | None = None,
    finish: Callable[[Path, Console], list[str]] | None = None,
) -> None:
    """Run or resume the sweep of a spec and report on it.

    Args:
        path: Of the spec.
        json: Print one JSON object instead of the table.
        dask: Address of a Dask cluster, or "local"; None simulates in this process.
        workers: Processes of a local cluster.
        command: By which it is resumed.
        defaults: Of keys that the spec leaves out, where they are others than a sweep's.
        finish: Called with the finished store, to make further files of it.
    """
    prepare()
    from fluxion.sweeps import read_spec

    spec = read_spec(path, defaults)
    remarks = messages()
    with remarks.status("loading"):
        from fluxion.cli._cluster import cluster
        from fluxion.cli._run import set_precision
        from fluxion.cli._sweep_report import print_findings, report_of, write_files
        from fluxion.sweeps import build_job, locked, open_store, provenance, worker_provenance

        set_precision(spec.precision)
        job = build_job(spec)
    with (
        locked(str(spec.store)),
        nullcontext() if dask is None else cluster(dask, workers, remarks) as client,
    ):
        with remarks.status("opening the store"):
            here = provenance() if client is None else worker_provenance(client)
            store = open_store(job, here)
            broken = store.forget_broken()
        before = store.designs_done()
        if broken:
            remarks.print(f"{broken} chunks of the store are damaged and are simulated again")
        _compare(job, store, here, remarks)
        started = time.perf_counter()
        done = _run(job, store, client, remarks)
        seconds = time.perf_counter() - started
    report, findings = report_of(job, store, before=before, written=done.written, seconds=seconds)
    if dask is not None:
        report["dask"] = {"address": dask, "workers_died": done.died}
    if report["complete"]:
        report["files"] = write_files(job, store, findings, report, remarks)
        if finish is not None:
            report["files"] += finish(store.path, remarks)
    if json:
        print_json(report)
    else:
        print_findings(results(), report)
    name_files(report["files"])
    if not report["complete"]:
        remarks.print(
            f"stopped after {report['done']:,} of {spec.samples:,} designs, which are kept; "
            f"resume with: fluxion {command} {path}{f' --dask {dask}' if dask else ''}",
            soft_wrap=True,
            markup=False,
        )
        raise typer.Exit(_INTERRUPTED)


def _compare(job: Job, store: Store, here: dict[str, str], remarks: Console) -> None:
    """Say what is in the store already, and whether what computes here would differ."""
    before = store.designs_done()
    others = [key for key in _MATTER if store.group.attrs.get(key) != here[key]]
    if 0 < before < job.spec.samples and others:
        remarks.print(
            f"the store was begun with other {', '.join(others)} ({store.group.attrs[others[0]]} "
            f"there, {here[others[0]]} here); results may differ in their last digits",
            soft_wrap=True,
            markup=False,
        )
    if before:
        remarks.print(f"{before:,} of {job.spec.samples:,} designs are in the store already")


def _run(job: Job, store: Store, client: Any, remarks: Console) -> ClusterRun:
    """Simulate what is missing, here or on the cluster, with a progress bar."""
    from fluxion.cli._stop import gentle_stop
    from fluxion.sweeps import ClusterRun, run_job, run_on_cluster

    before = store.designs_done()
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(),
        TimeRemainingColumn(),
    )  # fmt: skip
    chunks = "this chunk" if client is None else "the chunks that workers are at"
    heard = f"stopping after {chunks}; press Ctrl-C again to stop at once"
    with (
        gentle_stop(remarks, heard) as stop,
        Progress(*columns, console=remarks, speed_estimate_period=300.0) as bar,
    ):
        first = "compiling " if before < job.spec.samples else "done"
        task = bar.add_task(first, total=job.spec.samples, completed=before)

        def advance(done: int) -> None:
            bar.update(task, completed=before + done, description="simulating")

        if client is None:
            return ClusterRun(run_job(job, store, progress=advance, stop=stop), died=0)

        def note(text: str) -> None:
            remarks.print(text, soft_wrap=True, markup=False)

        return run_on_cluster(job, store, client, progress=advance, stop=stop, note=note)
