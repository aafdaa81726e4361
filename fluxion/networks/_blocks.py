"""Arrays of several kinds of faces, one after the other, and rows of tables for each of them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array


def join(*blocks: Array) -> Array:
    return jnp.concatenate(blocks, axis=1)


def pick(tree, index):
    """Rows of every leaf for a static table of indices."""
    index = np.asarray(index, dtype=np.int32)
    return jax.tree.map(lambda leaf: leaf[index], tree)
