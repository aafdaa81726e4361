"""A sweep on a cluster writes what a local one writes, whatever becomes of the workers."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
import zarr
from rich.console import Console

cloudpickle = pytest.importorskip("cloudpickle")
distributed = pytest.importorskip("distributed")

from fluxion.cli import _cluster as cli_cluster  # noqa: E402
from fluxion.errors import FluxionError, InputError  # noqa: E402
from fluxion.sweeps import build_job, open_store, run_job, run_on_cluster  # noqa: E402

#: Workers cannot import this module, so what they get from it travels by value.
cloudpickle.register_pickle_by_value(sys.modules[__name__])
REAL = {
    "samples": 28,
    "steps_per_hour": 1,
    "warmup_days": 1,
    "precision": 64,
    "weather": "default",
    "parameters": {
        "heating_setpoint": [18, 22],
        "infiltration": [0.001, 0.03],
        "glazing.gap_thickness": [-0.01, 0.05],  # some designs fail
    },
}


def contents(path: Path) -> dict[str, np.ndarray]:
    group = zarr.open_group(str(path), mode="r")
    return {name: np.asarray(array[:]) for name, array in group.arrays()}


def same(one: Path, other: Path) -> None:
    a, b = contents(one), contents(other)
    assert a.keys() == b.keys() and {"annual_heating", "checksum", "reason"} <= a.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def begin(spec, **changes):
    job = build_job(spec(**changes))
    return job, open_store(job, {"source": "test"})


@pytest.fixture(scope="module")
def processes(xla_flags):
    """A client of a cluster of two processes, with the tests' cache of compiled programs."""
    folder = str(jax.config.jax_compilation_cache_dir)  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_COMPILATION_CACHE_DIR", folder)
        patch.setenv("XLA_FLAGS", xla_flags)
        patch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.1")
        with cli_cluster.cluster("local", 2, Console(stderr=True)) as client:
            yield client


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Path:
    """The store of a sweep simulated in this process."""
    from fluxion.sweeps import parse_spec

    path = tmp_path_factory.mktemp("local") / "local.zarr"
    fields = {"building": "ashrae140:600", "days": [1, 2], "batch": 4, "chunk": 4}
    job = build_job(parse_spec({**fields, **REAL, "store": str(path)}))
    assert run_job(job, open_store(job, {"source": "test"})) == 28
    return path


def test_a_worker_that_is_killed_changes_nothing(processes, local, spec) -> None:
    job, store = begin(spec, **REAL, chunk=4)
    pids = list(processes.run(os.getpid).values())
    notes: list[str] = []
    killed: list[int] = []

    def kill_one(done: int) -> None:
        if not killed:
            killed.append(done)
            os.kill(pids[0], signal.SIGKILL)

    found = run_on_cluster(job, store, processes, progress=kill_one, note=notes.append)
    assert found.written == 28 and found.died == 1
    assert killed[0] < 28 and notes == ["workers died: 1; their chunks are given to others"]
    same(store.path, local)
    assert 0 < np.isnan(store.group["annual_heating"][0, :, 0]).sum() < 28  # type: ignore[index]


class Poison(distributed.WorkerPlugin):
    """Ends every process that simulates one design, as a fault in compiled code would."""

    def __init__(self, design: np.ndarray):
        self.design = design

    def setup(self, worker) -> None:
        from fluxion.sweeps import _worker

        design, simulate = self.design, _worker.Simulator.simulate

        def deadly(self, designs, *args, **words):
            if (designs == design).all(axis=1).any():
                os.kill(os.getpid(), signal.SIGKILL)
            return simulate(self, designs, *args, **words)

        _worker.Simulator.simulate = deadly  # type: ignore[method-assign]


def no_patience(dask_scheduler) -> None:
    dask_scheduler.allowed_failures = 0


@pytest.mark.slow
def test_a_chunk_that_kills_workers_fails_alone(processes, local, spec) -> None:
    job, store = begin(spec, **REAL, chunk=4)
    processes.run_on_scheduler(
        lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0)
    )
    processes.register_plugin(Poison(job.designs[9]), name="poison")
    found = run_on_cluster(job, store, processes)
    assert found.written == 28 and found.died == 2
    here, there = contents(store.path), contents(local)
    bad = np.arange(28) // 4 == 2
    assert set(here["status"][bad]) == {2} and np.isnan(here["annual_heating"][:, bad]).all()
    assert set(here["reason"][bad]) == {"its chunk ended 1 workers that simulated nothing else"}
    for name in ("status", "reason", "designs"):
        np.testing.assert_array_equal(here[name][~bad], there[name][~bad])
    np.testing.assert_array_equal(here["annual_heating"][:, ~bad], there["annual_heating"][:, ~bad])


@pytest.fixture
def threads():
    """A cluster whose scheduler and workers are threads of this process."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0",
            silence_logs=50, protocol="tcp", host="127.0.0.1",
        ) as started,
        distributed.Client(started.scheduler_address, timeout=1, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


def test_stopped_and_resumed_here_or_there(threads, quick, spec, after, tmp_path) -> None:
    client = threads
    whole, whole_store = begin(spec, store=str(tmp_path / "whole.zarr"))
    run_job(whole, whole_store)
    job, store = begin(spec)
    told: list[int] = []
    first = run_on_cluster(job, store, client, stop=after(2), progress=told.append).written
    assert 0 < first < 50 and told[-1] == first == store.designs_done()
    job, store = begin(spec)
    second = run_job(job, store, stop=after(1))
    job, store = begin(spec)
    assert run_on_cluster(job, store, client).written == 50 - first - second
    same(store.path, whole_store.path)
    assert run_on_cluster(job, store, client).written == 0


def test_a_lost_connection_is_one_line_and_loses_nothing(threads, quick, spec) -> None:
    job, store = begin(spec)

    def end(_: int) -> None:
        threads.loop.add_callback(threads.scheduler_comm.comm.abort)

    with pytest.raises(InputError, match=r"was lost .*; \d+ designs are kept; run the same") as e:
        run_on_cluster(job, store, threads, progress=end)
    assert "\n" not in str(e.value)
    kept = store.designs_done()
    assert 0 < kept < 50
    job, store = begin(spec)
    assert store.forget_broken() == 0 and run_job(job, store) == 50 - kept


def test_a_fault_of_a_worker_is_told(threads, quick, spec, monkeypatch) -> None:
    from fluxion.sweeps import _worker

    client = threads
    job, store = begin(spec)
    with monkeypatch.context() as patch:
        patch.setattr(_worker, "__version__", "0.0.7")
        label, _ = _worker.pack(_recipe(job))
    with pytest.raises(InputError, match="install the same version"):
        _worker.simulate_chunk(label, job.designs[:1])
    monkeypatch.setattr(_worker.Simulator, "simulate", lambda *_, **__: 1 / 0)
    with pytest.raises(FluxionError, match="worker failed with ZeroDivisionError"):
        run_on_cluster(job, store, client)
    assert store.designs_done() == 0


def _recipe(job):
    from fluxion.sweeps._chunk import recipe_of

    return recipe_of(job)


def test_the_command_uses_a_cluster_by_its_address(threads, tmp_path, monkeypatch) -> None:
    from typer.testing import CliRunner

    from fluxion.cli import app

    client = threads
    path = tmp_path / "s.toml"
    path.write_text(
        'building = "ashrae140:600"\nsamples = 8\ndays = [1, 2]\nsteps_per_hour = 1\nbatch = 4\n'
        "warmup_days = 1\nchunk = 4\nprecision = 64\n[parameters]\nheating_setpoint = [18, 22]\n"
    )
    monkeypatch.setenv("FLUXION_TUNE", "off")
    words = ["sweep", str(path), "--json", "--dask", client.scheduler.address]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["complete"] and report["simulated"] == 8
    assert report["dask"] == {"address": client.scheduler.address, "workers_died": 0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dask", "tcp://127.0.0.1:9"], "no Dask scheduler answers at 'tcp://127.0.0.1:9'"),
        (["--dask", "nonsense"], "Got nonsense"),
        (["--dask", "tcp://127.0.0.1:9", "--workers", "2"], "leave it out"),
        (["--workers", "2"], "add --dask local"),
        (["--dask", "local", "--workers", "0"], "0 workers"),
    ],
)
def test_a_cluster_that_is_not_there(tmp_path, monkeypatch, words, said) -> None:
    from typer.testing import CliRunner

    from fluxion.cli import app

    path = tmp_path / "s.toml"
    path.write_text(
        'building = "ashrae140:600"\nsamples = 8\ndays = [1, 2]\n[parameters]\n'
        "heating_setpoint = [18, 22]\n"
    )
    monkeypatch.setattr(cli_cluster, "_PATIENCE", 0.3)
    done = CliRunner().invoke(app, ["sweep", str(path), *words])
    assert done.exit_code == 2 and said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "s.zarr").exists()
