"""Fluxion against published results and against EnergyPlus."""

from __future__ import annotations

from fluxion.validation._case_runs import OUTPUTS as OUTPUTS
from fluxion.validation._case_runs import CaseRun as CaseRun
from fluxion.validation._case_runs import simulate_buildings as simulate_buildings

__all__ = ["OUTPUTS", "CaseRun", "simulate_buildings"]
