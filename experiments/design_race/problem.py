"""What is raced for: the global cost of a small house, by eighteen parameters of its design.

The house is case 600 of ASHRAE 140 with the overhang of case 610. Its cost is what the EU's
framework for cost-optimal buildings calls the global cost: investment, and the present value of
thirty years of energy (Commission Delegated Regulation (EU) No 244/2012, annex I; EN 15459-1).
Unit costs are round figures of the order that studies of such houses take (README.md); nobody
should build by them. Energy is that of a heat pump that heats and cools.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

import fluxion as fx
from fluxion.simulation import Trajectory
from fluxion.units import SECONDS_PER_HOUR

_WALL = "construction.light wall"
_ROOF = "construction.roof"
_PANE = "glazing.double clear.pane1.solar_transmittance"
BOUNDS = {
    "orientation": (-180.0, 180.0),
    f"{_WALL}.fiberglass quilt, wall.thickness": (0.02, 0.30),
    f"{_ROOF}.fiberglass quilt, roof.thickness": (0.05, 0.45),
    f"{_WALL}.plasterboard, wall.thickness": (0.010, 0.050),
    f"{_ROOF}.plasterboard, roof.thickness": (0.010, 0.050),
    "construction.light floor.timber floor.thickness": (0.020, 0.100),
    "window.south window west.width": (1.6, 3.4),
    "window.south window east.width": (1.6, 3.4),
    "window.height": (1.2, 2.4),
    "window.u_factor": (0.8, 2.8),
    _PANE: (0.35, 0.80),
    "overhang.depth": (0.05, 1.5),
    "infiltration": (0.0036, 0.018),
    **{
        f"surface.{name}.outside_solar_absorptance": (0.2, 0.9)
        for name in ("south", "east", "north", "west", "roof")
    },
}

#: Calculation period of dwellings and a real discount rate (244/2012, annex I). [a], [1/a]
YEARS, RATE = 30, 0.03
PRESENT_VALUE = (1.0 - (1.0 + RATE) ** -YEARS) / RATE
#: Electricity, and heat moved by a unit of it over the season. [$/kWh], [-]
ELECTRICITY, HEATING_COP, COOLING_COP = 0.15, 3.0, 3.5
#: Materials in place. [$/m3]
INSULATION_WALL, INSULATION_ROOF, PLASTERBOARD, TIMBER = 180.0, 120.0, 400.0, 600.0
#: Double glazing in its frame; what a lower transmittance adds for each m2 K/W; tinting; an
#: opaque wall, which a window saves; an overhang. [$/m2], [$ W/(m4 K)], [$/m2] ...
WINDOW, WINDOW_RESISTANCE, TINT, WALL, OVERHANG = 250.0, 150.0, 60.0, 150.0, 120.0
#: Sealing: for each factor of e that infiltration falls. [$]
SEALING = 900.0
#: Of the standard's box. [m], [m2]
_LENGTH, _DEPTH, _HEIGHT = 8.0, 6.0, 2.7
_FLOOR = _LENGTH * _DEPTH
_WALLS = 2.0 * (_LENGTH + _DEPTH) * _HEIGHT
_INDEX = {name: i for i, name in enumerate(BOUNDS)}


def investment(x: Float[Array, "*design parameter"]) -> Float[Array, "*design"]:
    """What a design costs to build, more than the bare structure. [$]"""

    def of(name: str) -> Array:
        return x[..., _INDEX[name]]

    height = of("window.height")
    glass = (of("window.south window west.width") + of("window.south window east.width")) * height
    opaque = _WALLS - glass
    resistance = 1.0 / of("window.u_factor") - 1.0 / BOUNDS["window.u_factor"][1]
    pane = WINDOW + WINDOW_RESISTANCE * resistance + TINT * (BOUNDS[_PANE][1] - of(_PANE)) / 0.45
    return (
        opaque * WALL
        + opaque * INSULATION_WALL * of(f"{_WALL}.fiberglass quilt, wall.thickness")
        + opaque * PLASTERBOARD * of(f"{_WALL}.plasterboard, wall.thickness")
        + _FLOOR * INSULATION_ROOF * of(f"{_ROOF}.fiberglass quilt, roof.thickness")
        + _FLOOR * PLASTERBOARD * of(f"{_ROOF}.plasterboard, roof.thickness")
        + _FLOOR * TIMBER * of("construction.light floor.timber floor.thickness")
        + glass * pane
        + _LENGTH * OVERHANG * of("overhang.depth")
        + SEALING * jnp.log(BOUNDS["infiltration"][1] / of("infiltration"))
    )


def energy_cost(heating: Array, cooling: Array) -> Array:
    """Present value of the energy of all years, from annual loads. [J] to [$]"""
    electricity = heating / HEATING_COP + cooling / COOLING_COP
    return PRESENT_VALUE * ELECTRICITY * electricity / (1000.0 * SECONDS_PER_HOUR)


def energy_of(year: Trajectory) -> Float[Array, ""]:
    """Present value of the energy of all years. [$]"""
    return energy_cost(year.annual_heating.sum(), year.annual_cooling.sum())


def global_cost(year: Trajectory, x: Float[Array, "parameter"]) -> Float[Array, ""]:
    """Investment and energy. [$]"""
    return investment(x) + energy_of(year)


def space() -> fx.DesignSpace:
    """The parameters and their bounds."""
    return fx.DesignSpace(BOUNDS)


def house(weather: fx.Weather, dtype: str) -> fx.RCNetwork:
    """Case 600 with its overhang."""
    return fx.building.build_for(fx.cases.ashrae140("610"), weather, dtype=dtype)
