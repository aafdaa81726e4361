"""Case 960 of ASHRAE 140: a heavy sunspace in front of the light box, a concrete wall between.

Source: ANSI/ASHRAE Standard 140-2020, section 5.2, case 960.
"""

from __future__ import annotations

from fluxion.building import Infiltration, InternalGain, Interzone, Zone, box_surfaces
from fluxion.cases._control import CONTROLS
from fluxion.cases._shell import DEPTH, HEIGHT, UNDERSIDE, WIDTH, south_windows

SUN_DEPTH = 2.0
SUN_SILL = 0.5

#: Half an air change an hour in both zones, to outside; the zones exchange no air.
_LEAKS = (Infiltration(air_changes_per_hour=0.5),)


def sunspace_zones() -> tuple[Zone, Zone]:
    """The back zone, heated and cooled like case 600, and the sun zone, which floats.

    The wall between them is declared in the back zone, whose south wall it is.
    """
    common = {"construction": "common wall", "boundary": Interzone(zone="sun zone")}
    back = box_surfaces(
        WIDTH,
        DEPTH,
        HEIGHT,
        wall="light wall",
        roof="roof",
        floor="light floor",
        prefix="back ",
        details={"south": common, "floor": {"boundary": UNDERSIDE}},
    )
    sun = box_surfaces(
        WIDTH,
        SUN_DEPTH,
        HEIGHT,
        wall="heavy wall",
        roof="roof",
        floor="heavy floor",
        origin=(0.0, -SUN_DEPTH, 0.0),
        prefix="sun ",
        details={
            "south": {"fenestrations": south_windows("double clear", SUN_SILL)},
            "floor": {"boundary": UNDERSIDE},
        },
    )
    return (
        Zone(
            name="back zone",
            surfaces=back,
            internal_gains=(InternalGain(name="equipment", power=200.0, radiant_fraction=0.6),),
            infiltrations=_LEAKS,
            thermostat=CONTROLS["20/27"].thermostat,
            beam_to="traced",
        ),
        Zone(
            name="sun zone",
            surfaces=tuple(surface for surface in sun if surface.name != "sun north"),
            infiltrations=_LEAKS,
            beam_to="traced",
        ),
    )
