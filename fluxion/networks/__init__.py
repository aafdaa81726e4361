"""Zones, surfaces and constructions assembled to an RC network, and its heat balance."""

from __future__ import annotations

from fluxion.networks._balance import step as step
from fluxion.networks._beam import beam_shares as beam_shares
from fluxion.networks._beam import kept_beams as kept_beams
from fluxion.networks._coefficients import Coefficients as Coefficients
from fluxion.networks._coefficients import around_windows as around_windows
from fluxion.networks._coefficients import coefficients as coefficients
from fluxion.networks._coefficients import envelope_area as envelope_area
from fluxion.networks._coefficients import has_shades as has_shades
from fluxion.networks._coefficients import shaded_faces as shaded_faces
from fluxion.networks._coefficients import window_area as window_area
from fluxion.networks._energy import stored_energy as stored_energy
from fluxion.networks._idle import with_idle_parts as with_idle_parts
from fluxion.networks._network import Airflows as Airflows
from fluxion.networks._network import Enclosures as Enclosures
from fluxion.networks._network import Envelope as Envelope
from fluxion.networks._network import Gains as Gains
from fluxion.networks._network import Glazings as Glazings
from fluxion.networks._network import Layers as Layers
from fluxion.networks._network import Partition as Partition
from fluxion.networks._network import RCNetwork as RCNetwork
from fluxion.networks._network import Shades as Shades
from fluxion.networks._network import Structure as Structure
from fluxion.networks._network import Windows as Windows
from fluxion.networks._network import Zones as Zones
from fluxion.networks._rhs import FaceSolution as FaceSolution
from fluxion.networks._rhs import ForcingInTime as ForcingInTime
from fluxion.networks._rhs import RhsState as RhsState
from fluxion.networks._rhs import rhs as rhs
from fluxion.networks._rhs import rhs_initial_state as rhs_initial_state
from fluxion.networks._rhs import solve_faces as solve_faces
from fluxion.networks._state import Flows as Flows
from fluxion.networks._state import Forcing as Forcing
from fluxion.networks._state import State as State
from fluxion.networks._state import uniform_state as uniform_state

__all__ = [
    "Airflows",
    "Coefficients",
    "Enclosures",
    "Envelope",
    "FaceSolution",
    "Flows",
    "Forcing",
    "ForcingInTime",
    "Gains",
    "Glazings",
    "Layers",
    "Partition",
    "RCNetwork",
    "RhsState",
    "Shades",
    "State",
    "Structure",
    "Windows",
    "Zones",
    "around_windows",
    "beam_shares",
    "coefficients",
    "envelope_area",
    "has_shades",
    "kept_beams",
    "rhs",
    "rhs_initial_state",
    "shaded_faces",
    "solve_faces",
    "step",
    "stored_energy",
    "uniform_state",
    "with_idle_parts",
    "window_area",
]
