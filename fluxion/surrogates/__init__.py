"""Networks that answer for the simulation, and what describes a climate to them."""

from __future__ import annotations

from fluxion.surrogates._activations import hard_swish as hard_swish
from fluxion.surrogates._activations import hinge as hinge
from fluxion.surrogates._climate import CLIMATE_FEATURES as CLIMATE_FEATURES
from fluxion.surrogates._climate import climate_features as climate_features
from fluxion.surrogates._nets import DesignNet as DesignNet
from fluxion.surrogates._nets import ReferenceNet as ReferenceNet
from fluxion.surrogates._nets import module_fields as module_fields
from fluxion.surrogates._surrogate import Surrogate as Surrogate
from fluxion.surrogates._surrogate import count_parameters as count_parameters

__all__ = [
    "CLIMATE_FEATURES",
    "DesignNet",
    "ReferenceNet",
    "Surrogate",
    "climate_features",
    "count_parameters",
    "hard_swish",
    "hinge",
    "module_fields",
]
