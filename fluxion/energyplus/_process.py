"""The engine in a process of its own: with a time limit, progress, and an end that is sure."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fluxion.energyplus._engine import Engine
from fluxion.energyplus._problems import EngineError

Progress = Callable[[str], None]
_DATE = re.compile(r"(?:Starting|Continuing) Simulation at (\d+)/(\d+)")
_PULSE = 0.05  # [s]
_LINES_KEPT = 20


def run_engine(
    engine: Engine,
    model: Path,
    weather: Path,
    folder: Path,
    *,
    timeout: float,
    progress: Progress = lambda _: None,
    stop: threading.Event | None = None,
) -> tuple[int, str]:
    """Run a model to its end.

    Args:
        engine: Which.
        model: An epJSON file.
        weather: An EPW file.
        folder: Where the engine writes; nothing else may be using it.
        timeout: After so long the engine is ended. [s]
        progress: Told what the engine is doing.
        stop: When set by another thread, the engine is ended.

    Returns:
        Exit code and the last lines that the engine printed.

    Raises:
        EngineError: It cannot be started, ran out of time, or was stopped.
    """
    command = [*engine.command, "-w", str(weather), "-d", str(folder), str(model)]
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        raise EngineError(
            f"EnergyPlus cannot be started ({error.strerror or error}); "
            f"install {engine.package} anew"
        ) from error
    said: deque[str] = deque(maxlen=_LINES_KEPT)
    reader = threading.Thread(target=_listen, args=(process, said, progress), daemon=True)
    reader.start()
    deadline = time.monotonic() + timeout
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise EngineError(
                    f"EnergyPlus was ended after {timeout:g} s; give a longer timeout, fewer steps "
                    "per hour, fewer days, or shadows less often (shading_days)"
                )
            if stop is not None and stop.is_set():
                raise EngineError("EnergyPlus was stopped with the batch it belongs to")
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PULSE)
    finally:
        _end(process)
        reader.join(timeout=5.0)
    return process.returncode, "\n".join(said)


def _listen(process: subprocess.Popen[str], said: deque[str], progress: Progress) -> None:
    assert process.stdout is not None, "the pipe was asked for"
    with process.stdout as stream:
        for line in stream:
            said.append(line.rstrip())
            date = _DATE.search(line)
            if date:
                progress(f"EnergyPlus at {date[2]}.{date[1]}.")
            elif "Warming up" in line:
                progress("EnergyPlus is warming up")


def _end(process: subprocess.Popen[str]) -> None:
    """End the process, and what it started, if it still runs."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
