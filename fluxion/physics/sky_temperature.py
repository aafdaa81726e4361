"""Long-wave radiation of the sky on the horizontal, and the temperature of an equal black sky.

Models give the horizontal infrared irradiance, as weather files do; `sky_temperature` turns it
into a temperature.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.physics.moist_air import saturation_pressure
from fluxion.units import STEFAN_BOLTZMANN, ZERO_CELSIUS

_CLOUD_SCALE_HEIGHT = 8200.0  # [m]
_THIN_CLOUD_HEIGHT = 8000.0  # [m]
_THIN_CLOUD_EMITTANCE = 0.4
_UNKNOWN_CEILING = 2000.0  # [m]
#: A ceiling at or above this is a code for "unlimited" or "unknown". [m]
UNLIMITED_CEILING = 22_000.0


def sky_temperature(horizontal_infrared: Float[Array, "..."]) -> Float[Array, "..."]:
    """Temperature of a black sky that gives the same irradiance.

    Args:
        horizontal_infrared: Above 0. [W/m2]

    Returns:
        Sky temperature. [degC]

    Notes:
        Source: Stefan-Boltzmann law; EnergyPlus Engineering Reference, Climate Calculations.
    """
    return jnp.sqrt(jnp.sqrt(horizontal_infrared / STEFAN_BOLTZMANN)) - ZERO_CELSIUS


def infrared_clark_allen(
    temp_air: Float[Array, "..."],
    temp_dew: Float[Array, "..."],
    opaque_sky_cover: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Horizontal infrared after Clark and Allen with Walton's cloud correction.

    Args:
        temp_air: Dry bulb. [degC]
        temp_dew: Dew point. [degC]
        opaque_sky_cover: 0 to 1. [-]

    Returns:
        Horizontal infrared. [W/m2]

    Notes:
        Source: Clark and Allen, 1978; Walton, NBSIR 83-2655, 1983; EnergyPlus Engineering
        Reference, Climate Calculations (cover in tenths, dew point relative to 273 K).
    """
    clear = 0.787 + 0.764 * jnp.log((temp_dew + ZERO_CELSIUS) / 273.0)
    tenths = 10.0 * opaque_sky_cover
    cloud = 1.0 + tenths * (0.0224 + tenths * (-0.0035 + 0.00028 * tenths))
    return clear * cloud * _black_body(temp_air)


def infrared_brunt(
    temp_air: Float[Array, "..."],
    temp_dew: Float[Array, "..."],
    opaque_sky_cover: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Horizontal infrared after Brunt with Walton's cloud correction.

    Args:
        temp_air: Dry bulb. [degC]
        temp_dew: Dew point. [degC]
        opaque_sky_cover: 0 to 1. [-]

    Returns:
        Horizontal infrared. [W/m2]

    Notes:
        Source: Brunt, 1932; coefficients of Li, Jiang and Coimbra, 2017 (vapour pressure in hPa),
        doi:10.1016/j.solener.2017.01.006; cloud correction as in `infrared_clark_allen`.
    """
    vapour = saturation_pressure(temp_dew) / 100.0
    clear = 0.618 + 0.056 * jnp.sqrt(vapour)
    tenths = 10.0 * opaque_sky_cover
    cloud = 1.0 + tenths * (0.0224 + tenths * (-0.0035 + 0.00028 * tenths))
    return clear * cloud * _black_body(temp_air)


def infrared_berdahl_martin(
    temp_air: Float[Array, "..."],
    temp_dew: Float[Array, "..."],
    pressure: Float[Array, "..."],
    hour_of_day: Float[Array, "..."],
    total_sky_cover: Float[Array, "..."],
    opaque_sky_cover: Float[Array, "..."],
    ceiling_height: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Horizontal infrared after Berdahl and Martin, clouds by cover and ceiling height.

    Args:
        temp_air: Dry bulb. [degC]
        temp_dew: Dew point. [degC]
        pressure: Of the air. [Pa]
        hour_of_day: At which the values hold. [h]
        total_sky_cover: 0 to 1. [-]
        opaque_sky_cover: 0 to 1. [-]
        ceiling_height: Of the clouds; from 22000 on it counts as unlimited, taken as 2000. [m]

    Returns:
        Horizontal infrared. [W/m2]

    Notes:
        Opaque clouds are black at the ceiling's height, the others have emittance 0.4 at 8000 m.
        Source: Martin and Berdahl, Characteristics of infrared sky radiation in the United
        States, 1984, eqs. 2, 3 and 8 to 11, doi:10.1016/0038-092X(84)90162-2.
    """
    dew = temp_dew / 100.0
    turn = jnp.cos(2.0 * np.pi / 24.0 * hour_of_day)
    millibar = pressure / 100.0
    clear = 0.711 + dew * (0.56 + 0.73 * dew) + 0.013 * turn + 0.00012 * (millibar - 1000.0)
    ceiling = jnp.where(ceiling_height >= UNLIMITED_CEILING, _UNKNOWN_CEILING, ceiling_height)
    thick = opaque_sky_cover * jnp.exp(-ceiling / _CLOUD_SCALE_HEIGHT)
    thin_factor = _THIN_CLOUD_EMITTANCE * np.exp(-_THIN_CLOUD_HEIGHT / _CLOUD_SCALE_HEIGHT)
    cloud = thick + float(thin_factor) * (total_sky_cover - opaque_sky_cover)
    return (clear + (1.0 - clear) * cloud) * _black_body(temp_air)


def _black_body(temperature):
    return STEFAN_BOLTZMANN * (temperature + ZERO_CELSIUS) ** 4
