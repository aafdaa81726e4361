"""What is set before JAX starts: XLA's flags for the CPU and a cache of compiled programs.

A library must not do this on import; a process of its own may. See `fluxion env`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path

import platformdirs

#: Whole loops in one compiled piece, and vectors as wide as the processor has. (Multi-output fusion
#: would gain a little more, but ends the compiler in reverse mode.)
XLA_FLAGS = (
    "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1000000000",
    "--xla_cpu_prefer_vector_width=512",
)
#: Threads of XLA for each core: programs on several cores wait for one another in one pool.
_THREADS_PER_CORE = 4
_PROBE = "import jax; jax.numpy.zeros(1).block_until_ready()"
_PROBE_SECONDS = 60
#: Set to "off" to leave XLA's flags and the cache alone.
SWITCH = "FLUXION_TUNE"


def cache_folder() -> Path:
    """Folder of the user's cache for compiled programs."""
    return Path(platformdirs.user_cache_dir("fluxion")) / "compiled"


def prepare() -> bool:
    """Set what speeds JAX up on the CPU, unless JAX is loaded already or the user said otherwise.

    XLA ends the process when it meets a flag that it does not know, so the flags are tried once in
    a process of their own and the answer is kept for the installed jaxlib.

    Returns:
        Whether anything was set.
    """
    if "jax" in sys.modules or os.environ.get(SWITCH, "").lower() in ("off", "0"):
        return False
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache_folder()))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.3")
    os.environ.update(device_settings())
    given = os.environ.get("XLA_FLAGS", "")
    missing = [flag for flag in XLA_FLAGS if flag.partition("=")[0] not in given]
    if missing and flags_wanted():
        os.environ["XLA_FLAGS"] = " ".join([*([given] if given else []), *missing])
    return True


def device_settings() -> dict[str, str]:
    """Settings that make every core a device, so that populations use all of them.

    Empty if the user has set one of them.
    """
    names = ("JAX_NUM_CPU_DEVICES", "PJRT_NPROC")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if any(name in os.environ for name in names) or not cores or cores == 1:
        return {}
    return dict(zip(names, (str(cores), str(cores * _THREADS_PER_CORE)), strict=True))


def flags_wanted() -> bool:
    """Whether `XLA_FLAGS` fit this machine and this jaxlib."""
    return platform.machine() in ("x86_64", "AMD64") and flags_accepted()


def flags_accepted() -> bool:
    """Whether the installed jaxlib takes `XLA_FLAGS`; tried once, then remembered."""
    tried = hashlib.sha256(" ".join(XLA_FLAGS).encode()).hexdigest()[:8]
    version = importlib.metadata.version("jaxlib")
    answer = cache_folder().parent / f"xla-flags-{version}-{tried}"
    try:
        return answer.read_text() == "yes"
    except OSError:
        pass
    environment = {**os.environ, "XLA_FLAGS": " ".join(XLA_FLAGS), "JAX_PLATFORMS": "cpu"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE],
            env=environment,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
        accepted = done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
    try:
        answer.parent.mkdir(parents=True, exist_ok=True)
        partial = answer.with_name(f"{answer.name}.{os.getpid()}.part")
        partial.write_text("yes" if accepted else "no")
        partial.replace(answer)
    except OSError:
        pass  # a cache that cannot be written costs one try each time
    return accepted
