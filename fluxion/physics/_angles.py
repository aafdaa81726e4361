"""Angles by arithmetic alone, which processors do on whole vectors.

XLA on a CPU takes an arctangent number by number: 20 ns each, when all else that a moment of
weather needs costs 40.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.polynomial import Chebyshev, Polynomial

#: Tangent of a sixteenth of a turn; below it a short polynomial does.
_SMALL = float(np.sqrt(2.0) - 1.0)
#: Terms of the polynomial by size of a number in bytes; each is worth 1.4 digits.
_TERMS = {2: 3, 4: 7, 8: 13}


def _arctangent_over_tangent(terms: int) -> list[float]:
    """``arctan(t) / t`` as powers of ``t**2``, through Chebyshev's points up to `_SMALL`."""

    def ratio(squared: np.ndarray) -> np.ndarray:
        t = np.sqrt(squared)
        return np.arctan(t) / t

    fitted = Chebyshev.interpolate(ratio, terms - 1, domain=[0.0, _SMALL**2])
    return fitted.convert(kind=Polynomial).coef.tolist()


_POWERS = {size: _arctangent_over_tangent(terms) for size, terms in _TERMS.items()}


def polar_angle(across: Float[Array, "..."], along: Float[Array, "..."]) -> Float[Array, "..."]:
    """Angle of a direction in a half plane, as ``arctan2(across, along)`` has it.

    Args:
        across: Part across the axis, 0 or more. Any unit.
        along: Part along the axis, in the same unit.

    Returns:
        0 along the axis, pi against it, to three units in the last place; 0 for no direction.
        [rad]

    Notes:
        Source: ``arctan(t) = pi/4 + arctan((t - 1) / (t + 1))`` and the interpolation of an even
        function; J. P. Boyd, Chebyshev and Fourier Spectral Methods, 2nd ed. 2001, ch. 2.
    """
    size = jnp.abs(along)
    longer = jnp.maximum(across, size)
    tangent = jnp.minimum(across, size) / jnp.where(longer > 0.0, longer, 1.0)
    wide = tangent > _SMALL
    t = jnp.where(wide, (tangent - 1.0) / (tangent + 1.0), tangent)
    squared, value = t * t, jnp.zeros_like(t)
    for power in reversed(_POWERS[t.dtype.itemsize]):
        value = value * squared + power
    angle = t * value + jnp.where(wide, np.pi / 4, 0.0)
    angle = jnp.where(across > size, np.pi / 2 - angle, angle)
    return jnp.where(along < 0.0, np.pi - angle, angle)


def turned(
    sine: Float[Array, "..."], cosine: Float[Array, "..."], angle: Float[Array, "..."]
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """Sine and cosine of an angle and a small other one: by its fifth power over 120 off.

    Args:
        sine: Of the first angle. [-]
        cosine: Of the first angle. [-]
        angle: The other one, far below 1. [rad]

    Notes:
        Source: the addition theorems with Taylor's series to the fourth power.
    """
    squared = angle * angle
    small_sine = angle * (1.0 - squared / 6.0)
    small_cosine = 1.0 - squared * (0.5 - squared / 24.0)
    return (
        sine * small_cosine + cosine * small_sine,
        cosine * small_cosine - sine * small_sine,
    )
