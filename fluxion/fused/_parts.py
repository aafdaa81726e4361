"""Arrays of many samples on their way into a kernel: which are shared, and the numbers it reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.errors import SimulationError
from fluxion.fused._graph import Graph
from fluxion.lanes import Value


class Place(NamedTuple):
    """Where a number lies: in which leaf of which part, at which position."""

    part: str
    leaf: int
    position: int


def nodes_of(graph: Graph, part: str, leaves: Sequence[Any], dtype: Any) -> list[np.ndarray]:
    """Arrays of nodes for the leaves of a part; known arrays stand for themselves.

    Args:
        graph: That reads them.
        part: Name of the part.
        leaves: Known arrays (NumPy), or values with or without samples on a last axis.
        dtype: Of every number that a kernel reads.

    Raises:
        SimulationError: A leaf of another type that is not known while tracing.
    """
    found = []
    for number, leaf in enumerate(leaves):
        if isinstance(leaf, np.ndarray):
            found.append(leaf)
            continue
        shape = leaf.array.shape[:-1] if leaf.lanes else leaf.array.shape
        if leaf.array.dtype != dtype:
            raise SimulationError(
                f"a fused kernel reads {np.dtype(dtype)}, an input of {leaf.array.dtype} was "
                "given; run this with kernel='scan'"
            )
        array = np.empty(shape, object)
        for position, index in enumerate(np.ndindex(*shape)):
            array[index] = graph.read(Place(part, number, position), dtype, not leaf.lanes)
        found.append(array)
    return found


class Table:
    """The numbers of a part that a kernel reads, one below the other.

    Args:
        places: Of the numbers.
        lanes: Whether each sample has its own.
    """

    def __init__(self, places: Iterable[Place], lanes: bool):
        self.lanes = lanes
        self.by_leaf: dict[int, list[int]] = {}
        for place in sorted(places):
            self.by_leaf.setdefault(place.leaf, []).append(place.position)
        order = [(leaf, p) for leaf, positions in self.by_leaf.items() for p in positions]
        self.row_of = {key: row for row, key in enumerate(order)}
        #: Rows of the array; an empty one would have no address.
        self.size = max(len(order), 1)

    def row(self, place: Place) -> int:
        """Row of a number."""
        return self.row_of[place.leaf, place.position]

    def pack(self, arrays: Sequence[Array], leading: tuple[int, ...], dtype: Any, lanes: int):
        """The numbers of these leaves: `(*leading, size)`, with samples `(*leading, size, lanes)`.

        Args:
            arrays: All leaves of the part, as they lie.
            leading: Axes in front that every leaf has, such as steps.
            dtype: Of the result.
            lanes: Samples.
        """
        last = (lanes,) if self.lanes else ()
        if not self.by_leaf:
            return jnp.zeros((*leading, 1, *last), dtype)
        columns = []
        for leaf, positions in self.by_leaf.items():
            flat = jnp.reshape(arrays[leaf], (*leading, -1, *last))
            size = flat.shape[len(leading)]
            if len(positions) < size:
                flat = jnp.take(flat, np.asarray(positions), axis=len(leading))
            columns.append(flat)
        return jnp.concatenate(columns, axis=len(leading))


def arrays_of(leaves: Sequence[Any]) -> list[Any]:
    """The arrays of leaves, whatever is known about them."""
    return [leaf.array if isinstance(leaf, Value) else leaf for leaf in leaves]


def leaves_of(tree: Any) -> tuple[list[Any], Any]:
    """Leaves of a pytree of values, and its structure."""
    return jax.tree.flatten(tree, is_leaf=lambda leaf: isinstance(leaf, Value))
