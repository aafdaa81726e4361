"""Run a function in lanes and keep what is known of its results: which have samples at all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import jax

from fluxion.lanes._evaluate import Run, evaluate
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
        one = [
            jax.ShapeDtypeStruct(v.array.shape[:-1] if v.lanes else v.array.shape, v.array.dtype)
            for v in flat
        ]
        traced, shapes = jax.make_jaxpr(
            lambda *leaves: function(*jax.tree.unflatten(tree, leaves)), return_shape=True
        )(*one)
        found = evaluate(traced.jaxpr, traced.consts, flat, Run(lanes, None, count()))
        return jax.tree.unflatten(jax.tree.structure(shapes), found)

    return mapped


def shared_values(tree: Any) -> Any:
    """A pytree of arrays as values that all samples share."""
    return jax.tree.map(lambda array: Value(array, False), tree)
