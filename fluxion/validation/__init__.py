"""Fluxion against published results and against EnergyPlus."""

from __future__ import annotations

from fluxion.validation._case_runs import OUTPUTS as OUTPUTS
from fluxion.validation._case_runs import CaseRun as CaseRun
from fluxion.validation._case_runs import simulate_buildings as simulate_buildings
from fluxion.validation._random_buildings import random_building as random_building
from fluxion.validation._random_comparison import COMPARED as COMPARED
from fluxion.validation._random_comparison import EngineComparison as EngineComparison
from fluxion.validation._random_comparison import FailedMember as FailedMember
from fluxion.validation._random_comparison import Spread as Spread
from fluxion.validation._random_comparison import ZoneComparison as ZoneComparison
from fluxion.validation._random_comparison import (
    compare_with_energyplus as compare_with_energyplus,
)
from fluxion.validation._random_comparison import packaged_climates as packaged_climates
from fluxion.validation._random_comparison import spread as spread

__all__ = [
    "COMPARED",
    "CaseRun",
    "EngineComparison",
    "FailedMember",
    "OUTPUTS",
    "Spread",
    "ZoneComparison",
    "compare_with_energyplus",
    "packaged_climates",
    "random_building",
    "simulate_buildings",
    "spread",
]
