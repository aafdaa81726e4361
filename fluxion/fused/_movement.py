"""Operations that only move numbers: bookkeeping while tracing, nothing in the kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.errors import SimulationError

#: From an operation and its inputs to its outputs.
Rule = Callable[[Any, list[np.ndarray]], list[np.ndarray]]
MOVEMENT: dict[str, Rule] = {}


def _rule(*names: str) -> Callable[[Rule], Rule]:
    def add(rule: Rule) -> Rule:
        MOVEMENT.update(dict.fromkeys(names, rule))
        return rule

    return add


@_rule("broadcast_in_dim")
def _broadcast(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    shape, axes = eqn.params["shape"], eqn.params["broadcast_dimensions"]
    wide = [1] * len(shape)
    for axis, size in zip(axes, values[0].shape, strict=True):
        wide[axis] = size
    return [np.broadcast_to(values[0].reshape(wide), shape)]


@_rule("reshape")
def _reshape(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    order = eqn.params["dimensions"]
    array = values[0] if order is None else values[0].transpose(order)
    return [array.reshape(eqn.params["new_sizes"])]


@_rule("squeeze", "expand_dims")
def _squeeze(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    return [values[0].reshape(eqn.outvars[0].aval.shape)]


@_rule("transpose")
def _transpose(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    return [values[0].transpose(eqn.params["permutation"])]


@_rule("slice")
def _slice(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    p = eqn.params
    strides = p["strides"] or (1,) * values[0].ndim
    places = zip(p["start_indices"], p["limit_indices"], strides, strict=True)
    return [values[0][tuple(slice(*place) for place in places)]]


@_rule("concatenate")
def _concatenate(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    return [np.concatenate(_alike(values), axis=eqn.params["dimension"])]


@_rule("stack")
def _stack(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    return [np.stack(_alike(values), axis=eqn.params["axis"])]


@_rule("split")
def _split(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    places = np.cumsum(eqn.params["sizes"])[:-1]
    return list(np.split(values[0], places, axis=eqn.params["axis"]))


@_rule("unstack")
def _unstack(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    return list(np.moveaxis(values[0], eqn.params["axis"], 0))


@_rule("optimization_barrier", "reshard", "copy_p")
def _barrier(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    return values


@_rule("iota")
def _iota(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    shape, axis = eqn.params["shape"], eqn.params["dimension"]
    wide = [1] * len(shape)
    wide[axis] = -1
    line = np.arange(shape[axis]).astype(eqn.params["dtype"])
    return [np.broadcast_to(line.reshape(wide), shape)]


@_rule("permute")
def _permute(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    return [values[0][..., list(eqn.params["order"])]]


@_rule("rev", "gather", "dynamic_slice", "pad", "dynamic_update_slice")
def _by_position(eqn: Any, values: list[np.ndarray]) -> list[np.ndarray]:
    """Move positions instead of numbers, by the operation itself, and look the numbers up."""
    moved = {"pad": 2, "dynamic_update_slice": 2}.get(eqn.primitive.name, 1)
    if any(value.dtype == object for value in values[moved:]):
        raise SimulationError(
            f"{eqn.primitive.name!r} at a place that depends on data has no form in a fused "
            "kernel; run this with kernel='scan'"
        )
    params, missing = dict(eqn.params), np.zeros((), values[0].dtype)
    if eqn.primitive.name == "gather":
        filling = params["fill_value"]
        dtype = eqn.outvars[0].aval.dtype
        unknown = np.nan if np.issubdtype(dtype, np.floating) else 0
        missing = np.asarray(unknown if filling is None else filling, dtype)
        params["fill_value"] = -1
    numbers = _alike([*(value.ravel() for value in values[:moved]), missing.reshape(1)])
    flat, start, places = np.concatenate(numbers), 0, []
    for value in values[:moved]:
        places.append(np.arange(start, start + value.size, dtype=np.int32).reshape(value.shape))
        start += value.size
    with jax.ensure_compile_time_eval():
        given = [jnp.asarray(v) for v in (*places, *values[moved:])]
        found = np.asarray(eqn.primitive.bind(*given, **params))
    return [flat[found]]


def _alike(values: list[np.ndarray]) -> list[np.ndarray]:
    """Arrays of objects where one is, so that numbers keep their own types."""
    if all(value.dtype != object for value in values):
        return values
    return [value if value.dtype == object else as_objects(value) for value in values]


def as_objects(array: np.ndarray) -> np.ndarray:
    """The numbers of an array as objects of NumPy's types."""
    out = np.empty(array.shape, object)
    for index in np.ndindex(*array.shape):
        out[index] = array[index]
    return out
