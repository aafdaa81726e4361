"""The fabric-load test cases of ASHRAE 140, as variations on two base buildings.

Case 600 is a light box with two south windows; case 900 is the same box with heavy walls and a
heavy floor. Every other case changes one thing: that is how the standard isolates a cause. The
table below says what each case changes, and nothing else.

    x10  south overhang                x50  night fan, cooling by day only, no heating
    x20  windows to east and west      x80  thick insulation
    x30  x20 with overhangs and fins   x85  heat and cool at 20 degC
    x40  night setback                 x95  x80 at 20 degC
    660  low-e argon glazing           960  a sunspace in front of case 600
    670  single glazing                FF   floats freely, without heating and cooling

Source: ANSI/ASHRAE Standard 140-2020, section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fluxion.building import Building, Infiltration, InternalGain, Zone
from fluxion.cases._control import CONTROLS, NIGHT_FAN, NIGHT_FAN_SCHEDULES
from fluxion.cases._fabric import CONSTRUCTIONS, GLAZINGS, MATERIALS
from fluxion.cases._shell import Windows, shell
from fluxion.cases._sunspace import sunspace_zones
from fluxion.errors import BuildingError


@dataclass(frozen=True)
class Case:
    """What makes a one-zone case what it is; the defaults are case 600."""

    summary: str = "light base case"
    heavy: bool = False
    thick: bool = False
    glazing: str = "double clear"
    windows: Windows = "south"
    shading: bool = False
    control: str = "20/27"
    night_fan: bool = False


_BASE = Case()
_LIGHT: dict[str, Case] = {
    "600": _BASE,
    "610": replace(_BASE, summary="600 with a south overhang", shading=True),
    "620": replace(_BASE, summary="600 with windows to east and west", windows="east and west"),
    "630": replace(
        _BASE, summary="620 with overhangs and fins", windows="east and west", shading=True
    ),
    "640": replace(_BASE, summary="600 with night setback", control="setback"),
    "650": replace(
        _BASE,
        summary="600 with a night fan, cooling by day only and no heating",
        control="day cooling",
        night_fan=True,
    ),
    "660": replace(_BASE, summary="600 with low-e argon glazing", glazing="low-e argon"),
    "670": replace(_BASE, summary="600 with single glazing", glazing="single clear"),
    "680": replace(_BASE, summary="600 with thick insulation", thick=True),
    "685": replace(_BASE, summary="600 heated and cooled to 20 degC", control="20/20"),
    "695": replace(_BASE, summary="680 heated and cooled to 20 degC", thick=True, control="20/20"),
}
_FLOATING = ("600", "650", "680")
_NOT_HEAVY = ("660", "670")


def _table() -> dict[str, Case]:
    """All one-zone cases: the light ones, the same heavy, and both floating freely."""
    cases = dict(_LIGHT)
    for name, case in _LIGHT.items():
        if name not in _NOT_HEAVY:
            heavy = "9" + name[1:]
            summary = "heavy base case" if name == "600" else f"{name} with heavy walls and floor"
            cases[heavy] = replace(case, summary=summary, heavy=True)
    for name in (*_FLOATING, *("9" + name[1:] for name in _FLOATING)):
        cases[f"{name}FF"] = replace(
            cases[name], summary=f"{name} without heating and cooling", control="none"
        )
    return cases


_CASES = _table()
_SUNSPACE = "960"


def list_ashrae140() -> tuple[str, ...]:
    """Names of the cases that `ashrae140` knows."""
    return tuple(sorted([*_CASES, _SUNSPACE]))


def ashrae140(case: str) -> Building:
    """A test building of ASHRAE 140.

    Args:
        case: Name of the case, such as `600` or `900FF`.

    Raises:
        BuildingError: There is no such case; the message lists those there are.
    """
    name = str(case).strip().upper()
    if name in _CASES:
        return _one_zone(name, _CASES[name])
    if name == _SUNSPACE:
        return _assemble(name, "a sunspace in front of the light box", sunspace_zones())
    raise BuildingError(
        f"ASHRAE 140 case {case!r} is not known; the cases are {', '.join(list_ashrae140())}"
    )


def _one_zone(name: str, case: Case) -> Building:
    weight = "heavy" if case.heavy else "light"
    control = CONTROLS[case.control]
    zone = Zone(
        name="zone",
        surfaces=shell(
            wall=f"thick {weight} wall" if case.thick else f"{weight} wall",
            roof="thick roof" if case.thick else "roof",
            floor=f"{weight} floor",
            glazing=case.glazing,
            windows=case.windows,
            shading=case.shading,
        ),
        internal_gains=(InternalGain(name="equipment", power=200.0, radiant_fraction=0.6),),
        infiltrations=(Infiltration(air_changes_per_hour=0.5),),
        ventilations=(NIGHT_FAN,) if case.night_fan else (),
        thermostat=control.thermostat,
        ideal_loads=control.ideal_loads,
    )
    schedules = control.schedules + (NIGHT_FAN_SCHEDULES if case.night_fan else ())
    return _assemble(name, case.summary, (zone,), schedules)


def _assemble(name: str, summary: str, zones: tuple[Zone, ...], schedules: tuple = ()) -> Building:
    """A building on the standard's site, with the constructions and glazings its zones use."""
    surfaces = [surface for zone in zones for surface in zone.surfaces]
    built = {surface.construction for surface in surfaces}
    glazed = {window.glazing for surface in surfaces for window in surface.fenestrations}
    constructions = tuple(item for item in CONSTRUCTIONS if item.name in built)
    used = {layer for construction in constructions for layer in construction.layers}
    return Building(
        name=f"ASHRAE 140 case {name}",
        description=f"{summary}. Source: ANSI/ASHRAE Standard 140-2020.",
        zones=zones,
        materials=tuple(item for item in MATERIALS if item.name in used),
        constructions=constructions,
        glazings=tuple(item for item in GLAZINGS if item.name in glazed),
        schedules=schedules,
        terrain="country",
        ground_reflectance=0.2,
    )
