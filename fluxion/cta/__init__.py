"""Continuous Tensor Abstraction: tensor-valued fields over continuous rectilinear domains.

A field answers the same questions whatever represents it (samples, cell averages, a closed form,
a network): its value at any point, its integral, gradient and reductions, and itself on another
domain. Fields are pytrees: jit, vmap, and grad with respect to values, parameters and bounds.
"""

from fluxion.cta._axis import Interval as Interval
from fluxion.cta._cell_axis import CellAxis as CellAxis
from fluxion.cta._closed import ClosedField as ClosedField
from fluxion.cta._closed import NetworkField as NetworkField
from fluxion.cta._domains import Box as Box
from fluxion.cta._domains import Cells as Cells
from fluxion.cta._domains import Grid as Grid
from fluxion.cta._field import AbstractField as AbstractField
from fluxion.cta._functional import gradient as gradient
from fluxion.cta._functional import integrate as integrate
from fluxion.cta._functional import map as map
from fluxion.cta._functional import reduce as reduce
from fluxion.cta._functional import resample as resample
from fluxion.cta._functional import zip_with as zip_with
from fluxion.cta._quadrature import cell_overlap as cell_overlap
from fluxion.cta._quadrature import gauss_legendre as gauss_legendre
from fluxion.cta._rollout import rollout as rollout
from fluxion.cta._sample_axis import SampleAxis as SampleAxis
from fluxion.cta._sampled import CellField as CellField
from fluxion.cta._sampled import SampledField as SampledField
from fluxion.cta._time import substep_means as substep_means
from fluxion.cta._time import substep_times as substep_times
from fluxion.cta._time import time_cells as time_cells
from fluxion.cta._time import time_samples as time_samples

__all__ = [
    "AbstractField",
    "Box",
    "CellAxis",
    "CellField",
    "Cells",
    "ClosedField",
    "Grid",
    "Interval",
    "NetworkField",
    "SampleAxis",
    "SampledField",
    "cell_overlap",
    "gauss_legendre",
    "gradient",
    "integrate",
    "map",
    "reduce",
    "resample",
    "rollout",
    "substep_means",
    "substep_times",
    "time_cells",
    "time_samples",
    "zip_with",
]
