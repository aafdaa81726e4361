"""Stepping a network through time."""

from __future__ import annotations

from fluxion.simulation._facade import facade_irradiance as facade_irradiance
from fluxion.simulation._facade import sunlit as sunlit
from fluxion.simulation._fields import forcing_in_time as forcing_in_time
from fluxion.simulation._fields import wall_temperature as wall_temperature
from fluxion.simulation._fused import LaneYears as LaneYears
from fluxion.simulation._fused import lane_years as lane_years
from fluxion.simulation._hours import OneHour as OneHour
from fluxion.simulation._hours import forcing_of_hours as forcing_of_hours
from fluxion.simulation._hours import one_hour as one_hour
from fluxion.simulation._inputs import Controls as Controls
from fluxion.simulation._options import Options as Options
from fluxion.simulation._reductions import BALANCE as BALANCE
from fluxion.simulation._reductions import LOADS as LOADS
from fluxion.simulation._reductions import MONTHS as MONTHS
from fluxion.simulation._reductions import REDUCTIONS as REDUCTIONS
from fluxion.simulation._reductions import Reduction as Reduction
from fluxion.simulation._reductions import hourly_of as hourly_of
from fluxion.simulation._reductions import months_of as months_of
from fluxion.simulation._reductions import result_of as result_of
from fluxion.simulation._simulate import air_capacity as air_capacity
from fluxion.simulation._simulate import simulate as simulate
from fluxion.simulation._trajectory import OUTPUTS as OUTPUTS
from fluxion.simulation._trajectory import Output as Output
from fluxion.simulation._trajectory import Seams as Seams
from fluxion.simulation._trajectory import Trajectory as Trajectory

__all__ = [
    "BALANCE",
    "Controls",
    "LOADS",
    "LaneYears",
    "MONTHS",
    "OUTPUTS",
    "OneHour",
    "Options",
    "Output",
    "REDUCTIONS",
    "Reduction",
    "Seams",
    "Trajectory",
    "air_capacity",
    "facade_irradiance",
    "forcing_in_time",
    "forcing_of_hours",
    "hourly_of",
    "lane_years",
    "months_of",
    "one_hour",
    "result_of",
    "simulate",
    "sunlit",
    "wall_temperature",
]
