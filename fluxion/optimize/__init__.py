"""Design spaces and what is asked of them."""

from __future__ import annotations

from fluxion.optimize._constraints import Constraint as Constraint
from fluxion.optimize._constraints import Feasibility as Feasibility
from fluxion.optimize._constraints import LinearConstraint as LinearConstraint
from fluxion.optimize._constraints import check_constraints as check_constraints
from fluxion.optimize._design_space import DesignSpace as DesignSpace
from fluxion.optimize._doubt import PredictsResults as PredictsResults
from fluxion.optimize._doubt import doubt_of as doubt_of
from fluxion.optimize._doubt import route_uncertain as route_uncertain
from fluxion.optimize._fused import KERNELS as KERNELS
from fluxion.optimize._fused import choose_kernel as choose_kernel
from fluxion.optimize._gradient_oracle import GradientOracle as GradientOracle
from fluxion.optimize._gradient_oracle import Gradients as Gradients
from fluxion.optimize._gradients import jacobian as jacobian
from fluxion.optimize._gradients import value_and_gradient as value_and_gradient
from fluxion.optimize._history import History as History
from fluxion.optimize._methods import METHODS as METHODS
from fluxion.optimize._methods import default_method as default_method
from fluxion.optimize._multistart import multistart as multistart
from fluxion.optimize._networks import NetworkResults as NetworkResults
from fluxion.optimize._networks import evaluate_networks as evaluate_networks
from fluxion.optimize._optimize_design import optimize_design as optimize_design
from fluxion.optimize._optimum import Optimum as Optimum
from fluxion.optimize._oracle import BatchOracle as BatchOracle
from fluxion.optimize._oracle import Population as Population
from fluxion.optimize._oracle import population_function as population_function
from fluxion.optimize._parameter_kinds import Categorical as Categorical
from fluxion.optimize._parameter_kinds import Continuous as Continuous
from fluxion.optimize._parameter_kinds import Integer as Integer
from fluxion.optimize._parameters import Parameter as Parameter
from fluxion.optimize._parameters import parameters as parameters
from fluxion.optimize._piece_size import piece_size as piece_size
from fluxion.optimize._risk import CVaR as CVaR
from fluxion.optimize._risk import MeanStd as MeanStd
from fluxion.optimize._risk import Quantile as Quantile
from fluxion.optimize._risk_aware import AnswersByMember as AnswersByMember
from fluxion.optimize._risk_aware import RiskOptimum as RiskOptimum
from fluxion.optimize._risk_aware import risk_aware_search as risk_aware_search
from fluxion.optimize._uncertain_population import UncertainPopulation as UncertainPopulation

__all__ = [
    "KERNELS",
    "METHODS",
    "AnswersByMember",
    "CVaR",
    "MeanStd",
    "Quantile",
    "RiskOptimum",
    "GradientOracle",
    "Gradients",
    "jacobian",
    "value_and_gradient",
    "History",
    "Optimum",
    "multistart",
    "optimize_design",
    "BatchOracle",
    "Categorical",
    "Constraint",
    "Continuous",
    "DesignSpace",
    "Feasibility",
    "Integer",
    "LinearConstraint",
    "NetworkResults",
    "Parameter",
    "Population",
    "PredictsResults",
    "UncertainPopulation",
    "check_constraints",
    "choose_kernel",
    "default_method",
    "doubt_of",
    "evaluate_networks",
    "parameters",
    "piece_size",
    "population_function",
    "risk_aware_search",
    "route_uncertain",
]
