"""`fluxion sweep SPEC.toml`: killed for real, stopped, resumed, reported, refused in one line."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import zarr

from fluxion.cli._environment import device_settings

SPEC = """
building = "ashrae140:600"
samples = {samples}
seed = 3
days = [1, 2]
steps_per_hour = {steps}
warmup_days = {warmup}
batch = {batch}
chunk = 8
[parameters]
heating_setpoint = [18, 22]
infiltration = [0.001, 0.03]
glazing.gap_thickness = [-0.01, 0.05]
"""
_COMMAND = [sys.executable, "-c", "from fluxion.cli import main; main()", "sweep"]
_SECONDS = 120


def write(folder: Path, name: str, text: str = SPEC, **changes) -> Path:
    values = {"samples": 20, "steps": 1, "warmup": 1, "batch": 4} | changes
    path = folder / name
    path.write_text(text.format(**values))
    return path


def marks(store: Path) -> int:
    return len(list((store / "checksum" / "c").glob("[0-9]*")))


def contents(store: Path) -> dict[str, bytes]:
    group = zarr.open_group(str(store), mode="r")
    found = {name: np.asarray(array[:]) for name, array in group.arrays()}
    assert {"annual_heating", "designs", "status", "reason", "checksum"} <= set(found)
    return {
        name: repr(list(map(str, values))).encode()
        if values.dtype.kind == "T"
        else values.tobytes()
        for name, values in found.items()
    }


def interrupted(spec: Path, number: signal.Signals, after: int) -> subprocess.CompletedProcess[str]:
    """The command, sent a signal once the store holds so many chunks."""
    running = subprocess.Popen(
        [*_COMMAND, str(spec)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    store, limit = spec.with_suffix(".zarr"), time.monotonic() + _SECONDS
    while marks(store) < after and running.poll() is None and time.monotonic() < limit:
        time.sleep(0.002)
    running.send_signal(number)
    out, err = running.communicate(timeout=_SECONDS)
    return subprocess.CompletedProcess(running.args, running.returncode, out, err)


def finished(spec: Path) -> dict:
    done = subprocess.run(
        [*_COMMAND, str(spec), "--json"], capture_output=True, text=True, timeout=_SECONDS
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_stopped_and_resumed_is_bit_identical_to_one_go(tmp_path) -> None:
    large = {"samples": 320, "steps": 4, "warmup": 8, "batch": 2}
    whole = write(tmp_path, "whole.toml", **large)
    broken = write(tmp_path, "broken.toml", **large)
    assert finished(whole)["simulated"] == 320
    store = broken.with_suffix(".zarr")

    killed = interrupted(broken, signal.SIGKILL, after=4)
    assert killed.returncode == -signal.SIGKILL
    first = marks(store)
    assert 4 <= first < 20

    stopped = interrupted(broken, signal.SIGINT, after=first + 3)
    assert stopped.returncode == 130, stopped.stderr
    assert f"resume with: fluxion sweep {broken}" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    second = marks(store)
    assert first + 3 <= second < 40

    report = finished(broken)
    assert report["complete"] and report["done"] == 320
    assert report["resumed"] == second * 8 and report["simulated"] == 320 - second * 8
    assert contents(store) == contents(whole.with_suffix(".zarr"))
    devices = device_settings().get("JAX_NUM_CPU_DEVICES")
    used = str(zarr.open_group(str(store), mode="r").attrs["devices"]).split(", ")
    assert devices is None or len(used) == int(devices)


@pytest.fixture(scope="module")
def small(tmp_path_factory, fluxion) -> tuple[Path, dict]:
    """A small finished sweep: its spec and its report."""
    spec = write(tmp_path_factory.mktemp("sweep"), "small.toml")
    result = fluxion("sweep", spec, "--json")
    assert result.exit_code == 0, result.output
    return spec, json.loads(result.stdout)


def test_report_and_files(small) -> None:
    spec, report = small
    assert report["done"] == report["simulated"] == 20 and report["resumed"] == 0
    assert report["complete"] and 0 < report["failed"] < 10
    heating = report["results"]["annual_heating"]
    assert heating["least"] < heating["mean"] < heating["greatest"]
    assert report["parameters"]["heating_setpoint"]["rank_correlation"]["annual_heating"] > 0.3
    assert 1 <= report["pareto"] <= 20
    names = {Path(file).name for file in report["files"]}
    endings = ("summary.json", "failed.csv", "parallel.png", "pareto.png")
    assert names == {f"small-{ending}" for ending in endings}
    assert all(Path(file).parent == spec.parent for file in report["files"])
    summary = json.loads((spec.parent / "small-summary.json").read_text())
    assert summary["made_by"]["weather_sha256"] and summary["made_by"]["seed"] == 3


def test_failures_are_told_with_index_and_reason(small) -> None:
    spec, report = small
    lines = (spec.parent / "small-failed.csv").read_text().splitlines()
    assert lines[0].startswith("design,reason,heating_setpoint")
    assert len(lines) == 1 + report["failed"]
    assert "not finite: annual_heating" in lines[1]
    group = zarr.open_group(str(spec.with_suffix(".zarr")), mode="r")
    status, heating = (np.asarray(group[name][:]) for name in ("status", "annual_heating"))  # type: ignore[index]
    np.testing.assert_array_equal(status == 2, np.isnan(heating[0, :, 0]))
    gap = np.asarray(group["designs"][:])[:, 2]  # type: ignore[index]
    assert set(np.flatnonzero(status == 2)) <= set(np.flatnonzero(gap < 0))


def test_a_finished_sweep_is_not_run_again(small, fluxion) -> None:
    spec, report = small
    result = fluxion("sweep", spec)
    assert result.exit_code == 0, result.output
    assert "20 of 20 designs" in result.stdout and "all of them were in the store" in result.stdout
    assert "annual_heating kWh" in result.stdout


def test_another_spec_and_options_beside_a_spec_are_refused(small, fluxion) -> None:
    spec, _ = small
    other = write(spec.parent, "other.toml", 'store = "small.zarr"' + SPEC, steps=2)
    for words, said in (
        ((other,), "steps_per_hour: 1 there, 2 here"),
        ((spec, "--samples", "5"), "--samples was given beside a spec"),
        ((spec, "-p", "orientation=0:9"), "--parameter was given"),
    ):
        result = fluxion("sweep", *words)
        assert result.exit_code == 2
        assert said in result.stderr and len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SPEC.replace("heating_setpoint", "heating_setpiont"), "did you mean 'heating_setpoint'"),
        (SPEC.replace("[18, 22]", "[22, 18]"), "lower one first"),
        (SPEC.replace("seed", "sead"), "did you mean 'seed'"),
        (SPEC.replace("ashrae140:600", "ashrae140:6000"), "6000"),
        (SPEC.replace("[1, 2]", "[1, 999]"), "365 days"),
        ("store = 'file/s.zarr'" + SPEC, "cannot be written"),
    ],
)
def test_input_at_fault_ends_in_one_line(tmp_path, fluxion, text, said) -> None:
    (tmp_path / "file").write_text("")
    result = fluxion("sweep", write(tmp_path, "bad.toml", text))
    assert result.exit_code == 2 and result.stdout == ""
    assert said in result.stderr and len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_resuming_elsewhere_is_said(small, fluxion, tmp_path) -> None:
    spec = tmp_path / "small.toml"
    shutil.copytree(small[0].with_suffix(".zarr"), tmp_path / "small.zarr")
    spec.write_text(small[0].read_text())
    group = zarr.open_group(str(tmp_path / "small.zarr"), mode="r+")
    group.attrs["devices"] = "abacus"
    group["checksum"][1] = 0  # type: ignore[index]
    result = fluxion("sweep", spec)
    assert result.exit_code == 0, result.output
    assert "begun with other devices (abacus there" in result.stderr
    assert contents(tmp_path / "small.zarr") == contents(small[0].with_suffix(".zarr"))


def test_no_spec(fluxion, tmp_path) -> None:
    result = fluxion("sweep", tmp_path / "none.toml")
    assert result.exit_code == 2 and "none.toml" in result.stderr
