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
#: How long a recipe is waited for. [s]
_PATIENCE = 60.0
#: One chunk at a time, and no two threads compile the same program.
_ALONE = Lock()


@dataclass(frozen=True)
class Label:
    """What a task says about its recipe, which it fetches if this process lacks it.

    Attributes:
        digest: Of the packed recipe; equal digests mean equal recipes.
        x64: Whether JAX computes in 64 bits.
        version: Of Fluxion.
    """

    digest: str
    x64: bool
    version: str

    @property
    def variable(self) -> str:
        """Name of the cluster's variable that holds the packed recipe."""
        return f"fluxion-recipe-{self.digest}"


def pack(recipe: Recipe) -> tuple[Label, bytes]:
    """A recipe with plain arrays, pickled, and its label."""
    content = pickle.dumps(
        _with_arrays(recipe, lambda leaf: np.asarray(leaf) if isinstance(leaf, jax.Array) else leaf)
    )
    x64 = bool(jax.config.jax_enable_x64)  # type: ignore[attr-defined]
    digest = hashlib.sha256(content + bytes([x64])).hexdigest()
    return Label(digest, x64, __version__), content


def unpack(content: bytes) -> Recipe:
    """What was packed."""
    return _with_arrays(
        pickle.loads(content),
        lambda leaf: jnp.asarray(leaf) if isinstance(leaf, np.ndarray | np.generic) else leaf,
    )


def _with_arrays(recipe: Recipe, convert: Any) -> Recipe:
    network, climates = jax.tree.map(convert, (recipe.network, recipe.climates))
    return replace(recipe, network=network, climates=climates)


def fetch(label: Label) -> bytes:
    """The packed recipe, from the scheduler of the cluster that this process works for."""
    from distributed import Variable, get_client

    variable: Any = Variable(label.variable, client=get_client())
    return variable.get(timeout=_PATIENCE)


def simulate_chunk(label: Label, designs: np.ndarray, sloped: int = 0) -> Found:
    """Simulate a chunk in this process; the first of a sweep fetches the recipe and compiles.

    Args:
        label: Of the recipe.
        designs: Rows of the chunk, (design, parameter), or of each weather first.
        sloped: Of how many of them, the first, slopes are wanted.

    Raises:
        InputError: This process has another version of Fluxion.
    """
    if label.version != __version__:
        raise InputError(
            f"a worker has Fluxion {__version__}, the sweep was begun with {label.version}; "
            "install the same version on all workers"
        )
    with _ALONE:
        jax.config.update("jax_enable_x64", label.x64)
        simulator = _KEPT.pop(label.digest, None)
        if simulator is None:
            simulator = Simulator(unpack(fetch(label)))
        _KEPT[label.digest] = simulator  # the last used is the last to go
        while len(_KEPT) > _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        return simulator.simulate(designs, sloped=sloped)
