"""Activations of a few cheap operations.

A runtime evaluates smooth activations such as softplus or tanh several times slower than the matrix
products around them; these need only comparisons and products.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float


def hard_swish(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """x times a straight ramp from 0 at -3 to 1 at 3.

    Its slope jumps by a half at both ends.

    Source: Howard and others, Searching for MobileNetV3, ICCV 2019, section 5.2.
    """
    return x * jnp.clip(x * (1 / 6) + 0.5, 0.0, 1.0)


def hinge(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """Zero below 0, a parabola up to 1, a straight line of slope one beyond; never negative.

    The slope is continuous and rises from 0 to 1 as x goes from 0 to 1, as a monthly load does
    while ever more hours of the month need heat.
    """
    positive = jnp.maximum(x, 0.0)
    curved = jnp.minimum(positive, 1.0)
    return curved * (positive - 0.5 * curved)
