"""Reordering that is as cheap backwards as forwards.

The transpose of an indexing is a scatter, which a CPU runs as a slow loop even where every entry is
read once. The transpose of a permutation is the inverse permutation, an indexing again.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jaxtyping import Array, Float

_permute = Primitive("permute")


def permute(values: Float[Array, "slot"], order: tuple[int, ...]) -> Float[Array, "slot"]:
    """Entries in another order: `values[order]`.

    Args:
        values: Along one axis.
        order: Each position once.
    """
    return _permute.bind(values, order=order)


def _index(values, *, order):
    return values[..., np.asarray(order, dtype=np.int32)]


def _inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argsort(order))


def _batched(args, axes, *, order):
    (values,), (axis,) = args, axes
    return _permute.bind(jnp.moveaxis(values, axis, 0), order=order), 0


_permute.def_impl(_index)
_permute.def_abstract_eval(lambda values, *, order: values)
mlir.register_lowering(_permute, mlir.lower_fun(_index, multiple_results=False))
ad.deflinear2(_permute, lambda cotangent, _, *, order: [permute(cotangent, order=_inverse(order))])
batching.primitive_batchers[_permute] = _batched
