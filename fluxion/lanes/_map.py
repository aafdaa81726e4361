"""The transformation: trace one sample, run its operations on all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp

from fluxion.lanes._evaluate import Run, run_one
from fluxion.lanes._keep import always
from fluxion.lanes._value import Value, in_lanes


def lane_map(
    function: Callable[..., Any], in_axes: int | None | Sequence[int | None] = 0
) -> Callable[..., Any]:
    """Map a function over samples, which lie last in memory while it runs.

    Args:
        function: Of one sample: any pytrees of arrays in and out.
        in_axes: Where each argument has its samples: an axis for all its arrays, or None for an
            argument that all samples share.

    Returns:
        The function of all samples; what it returns has them on its first axis.

    Raises:
        ValueError: No argument has samples, or they differ in number.

    Notes:
        Under `jax.jit` moving the axis costs nothing against a year of simulation. Take
        derivatives inside (`lane_map(jax.grad(f))`): custom derivatives of the function are used
        there and are no longer seen from outside.
    """

    def mapped(*args: Any) -> Any:
        axes = in_axes if isinstance(in_axes, Sequence) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"in_axes has {len(axes)} entries for {len(args)} arguments")
        flat, tree = jax.tree.flatten(args)
        axis_of = [axis for arg, axis in zip(args, axes, strict=True) for _ in jax.tree.leaves(arg)]
        arrays = [jnp.asarray(leaf) for leaf in flat]
        lanes = _count(arrays, axis_of)
        moved = [
            Value(a, False) if axis is None else Value(jnp.moveaxis(a, axis, -1), True)
            for a, axis in zip(arrays, axis_of, strict=True)
        ]
        gate = always([value.array for value in moved if value.lanes])
        found, shape = run_one(function, tree, moved, Run(lanes, gate, count()))
        out = [jnp.moveaxis(in_lanes(value, lanes), -1, 0) for value in found]
        return jax.tree.unflatten(shape, out)

    return mapped


def _count(arrays: Sequence[jax.Array], axes: Sequence[int | None]) -> int:
    counts = {a.shape[axis] for a, axis in zip(arrays, axes, strict=True) if axis is not None}
    if len(counts) != 1:
        raise ValueError(
            f"arguments with {sorted(counts)} samples were given; give the same number in each, "
            "and samples in at least one"
        )
    return counts.pop()
