"""Networks that answer for the simulation, and what describes a climate to them."""

from __future__ import annotations

from fluxion.surrogates._activations import hard_swish as hard_swish
from fluxion.surrogates._activations import hinge as hinge
from fluxion.surrogates._climate import CLIMATE_FEATURES as CLIMATE_FEATURES
from fluxion.surrogates._climate import climate_features as climate_features
from fluxion.surrogates._dynamic import OBSERVED as OBSERVED
from fluxion.surrogates._dynamic import Hour as Hour
from fluxion.surrogates._dynamic import HybridCarry as HybridCarry
from fluxion.surrogates._dynamic import HybridStep as HybridStep
from fluxion.surrogates._dynamic import NeuralCarry as NeuralCarry
from fluxion.surrogates._dynamic import NeuralStep as NeuralStep
from fluxion.surrogates._dynamic import Scale as Scale
from fluxion.surrogates._dynamic import hour_features as hour_features
from fluxion.surrogates._dynamic import hybrid_features as hybrid_features
from fluxion.surrogates._dynamic import neural_features as neural_features
from fluxion.surrogates._dynamic import rollout as rollout
from fluxion.surrogates._laws import Balance as Balance
from fluxion.surrogates._laws import Between as Between
from fluxion.surrogates._laws import Laws as Laws
from fluxion.surrogates._laws import Plane as Plane
from fluxion.surrogates._nets import MODULES as MODULES
from fluxion.surrogates._nets import AnnualNet as AnnualNet
from fluxion.surrogates._nets import DesignNet as DesignNet
from fluxion.surrogates._nets import ReferenceNet as ReferenceNet
from fluxion.surrogates._nets import module_fields as module_fields
from fluxion.surrogates._nets import module_of as module_of
from fluxion.surrogates._surrogate import Surrogate as Surrogate

__all__ = [
    "AnnualNet",
    "Balance",
    "Between",
    "CLIMATE_FEATURES",
    "DesignNet",
    "Hour",
    "HybridCarry",
    "HybridStep",
    "Laws",
    "MODULES",
    "NeuralCarry",
    "NeuralStep",
    "OBSERVED",
    "Plane",
    "ReferenceNet",
    "Scale",
    "Surrogate",
    "climate_features",
    "hard_swish",
    "hinge",
    "hour_features",
    "hybrid_features",
    "module_fields",
    "module_of",
    "neural_features",
    "rollout",
]
