"""What each one-zone case of ASHRAE 140 changes, and nothing else.

Case 600 is a light box with two south windows. Every other case is an earlier one with one thing
changed: that is how the standard isolates a cause, and how the table below is written. A row says
which case it starts from, what changes in words, and the change itself.

Three families follow each other. The 600 series is what a programme of tests begins with; the 900
series is the same with heavy walls and a heavy floor. The 200 to 400 series strips the box down to
find out why a result of the first two is off: no sun comes in where panels of high conductance take
the windows' place, faces stop radiating where their emissivity is low, and with leaks, gains and a
wide band of setpoints added one by one case 430 is case 600 again but for the glass.

Source: ANSI/ASHRAE Standard 140-2020, section 5.2 (section 7 of the 2023 edition).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fluxion.cases._shell import Openings


@dataclass(frozen=True)
class Case:
    """What makes a one-zone case what it is; the defaults are case 600.

    Attributes:
        summary: What the case is, in a few words.
        heavy: Whether walls and floor are of concrete rather than light.
        thick: Whether walls and roof have thick insulation.
        openings: What is in the walls: `south` or `east and west` windows, `panels` of high
            conductance where the south windows would be, or `none`.
        glazing: Of the windows.
        shading: Whether plates shade the windows.
        control: Thermostat, by its name in `CONTROLS`.
        night_fan: Whether a fan blows at night.
        air_changes: Infiltration. [1/h]
        gains: Whether 200 W are set free inside.
        inside_solar: Solar absorptance of opaque faces inside. [-]
        outside_solar: Solar absorptance of opaque faces outside. [-]
        inside_emissivity: Of opaque faces inside. [-]
        outside_emissivity: Of opaque faces outside. [-]
        fixed_inside: Whether constant coefficients stand for convection and radiation inside.
        fixed_outside: The same outside.
    """

    summary: str = "light base case"
    heavy: bool = False
    thick: bool = False
    openings: Openings = "south"
    glazing: str = "double clear"
    shading: bool = False
    control: str = "20/27"
    night_fan: bool = False
    air_changes: float = 0.5
    gains: bool = True
    inside_solar: float = 0.6
    outside_solar: float = 0.6
    inside_emissivity: float = 0.9
    outside_emissivity: float = 0.9
    fixed_inside: bool = False
    fixed_outside: bool = False


#: Case, the case it starts from, what changes in words, and what changes.
_Row = tuple[str, str, str, dict[str, Any]]

_LIGHT: tuple[_Row, ...] = (
    ("610", "600", "with a south overhang", {"shading": True}),
    ("620", "600", "with windows to east and west", {"openings": "east and west"}),
    ("630", "620", "with overhangs and fins", {"shading": True}),
    ("640", "600", "with night setback", {"control": "setback"}),
    (
        "650",
        "600",
        "with a night fan, cooling by day only and no heating",
        {"control": "day cooling", "night_fan": True},
    ),
    ("660", "600", "with low-e argon glazing", {"glazing": "low-e argon"}),
    ("670", "600", "with single glazing", {"glazing": "single clear"}),
    ("680", "600", "with thick insulation", {"thick": True}),
    ("685", "600", "heated and cooled to 20 degC", {"control": "20/20"}),
    ("695", "680", "heated and cooled to 20 degC", {"control": "20/20"}),
)
_HEAVY: tuple[_Row, ...] = tuple(
    (f"9{light[1:]}", light, "with heavy walls and floor", {"heavy": True})
    for light in ("600", "610", "620", "630", "640", "650", "680", "685", "695")
)
_FLOATING: tuple[_Row, ...] = tuple(
    (f"{kept}FF", kept, "without heating and cooling", {"control": "none"})
    for kept in ("600", "650", "680", "900", "950", "980")
)
_IN_DEPTH: tuple[_Row, ...] = (
    # Conduction alone, and what radiation adds to it inside and outside.
    (
        "220",
        "600",
        "with panels for windows, light outside, without leaks and gains, at 20 degC",
        {
            "openings": "panels",
            "control": "20/20",
            "air_changes": 0.0,
            "gains": False,
            "outside_solar": 0.1,
        },
    ),
    (
        "200",
        "220",
        "with low emissivity inside and outside",
        {"inside_emissivity": 0.1, "outside_emissivity": 0.1},
    ),
    ("195", "200", "with plain wall in place of the panels", {"openings": "none"}),
    ("210", "220", "with low emissivity inside", {"inside_emissivity": 0.1}),
    ("215", "220", "with low emissivity outside", {"outside_emissivity": 0.1}),
    # Leaks, gains, and sun on the outside.
    ("230", "220", "with one air change an hour", {"air_changes": 1.0}),
    ("240", "220", "with gains of 200 W", {"gains": True}),
    ("250", "220", "with dark faces outside", {"outside_solar": 0.9}),
    # Sun through windows into a dark or a light room, shaded, from other sides.
    (
        "270",
        "220",
        "with windows for panels, dark inside",
        {"openings": "south", "inside_solar": 0.9},
    ),
    ("280", "270", "with a light inside", {"inside_solar": 0.1}),
    ("290", "270", "with a south overhang", {"shading": True}),
    ("300", "270", "with windows to east and west", {"openings": "east and west"}),
    ("310", "300", "with overhangs and fins", {"shading": True}),
    ("320", "270", "heated to 20 and cooled to 27 degC", {"control": "20/27"}),
    # From 220 to 600, one change at a time.
    ("400", "220", "heated to 20 and cooled to 27 degC", {"control": "20/27"}),
    ("395", "400", "with plain wall in place of the panels", {"openings": "none"}),
    ("410", "400", "with half an air change an hour", {"air_changes": 0.5}),
    ("420", "410", "with gains of 200 W", {"gains": True}),
    ("430", "420", "with solar absorptance 0.6 outside", {"outside_solar": 0.6}),
    ("440", "600", "with a light inside", {"inside_solar": 0.1}),
    (
        "450",
        "600",
        "with constant coefficients inside and outside",
        {"fixed_inside": True, "fixed_outside": True},
    ),
    ("460", "600", "with constant coefficients inside", {"fixed_inside": True}),
    ("470", "600", "with constant coefficients outside", {"fixed_outside": True}),
    ("800", "430", "with heavy walls and floor", {"heavy": True}),
    ("810", "900", "with a light inside", {"inside_solar": 0.1}),
)


def _table() -> dict[str, Case]:
    cases = {"600": Case()}
    for name, base, what, changes in (*_LIGHT, *_HEAVY, *_FLOATING, *_IN_DEPTH):
        cases[name] = replace(cases[base], summary=f"case {base} {what}", **changes)
    cases["900"] = replace(cases["900"], summary="heavy base case")
    return cases


#: Every case of one zone by its name.
CASES: dict[str, Case] = _table()
