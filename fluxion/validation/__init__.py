"""Fluxion against published results and against EnergyPlus."""

from __future__ import annotations

from fluxion.building import PlantLimits as PlantLimits
from fluxion.building import plant_limits as plant_limits
from fluxion.validation._additions import add_energyplus as add_energyplus
from fluxion.validation._additions import add_sensitivities as add_sensitivities
from fluxion.validation._ashrae140 import Row as Row
from fluxion.validation._ashrae140 import Validation as Validation
from fluxion.validation._ashrae140 import choose_cases as choose_cases
from fluxion.validation._ashrae140 import is_denver as is_denver
from fluxion.validation._ashrae140 import run_cases as run_cases
from fluxion.validation._ashrae140 import validate_ashrae140 as validate_ashrae140
from fluxion.validation._case_comparison import CaseComparison as CaseComparison
from fluxion.validation._case_comparison import CaseComparisons as CaseComparisons
from fluxion.validation._case_runs import OUTPUTS as OUTPUTS
from fluxion.validation._case_runs import CaseRun as CaseRun
from fluxion.validation._case_runs import simulate_buildings as simulate_buildings
from fluxion.validation._cross_validation import CrossValidator as CrossValidator
from fluxion.validation._cross_validation import Fold as Fold
from fluxion.validation._cross_validation import KFoldResult as KFoldResult
from fluxion.validation._engine_slopes import EngineSlope as EngineSlope
from fluxion.validation._engine_slopes import engine_slopes as engine_slopes
from fluxion.validation._folds import FoldData as FoldData
from fluxion.validation._metrics import Errors as Errors
from fluxion.validation._metrics import ZoneErrors as ZoneErrors
from fluxion.validation._metrics import cv_rmse as cv_rmse
from fluxion.validation._metrics import energy_balance_error as energy_balance_error
from fluxion.validation._metrics import heat_balance_residual as heat_balance_residual
from fluxion.validation._metrics import mean_absolute_error as mean_absolute_error
from fluxion.validation._metrics import nmbe as nmbe
from fluxion.validation._metrics import root_mean_square_error as root_mean_square_error
from fluxion.validation._metrics import zone_errors as zone_errors
from fluxion.validation._outputs import complete as complete
from fluxion.validation._outputs import published_differences as published_differences
from fluxion.validation._outputs import published_outputs as published_outputs
from fluxion.validation._physics_report import PhysicsFinding as PhysicsFinding
from fluxion.validation._physics_report import PhysicsReport as PhysicsReport
from fluxion.validation._physics_validator import PHYSICS_CHECKS as PHYSICS_CHECKS
from fluxion.validation._physics_validator import PhysicsValidator as PhysicsValidator
from fluxion.validation._random_buildings import random_building as random_building
from fluxion.validation._random_comparison import COMPARED as COMPARED
from fluxion.validation._random_comparison import BuildingsComparison as BuildingsComparison
from fluxion.validation._random_comparison import FailedMember as FailedMember
from fluxion.validation._random_comparison import ZoneComparison as ZoneComparison
from fluxion.validation._random_comparison import (
    compare_with_energyplus as compare_with_energyplus,
)
from fluxion.validation._random_comparison import packaged_climates as packaged_climates
from fluxion.validation._report import report as report
from fluxion.validation._report import write_document as write_document
from fluxion.validation._report import write_report as write_report
from fluxion.validation._sensitivities import COMMON_PARAMETERS as COMMON_PARAMETERS
from fluxion.validation._sensitivities import Sensitivities as Sensitivities
from fluxion.validation._sensitivities import sensitivities as sensitivities
from fluxion.validation._slope_checks import Agreement as Agreement
from fluxion.validation._slope_checks import check_slopes as check_slopes
from fluxion.validation._span_variants import Variant as Variant
from fluxion.validation._spread import Spread as Spread
from fluxion.validation._spread import spread as spread
from fluxion.validation._surrogate_errors import errors_of as errors_of
from fluxion.validation._surrogate_errors import held_out_errors as held_out_errors
from fluxion.validation._tables import count_spans as count_spans

__all__ = [
    "errors_of",
    "held_out_errors",
    "Agreement",
    "BuildingsComparison",
    "COMMON_PARAMETERS",
    "COMPARED",
    "CaseComparison",
    "CaseComparisons",
    "CaseRun",
    "CrossValidator",
    "EngineSlope",
    "Errors",
    "FailedMember",
    "Fold",
    "FoldData",
    "KFoldResult",
    "OUTPUTS",
    "PHYSICS_CHECKS",
    "PhysicsFinding",
    "PhysicsReport",
    "PhysicsValidator",
    "PlantLimits",
    "Row",
    "Sensitivities",
    "Spread",
    "Validation",
    "Variant",
    "ZoneComparison",
    "ZoneErrors",
    "add_energyplus",
    "add_sensitivities",
    "check_slopes",
    "choose_cases",
    "compare_with_energyplus",
    "complete",
    "count_spans",
    "cv_rmse",
    "energy_balance_error",
    "engine_slopes",
    "heat_balance_residual",
    "is_denver",
    "mean_absolute_error",
    "nmbe",
    "packaged_climates",
    "plant_limits",
    "published_differences",
    "published_outputs",
    "random_building",
    "report",
    "root_mean_square_error",
    "run_cases",
    "sensitivities",
    "simulate_buildings",
    "spread",
    "validate_ashrae140",
    "write_document",
    "write_report",
    "zone_errors",
]
