"""Operations whose result, or a cheaper operation, is known before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

_NUMPY: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "add_any": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "abs": np.abs,
    "max": np.maximum,
    "min": np.minimum,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "floor": np.floor,
    "sign": np.sign,
    "square": np.square,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "not": np.invert,
}


def known(value: Any) -> bool:
    """Whether a number is known while tracing."""
    return isinstance(value, (np.generic, np.ndarray))


def evaluate(primitive: Any, params: dict[str, Any], values: Sequence[Any], dtype: Any) -> Any:
    """An operation on known numbers, in their own precision."""
    name = primitive.name
    with np.errstate(all="ignore"):
        if name == "convert_element_type":
            return np.asarray(values[0]).astype(dtype)[()]
        if name == "div" and np.issubdtype(dtype, np.floating):
            return np.true_divide(*values).astype(dtype)[()]
        if name == "integer_pow":
            return (np.asarray(values[0], dtype) ** params["y"]).astype(dtype)[()]
        if name in _NUMPY:
            return np.asarray(_NUMPY[name](*values)).astype(dtype)[()]
    with jax.ensure_compile_time_eval():
        found = primitive.bind(*(jnp.asarray(v) for v in values), **params)
    return np.asarray(found).astype(dtype)[()]


def fold(
    name: str, params: dict[str, Any], operands: Sequence[Any], dtype: Any
) -> tuple[str, Any] | None:
    """What an operation on single numbers comes to.

    Nothing times zero is zero here, whatever the nothing: what a structural zero hides is no part
    of a result.

    Returns:
        `("value", number)`, `("operation", (primitive, params, operands))`, or None where the
        operation stands as it is.
    """
    if name in ("copy", "stop_gradient"):
        return "value", operands[0]
    if name == "select_n" and known(operands[0]):
        return "value", operands[1 + int(operands[0])]
    if name == "select_n" and len(operands) == 3 and operands[1] is operands[2]:
        return "value", operands[1]
    if name == "convert_element_type" and operands[0].dtype == np.dtype(dtype):
        return "value", operands[0]
    if name == "square":
        return "operation", (lax.mul_p, {}, (operands[0], operands[0]))
    if len(operands) == 2 and any(map(known, operands)):
        return _with_known(name, operands, np.dtype(dtype))
    return None


def _with_known(name: str, operands: Sequence[Any], dtype: np.dtype) -> tuple[str, Any] | None:
    a, b = operands
    left, right = known(a), known(b)
    if name in ("add", "add_any"):
        if left and a == 0:
            return "value", b
        if right and b == 0:
            return "value", a
    elif name == "sub":
        if right and b == 0:
            return "value", a
        if left and a == 0:
            return "operation", (lax.neg_p, {}, (b,))
    elif name == "mul":
        if (left and a == 0) or (right and b == 0):
            return "value", dtype.type(0)
        if left and a == 1:
            return "value", b
        if right and b == 1:
            return "value", a
    elif name == "div" and np.issubdtype(dtype, np.floating):
        if left and a == 0:
            return "value", dtype.type(0)
        if right and b == 1:
            return "value", a
        if right and b != 0 and np.isfinite(inverse := dtype.type(1) / b):
            return "operation", (lax.mul_p, {}, (a, inverse))
    return None
