"""Timing inside one process: stages of compiling apart, runs by wall clock and by CPU time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np

MIB = 2.0**20


@dataclass(frozen=True)
class Compiled:
    """A compiled program and what it took.

    Attributes:
        program: To be called with the arguments.
        trace_s: From Python to a jaxpr. [s]
        lower_s: From there to the compiler's language. [s]
        compile_s: In XLA. [s]
        cpu_s: CPU time of all three on all cores. [s]
    """

    program: Any
    trace_s: float
    lower_s: float
    compile_s: float
    cpu_s: float

    @property
    def seconds(self) -> float:
        """All three stages. [s]"""
        return self.trace_s + self.lower_s + self.compile_s

    @property
    def memory_mib(self) -> float:
        """What it asks for beyond its arguments: intermediate values and results. [MiB]"""
        found = self.program.memory_analysis()
        return (found.temp_size_in_bytes + found.output_size_in_bytes) / MIB


def compiled(function: Callable[..., Any], *args: Any) -> Compiled:
    """Compile a function for these arguments."""
    start, busy = time.perf_counter(), time.process_time()
    traced = jax.jit(function).trace(*args)
    at_trace = time.perf_counter()
    lowered = traced.lower()
    at_lower = time.perf_counter()
    program = lowered.compile()
    at_end, busy = time.perf_counter(), time.process_time() - busy
    return Compiled(program, at_trace - start, at_lower - at_trace, at_end - at_lower, busy)


def once(call: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of one call, results awaited: of the wall, and of all threads of the process."""
    wall, busy = time.perf_counter(), time.process_time()
    jax.block_until_ready(call())
    return time.perf_counter() - wall, time.process_time() - busy


def alternate(
    *calls: Callable[[], Any],
    seconds: float,
    least: int = 3,
    most: int = 25,
    warm: bool = True,
) -> list[np.ndarray]:
    """Time calls in turns, so that a busy machine slows all alike.

    Args:
        *calls: What to time.
        seconds: After so long no further round is begun. [s]
        least: Rounds at least.
        most: Rounds at most.
        warm: Whether each runs once before, untimed.

    Returns:
        For each call wall and CPU seconds, (round, 2).
    """
    for call in calls if warm else ():
        once(call)
    found: list[list[tuple[float, float]]] = [[] for _ in calls]
    started = time.perf_counter()
    for number in range(most):
        if number >= least and time.perf_counter() - started > seconds:
            break
        order: Sequence[int] = range(len(calls))
        for index in order if number % 2 else reversed(order):
            found[index].append(once(calls[index]))
    return [np.array(each) for each in found]


def peak_memory_mib() -> float:
    """The most memory that this process has had. [MiB] NaN where the system does not say."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / MIB
    except (OSError, ValueError):
        pass
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / MIB


def pin_to_one_core() -> bool:
    """Keep this process, and threads that it starts later, on one core; False where impossible."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    try:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    except OSError:
        return False
    return True
