"""`fluxion sweep SPEC.toml`: a sweep that is stored, resumed and reported."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

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

from fluxion.cli._console import messages, print_json, results
from fluxion.cli._environment import prepare

if TYPE_CHECKING:
    from fluxion.sweeps import Job

_INTERRUPTED = 130
#: Facts about a run on which the last bits of its results depend.
_MATTER = ("devices", "packages", "machine", "xla_flags")


class _Rate(ProgressColumn):
    """Designs a second of this run."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "-/s", style="dim")


def sweep_stored(path: str, *, json: bool) -> None:
    """Run or resume the sweep of a spec and report on it.

    Args:
        path: Of the spec.
        json: Print one JSON object instead of the table.
    """
    prepare()
    from fluxion.sweeps import read_spec

    spec = read_spec(path)
    remarks = messages()
    with remarks.status("loading"):
        from fluxion.cli._run import set_precision
        from fluxion.cli._stop import gentle_stop
        from fluxion.cli._sweep_report import print_findings, report_of, write_files
        from fluxion.sweeps import build_job, open_store, run_job

        set_precision(spec.precision)
        job = build_job(spec)
        here = _provenance(job)
        store = open_store(job, here)
        broken = store.forget_broken()
    before = store.designs_done()
    if broken:
        remarks.print(f"{broken} chunks of the store are damaged and are simulated again")
    others = [key for key in _MATTER if store.group.attrs.get(key) != here[key]]
    if 0 < before < spec.samples and others:
        remarks.print(
            f"the store was begun with other {', '.join(others)} ({store.group.attrs[others[0]]} "
            f"there, {here[others[0]]} here); results may differ in their last digits",
            soft_wrap=True,
            markup=False,
        )
    if before:
        remarks.print(f"{before:,} of {spec.samples:,} designs are in the store already")
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(),
        TimeRemainingColumn(),
    )  # fmt: skip
    started = time.perf_counter()
    heard = "stopping after this chunk; press Ctrl-C again to stop at once"
    with (
        gentle_stop(remarks, heard) as stop,
        Progress(*columns, console=remarks, speed_estimate_period=300.0) as bar,
    ):
        first = "compiling " if before < spec.samples else "done"
        task = bar.add_task(first, total=spec.samples, completed=before)

        def advance(done: int) -> None:
            bar.update(task, completed=before + done, description="simulating")

        written = run_job(job, store, progress=advance, stop=stop)
    seconds = time.perf_counter() - started
    report, findings = report_of(job, store, before=before, written=written, seconds=seconds)
    if report["complete"]:
        report["files"] = write_files(job, store, findings, report, remarks)
    if json:
        print_json(report)
    else:
        print_findings(results(), report)
    for file in report["files"]:
        remarks.print(f"wrote {file}", soft_wrap=True, markup=False)
    if not report["complete"]:
        remarks.print(
            f"stopped after {report['done']:,} of {spec.samples:,} designs, which are kept; "
            f"resume with: fluxion sweep {path}",
            soft_wrap=True,
            markup=False,
        )
        raise typer.Exit(_INTERRUPTED)


def _provenance(job: Job) -> dict[str, str]:
    """What a new store says about what made it, beside its identity."""
    import datetime
    import importlib.metadata
    import platform

    import jax

    names = ("jax", "jaxlib", "numpy", "scipy", "zarr")
    return {
        "source": f"Fluxion {job.identity['fluxion']}",
        "made_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "packages": ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names),
        "devices": ", ".join(str(device.device_kind) for device in jax.local_devices()),
        "machine": f"{platform.system()} {platform.machine()}",
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
    }
