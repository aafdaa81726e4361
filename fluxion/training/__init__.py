"""Training of surrogates: the loop, batches, losses."""

from __future__ import annotations

from fluxion.training._design import DesignBatch as DesignBatch
from fluxion.training._design import DesignData as DesignData
from fluxion.training._design import DesignLoss as DesignLoss
from fluxion.training._design import DesignScore as DesignScore
from fluxion.training._design import DrawDesigns as DrawDesigns
from fluxion.training._design import by_climate as by_climate
from fluxion.training._design import design_data as design_data
from fluxion.training._design import design_signature as design_signature
from fluxion.training._design_loss import design_loss as design_loss
from fluxion.training._distil import distil as distil
from fluxion.training._diverse import DiverseEnsemble as DiverseEnsemble
from fluxion.training._diverse import DiverseEnsembleTrainer as DiverseEnsembleTrainer
from fluxion.training._fit import Report as Report
from fluxion.training._fit import Settings as Settings
from fluxion.training._fit import TrainState as TrainState
from fluxion.training._fit import fit as fit
from fluxion.training._fit import init_members as init_members
from fluxion.training._fit import initial_state as initial_state

__all__ = [
    "DesignBatch",
    "DesignData",
    "DesignLoss",
    "DesignScore",
    "DiverseEnsemble",
    "DiverseEnsembleTrainer",
    "DrawDesigns",
    "Report",
    "Settings",
    "TrainState",
    "design_data",
    "design_loss",
    "design_signature",
    "distil",
    "fit",
    "init_members",
    "initial_state",
    "by_climate",
]
