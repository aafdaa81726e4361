"""Operations that a kernel on a GPU lacks, by those that it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jax import lax

from fluxion.fused._folding import known

#: Whole exponents up to here are products.
_MOST = 16
#: Applies an operation to single numbers: primitive, parameters, operands, type.
Apply = Callable[[Any, dict[str, Any], Sequence[Any], Any], Any]


def _parameters(primitive: Any) -> dict[str, Any]:
    return {"accuracy": None} if primitive in (lax.exp_p, lax.log_p, lax.rsqrt_p) else {}


def _sqrt(apply: Apply, operands: Sequence[Any], dtype: Any) -> Any:
    (x,) = operands
    inverse = apply(lax.rsqrt_p, _parameters(lax.rsqrt_p), [x], dtype)
    root = apply(lax.mul_p, {}, [x, inverse], dtype)
    nothing = apply(lax.eq_p, {}, [x, np.dtype(dtype).type(0)], np.bool_)
    return apply(lax.select_n_p, {}, [nothing, root, x], dtype)


def _pow(apply: Apply, operands: Sequence[Any], dtype: Any) -> Any:
    base, exponent = operands
    if known(exponent) and float(exponent).is_integer() and 0 < exponent <= _MOST:
        return apply(lax.integer_pow_p, {"y": int(exponent)}, [base], dtype)
    if known(exponent) and exponent == 0.5:
        return apply(lax.sqrt_p, {"accuracy": None}, [base], dtype)
    exponent = exponent if not known(exponent) else np.dtype(dtype).type(exponent)
    log = apply(lax.log_p, _parameters(lax.log_p), [base], dtype)
    scaled = apply(lax.mul_p, {}, [log, exponent], dtype)
    return apply(lax.exp_p, _parameters(lax.exp_p), [scaled], dtype)


def _tan(apply: Apply, operands: Sequence[Any], dtype: Any) -> Any:
    sine, cosine = (apply(p, {"accuracy": None}, operands, dtype) for p in (lax.sin_p, lax.cos_p))
    return apply(lax.div_p, {}, [sine, cosine], dtype)


def _power_of_two_products(apply: Apply, x: Any, exponent: int, dtype: Any) -> Any:
    found = None
    while exponent:
        if exponent & 1:
            found = x if found is None else apply(lax.mul_p, {}, [found, x], dtype)
        exponent >>= 1
        if exponent:
            x = apply(lax.mul_p, {}, [x, x], dtype)
    return found


def integer_power(apply: Apply, x: Any, exponent: int, dtype: Any) -> Any:
    """A whole power by repeated squaring; a negative one is the inverse."""
    if exponent == 0:
        return np.dtype(dtype).type(1)
    found = _power_of_two_products(apply, x, abs(exponent), dtype)
    if exponent > 0:
        return found
    return apply(lax.div_p, {}, [np.dtype(dtype).type(1), found], dtype)


#: From the way to apply operations, operands and type to the result.
SUBSTITUTES: dict[str, Callable[[Apply, Sequence[Any], Any], Any]] = {
    "sqrt": _sqrt,
    "pow": _pow,
    "tan": _tan,
}
