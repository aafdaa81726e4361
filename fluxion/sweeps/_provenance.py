"""What computes here: versions, devices and flags on which the last bits of results depend."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform

import jax

from fluxion._version import __version__

_PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "zarr")


def provenance() -> dict[str, str]:
    """Facts about this process that a new store tells beside its identity."""
    return {
        "source": f"Fluxion {__version__}",
        "made_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "packages": ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
        "devices": ", ".join(str(device.device_kind) for device in jax.local_devices()),
        "machine": f"{platform.system()} {platform.machine()}",
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
