"""Which zones are side by side, whether air goes both ways between them, and months."""

from __future__ import annotations

import numpy as np

from fluxion.networks import RCNetwork
from fluxion.simulation import months_of
from fluxion.units import HOURS_PER_DAY, month_lengths
from fluxion.weather import Weather

_MONTHS = ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December")  # fmt: skip
_ENDS = HOURS_PER_DAY * np.cumsum(month_lengths())
#: Months of a year of 365 days: name, first hour and the hour after the last.
YEAR = tuple(zip(_MONTHS, (0, *map(int, _ENDS[:-1])), map(int, _ENDS), strict=True))


def neighbours(network: RCNetwork) -> tuple[tuple[int, int], ...]:
    """Pairs of zones with a wall or an air exchange between them."""
    s = network.structure
    slots = s.counts[2]
    pairs = {
        tuple(sorted((zone, opposite // slots)))
        for zone, (names, row) in enumerate(zip(s.partition, s.partition_opposite, strict=True))
        for name, opposite in zip(names, row, strict=True)
        if name
    }
    pairs |= {
        tuple(sorted(pair)) for pair in zip(s.exchange_source, s.exchange_target, strict=True)
    }
    return tuple(sorted((a, b) for a, b in pairs))


def air_goes_both_ways(network: RCNetwork) -> bool:
    """Whether every zone gives its neighbours as much air as it gets from them, at all hours."""
    s, flow = network.structure, np.asarray(network.airflows.exchange_flow, float)
    each = list(zip(s.exchange_source, s.exchange_target, s.exchange_schedule, strict=True))
    total: dict[tuple[int, int, int], float] = {}
    for (source, target, schedule), amount in zip(each, flow, strict=True):
        total[source, target, schedule] = total.get((source, target, schedule), 0.0) + amount
    return all(
        np.isclose(amount, total.get((target, source, schedule), 0.0))
        for (source, target, schedule), amount in total.items()
    )


def months_or_year(weather: Weather | None) -> tuple[tuple[str, int, int], ...]:
    """Months of a weather, or of a year of 365 days."""
    return YEAR if weather is None else months_of(weather)
