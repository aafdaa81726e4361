"""The fabric-load test cases of ASHRAE 140 as building descriptions.

`_table` says what each case changes; this module turns a row of it into a building.

    x10  south overhang                x50  night fan, cooling by day only, no heating
    x20  windows to east and west      x80  thick insulation
    x30  x20 with overhangs and fins   x85  heat and cool at 20 degC
    x40  night setback                 x95  x80 at 20 degC
    660  low-e argon glazing           960  a sunspace in front of case 600
    670  single glazing                FF   floats freely, without heating and cooling

Cases 195 to 470, 800 and 810 take the box apart to find causes.

Source: ANSI/ASHRAE Standard 140-2020, section 5.2.
"""

from __future__ import annotations

from collections.abc import Iterable

from fluxion.building import Building, Glazing, Infiltration, InternalGain, Schedule, Surface, Zone
from fluxion.cases._control import CONTROLS, NIGHT_FAN, NIGHT_FAN_SCHEDULES
from fluxion.cases._fabric import CONSTRUCTIONS, GLAZINGS, MATERIALS
from fluxion.cases._films import fix_glazing, fix_surface
from fluxion.cases._shell import shell
from fluxion.cases._sunspace import sunspace_zones
from fluxion.cases._table import CASES, Case
from fluxion.errors import BuildingError

#: 200 W at all hours, without moisture.
_EQUIPMENT = InternalGain(name="equipment", power=200.0, radiant_fraction=0.6)
_SUNSPACE = "960"
_SUNSPACE_SUMMARY = "case 600 behind a heavy sunspace that has its windows"
#: Finishes of a case, and the fields of a surface that say otherwise than its materials.
_FINISHES = {
    "inside_solar": "inside_solar_absorptance",
    "outside_solar": "outside_solar_absorptance",
    "inside_emissivity": "inside_emissivity",
    "outside_emissivity": "outside_emissivity",
}


def list_ashrae140() -> tuple[str, ...]:
    """Names of the cases that `ashrae140` knows."""
    return tuple(sorted([*CASES, _SUNSPACE]))


def describe_ashrae140(case: str) -> str:
    """What a case of ASHRAE 140 is, in one sentence.

    Args:
        case: Name of the case, such as `600` or `900FF`.

    Raises:
        BuildingError: There is no such case.
    """
    name = _known(case)
    summary = _SUNSPACE_SUMMARY if name == _SUNSPACE else CASES[name].summary
    return f"{summary[0].upper()}{summary[1:]}."


def ashrae140(case: str) -> Building:
    """A test building of ASHRAE 140.

    Args:
        case: Name of the case, such as `600` or `900FF`.

    Raises:
        BuildingError: There is no such case; the message lists those there are.
    """
    name = _known(case)
    if name == _SUNSPACE:
        return _assemble(name, sunspace_zones(), GLAZINGS)
    return _one_zone(name, CASES[name])


def _known(case: str) -> str:
    name = str(case).strip().upper()
    if name not in CASES and name != _SUNSPACE:
        raise BuildingError(
            f"ASHRAE 140 case {case!r} is not known; the cases are {', '.join(list_ashrae140())}"
        )
    return name


def _one_zone(name: str, case: Case) -> Building:
    weight = "heavy" if case.heavy else "light"
    control = CONTROLS[case.control]
    surfaces = shell(
        wall=f"thick {weight} wall" if case.thick else f"{weight} wall",
        roof="thick roof" if case.thick else "roof",
        floor=f"{weight} floor",
        glazing=case.glazing,
        openings=case.openings,
        shading=case.shading,
    )
    surfaces = tuple(_finish(surface, case) for surface in surfaces)
    glazings = GLAZINGS
    if case.fixed_inside or case.fixed_outside:
        sides = {"inside": case.fixed_inside, "outside": case.fixed_outside}
        surfaces = tuple(fix_surface(surface, **sides) for surface in surfaces)
        glazings = tuple(fix_glazing(glazing, **sides) for glazing in glazings)
    leaks = (Infiltration(air_changes_per_hour=case.air_changes),) if case.air_changes else ()
    zone = Zone(
        name="zone",
        surfaces=surfaces,
        internal_gains=(_EQUIPMENT,) if case.gains else (),
        infiltrations=leaks,
        ventilations=(NIGHT_FAN,) if case.night_fan else (),
        thermostat=control.thermostat,
        ideal_loads=control.ideal_loads,
        beam_to="traced",
    )
    schedules = control.schedules + (NIGHT_FAN_SCHEDULES if case.night_fan else ())
    return _assemble(name, (zone,), glazings, schedules)


def _finish(surface: Surface, case: Case) -> Surface:
    """The surface with the case's own absorptances and emissivities, else those of its layers."""
    base = Case()
    changes = {
        field: getattr(case, key)
        for key, field in _FINISHES.items()
        if getattr(case, key) != getattr(base, key)
    }
    return surface.replace(**changes) if changes else surface


def _assemble(
    name: str,
    zones: tuple[Zone, ...],
    glazings: Iterable[Glazing],
    schedules: tuple[Schedule, ...] = (),
) -> Building:
    """A building on the standard's site, with the constructions and glazings its zones use."""
    surfaces = [surface for zone in zones for surface in zone.surfaces]
    built = {surface.construction for surface in surfaces}
    glazed = {window.glazing for surface in surfaces for window in surface.fenestrations}
    constructions = tuple(item for item in CONSTRUCTIONS if item.name in built)
    used = {layer for construction in constructions for layer in construction.layers}
    return Building(
        name=f"ASHRAE 140 case {name}",
        description=f"{describe_ashrae140(name)} Source: ANSI/ASHRAE Standard 140-2020.",
        zones=zones,
        materials=tuple(item for item in MATERIALS if item.name in used),
        constructions=constructions,
        glazings=tuple(item for item in glazings if item.name in glazed),
        schedules=schedules,
        terrain="country",
        ground_reflectance=0.2,
    )
