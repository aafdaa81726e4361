"""Physical constants and unit conversions, each with its source; the lengths of months.

Constants are plain Python floats: they follow the precision of the arrays they meet.
"""

from __future__ import annotations

#: Stefan-Boltzmann constant. [W/(m2 K4)] (CODATA 2018)
STEFAN_BOLTZMANN = 5.670374419e-8
#: Zero of the Celsius scale. [K]
ZERO_CELSIUS = 273.15
#: Standard gravity. [m/s2] (CGPM 1901)
GRAVITY = 9.80665
#: Specific gas constant of dry air. [J/(kg K)] (ASHRAE Fundamentals 2021, ch. 1)
GAS_CONSTANT_DRY_AIR = 287.042
#: Ratio of molar masses of water vapour and dry air. [-] (ASHRAE Fundamentals 2021, ch. 1)
MOLAR_MASS_RATIO = 0.621945
#: Sea-level standard pressure. [Pa] (ICAO standard atmosphere)
STANDARD_PRESSURE = 101325.0

SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24
JOULES_PER_KWH = 3.6e6


def month_lengths(leap_year: bool = False) -> tuple[int, ...]:
    """Days of each month."""
    return (31, 29 if leap_year else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
