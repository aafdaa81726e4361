"""Training of surrogates: the loop, batches, losses."""

from __future__ import annotations

from fluxion.training._design import DesignBatch as DesignBatch
from fluxion.training._design import DesignData as DesignData
from fluxion.training._design import DesignScore as DesignScore
from fluxion.training._design import DrawDesigns as DrawDesigns
from fluxion.training._design import by_climate as by_climate
from fluxion.training._design import design_data as design_data
from fluxion.training._design import design_signature as design_signature
from fluxion.training._design_loss import design_loss as design_loss
from fluxion.training._distil import annual_signature as annual_signature
from fluxion.training._distil import distil as distil
from fluxion.training._diverse import DiverseEnsemble as DiverseEnsemble
from fluxion.training._diverse import DiverseEnsembleTrainer as DiverseEnsembleTrainer
from fluxion.training._dynamic import DrawWindows as DrawWindows
from fluxion.training._dynamic import DynamicData as DynamicData
from fluxion.training._dynamic import RolloutLoss as RolloutLoss
from fluxion.training._dynamic import Window as Window
from fluxion.training._dynamic import dynamic_data as dynamic_data
from fluxion.training._dynamic import free_run_errors as free_run_errors
from fluxion.training._dynamic import hours_of as hours_of
from fluxion.training._dynamic import places as places
from fluxion.training._dynamic import random_setpoints as random_setpoints
from fluxion.training._fit import Report as Report
from fluxion.training._fit import Settings as Settings
from fluxion.training._fit import TrainState as TrainState
from fluxion.training._fit import fit as fit
from fluxion.training._fit import init_members as init_members
from fluxion.training._fit import initial_state as initial_state
from fluxion.training._physics import BalanceTerm as BalanceTerm
from fluxion.training._physics import BoundsTerm as BoundsTerm
from fluxion.training._physics import CouplingTerm as CouplingTerm
from fluxion.training._physics import DesignPrediction as DesignPrediction
from fluxion.training._physics import ResidualTerm as ResidualTerm
from fluxion.training._physics import annual_term as annual_term
from fluxion.training._physics import data_term as data_term
from fluxion.training._physics import sobolev_term as sobolev_term
from fluxion.training._physics_loss import Balanced as Balanced
from fluxion.training._physics_loss import Learned as Learned
from fluxion.training._physics_loss import PhysicsInformedLoss as PhysicsInformedLoss
from fluxion.training._real_data import RealDataTrainer as RealDataTrainer

__all__ = [
    "BalanceTerm",
    "Balanced",
    "BoundsTerm",
    "CouplingTerm",
    "DesignBatch",
    "DesignData",
    "DesignPrediction",
    "DesignScore",
    "DiverseEnsemble",
    "DiverseEnsembleTrainer",
    "DrawDesigns",
    "DrawWindows",
    "DynamicData",
    "Learned",
    "PhysicsInformedLoss",
    "RealDataTrainer",
    "Report",
    "ResidualTerm",
    "RolloutLoss",
    "Settings",
    "TrainState",
    "Window",
    "annual_signature",
    "annual_term",
    "by_climate",
    "data_term",
    "design_data",
    "design_loss",
    "design_signature",
    "distil",
    "dynamic_data",
    "fit",
    "free_run_errors",
    "hours_of",
    "init_members",
    "initial_state",
    "places",
    "random_setpoints",
    "sobolev_term",
]
