"""Longwave (thermal) radiation at the faces of surfaces, as conductances.

An exchange ``sigma (T1^4 - T2^4)`` is written ``h_r (T1 - T2)`` with the exact coefficient
``h_r = sigma (T1^2 + T2^2) (T1 + T2)``, evaluated at the temperatures it is given.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.units import STEFAN_BOLTZMANN, ZERO_CELSIUS


def radiative_coefficient(
    temp_a: Float[Array, "..."], temp_b: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Black-body exchange between two temperatures as a coefficient.

    Args:
        temp_a: One temperature. [degC]
        temp_b: The other. [degC]

    Returns:
        Coefficient. [W/(m2 K)]

    Source: the factorisation of ``a^4 - b^4``.
    """
    a, b = temp_a + ZERO_CELSIUS, temp_b + ZERO_CELSIUS
    return STEFAN_BOLTZMANN * (a * a + b * b) * (a + b)


def black_emission(temperature: Float[Array, "..."]) -> Float[Array, "..."]:
    """Emission of a black body, less that at 20 degC (which keeps single precision exact). [W/m2]

    Args:
        temperature: Of the body. [degC]

    Source: Stefan-Boltzmann law.
    """
    return radiative_coefficient(temperature, jnp.full_like(temperature, 20.0)) * (
        temperature - 20.0
    )


class OutsideView(eqx.Module):
    """What an outside face sees in the longwave; the three parts sum to one.

    Attributes:
        sky: The sky dome's own share. [-]
        air: The lower sky, which radiates at air temperature. [-]
        ground: The ground, taken at air temperature. [-]
    """

    sky: Float[Array, "..."]
    air: Float[Array, "..."]
    ground: Float[Array, "..."]


def outside_view(
    cos_tilt: Float[Array, "..."], open_sky: Float[Array, "..."] | float = 1.0
) -> OutsideView:
    """Share of sky, air and ground seen by a plane.

    Args:
        cos_tilt: Cosine of the tilt of the outward normal. [-]
        open_sky: Share of the sky that shades leave to see; they hide the rest and have the
            temperature of the air, as the ground has. [-]

    Source: EnergyPlus Engineering Reference, "External Longwave Radiation" (Walton 1983;
    McClellan and Pedersen 1997): sky view ``(1 + cos)/2``, of which ``sqrt((1 + cos)/2)``
    belongs to the sky and the rest to the air.
    """
    view = 0.5 * (1 + cos_tilt)
    positive = view > 1e-12
    split = jnp.where(positive, jnp.sqrt(jnp.where(positive, view, 1.0)), 0.0)
    seen = view * open_sky
    return OutsideView(sky=seen * split, air=seen * (1 - split), ground=1 - seen)
