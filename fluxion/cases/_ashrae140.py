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

Cases 195 and 270 to 395 are simpler still: a light outside face, no leaks and no gains. 440 and
810 are 600 and 900 with a light inside.

Source: ANSI/ASHRAE Standard 140-2020, section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fluxion.building import Building, Infiltration, InternalGain, Surface, Zone
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
    leaky: bool = True
    gains: bool = True
    inside_solar: float = 0.6
    outside_solar: float = 0.6
    emissivity: float = 0.9


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
_BARE = replace(
    _BASE, control="20/20", leaky=False, gains=False, inside_solar=0.9, outside_solar=0.1
)
_DIAGNOSTIC: dict[str, Case] = {
    "195": replace(
        _BARE,
        summary="no windows, faces of low emissivity",
        windows="none",
        inside_solar=0.6,
        emissivity=0.1,
    ),
    "270": replace(_BARE, summary="south windows, light outside, dark inside"),
    "280": replace(_BARE, summary="270 with a light inside", inside_solar=0.1),
    "290": replace(_BARE, summary="270 with a south overhang", shading=True),
    "300": replace(_BARE, summary="270 with windows to east and west", windows="east and west"),
    "310": replace(
        _BARE, summary="300 with overhangs and fins", windows="east and west", shading=True
    ),
    "320": replace(_BARE, summary="270 heated to 20 and cooled to 27 degC", control="20/27"),
    "395": replace(_BARE, summary="no windows", windows="none", inside_solar=0.6, control="20/27"),
    "440": replace(_BASE, summary="600 with a light inside", inside_solar=0.1),
    "810": replace(_BASE, summary="900 with a light inside", heavy=True, inside_solar=0.1),
}
_FLOATING = ("600", "650", "680")
_NOT_HEAVY = ("660", "670")


def _table() -> dict[str, Case]:
    """All one-zone cases: the light ones, the same heavy, and both floating freely."""
    cases = {**_DIAGNOSTIC, **_LIGHT}
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
#: 200 W at all hours, without moisture.
_EQUIPMENT = InternalGain(name="equipment", power=200.0, radiant_fraction=0.6)
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
    surfaces = shell(
        wall=f"thick {weight} wall" if case.thick else f"{weight} wall",
        roof="thick roof" if case.thick else "roof",
        floor=f"{weight} floor",
        glazing=case.glazing,
        windows=case.windows,
        shading=case.shading,
    )
    zone = Zone(
        name="zone",
        surfaces=tuple(_finish(surface, case) for surface in surfaces),
        internal_gains=(_EQUIPMENT,) if case.gains else (),
        infiltrations=(Infiltration(air_changes_per_hour=0.5),) if case.leaky else (),
        ventilations=(NIGHT_FAN,) if case.night_fan else (),
        thermostat=control.thermostat,
        ideal_loads=control.ideal_loads,
    )
    schedules = control.schedules + (NIGHT_FAN_SCHEDULES if case.night_fan else ())
    return _assemble(name, case.summary, (zone,), schedules)


def _finish(surface: Surface, case: Case) -> Surface:
    """The surface with the case's own absorptances and emissivities, else those of its layers."""
    changes: dict[str, float] = {}
    if case.inside_solar != _BASE.inside_solar:
        changes["inside_solar_absorptance"] = case.inside_solar
    if case.outside_solar != _BASE.outside_solar:
        changes["outside_solar_absorptance"] = case.outside_solar
    if case.emissivity != _BASE.emissivity:
        changes["inside_emissivity"] = changes["outside_emissivity"] = case.emissivity
    return surface.replace(**changes) if changes else surface


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
