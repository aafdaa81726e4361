"""Networks that differ in numbers alone, put together so that they share a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp

from fluxion.networks import RCNetwork, with_idle_parts


class Structures:
    """Networks grouped by what a compiled program depends on: not numbers, and not names.

    Args:
        networks: As `build` makes them.

    Attributes:
        groups: Indices of the networks, by structure.
    """

    groups: tuple[list[int], ...]

    def __init__(self, networks: Sequence[RCNetwork]):
        groups: dict[Any, list[int]] = {}
        self._plain: list[RCNetwork] = []
        for index, network in enumerate(networks):
            full = with_idle_parts(network)
            plain = replace(full, structure=full.structure.unnamed())
            self._plain.append(plain)
            shapes = tuple((leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(plain))
            groups.setdefault((plain.structure, shapes), []).append(index)
        self.groups = tuple(groups.values())

    def stacked(self, indices: Sequence[int]) -> RCNetwork:
        """Networks of one group as one, with an axis of networks first in every array."""
        return jax.tree.map(
            lambda *leaves: jnp.stack(leaves), *(self._plain[index] for index in indices)
        )
