"""Why two engines differ: single mechanisms switched, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fluxion.building import Building
from fluxion.io import WeatherFile
from fluxion.simulation import Options
from fluxion.validation._case_runs import CaseRun, simulate_buildings
from fluxion.validation._engines import (
    SMALL_LOAD,
    CaseZone,
    EngineCases,
    compare_zones,
    default_settings,
    run_engine,
)

#: A difference above this share wants a mechanism; of small loads, so many MWh.
NOTABLE, NOTABLE_ENERGY = 0.03, 0.03
QUANTITIES = ("heating", "cooling", "peak_heating", "peak_cooling")


@dataclass(frozen=True)
class Mechanism:
    """Something that the engines can do in another way.

    Attributes:
        name: In a few words.
        text: What it is.
        ours: Fields of `fluxion.simulation.Options` that switch it here.
        theirs: Fields of `fluxion.energyplus.Settings` that switch it there.
        building: Switches it in the description, and so in both.
    """

    name: str
    text: str
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]
    building: Callable[[Building], Building] | None = None


def _beam_on_floor(building: Building) -> Building:
    return building.replace(zones=tuple(zone.replace(beam_to="floor") for zone in building.zones))


MECHANISMS = (
    Mechanism(
        "window film",
        "inside convection of windows by TARP's law for walls here (by default ISO 15099, which "
        "EnergyPlus takes for windows)",
        {"window_convection": "tarp"},
        {},
    ),
    Mechanism(
        "ground light under shades",
        "overhangs and fins also take away light that the ground reflects (by default here and "
        "in EnergyPlus they do not)",
        {"shaded_ground": True},
        {},
    ),
    Mechanism(
        "circumsolar air mass",
        "EnergyPlus' variant of the Perez sky here (by default as published)",
        {"sky_model": "perez_energyplus"},
        {},
    ),
    Mechanism("our time step", "twelve steps an hour here (by default two)",
              {"steps_per_hour": 12}, {}),
    Mechanism(
        "tracing of beams",
        "beam sunlight on the floor in both (by default traced to the faces that it meets)",
        {},
        {},
        _beam_on_floor,
    ),
    Mechanism(
        "their time step", "six steps an hour in EnergyPlus (20 elsewhere)", {},
        {"steps_per_hour": 6},
    ),
    Mechanism(
        "shadow days", "shadows at every step in EnergyPlus (by default of one day at a time)", {},
        {"shading_days": 0},
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Switched:
    """A case with one mechanism switched.

    Attributes:
        mechanism: Which.
        case: Name of the case.
        before: Zones with the defaults of both engines.
        after: Zones with the mechanism switched.
    """

    mechanism: Mechanism
    case: str
    before: tuple[CaseZone, ...]
    after: tuple[CaseZone, ...]


def notable(zone: CaseZone) -> list[str]:
    """Quantities of a zone in which the engines differ by more than `NOTABLE`."""
    found = []
    for name in QUANTITIES:
        ours, theirs = getattr(zone, name)
        small = theirs < SMALL_LOAD and not name.startswith("peak")
        limit = NOTABLE_ENERGY if small else NOTABLE * theirs
        if abs(ours - theirs) > limit and theirs > 1e-3:
            found.append(name)
    return found


def switch_mechanisms(
    buildings: Mapping[str, Building],
    runs: Mapping[str, CaseRun],
    engine: EngineCases,
    file: WeatherFile,
    *,
    options: Options,
    dtype: Any = None,
    mechanisms: Sequence[Mechanism] = MECHANISMS,
    note: Callable[[str], None] = lambda _: None,
    client: Any = None,
) -> tuple[Switched, ...]:
    """Switch mechanisms in those cases where the engines differ notably.

    Args:
        buildings: By case.
        runs: Ours, by case.
        engine: EnergyPlus' side.
        file: The weather of both.
        options: Of our runs.
        dtype: Of our runs.
        mechanisms: Which to switch.
        note: Told what is being done.
        client: A `distributed.Client`, on whose cluster EnergyPlus runs instead of here.
    """
    cases = list(dict.fromkeys(zone.case for zone in engine.zones if notable(zone)))
    if not cases:
        return ()
    chosen = {case: buildings[case] for case in cases}
    before = {case: tuple(zone for zone in engine.zones if zone.case == case) for case in cases}
    found = []
    for mechanism in mechanisms:
        note(f"switching {mechanism.name} in {len(cases)} cases")
        ours, theirs, changed = runs, engine.runs, chosen
        if mechanism.building is not None:
            changed = {case: mechanism.building(each) for case, each in chosen.items()}
        if mechanism.ours or mechanism.building is not None:
            varied = replace(options, **mechanism.ours)
            ours = simulate_buildings(changed, file.weather, options=varied, dtype=dtype)
        if mechanism.theirs or mechanism.building is not None:
            settings = replace(default_settings(), **mechanism.theirs)
            theirs = run_engine(changed, runs, file, settings=settings, client=client).runs
        for case in cases:
            after = tuple(compare_zones(case, ours[case], theirs[case]))
            found.append(Switched(mechanism, case, before[case], after))
    return tuple(found)
