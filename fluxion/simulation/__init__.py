"""Stepping a network through time."""

from __future__ import annotations

from fluxion.simulation._forcing import Controls as Controls
from fluxion.simulation._simulate import Options as Options
from fluxion.simulation._simulate import initial_state as initial_state
from fluxion.simulation._simulate import simulate as simulate
from fluxion.simulation._trajectory import OUTPUTS as OUTPUTS
from fluxion.simulation._trajectory import Output as Output
from fluxion.simulation._trajectory import Trajectory as Trajectory

__all__ = ["OUTPUTS", "Controls", "Options", "Output", "Trajectory", "initial_state", "simulate"]
