"""Roots of positive numbers, cheaper than a general power.

The root is an operation of its own, so that programs that take a function apart into operations
meet it whole: its derivative reuses the root, and a processor's own means may serve it.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jaxtyping import Array, Float

#: What is taken off the first guess, in units of the last bit, so that it errs to both sides
#: alike: found by trying, for each degree.
_CENTRE = {3: 142_000.0, 6: 529_000.0}
_BITS, _BIAS = 2.0**23, 127.0

positive_root_p = Primitive("positive_root")


def positive_root(x: Float[Array, "..."], degree: int) -> Float[Array, "..."]:
    """The root of a positive number.

    Its derivative reuses the root: a general power would cost another power.

    Args:
        x: Above zero, and not so small that the format has no full precision there (1e-38).
        degree: Of the root (static).

    Notes:
        In single precision the third and the sixth root are within 1e-6 of the exact ones.
    """
    return positive_root_p.bind(jnp.asarray(x), degree=degree)


def _root(x: Float[Array, "..."], *, degree: int) -> Float[Array, "..."]:
    if x.dtype == jnp.float32 and degree in _CENTRE:
        inverse = _inverse_root(x, degree)
        squared = inverse * inverse
        return x * (squared if degree == 3 else squared * squared * inverse)
    return jnp.exp(jnp.log(x) * (1.0 / degree))


def _inverse_root(x: Float[Array, "..."], degree: int) -> Float[Array, "..."]:
    """One over the root, in single precision, without a logarithm, a power or a division.

    Notes:
        The bits of a number, read as a whole number, are nearly its logarithm; from the guess
        they give, each correction leaves the cube of the error (Householder's second method).
    """
    bits = lax.bitcast_convert_type(x, jnp.int32).astype(jnp.float32)
    start = np.float32(_BIAS * (1 + 1 / degree) * _BITS - _CENTRE[degree])
    guess = (start - bits * np.float32(1 / degree)).astype(jnp.int32)
    root = lax.bitcast_convert_type(guess, jnp.float32)
    first, second = np.float32(1 / degree), np.float32((1 + degree) / (2 * degree**2))
    for _ in range(2):
        cube = root * root * root
        error = 1 - x * (cube if degree == 3 else cube * cube)
        root = root + root * (error * (first + second * error))
    return root


def _jvp(primals, tangents, *, degree):
    (x,), (change,) = primals, tangents
    root = positive_root(x, degree)
    return root, root / (degree * x) * change


positive_root_p.def_impl(jax.jit(_root, static_argnames="degree"))
positive_root_p.def_abstract_eval(lambda x, *, degree: x)
mlir.register_lowering(positive_root_p, mlir.lower_fun(_root, multiple_results=False))
ad.primitive_jvps[positive_root_p] = _jvp
batching.primitive_batchers[positive_root_p] = lambda args, axes, *, degree: (
    positive_root(args[0], degree),
    axes[0],
)
