"""How days are cut into chunks, and what chunks that lie side by side need of one another.

While chunks run, they are the last axis of every array (see `fluxion.lanes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Bool

#: Of the devices that share the chunks.
AXIS = "chunk"


@dataclass(frozen=True)
class Cuts:
    """Days in chunks of equal length; the first chunk is filled up with days that do not count.

    Attributes:
        days: In all.
        chunks: Their number.
        length: Days of each.
    """

    days: int
    chunks: int
    length: int

    @property
    def filling(self) -> int:
        """Days in front that do not count."""
        return self.chunks * self.length - self.days

    @property
    def real(self) -> Bool[np.ndarray, "chunk day"]:
        """Whether a day counts."""
        return (np.arange(self.chunks * self.length) >= self.filling).reshape(self.chunks, -1)


def cut_days(days: int, chunks: int, devices: int = 1) -> Cuts:
    """Cut days into chunks.

    Args:
        days: In all.
        chunks: Wanted; fewer are taken where some would have no days.
        devices: That share them equally.
    """
    length = -(-days // chunks)
    needed = -(-days // length)
    return Cuts(days, -(-needed // devices) * devices, length)


def at(tree: Any, index: Array | int, axis: int) -> Any:
    """One row of every leaf along an axis."""
    return jax.tree.map(lambda leaf: jax.lax.dynamic_index_in_dim(leaf, index, axis, False), tree)


def put(tree: Any, rows: Any, index: Array, axis: int) -> Any:
    """Every leaf with one row along an axis replaced."""

    def one(leaf: Array, row: Array) -> Array:
        return jax.lax.dynamic_update_index_in_dim(leaf, row, index, axis)

    return jax.tree.map(one, tree, rows)


def last(tree: Any) -> Any:
    """Chunks from the first axis of every leaf to the last."""
    return jax.tree.map(lambda leaf: jnp.moveaxis(leaf, 0, -1), tree)


def first(tree: Any) -> Any:
    """Chunks from the last axis of every leaf to the first."""
    return jax.tree.map(lambda leaf: jnp.moveaxis(leaf, -1, 0), tree)


def largest(tree: Any) -> Array:
    """Largest magnitude; what is not a number has none."""
    sizes = [jnp.abs(leaf) for leaf in jax.tree.leaves(tree)]
    return jnp.max(jnp.stack([jnp.max(jnp.where(jnp.isnan(a), 0.0, a)) for a in sizes]))


def over_devices(value: Array, devices: int) -> Array:
    """The largest of what each device has."""
    return jax.lax.pmax(value, AXIS) if devices > 1 else value


def own_chunks(tree: Any, devices: int) -> Any:
    """Of rows of all chunks, those of this device; chunks on the first axis."""
    if devices == 1:
        return tree
    count = jax.tree.leaves(tree)[0].shape[0] // devices if jax.tree.leaves(tree) else 0
    begin = jax.lax.axis_index(AXIS) * count
    return jax.tree.map(lambda a: jax.lax.dynamic_slice_in_dim(a, begin, count), tree)


def all_chunks(tree: Any, devices: int) -> Any:
    """Rows of all chunks from those of each device; all of one precision."""
    if devices == 1 or not jax.tree.leaves(tree):
        return tree
    leaves, structure = jax.tree.flatten(tree)
    packed = jnp.concatenate([leaf.reshape(len(leaf), -1) for leaf in leaves], axis=1)
    packed = jax.lax.all_gather(packed, AXIS, tiled=True)
    sizes = np.cumsum([leaf.size // len(leaf) for leaf in leaves])[:-1]
    parts = jnp.split(packed, sizes, axis=1)
    whole = [part.reshape(-1, *leaf.shape[1:]) for part, leaf in zip(parts, leaves, strict=True)]
    return jax.tree.unflatten(structure, whole)


def sum_of_devices(tree: Any, devices: int) -> Any:
    """The sum of what each device has."""
    if devices == 1 or not jax.tree.leaves(tree):
        return tree
    packed, unpack = ravel_pytree(tree)
    return unpack(jax.lax.psum(packed, AXIS))


def from_neighbour(tree: Any, edge: Any, devices: int, *, before: bool) -> Any:
    """What the chunk before, or after, has; chunks on the last axis.

    Args:
        tree: Of each chunk.
        edge: In place of what lies before the first chunk, or after the last one.
        devices: Number of those that share the chunks.
        before: Whether to look back.
    """
    ours = jax.tree.map(lambda leaf: leaf[..., -1 if before else 0], tree)
    if devices > 1:
        end = 0 if before else devices - 1
        pairs = [(i, i + 1) if before else (i + 1, i) for i in range(devices - 1)]
        # One message: each costs the same, however short.
        packed, unpack = ravel_pytree(ours)
        received = unpack(jax.lax.ppermute(packed, AXIS, pairs))
        at_end = jax.lax.axis_index(AXIS) == end
        edge = jax.tree.map(lambda a, b: jnp.where(at_end, a, b), edge, received)

    def one(leaf: Array, outside: Array) -> Array:
        outside = outside[..., None]
        kept = leaf[..., :-1] if before else leaf[..., 1:]
        return jnp.concatenate([outside, kept] if before else [kept, outside], axis=-1)

    return jax.tree.map(one, tree, edge)
