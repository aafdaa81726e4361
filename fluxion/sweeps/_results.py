"""Arrays of results: their axes, and what they come to for a building over the whole period."""

from __future__ import annotations

import numpy as np

from fluxion.simulation import REDUCTIONS
from fluxion.units import JOULES_PER_KWH

#: Units in which totals are told, and how many of a result's own make one.
_TOLD = {"J": ("kWh", JOULES_PER_KWH), "W": ("kW", 1000.0)}


def axes_of(output: str) -> tuple[str, ...]:
    """Axes of a result: weather and design first, a month if it has one, zone last."""
    month = ("month",) if REDUCTIONS[output].monthly else ()
    return ("weather", "design", *month, "zone")


#: How the names of arrays of slopes begin.
SLOPE = "slope_"


def slope_of(output: str) -> str:
    """Name of the array that holds the slopes of a result."""
    return SLOPE + output


def total_name(output: str) -> str:
    """What a result is called once it is of the whole period, such as `annual_heating`."""
    for head, whole in (("monthly_peak_", "peak_"), ("monthly_", "annual_")):
        if output.startswith(head):
            return whole + output.removeprefix(head)
    return output


def total_unit(output: str) -> str:
    """Unit of `totals`."""
    unit = REDUCTIONS[output].unit
    return _TOLD.get(unit, (unit, 1.0))[0]


def totals(output: str, values: np.ndarray) -> np.ndarray:
    """A result of the whole building over the whole period.

    Energies are sums of months and zones, peaks the sum of each zone's largest; temperatures and
    hours of discomfort are means over the zones.

    Args:
        output: Its name.
        values: In the axes of `axes_of`.

    Returns:
        (weather, design), in the unit of `total_unit`.
    """
    values = values.astype(np.float64)
    unit = REDUCTIONS[output].unit
    if REDUCTIONS[output].monthly:
        over = {"W": np.max, "degC": np.mean}.get(unit, np.sum)
        values = over(values, axis=2)
    of_zones = values.sum(axis=2) if unit in _TOLD else values.mean(axis=2)
    return of_zones / _TOLD.get(unit, (unit, 1.0))[1]
