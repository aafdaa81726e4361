"""What is set before JAX starts: XLA's flags for the CPU and a cache of compiled programs.

A library must not do this on import; a process of its own may. See `fluxion env`.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

#: Whole loops in one compiled piece, which LLVM vectorizes and does not unroll; vectors as wide as
#: the processor has; small products as loops, not by a library that packs them first; fused
#: operations as plain loops.
#: (Multi-output fusion would gain a little more, but ends the compiler in reverse mode.)
XLA_FLAGS = (
    "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1000000000,"
    "xla_cpu_disable_loop_unrolling",
    "--xla_cpu_prefer_vector_width=512",
    "--xla_cpu_experimental_ynn_fusion_type=",
    "--xla_cpu_use_fusion_emitters=false",
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


def program_folder() -> Path | None:
    """Folder of traced programs, in that of JAX's compiled ones; None if JAX keeps none."""
    import jax

    folder = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    kept = jax.config.jax_enable_compilation_cache  # type: ignore[attr-defined]
    return Path(folder) / "traced" if kept and folder and "://" not in folder else None


def prepare(*, simulating: bool = True) -> bool:
    """Set what speeds JAX up on the CPU, unless JAX is loaded already or the user said otherwise.

    Simulations are long loops of small steps; training is products of large matrices, for which
    XLA's own settings are the fast ones (three times as fast), and gets the cache alone.

    XLA ends the process when it meets a flag that it does not know, so the flags are tried once in
    processes of their own and the answer is kept for the installed jaxlib.

    Args:
        simulating: Whether the process will mostly simulate.

    Returns:
        Whether anything was set.
    """
    if "jax" in sys.modules or os.environ.get(SWITCH, "").lower() in ("off", "0"):
        return False
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache_folder()))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.3")
    if not simulating:
        return True
    os.environ.update(device_settings())
    given = os.environ.get("XLA_FLAGS", "")
    missing = [flag for flag in wanted_flags() if flag.partition("=")[0] not in given]
    if missing:
        os.environ["XLA_FLAGS"] = " ".join([*([given] if given else []), *missing])
    return True


@contextmanager
def loading() -> Iterator[None]:
    """Imports without Python's garbage collector, in a process that has not loaded JAX yet.

    Modules and what they define stay until the process ends, so the collector need not look at
    them, neither while they load nor later.
    """
    if "jax" in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def device_settings() -> dict[str, str]:
    """Settings that make every core a device, so that populations use all of them.

    Empty if the user has set one of them.
    """
    names = ("JAX_NUM_CPU_DEVICES", "PJRT_NPROC")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if any(name in os.environ for name in names) or not cores or cores == 1:
        return {}
    return dict(zip(names, (str(cores), str(cores * _THREADS_PER_CORE)), strict=True))


def wanted_flags() -> tuple[str, ...]:
    """Those of `XLA_FLAGS` that fit this machine and this jaxlib."""
    return accepted_flags() if platform.machine() in ("x86_64", "AMD64") else ()


def accepted_flags() -> tuple[str, ...]:
    """Those of `XLA_FLAGS` that the installed jaxlib takes; tried once, then remembered."""
    tried = hashlib.sha256(" ".join(XLA_FLAGS).encode()).hexdigest()[:8]
    version = importlib.metadata.version("jaxlib")
    answer = cache_folder().parent / f"xla-flags-{version}-{tried}"
    try:
        known = answer.read_text().splitlines()
        return tuple(flag for flag in XLA_FLAGS if flag in known)
    except OSError:
        pass
    accepted = XLA_FLAGS
    if not _starts_with(XLA_FLAGS):
        accepted = tuple(flag for flag in XLA_FLAGS if len(XLA_FLAGS) > 1 and _starts_with((flag,)))
    try:
        answer.parent.mkdir(parents=True, exist_ok=True)
        partial = answer.with_name(f"{answer.name}.{os.getpid()}.part")
        partial.write_text("\n".join(accepted))
        partial.replace(answer)
    except OSError:
        pass  # a cache that cannot be written costs these tries each time
    return accepted


def _starts_with(flags: tuple[str, ...]) -> bool:
    """Whether JAX starts with these flags."""
    environment = {**os.environ, "XLA_FLAGS": " ".join(flags), "JAX_PLATFORMS": "cpu"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE],
            env=environment,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
