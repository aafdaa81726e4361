"""The machine a result was made on: what matters for speed, and nothing that tells whose it is."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

from fluxion._version import __version__

_PACKAGES = ("jax", "jaxlib", "numpy", "equinox")


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine(flags: str) -> dict[str, Any]:
    """Processor, memory, load, versions and flags.

    Args:
        flags: XLA's, as measured with.
    """
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "cores": cores(),
        "memory_GiB": _memory(),
        "load_at_start": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "fluxion": __version__,
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
        "xla_flags": flags,
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory() -> float | None:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    return round(size / 2**30, 1)
