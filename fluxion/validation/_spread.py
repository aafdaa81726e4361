"""How far annual loads of many zones lie apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

#: A load under the first is judged by its difference, against the second. [MWh]
SMALL_LOAD, SMALL_DIFFERENCE = 1.0, 0.05


@dataclass(frozen=True)
class Spread:
    """How far an annual load lies apart, over many zones.

    Attributes:
        count: Zones whose load by EnergyPlus is `SMALL_LOAD` or more.
        median: Of the absolute relative differences of those. [-]
        percentile_95: Of the same. [-]
        worst: The greatest of them. [-]
        bias: Mean of the signed relative differences. [-]
        small_count: Zones with a smaller load, which is above zero with either engine.
        small_within: Those of them that differ by `SMALL_DIFFERENCE` at most.
    """

    count: int
    median: float
    percentile_95: float
    worst: float
    bias: float
    small_count: int
    small_within: int


def spread(fluxion: Iterable[float], energyplus: Iterable[float]) -> Spread:
    """How far annual loads lie apart.

    Args:
        fluxion: A load for each zone. [MWh]
        energyplus: The same by EnergyPlus. [MWh]
    """
    ours, theirs = (np.asarray(list(values), float) for values in (fluxion, energyplus))
    large = theirs >= SMALL_LOAD
    small = ~large & ((ours > 0.0) | (theirs > 0.0))
    apart = (ours[large] - theirs[large]) / theirs[large]
    size = np.abs(apart)
    some = bool(size.size)
    close = np.abs(ours[small] - theirs[small]) <= SMALL_DIFFERENCE
    return Spread(
        count=int(large.sum()),
        median=float(np.median(size)) if some else float("nan"),
        percentile_95=float(np.percentile(size, 95.0)) if some else float("nan"),
        worst=float(size.max()) if some else float("nan"),
        bias=float(apart.mean()) if some else float("nan"),
        small_count=int(small.sum()),
        small_within=int(close.sum()),
    )
