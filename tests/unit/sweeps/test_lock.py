"""Two processes never write to one store; what a dead one leaves behind holds nobody up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fluxion.errors import InputError
from fluxion.sweeps import locked

_HOLD = """
import importlib.util, sys, time
spec = importlib.util.spec_from_file_location("lock", sys.argv[2])
lock = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lock)
with lock.locked(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of a store."""
    import fluxion.sweeps._lock as lock

    command = [sys.executable, "-c", _HOLD, str(tmp_path / "s.zarr"), str(lock.__file__)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_store_that_is_being_written_is_refused(tmp_path, holder) -> None:
    refused = pytest.raises(InputError, match=rf"another process \({holder.pid} on .*; wait")
    with refused, locked(tmp_path / "s.zarr"):
        pass
    with locked(tmp_path / "other.zarr"):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / ".s.zarr.lock").exists()  # of a process that is dead
    with locked(tmp_path / "s.zarr"), locked(str(tmp_path / "s.zarr")):
        assert str(os.getpid()) in (tmp_path / ".s.zarr.lock").read_text()
    assert list(tmp_path.iterdir()) == []


def test_the_command_refuses_it_in_one_line(tmp_path, holder) -> None:
    from typer.testing import CliRunner

    from fluxion.cli import app

    path = Path(tmp_path / "s.toml")
    path.write_text(
        'building = "ashrae140:600"\nsamples = 8\ndays = [1, 2]\n[parameters]\n'
        "heating_setpoint = [18, 22]\n"
    )
    done = CliRunner().invoke(app, ["sweep", str(path)])
    assert done.exit_code == 2 and "being written by another process" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "s.zarr").exists()


def test_a_lock_that_cannot_be_made(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"), locked(tmp_path / "file" / "s.zarr"):
        pass
