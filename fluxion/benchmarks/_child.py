"""A group in a process of its own: figures as they come, a sure end, a reason if it fails."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any

from fluxion.benchmarks._groups import Group
from fluxion.benchmarks._rows import Row

_PULSE = 0.1  # [s]
#: An interrupted process has so long to end what it started. [s]
_GRACE = 2.0
#: Settings of the user that would change what is measured.
_FOREIGN = (
    "XLA_FLAGS",
    "JAX_ENABLE_X64",
    "JAX_NUM_CPU_DEVICES",
    "PJRT_NPROC",
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS",
)


class GroupFailed(Exception):
    """A group did not end well; the message says why."""


class Stopped(Exception):
    """The user wants no more."""


def environment(group: Group, flags: str) -> dict[str, str]:
    """What a group's process is given: one CPU device, no cache of programs, these flags."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {
        **kept,
        "JAX_PLATFORMS": "cpu",
        "JAX_NUM_CPU_DEVICES": "1",
        "JAX_ENABLE_COMPILATION_CACHE": "false",
        "XLA_FLAGS": flags,
        **group.environment,
    }


def measure(
    group: Group, flags: str, stop: Callable[[], bool]
) -> Iterator[Row | str | dict[str, Any]]:
    """Rows, remarks and facts about the machine, as soon as the group's process has them.

    Raises:
        GroupFailed: The process failed or ran out of time; rows that it gave stand.
        Stopped: `stop` said so.
    """
    command = [sys.executable, "-m", "fluxion.benchmarks", group.measure]
    command += [json.dumps(dict(group.arguments)), "1" if group.pinned else "0"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            env=environment(group, flags),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=os.name == "posix",  # an interruption reaches it through us alone
        )
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
        deadline = time.monotonic() + group.timeout
        try:
            while True:
                if stop():
                    raise Stopped
                if time.monotonic() > deadline:
                    raise GroupFailed(f"ended after {group.timeout:g} s")
                try:
                    line = lines.get(timeout=_PULSE)
                except queue.Empty:
                    continue
                if line is None:
                    break
                found = json.loads(line)
                yield Row.from_dict(found["row"]) if "row" in found else found["said"]
            process.wait()
        finally:
            _end(process)
        if process.returncode:
            raise GroupFailed(_reason(process.returncode, said))


def _listen(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and what it started, if it still runs.

    Interrupted first, so that it can end an engine that runs in a session of its own.
    """
    if process.poll() is not None:
        return
    for sent in (signal.SIGINT, signal.SIGKILL) if os.name == "posix" else (signal.SIGTERM,):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            if os.name == "posix":
                os.killpg(process.pid, sent)
            else:
                process.kill()
            process.wait(_GRACE)
            return
    process.wait()


def _reason(code: int, said: IO[bytes]) -> str:
    """Why a process failed: the last line of its standard error, or the signal."""
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        hint = ", as when memory runs out" if name == "SIGKILL" else ""
        return f"the process was ended by {name}{hint}"
    last = lines[-1].strip() if lines else f"exit code {code}"
    # "package.SomeError: what happened" is what happened.
    kind, _, message = last.partition(": ")
    return message if message and kind.endswith("Error") and " " not in kind else last
