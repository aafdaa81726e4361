"""Run a function in lanes and keep what is known of its results: which have samples at all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import jax

from fluxion.lanes._evaluate import Run, run_one
from fluxion.lanes._keep import always
from fluxion.lanes._value import Value, in_lanes


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
        gate = always([value.array for value in flat if value.lanes])
        found, shape = run_one(function, tree, flat, Run(lanes, gate, count()))
        return jax.tree.unflatten(shape, found)

    return mapped


def differentiable_parts(function: Callable[..., Any], lanes: int) -> Callable[..., Any]:
    """The same, with a derivative by its first argument that is taken in lanes as well.

    Derivatives of `lane_parts` from outside see its operations, and not the custom derivatives of
    the function.

    Args:
        function: Of one sample: an array, which has samples, and any pytrees of arrays.
        lanes: Number of samples.

    Returns:
        The function from values to a pytree of values. All arguments but the first count as
        constant.
    """

    def mapped(first: Value, *others: Any) -> Any:
        flat, rest = jax.tree.flatten(others, is_leaf=_is_value)
        shape: list[Any] = []

        def values_of(arrays: list[jax.Array]) -> Any:
            given = [Value(a, v.lanes) for a, v in zip(arrays, flat, strict=True)]
            return jax.tree.unflatten(rest, given)

        @jax.custom_vjp
        def run(array: jax.Array, arrays: list[jax.Array]) -> list[jax.Array]:
            found = lane_parts(function, lanes)(Value(array, True), *values_of(arrays))
            leaves, tree = jax.tree.flatten(found, is_leaf=_is_value)
            shape[:] = [tree, [value.lanes for value in leaves]]
            return [value.array for value in leaves]

        def ahead(array: jax.Array, arrays: list[jax.Array]):
            return run(array, arrays), (array, arrays)

        def back(kept: Any, bars: list[jax.Array]):
            array, arrays = kept
            own = shape[1]

            def one(x: jax.Array, bars: list[jax.Array], *others: Any) -> jax.Array:
                def lane_leaves(x: jax.Array) -> list[jax.Array]:
                    leaves = jax.tree.leaves(function(x, *others))
                    return [leaf for leaf, has in zip(leaves, own, strict=True) if has]

                return jax.vjp(lane_leaves, x)[1](bars)[0]

            given = [Value(bar, True) for bar, has in zip(bars, own, strict=True) if has]
            found = lane_parts(one, lanes)(Value(array, True), given, *values_of(arrays))
            return in_lanes(found, lanes), None

        run.defvjp(ahead, back)
        found = run(first.array, [value.array for value in flat])
        tree, own = shape
        return jax.tree.unflatten(tree, [Value(a, has) for a, has in zip(found, own, strict=True)])

    return mapped


def _is_value(leaf: Any) -> bool:
    return isinstance(leaf, Value)


def shared_values(tree: Any) -> Any:
    """A pytree of arrays as values that all samples share."""
    return jax.tree.map(lambda array: Value(array, False), tree)
