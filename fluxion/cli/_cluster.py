"""A Dask cluster for a command: workers of this machine, or those behind an address."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from fluxion.errors import InputError, require

DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS|local",
        help="Run on a Dask cluster: its scheduler's address such as tcp://host:8786, or "
        "[bold]local[/bold] for worker processes of this machine.",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="Worker processes of '--dask local'.  [dim]\\[default: one for each core][/dim]",
        show_default=False,
    ),
]

LOCAL = "local"
#: How long a scheduler is tried. [s]
_PATIENCE = 10.0
#: The terminal's Ctrl-C goes to every process; only the command decides what it means.
_DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
_LOGGERS = ("distributed", "distributed.client", "bokeh")


def check_cluster_options(dask: str | None, workers: int | None) -> None:
    """Refuse options that make no sense together, before anything is loaded.

    Raises:
        InputError: Saying which.
    """
    if workers is not None and dask is None:
        raise InputError("--workers was given without --dask; add --dask local")
    if workers is not None and dask != LOCAL:
        raise InputError(
            f"--workers was given with --dask {dask}, which has its own; leave it out, or take "
            "--dask local"
        )
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers were given; take at least 1")
    if dask is not None and not dask.strip():
        raise InputError("--dask was given nothing; give an address such as tcp://host:8786")


def worker_environment() -> dict[str, str]:
    """What a worker process needs before it loads JAX: this process' settings, and one device."""
    names = ("XLA_FLAGS", "JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "JAX_NUM_CPU_DEVICES": "1"}


@contextmanager
def cluster(dask: str, workers: int | None, console: Console) -> Iterator[Any]:
    """A client of the cluster, closed in the end together with workers that were started for it.

    Args:
        dask: An address, or "local".
        workers: Processes of a local cluster; None takes one for each core.
        console: Told what is waited for.

    Raises:
        MissingExtraError: distributed is not installed.
        InputError: There is no scheduler at the address.
    """
    distributed = require("distributed", "dask")
    from dask import config

    for name in _LOGGERS:  # errors are told once, by the command
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config.set({"distributed.comm.timeouts.connect": _PATIENCE})
    with console.status("starting workers" if dask == LOCAL else "connecting"):
        started = _start(distributed, workers) if dask == LOCAL else None
        try:
            client = _connect(distributed, started or dask)
        except BaseException:
            if started is not None:
                started.close()
            raise
    try:
        yield client
    finally:
        client.close(timeout=_PATIENCE)
        if started is not None:
            started.close(timeout=_PATIENCE)


def _start(distributed: Any, workers: int | None) -> Any:
    return distributed.LocalCluster(
        n_workers=workers or _cores(),
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
        env=worker_environment(),
        preload=[_DEAF],
    )


def _connect(distributed: Any, where: Any) -> Any:
    try:
        if isinstance(where, str):  # a client with an address that is none leaves threads behind
            distributed.comm.get_address_host_port(where, strict=True)
        return distributed.Client(where, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        said = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise InputError(
            f"no Dask scheduler answers at {where!r} ({said}); start one with 'dask scheduler' "
            "and give its address, such as tcp://host:8786, or take --dask local"
        ) from None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
