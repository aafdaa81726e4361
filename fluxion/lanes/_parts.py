"""Run a function in lanes and keep what is known of its results: which have samples at all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import jax

from fluxion.lanes._evaluate import Run, run_one
from fluxion.lanes._value import Value


def lane_parts(function: Callable[..., Any], lanes: int) -> Callable[..., Any]:
    """A function of one sample as one of values, which carry samples last or are shared by all.

    Args:
        function: Of one sample: any pytrees of arrays in and out.
        lanes: Number of samples.

    Returns:
        The function from pytrees of `Value` to pytrees of `Value`. What does not depend on an
        input with samples has none.
    """

    def mapped(*args: Any) -> Any:
        flat, tree = jax.tree.flatten(args, is_leaf=lambda leaf: isinstance(leaf, Value))
        found, shape = run_one(function, tree, flat, Run(lanes, None, count()))
        return jax.tree.unflatten(shape, found)

    return mapped


def shared_values(tree: Any) -> Any:
    """A pytree of arrays as values that all samples share."""
    return jax.tree.map(lambda array: Value(array, False), tree)
