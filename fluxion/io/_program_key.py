"""What makes the traced program of a simulation another one.

A key that forgets something runs an old program on a new question, so it takes in more than it
must: a program that is traced once too often costs a second.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np

from fluxion._version import __version__
from fluxion.simulation import Options

#: Packages and modules that a traced simulation is made of, from Fluxion's folder.
SOURCES = (
    "cta",
    "fused",
    "lanes",
    "networks",
    "physics",
    "simulation",
    "weather",
    "errors.py",
    "units.py",
    "io/_programs.py",
)
_PACKAGES = ("jax", "jaxlib", "equinox", "numpy")
#: Variables of the environment that compilers read.
_VARIABLES = ("XLA_FLAGS", "LIBTPU_INIT_ARGS")
#: Settings of JAX that say where compiled programs are kept and what is told, not what is traced.
_NO_MATTER = ("cache", "log", "dump", "profil", "traceback")


def leaf_kind(leaf: Any) -> tuple[tuple[int, ...], str, bool]:
    """Shape, dtype and weakness of an array: all that a program knows of it."""
    return tuple(leaf.shape), np.dtype(leaf.dtype).name, bool(getattr(leaf, "weak_type", False))


def sources_sha256(folder: Path) -> str:
    """SHA-256 of all that a traced simulation is made of; empty where there are no sources.

    Args:
        folder: Of the package `fluxion`.
    """
    found, count = hashlib.sha256(), 0
    for part in SOURCES:
        place = folder / part
        for path in [place] if place.suffix else sorted(place.rglob("*.py")):
            try:
                text = path.read_bytes()
            except OSError:
                return ""
            found.update(f"{path.relative_to(folder).as_posix()} {len(text)}\n".encode())
            found.update(text)
            count += 1
    return found.hexdigest() if count > len(SOURCES) else ""


def program_key(
    tree: Any, leaves: list[Any], outputs: tuple[str, ...], options: Options
) -> str | None:
    """A name for the program that simulates inputs of this kind; None if it can have none.

    Args:
        tree: Structure of the inputs, with all that is static in them.
        leaves: Their arrays.
        outputs: Names of the results that are kept.
        options: How it runs.
    """
    sources = sources_sha256(Path(__file__).parent.parent)
    devices = jax.devices()
    settings = {
        name: repr(getattr(jax.config, name, value))  # an attribute knows of `with` blocks
        for name, value in sorted(jax.config.values.items())
        if not any(part in name for part in _NO_MATTER)
    }
    text = json.dumps(
        {
            "fluxion": [__version__, sources],
            "packages": [importlib.metadata.version(name) for name in _PACKAGES],
            "device": [devices[0].platform, devices[0].device_kind, len(devices)],
            "variables": [os.environ.get(name, "") for name in _VARIABLES],
            "settings": settings,
            "inputs": str(tree),
            "arrays": [leaf_kind(leaf) for leaf in leaves],
            "outputs": outputs,
            "options": repr(options),
        }
    )
    if not sources or " at 0x" in text:  # an address says nothing in another process
        return None
    return hashlib.sha256(text.encode()).hexdigest()
