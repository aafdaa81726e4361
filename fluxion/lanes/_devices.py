"""Which devices can share work."""

from __future__ import annotations

import os
from typing import Any

import jax


def default_devices() -> tuple[Any, ...]:
    """All devices of JAX's default backend that can work at once.

    A CPU is several devices if `JAX_NUM_CPU_DEVICES` says so. Their programs share one pool of
    threads and wait in it for one another: with no more threads than devices they may wait for
    ever. Unless `PJRT_NPROC` gives the pool more threads, one device is taken.
    """
    devices = tuple(jax.local_devices())
    if devices[0].platform != "cpu":
        return devices
    threads = os.environ.get("PJRT_NPROC", "")
    enough = threads.isdigit() and int(threads) > len(devices)
    return devices if enough else devices[:1]
