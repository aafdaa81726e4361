"""From the start of a process to its first result, without and with a cache of programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fluxion.benchmarks._rows import Row, row

_SECONDS = 300.0
_COMMAND = "from fluxion.cli import main; main()"


def start(weather: str, building: str, runs: int) -> Iterator[Row | str]:
    """Processes one after the other that share empty folders of programs: the first fills them.

    Args:
        weather: By path or name.
        building: What the command line calls it.
        runs: Later processes.
    """
    with tempfile.TemporaryDirectory(prefix="fluxion-bench-") as folder:
        environment = {
            **os.environ,
            "JAX_ENABLE_COMPILATION_CACHE": "true",
            "JAX_COMPILATION_CACHE_DIR": folder,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.3",
        }
        traced = str(Path(folder) / "traced")
        yield "a first process"
        first = _marks([building, weather, traced], environment)
        yield row("start.first.total_s", first["result"], "s")
        later = []
        for number in range(runs):
            yield f"a later process, {number + 1} of {runs}"
            later.append(_marks([building, weather, traced], environment))
        yield row("start.later.total_s", [each["result"] for each in later], "s")
        order = ["imports", "inputs", "program", "result"]
        before = ["", *order]
        for stage, last in zip(order, before, strict=False):
            spent = [each[stage] - each.get(last, 0.0) for each in later]
            yield row(f"start.later.{stage}_s", spent, "s")
        yield row(
            "start.later.without_imports_s",
            [each["result"] - each["imports"] for each in later],
            "s",
        )
        untraced = []
        for number in range(runs + 1):
            yield f"a later process that traces, {number + 1} of {runs + 1}"
            untraced.append(_marks([building, weather, ""], environment)["result"])
        yield row("start.later.tracing_total_s", untraced[1:], "s")
        command = ["-c", _COMMAND, "simulate", building, "--weather", weather, "--json"]
        seconds = []
        for number in range(runs + 1):
            yield f"the command line, {number + 1} of {runs + 1}"
            seconds.append(_wall(command, environment))
        yield row("start.later.command_s", seconds[1:], "s")


def _marks(arguments: list[str], environment: dict[str, str]) -> dict[str, float]:
    package = Path(__file__).parents[1]
    paths = [str(package.parent), environment.get("PYTHONPATH", "")]
    environment = {**environment, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    file = str(package / "benchmarks" / "_first_result.py")
    done = _run(["-P", file, *arguments, repr(time.time())], environment)
    return json.loads(done.stdout.splitlines()[-1])


def _wall(arguments: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    _run(arguments, environment)
    return time.perf_counter() - started


def _run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_SECONDS,
        check=True,
    )
