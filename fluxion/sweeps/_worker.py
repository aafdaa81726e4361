"""What a worker of a cluster does: keep what it compiled for a sweep, and simulate chunks."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fluxion._version import __version__
from fluxion.errors import InputError
from fluxion.sweeps._chunk import Found, Recipe, Simulator

#: Simulators of this process by the digest of their recipe: the last sweeps it worked on.
_KEPT: dict[str, Simulator] = {}
_MOST_KEPT = 2
#: One chunk at a time, and no two threads compile the same program.
_ALONE = Lock()


@dataclass(frozen=True)
class Parcel:
    """A recipe on its way to the workers.

    Attributes:
        content: The recipe with plain arrays, pickled.
        digest: Of the content; equal digests mean equal recipes.
        x64: Whether JAX computes in 64 bits.
        version: Of Fluxion.
    """

    content: bytes
    digest: str
    x64: bool
    version: str


def pack(recipe: Recipe) -> Parcel:
    """A recipe as a parcel."""
    plain = _with_arrays(
        recipe, lambda leaf: np.asarray(leaf) if isinstance(leaf, jax.Array) else leaf
    )
    content = pickle.dumps(plain)
    x64 = bool(jax.config.jax_enable_x64)  # type: ignore[attr-defined]
    digest = hashlib.sha256(content + bytes([x64])).hexdigest()
    return Parcel(content, digest, x64, __version__)


def unpack(parcel: Parcel) -> Recipe:
    """The recipe of a parcel."""
    return _with_arrays(
        pickle.loads(parcel.content),
        lambda leaf: jnp.asarray(leaf) if isinstance(leaf, np.ndarray | np.generic) else leaf,
    )


def _with_arrays(recipe: Recipe, convert: Any) -> Recipe:
    network, climates = jax.tree.map(convert, (recipe.network, recipe.climates))
    return replace(recipe, network=network, climates=climates)


def parcel_itself(parcel: Parcel) -> Parcel:
    """The parcel: a task that can be repeated, so that workers which die lose none."""
    return parcel


def simulate_chunk(parcel: Parcel, designs: np.ndarray) -> Found:
    """Simulate a chunk in this process; the first of a sweep compiles.

    Args:
        parcel: The recipe of the sweep.
        designs: Rows of the chunk.

    Raises:
        InputError: This process has another version of Fluxion.
    """
    if parcel.version != __version__:
        raise InputError(
            f"a worker has Fluxion {__version__}, the sweep was begun with {parcel.version}; "
            "install the same version on all workers"
        )
    with _ALONE:
        jax.config.update("jax_enable_x64", parcel.x64)
        simulator = _KEPT.pop(parcel.digest, None)
        if simulator is None:
            simulator = Simulator(unpack(parcel))
        _KEPT[parcel.digest] = simulator  # the last used is the last to go
        while len(_KEPT) > _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        return simulator.simulate(designs)
