"""Samples in blocks that fill a vector."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

#: Bytes of a vector: that of AVX-512; narrower processors take several.
_VECTOR = 64


def block_of(dtype: Any) -> int:
    """Samples of a block."""
    return _VECTOR // np.dtype(dtype).itemsize


def blocked(array: Array, block: int) -> Array:
    """Samples from the last axis into blocks: ``(block, ..., sample)``."""
    parts = array.reshape(*array.shape[:-1], array.shape[-1] // block, block)
    return jnp.moveaxis(parts, -2, 0)


def unblocked(array: Array) -> Array:
    """Blocks of samples back into one last axis."""
    parts = jnp.moveaxis(array, 0, -2)
    return parts.reshape(*parts.shape[:-2], -1)
