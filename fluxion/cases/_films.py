"""Constant surface coefficients of cases 450, 460 and 470: convection and radiation in one number.

These cases ask what a program makes of a building when its own laws of convection and longwave
radiation are taken out. On the side in question each face gets the combined coefficient of the
table as if it were convection, and an emissivity of zero. Where no face radiates, none can take the
radiant part of the gains, and the air takes all of them.

Source: ANSI/ASHRAE Standard 140-2020, section 5.2, cases 450, 460 and 470.
"""

from __future__ import annotations

from fluxion.building import Glazing, Surface

#: Combined coefficients by kind of face, inside and outside. [W/(m2 K)]
INSIDE = {"wall": 1.8, "roof": 1.7, "floor": 3.7, "window": 4.5}
OUTSIDE = {"wall": 21.6, "roof": 21.8, "floor": 5.2, "window": 17.8}


def fix_surface(surface: Surface, *, inside: bool, outside: bool) -> Surface:
    """The surface and its windows with constant coefficients on one side or both."""
    changes: dict[str, float] = {}
    window: dict[str, float] = {}
    if inside:
        changes |= {"inside_convection": INSIDE[surface.kind], "inside_emissivity": 0.0}
        window["inside_convection"] = INSIDE["window"]
    if outside:
        changes |= {"outside_convection": OUTSIDE[surface.kind], "outside_emissivity": 0.0}
        window["outside_convection"] = OUTSIDE["window"]
    windows = tuple(each.replace(**window) for each in surface.fenestrations)
    return surface.replace(**changes, fenestrations=windows)


def fix_glazing(glazing: Glazing, *, inside: bool, outside: bool) -> Glazing:
    """The glazing with no emissivity towards the room, towards outdoors, or both."""
    panes = list(glazing.panes)
    if outside:
        panes[0] = panes[0].replace(emissivity_front=0.0)
    if inside:
        panes[-1] = panes[-1].replace(emissivity_back=0.0)
    return glazing.replace(panes=tuple(panes))
