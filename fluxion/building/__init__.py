"""Descriptions of buildings: frozen, checked, and the same in Python and in JSON."""

from __future__ import annotations

from fluxion.building._boundary import Adiabatic as Adiabatic
from fluxion.building._boundary import Ground as Ground
from fluxion.building._boundary import Interzone as Interzone
from fluxion.building._boundary import Outdoors as Outdoors
from fluxion.building._build import build as build
from fluxion.building._build import build_for as build_for
from fluxion.building._files import building_schema as building_schema
from fluxion.building._files import dump_building as dump_building
from fluxion.building._files import parse_building as parse_building
from fluxion.building._gains import AirExchange as AirExchange
from fluxion.building._gains import Infiltration as Infiltration
from fluxion.building._gains import InternalGain as InternalGain
from fluxion.building._gains import Ventilation as Ventilation
from fluxion.building._glazing import AngularTable as AngularTable
from fluxion.building._glazing import GasGap as GasGap
from fluxion.building._glazing import Glazing as Glazing
from fluxion.building._glazing import GlazingPane as GlazingPane
from fluxion.building._materials import Construction as Construction
from fluxion.building._materials import Material as Material
from fluxion.building._materials import ResistiveMaterial as ResistiveMaterial
from fluxion.building._materials import Roughness as Roughness
from fluxion.building._model import Building as Building
from fluxion.building._openings import Fenestration as Fenestration
from fluxion.building._openings import Fin as Fin
from fluxion.building._openings import Overhang as Overhang
from fluxion.building._plant_limits import PlantLimits as PlantLimits
from fluxion.building._plant_limits import plant_limits as plant_limits
from fluxion.building._schedules import Schedule as Schedule
from fluxion.building._schedules import ScheduleRule as ScheduleRule
from fluxion.building._schedules import Segment as Segment
from fluxion.building._shapes import box_surfaces as box_surfaces
from fluxion.building._surfaces import Surface as Surface
from fluxion.building._zones import IdealLoads as IdealLoads
from fluxion.building._zones import Thermostat as Thermostat
from fluxion.building._zones import Zone as Zone

__all__ = [
    "Adiabatic",
    "AirExchange",
    "AngularTable",
    "Building",
    "Construction",
    "Fenestration",
    "Fin",
    "GasGap",
    "Glazing",
    "GlazingPane",
    "Ground",
    "IdealLoads",
    "Infiltration",
    "InternalGain",
    "Interzone",
    "Material",
    "Outdoors",
    "Overhang",
    "PlantLimits",
    "ResistiveMaterial",
    "Roughness",
    "Schedule",
    "ScheduleRule",
    "Segment",
    "Surface",
    "Thermostat",
    "Ventilation",
    "Zone",
    "box_surfaces",
    "build",
    "build_for",
    "building_schema",
    "dump_building",
    "parse_building",
    "plant_limits",
]
