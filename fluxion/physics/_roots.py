"""Roots of positive numbers, cheaper than a general power."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def positive_root(x: Float[Array, "..."], degree: int) -> Float[Array, "..."]:
    """The root of a positive number.

    Its derivative reuses the root: a general power would cost another power.

    Args:
        x: Above zero.
        degree: Of the root (static).
    """
    return jnp.exp(jnp.log(x) * (1.0 / degree))


@positive_root.defjvp
def _positive_root_jvp(degree, primals, tangents):
    (x,), (change,) = primals, tangents
    root = positive_root(x, degree)
    return root, root / (degree * x) * change
