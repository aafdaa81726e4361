"""Moist air: saturation, humidity ratio, density, heat capacity, enthalpy, standard pressure.

All functions are element-wise and differentiable.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.units import (
    GAS_CONSTANT_DRY_AIR,
    MOLAR_MASS_RATIO,
    STANDARD_PRESSURE,
    ZERO_CELSIUS,
)

#: Specific heat of dry air. [J/(kg K)] (ASHRAE Fundamentals 2021, ch. 1, eq. 28)
SPECIFIC_HEAT_DRY_AIR = 1006.0
#: Specific heat of water vapour. [J/(kg K)] (ASHRAE Fundamentals 2021, ch. 1, eq. 29)
SPECIFIC_HEAT_VAPOUR = 1860.0
#: Enthalpy of saturated vapour at 0 degC. [J/kg] (ASHRAE Fundamentals 2021, ch. 1, eq. 29)
ENTHALPY_VAPOUR = 2.501e6


def saturation_pressure(temperature: Float[Array, "..."]) -> Float[Array, "..."]:
    """Pressure of saturated water vapour, over ice below the triple point, water above.

    Args:
        temperature: Between -100 and 200. [degC]

    Returns:
        Saturation pressure. [Pa]

    Notes:
        The lower of the two pressures is the stable one: the branches cross at the triple point,
        0.01 degC, so the result is continuous; its slope changes there, as nature has it.
        Source: Hyland and Wexler, 1983; ASHRAE Fundamentals 2021, ch. 1, eqs. 5 and 6.
    """
    kelvin = temperature + ZERO_CELSIUS
    log = jnp.log(kelvin)
    ice = (
        -5.6745359e3 / kelvin
        + 6.3925247
        + kelvin
        * (-9.677843e-3 + kelvin * (6.2215701e-7 + kelvin * (2.0747825e-9 - 9.484024e-13 * kelvin)))
        + 4.1635019 * log
    )
    water = (
        -5.8002206e3 / kelvin
        + 1.3914993
        + kelvin * (-4.8640239e-2 + kelvin * (4.1764768e-5 - 1.4452093e-8 * kelvin))
        + 6.5459673 * log
    )
    return jnp.exp(jnp.minimum(ice, water))


def humidity_ratio_from_vapour_pressure(
    vapour_pressure: Float[Array, "..."], pressure: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Mass of vapour to mass of dry air.

    Args:
        vapour_pressure: Partial pressure of the vapour, below `pressure`. [Pa]
        pressure: Of the moist air. [Pa]

    Returns:
        Humidity ratio. [kg/kg]

    Notes:
        Source: ASHRAE Fundamentals 2021, ch. 1, eq. 20.
    """
    return MOLAR_MASS_RATIO * vapour_pressure / (pressure - vapour_pressure)


def humidity_ratio_from_dew_point(
    temp_dew: Float[Array, "..."], pressure: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Humidity ratio of air that saturates at the dew (or frost) point.

    Args:
        temp_dew: Dew point. [degC]
        pressure: Of the moist air. [Pa]

    Returns:
        Humidity ratio. [kg/kg]

    Notes:
        Source: ASHRAE Fundamentals 2021, ch. 1, eqs. 5, 6 and 20.
    """
    return humidity_ratio_from_vapour_pressure(saturation_pressure(temp_dew), pressure)


def humidity_ratio_from_relative_humidity(
    temperature: Float[Array, "..."],
    relative_humidity: Float[Array, "..."],
    pressure: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Humidity ratio from dry bulb and relative humidity.

    Args:
        temperature: Dry bulb. [degC]
        relative_humidity: 0 to 100. [%]
        pressure: Of the moist air. [Pa]

    Returns:
        Humidity ratio. [kg/kg]

    Notes:
        Source: ASHRAE Fundamentals 2021, ch. 1, eqs. 20 and 22.
    """
    vapour = relative_humidity / 100.0 * saturation_pressure(temperature)
    return humidity_ratio_from_vapour_pressure(vapour, pressure)


def vapour_pressure(
    humidity_ratio: Float[Array, "..."], pressure: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Partial pressure of the vapour.

    Args:
        humidity_ratio: Vapour to dry air by mass. [kg/kg]
        pressure: Of the moist air. [Pa]

    Returns:
        Partial pressure. [Pa]

    Notes:
        Source: ASHRAE Fundamentals 2021, ch. 1, eq. 20 solved for the vapour.
    """
    return pressure * humidity_ratio / (MOLAR_MASS_RATIO + humidity_ratio)


def moist_air_density(
    temperature: Float[Array, "..."],
    humidity_ratio: Float[Array, "..."],
    pressure: Float[Array, "..."],
) -> Float[Array, "..."]:
    """Mass of moist air (dry air and vapour) per volume.

    Args:
        temperature: Dry bulb. [degC]
        humidity_ratio: Vapour to dry air by mass. [kg/kg]
        pressure: Of the moist air. [Pa]

    Returns:
        Density. [kg/m3]

    Notes:
        Ideal gases. Source: ASHRAE Fundamentals 2021, ch. 1, eqs. 9b and 26.
    """
    dry_volume = (
        GAS_CONSTANT_DRY_AIR
        * (temperature + ZERO_CELSIUS)
        * (1.0 + humidity_ratio / MOLAR_MASS_RATIO)
        / pressure
    )
    return (1.0 + humidity_ratio) / dry_volume


def moist_air_specific_heat(humidity_ratio: Float[Array, "..."]) -> Float[Array, "..."]:
    """Heat capacity at constant pressure of one kilogram of moist air.

    Args:
        humidity_ratio: Vapour to dry air by mass. [kg/kg]

    Returns:
        Specific heat per mass of moist air. [J/(kg K)]

    Notes:
        Source: ASHRAE Fundamentals 2021, ch. 1, eqs. 28 to 30.
    """
    per_dry_air = SPECIFIC_HEAT_DRY_AIR + SPECIFIC_HEAT_VAPOUR * humidity_ratio
    return per_dry_air / (1.0 + humidity_ratio)


def moist_air_enthalpy(
    temperature: Float[Array, "..."], humidity_ratio: Float[Array, "..."]
) -> Float[Array, "..."]:
    """Enthalpy per kilogram of dry air, 0 for dry air and liquid water at 0 degC.

    Args:
        temperature: Dry bulb. [degC]
        humidity_ratio: Vapour to dry air by mass. [kg/kg]

    Returns:
        Specific enthalpy per mass of dry air. [J/kg]

    Notes:
        Source: ASHRAE Fundamentals 2021, ch. 1, eq. 30.
    """
    vapour = ENTHALPY_VAPOUR + SPECIFIC_HEAT_VAPOUR * temperature
    return SPECIFIC_HEAT_DRY_AIR * temperature + humidity_ratio * vapour


def standard_pressure(elevation: Float[Array, "..."]) -> Float[Array, "..."]:
    """Pressure of the standard atmosphere.

    Args:
        elevation: Above sea level, -5000 to 11000. [m]

    Returns:
        Pressure. [Pa]

    Notes:
        Source: ASHRAE Fundamentals 2021, ch. 1, eq. 3.
    """
    return STANDARD_PRESSURE * (1.0 - 2.25577e-5 * elevation) ** 5.2559
