"""Figures of results; matplotlib is loaded when one is drawn."""

from __future__ import annotations

from fluxion.viz._convergence import convergence as convergence
from fluxion.viz._designs import designs as designs
from fluxion.viz._designs import rank_correlation as rank_correlation
from fluxion.viz._learning import learning_curves as learning_curves
from fluxion.viz._parallel import parallel_coordinates as parallel_coordinates
from fluxion.viz._pareto import pareto as pareto
from fluxion.viz._pareto import pareto_front as pareto_front
from fluxion.viz._reliability import intervals as intervals
from fluxion.viz._reliability import reliability as reliability
from fluxion.viz._week import busiest_week as busiest_week
from fluxion.viz._week import week as week
from fluxion.viz._year import year as year

__all__ = [
    "busiest_week",
    "convergence",
    "designs",
    "intervals",
    "learning_curves",
    "parallel_coordinates",
    "pareto",
    "pareto_front",
    "rank_correlation",
    "reliability",
    "week",
    "year",
]
