"""The script for a GPU says so where there is none, and its path runs without one."""

from __future__ import annotations

import json
import subprocess
import sys

import jax
import pytest


def run(root, *arguments, timeout=60):
    script = root / "experiments" / "benchmarks" / "gpu.py"
    return subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, timeout=timeout
    )


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="a GPU is here")
def test_without_a_gpu_it_says_so_in_one_line(root, tmp_path) -> None:
    done = run(root, "--out", str(tmp_path / "gpu"))
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
    assert "no NVIDIA GPU" in done.stderr and not (tmp_path / "gpu").exists()


@pytest.mark.slow
def test_its_path_runs_end_to_end_on_a_cpu(root, tmp_path) -> None:
    done = run(root, "--interpret", "--out", str(tmp_path), timeout=900)
    assert done.returncode == 0, done.stderr
    parts = json.loads((tmp_path / "gpu.json").read_text())["parts"]
    assert parts["check.case600"]["rows"][0]["ok"]
    assert all(part["rows"] and "error" not in part for part in parts.values())
    assert "fused.case600" in (tmp_path / "gpu.md").read_text()
