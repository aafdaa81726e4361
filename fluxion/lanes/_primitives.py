"""What each operation does to arrays that carry samples on a last axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from fluxion.lanes._dot import dot_general
from fluxion.lanes._value import Value, in_lanes

#: A sum of at most so many terms is written out: a library reduction over few is slower.
_FEW = 24

_NAMES = """
    abs acos acosh add add_any and asin asinh atan atan2 atanh bitcast_convert_type cbrt
    ceil clamp convert_element_type copy cos cosh digamma div eq erf erf_inv erfc exp exp2
    expm1 floor ge gt integer_pow is_finite le lgamma log log1p logistic lt max min mul ne
    neg nextafter not or positive_root pow reduce_precision rem round rsqrt select_n sign sin sinh
    sqrt square stop_gradient sub tan tanh xor
"""
#: Operations on one element at a time.
ELEMENTWISE = frozenset(_NAMES.split())

#: From an operation, its inputs and the number of samples to its output or outputs; None where the
#: rule does not reach.
Rule = Callable[[Any, list[Value], int], Array | list[Array] | None]
RULES: dict[str, Rule] = {"dot_general": dot_general}


def bind(eqn: Any, arrays: Sequence[Any], **changes: Any) -> list[Any]:
    """Apply an operation as it stands in the traced function, or with other parameters."""
    found = eqn.primitive.get_bind_params({**eqn.params, **changes})
    functions, params = found if isinstance(found, tuple) else ((), found)
    out = eqn.primitive.bind(*functions, *arrays, **params)
    return list(out) if eqn.primitive.multiple_results else [out]


def _rule(*names: str) -> Callable[[Rule], Rule]:
    def add(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, rule))
        return rule

    return add


@_rule("broadcast_in_dim")
def _broadcast(eqn: Any, values: list[Value], lanes: int) -> Array:
    shape = eqn.params["shape"]
    axes = (*eqn.params["broadcast_dimensions"], len(shape))
    return lax.broadcast_in_dim(values[0].array, (*shape, lanes), axes)


@_rule("reshape")
def _reshape(eqn: Any, values: list[Value], lanes: int) -> Array | None:
    if eqn.params["dimensions"] is not None:
        return None
    return lax.reshape(values[0].array, (*eqn.params["new_sizes"], lanes))


@_rule("squeeze")
def _squeeze(eqn: Any, values: list[Value], lanes: int) -> Array:
    return lax.squeeze(values[0].array, eqn.params["dimensions"])


@_rule("transpose")
def _transpose(eqn: Any, values: list[Value], lanes: int) -> Array:
    order = eqn.params["permutation"]
    return lax.transpose(values[0].array, (*order, len(order)))


@_rule("slice")
def _slice(eqn: Any, values: list[Value], lanes: int) -> Array:
    p = eqn.params
    strides = None if p["strides"] is None else (*p["strides"], 1)
    return lax.slice(
        values[0].array, (*p["start_indices"], 0), (*p["limit_indices"], lanes), strides
    )


@_rule("rev")
def _reverse(eqn: Any, values: list[Value], lanes: int) -> Array:
    return lax.rev(values[0].array, eqn.params["dimensions"])


@_rule("pad")
def _pad(eqn: Any, values: list[Value], lanes: int) -> Array | None:
    array, filling = values
    if filling.lanes:
        return None
    widths = (*eqn.params["padding_config"], (0, 0, 0))
    return lax.pad(in_lanes(array, lanes), filling.array, widths)


@_rule("concatenate")
def _concatenate(eqn: Any, values: list[Value], lanes: int) -> Array:
    return lax.concatenate([in_lanes(v, lanes) for v in values], eqn.params["dimension"])


@_rule("keep")
def _keep(eqn: Any, values: list[Value], lanes: int) -> Array:
    return bind(eqn, [values[0].array])[0]


@_rule("stack")
def _stack(eqn: Any, values: list[Value], lanes: int) -> Array:
    return jnp.stack([in_lanes(v, lanes) for v in values], axis=eqn.params["axis"])


@_rule("reduce_sum")
def _sum(eqn: Any, values: list[Value], lanes: int) -> Array:
    array = values[0].array
    for axis in sorted(eqn.params["axes"], reverse=True):
        if 0 < array.shape[axis] <= _FEW:
            array = written_out(lax.add, array, axis)
        else:
            array = jnp.sum(array, axis=axis)
    return array


@_rule("reduce_max", "reduce_min", "reduce_and", "reduce_or")
def _extreme(eqn: Any, values: list[Value], lanes: int) -> Array:
    array, axes = values[0].array, eqn.params["axes"]
    if len(axes) == 1 and 0 < array.shape[axes[0]] <= _FEW:
        return written_out(_PAIRWISE[eqn.primitive.name], array, axes[0])
    return bind(eqn, [array])[0]


_PAIRWISE = {
    "reduce_max": lax.max,
    "reduce_min": lax.min,
    "reduce_and": lax.bitwise_and,
    "reduce_or": lax.bitwise_or,
}


def written_out(operation: Callable[[Array, Array], Array], array: Array, axis: int) -> Array:
    """A reduction as a tree of operations on pairs."""
    terms = [lax.index_in_dim(array, i, axis, keepdims=False) for i in range(array.shape[axis])]
    while len(terms) > 1:
        pairs = [operation(a, b) for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = pairs + terms[len(terms) // 2 * 2 :]
    return terms[0]


@_rule("split", "unstack")
def _parts(eqn: Any, values: list[Value], lanes: int) -> list[Array]:
    return bind(eqn, [values[0].array])


@_rule("optimization_barrier")
def _barrier(eqn: Any, values: list[Value], lanes: int) -> list[Array]:
    return bind(eqn, [in_lanes(value, lanes) for value in values])


@_rule("reduce_prod", "argmax", "argmin", "cumsum", "cumprod", "cummax", "cummin")
def _along_axes(eqn: Any, values: list[Value], lanes: int) -> Array:
    return bind(eqn, [values[0].array])[0]


@_rule("dynamic_slice")
def _dynamic_slice(eqn: Any, values: list[Value], lanes: int) -> Array | None:
    array, *places = values
    if any(place.lanes for place in places):
        return None
    start = [place.array for place in places]
    return lax.dynamic_slice(array.array, _with_zero(start), (*eqn.params["slice_sizes"], lanes))


@_rule("dynamic_update_slice")
def _dynamic_update_slice(eqn: Any, values: list[Value], lanes: int) -> Array | None:
    array, update, *places = values
    if any(place.lanes for place in places):
        return None
    start = [place.array for place in places]
    return lax.dynamic_update_slice(
        in_lanes(array, lanes), in_lanes(update, lanes), _with_zero(start)
    )


def _with_zero(start: list[Array]) -> tuple[Array, ...]:
    return (*start, jnp.zeros((), jnp.result_type(start[0]) if start else jnp.int32))


@_rule("gather")
def _gather(eqn: Any, values: list[Value], lanes: int) -> Array | None:
    array, places = values
    if places.lanes:
        return None
    p, rank = eqn.params, len(eqn.outvars[0].aval.shape)
    numbers = p["dimension_numbers"]
    numbers = numbers._replace(offset_dims=(*numbers.offset_dims, rank))
    return lax.gather(
        array.array,
        places.array,
        numbers,
        (*p["slice_sizes"], lanes),
        mode=p["mode"],
        fill_value=p["fill_value"],
        indices_are_sorted=p["indices_are_sorted"],
        unique_indices=p["unique_indices"],
    )


@_rule("scatter", "scatter-add", "scatter-mul", "scatter-min", "scatter-max")
def _scatter(eqn: Any, values: list[Value], lanes: int) -> Array | None:
    array, places, updates = values
    if places.lanes:
        return None
    numbers = eqn.params["dimension_numbers"]
    rank = len(eqn.invars[2].aval.shape)
    numbers = numbers._replace(update_window_dims=(*numbers.update_window_dims, rank))
    given = [in_lanes(array, lanes), places.array, in_lanes(updates, lanes)]
    return bind(eqn, given, dimension_numbers=numbers)[0]
