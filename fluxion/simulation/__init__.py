"""Stepping a network through time."""

from __future__ import annotations

from fluxion.simulation._facade import facade_irradiance as facade_irradiance
from fluxion.simulation._facade import sunlit as sunlit
from fluxion.simulation._fields import forcing_in_time as forcing_in_time
from fluxion.simulation._fields import wall_temperature as wall_temperature
from fluxion.simulation._fused import LaneYears as LaneYears
from fluxion.simulation._fused import lane_years as lane_years
from fluxion.simulation._inputs import Controls as Controls
from fluxion.simulation._options import Options as Options
from fluxion.simulation._simulate import air_capacity as air_capacity
from fluxion.simulation._simulate import simulate as simulate
from fluxion.simulation._trajectory import OUTPUTS as OUTPUTS
from fluxion.simulation._trajectory import Output as Output
from fluxion.simulation._trajectory import Seams as Seams
from fluxion.simulation._trajectory import Trajectory as Trajectory

__all__ = [
    "Controls",
    "LaneYears",
    "OUTPUTS",
    "Options",
    "Output",
    "Seams",
    "Trajectory",
    "air_capacity",
    "facade_irradiance",
    "forcing_in_time",
    "lane_years",
    "simulate",
    "sunlit",
    "wall_temperature",
]
