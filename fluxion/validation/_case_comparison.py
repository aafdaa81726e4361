"""Predicted figures of the standard's cases beside what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fluxion.validation._metrics import ZoneErrors


@dataclass(frozen=True)
class CaseComparison:
    """A predicted figure of one of the standard's cases beside what is published.

    Attributes:
        case: Name of the case.
        output: Name of the figure, such as `annual_heating`.
        unit: Its unit.
        value: As predicted.
        lower: Least of the published programs.
        upper: Greatest of them.
        mean: Mean of them.
        energyplus: By the engine that is installed, if it was given.
    """

    case: str
    output: str
    unit: str
    value: float
    lower: float
    upper: float
    mean: float
    energyplus: float | None = None

    @property
    def within(self) -> bool:
        """Whether the value lies in the published span."""
        return self.lower <= self.value <= self.upper


@dataclass(frozen=True)
class CaseComparisons:
    """Predicted figures of the standard's cases.

    Attributes:
        rows: Each figure that was predicted and is published.
        errors: By output, against the mean of the programs; a case is a sample.
        engine_errors: By output, against EnergyPlus, where it was given.
    """

    rows: tuple[CaseComparison, ...]
    errors: Mapping[str, ZoneErrors]
    engine_errors: Mapping[str, ZoneErrors]

    @property
    def share_within(self) -> float:
        """Part of the figures inside their published span. [-]"""
        return sum(row.within for row in self.rows) / len(self.rows)
