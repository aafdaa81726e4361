"""Design spaces and what is asked of them."""

from __future__ import annotations

from fluxion.optimize._design_space import DesignSpace as DesignSpace
from fluxion.optimize._oracle import BatchOracle as BatchOracle
from fluxion.optimize._oracle import Population as Population
from fluxion.optimize._oracle import population_function as population_function
from fluxion.optimize._parameters import Parameter as Parameter
from fluxion.optimize._parameters import parameters as parameters

__all__ = [
    "BatchOracle",
    "DesignSpace",
    "Parameter",
    "Population",
    "parameters",
    "population_function",
]
