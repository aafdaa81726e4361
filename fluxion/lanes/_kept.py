"""Values that are written down in memory, wherever the program that computes them runs."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jaxtyping import Array

#: Hands an array on; programs for a CPU write it down, all others do nothing.
keep_p = Primitive("keep")


def kept(tree: Any) -> Any:
    """The same arrays, which XLA on a CPU writes down instead of computing them for each user.

    For values that cost much and that several results are made of: XLA fuses an operation into
    everything that uses its result and computes it again there. Linear, so every derivative of it
    is the same.

    Args:
        tree: Any pytree of arrays.
    """
    return jax.tree.map(lambda leaf: keep_p.bind(jnp.asarray(leaf)), tree)


def _gated(a: Array) -> Array:
    """A choice that no compiler pass before fusion sees through, see `fluxion.lanes._keep`."""
    if not a.size:
        return a
    some = lax.convert_element_type(jnp.ravel(a)[0], jnp.int32)
    return lax.cond((some * some) & 3 != 3, lambda a: a, jnp.zeros_like, a)


keep_p.def_impl(lambda a: a)
keep_p.def_abstract_eval(lambda a: a)
ad.deflinear2(keep_p, lambda bar, _: [bar])
batching.primitive_batchers[keep_p] = lambda args, axes: (keep_p.bind(*args), axes[0])
mlir.register_lowering(keep_p, mlir.lower_fun(lambda a: a, multiple_results=False))
mlir.register_lowering(keep_p, mlir.lower_fun(_gated, multiple_results=False), platform="cpu")
