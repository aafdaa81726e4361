"""A two-storey office of ten zones: on each storey four sides and a core.

The plan is 30 by 20 metres. Each side zone is 4.5 metres deep and meets its neighbours on the
diagonal, so that every zone touches the outside on one face only, or not at all. Partitions and the
slab between the storeys couple the zones; a slab with insulation lies on the ground.
"""

from __future__ import annotations

from typing import Any

from fluxion.building import (
    Building,
    Fenestration,
    Ground,
    IdealLoads,
    Infiltration,
    InternalGain,
    Interzone,
    Surface,
    Thermostat,
    Ventilation,
    Zone,
)
from fluxion.cases._office_fabric import CONSTRUCTIONS, GLAZINGS, MATERIALS, SCHEDULES

LENGTH, BREADTH, SIDE_DEPTH, STOREY = 30.0, 20.0, 4.5, 3.0
STOREYS = ("ground", "upper")

#: Part of each outside wall that is glass, in one ribbon. [-]
WINDOW_TO_WALL = 0.35
_SILL, _RIBBON_MARGIN = 0.9, 0.25

#: Density of people [1/m2] and their sensible heat [W], of lights and equipment [W/m2].
_PEOPLE, _PERSON_HEAT, _LIGHTS, _EQUIPMENT = 0.06, 75.0, 8.0, 9.0
#: Fresh air by floor area. [m3/(s m2)]
_FRESH_AIR = 0.0006
#: Leakage of side and core zones. [1/h]
_SIDE_LEAKS, _CORE_LEAKS = 0.3, 0.05

_Corner = tuple[float, float]
_Edge = tuple[_Corner, _Corner, str]


def _plan() -> dict[str, tuple[_Edge, ...]]:
    """Each zone of a storey as its edges, counter-clockwise, with what is beyond each."""
    d = SIDE_DEPTH
    outer = ((0.0, 0.0), (LENGTH, 0.0), (LENGTH, BREADTH), (0.0, BREADTH))
    inner = ((d, d), (LENGTH - d, d), (LENGTH - d, BREADTH - d), (d, BREADTH - d))
    sides = ("south", "east", "north", "west")
    plan = {}
    for i, side in enumerate(sides):
        j = (i + 1) % 4
        plan[side] = (
            (outer[i], outer[j], "outdoors"),
            (outer[j], inner[j], sides[j]),
            (inner[j], inner[i], "core"),
            (inner[i], outer[i], sides[i - 1]),
        )
    plan["core"] = tuple((inner[i], inner[(i + 1) % 4], side) for i, side in enumerate(sides))
    return plan


def office() -> Building:
    """The ten-zone office: 1200 m2 on two storeys, 35 % glass, weekday hours, night setback.

    Zones are named `ground south`, `ground core`, `upper west` and so on. A wall between two
    zones is declared in the first of them in the order south, east, north, west, core; the slab
    between the storeys in the zones of the ground storey, zone above zone.
    """
    zones = tuple(
        _zone(storey, side, edges) for storey in STOREYS for side, edges in _plan().items()
    )
    return Building(
        name="office",
        description=(
            "Ten-zone office on two storeys, 30 x 20 m, four side zones and a core each. "
            "Round figures of ordinary practice; it stands for no real building."
        ),
        zones=zones,
        materials=MATERIALS,
        constructions=CONSTRUCTIONS,
        glazings=GLAZINGS,
        schedules=SCHEDULES,
        terrain="suburbs",
        ground_reflectance=0.2,
    )


def _zone(storey: str, side: str, edges: tuple[_Edge, ...]) -> Zone:
    corners = [start for start, _, _ in edges]
    area = 0.5 * sum(x * v - u * y for (x, y), (u, v), _ in edges)
    core = side == "core"
    gains = (
        ("people", _PEOPLE * _PERSON_HEAT, "occupancy", 0.3),
        ("lights", _LIGHTS, "lighting", 0.6),
        ("equipment", _EQUIPMENT, "equipment", 0.4),
    )
    return Zone(
        name=f"{storey} {side}",
        surfaces=(*_walls(storey, side, edges), *_slabs(storey, side, corners)),
        internal_gains=tuple(
            InternalGain(name=name, power=density * area, schedule=schedule, radiant_fraction=part)
            for name, density, schedule, part in gains
        ),
        infiltrations=(
            Infiltration(
                air_changes_per_hour=_CORE_LEAKS if core else _SIDE_LEAKS, schedule="leaks"
            ),
        ),
        ventilations=(Ventilation(name="fresh air", flow=_FRESH_AIR * area, schedule="fans"),),
        thermostat=Thermostat(
            heating_setpoint="heating setpoint", cooling_setpoint="cooling setpoint"
        ),
        ideal_loads=IdealLoads(),
        capacitance_multiplier=4.0,
    )


def _walls(storey: str, side: str, edges: tuple[_Edge, ...]) -> list[Surface]:
    bottom = STOREY * STOREYS.index(storey)
    order = list(_plan())
    walls = []
    for (x, y), (u, v), beyond in edges:
        vertices = (
            (x, y, bottom),
            (u, v, bottom),
            (u, v, bottom + STOREY),
            (x, y, bottom + STOREY),
        )
        if beyond == "outdoors":
            walls.append(
                Surface(
                    name=f"{storey} {side} wall",
                    construction="exterior wall",
                    vertices=vertices,
                    fenestrations=(_ribbon(storey, side, abs(u - x) + abs(v - y)),),
                )
            )
        elif order.index(side) < order.index(beyond):
            walls.append(
                Surface(
                    name=f"{storey} partition {side} to {beyond}",
                    construction="partition",
                    vertices=vertices,
                    boundary=Interzone(zone=f"{storey} {beyond}"),
                )
            )
    return walls


def _ribbon(storey: str, side: str, length: float) -> Fenestration:
    width = length - 2.0 * _RIBBON_MARGIN
    return Fenestration(
        name=f"{storey} {side} window",
        glazing="double low-e",
        u=_RIBBON_MARGIN,
        v=_SILL,
        width=width,
        height=WINDOW_TO_WALL * length * STOREY / width,
    )


def _slabs(storey: str, side: str, corners: list[_Corner]) -> list[Surface]:
    """Floor and ceiling on the ground storey; above, the roof, as the floor is that ceiling."""

    def slab(what: str, construction: str, height: float, up: bool, **fields: Any) -> Surface:
        around = corners if up else corners[::-1]
        return Surface(
            name=f"{storey} {side} {what}",
            construction=construction,
            vertices=tuple((x, y, height) for x, y in around),
            **fields,
        )

    if storey == "ground":
        above = Interzone(zone=f"upper {side}")
        return [
            slab("floor", "ground floor", 0.0, False, boundary=Ground()),
            slab("ceiling", "slab between storeys", STOREY, True, boundary=above),
        ]
    return [slab("roof", "roof", 2.0 * STOREY, True)]
