"""Stepping a network through time."""

from __future__ import annotations

from fluxion.simulate._forcing import Controls as Controls
from fluxion.simulate._simulate import Options as Options
from fluxion.simulate._simulate import initial_state as initial_state
from fluxion.simulate._simulate import simulate as simulate
from fluxion.simulate._trajectory import OUTPUTS as OUTPUTS
from fluxion.simulate._trajectory import Output as Output
from fluxion.simulate._trajectory import Trajectory as Trajectory

__all__ = ["OUTPUTS", "Controls", "Options", "Output", "Trajectory", "initial_state", "simulate"]
