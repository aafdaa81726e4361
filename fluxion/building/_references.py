"""Checks across a whole building: names, references, enclosures, setpoints, magnitudes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from fluxion.building._calendar import day_name
from fluxion.building._enclosure import closure_fault, enclosure
from fluxion.building._messages import near
from fluxion.building._schedules import Schedule
from fluxion.building._surfaces import Surface
from fluxion.building._zones import Zone

if TYPE_CHECKING:
    from fluxion.building._model import Building

#: More air changes than this are a wrong unit. [1/h]
_MOST_AIR_CHANGES = 200.0


def faults(building: Building) -> list[str]:
    """Every fault of a building whose parts are valid by themselves.

    The checks build on each other, so the first kind of check that finds any is the last to run.
    """
    for check in (
        _repeated_names,
        _missing_references,
        _interzone_faults,
        _open_zones,
        _flow_faults,
        _schedule_faults,
        _setpoint_faults,
    ):
        found = list(check(building))
        if found:
            return found
    return []


def _repeated_names(building: Building) -> Iterator[str]:
    surfaces = [surface for zone in building.zones for surface in zone.surfaces]
    groups: list[tuple[str, Iterable[str]]] = [
        ("zones", (zone.name for zone in building.zones)),
        ("materials", (material.name for material in building.materials)),
        ("constructions", (construction.name for construction in building.constructions)),
        ("glazings", (glazing.name for glazing in building.glazings)),
        ("schedules", (schedule.name for schedule in building.schedules)),
        ("air exchanges", (exchange.name for exchange in building.air_exchanges)),
        ("surfaces", (surface.name for surface in surfaces)),
        ("windows", (window.name for surface in surfaces for window in surface.fenestrations)),
    ]
    for zone in building.zones:
        gains = (gain.name for gain in zone.internal_gains)
        fans = (fan.name for fan in zone.ventilations)
        groups += [
            (f"internal gains of zone {zone.name!r}", gains),
            (f"ventilations of zone {zone.name!r}", fans),
        ]
    for what, names in groups:
        for name, count in Counter(names).items():
            if count > 1:
                yield f"{count} {what} have the name {name!r}; names must differ, rename one"


def _missing_references(building: Building) -> Iterator[str]:
    materials = [material.name for material in building.materials]
    constructions = [construction.name for construction in building.constructions]
    glazings = [glazing.name for glazing in building.glazings]
    schedules = [schedule.name for schedule in building.schedules]
    zones = [zone.name for zone in building.zones]

    def check(user: str, what: str, name: str | None, known: list[str]) -> Iterator[str]:
        if name is not None and name not in known:
            yield f"{user} names the {what} {name!r}, which does not exist; {near(name, known)}"

    for construction in building.constructions:
        for layer in construction.layers:
            yield from check(f"construction {construction.name!r}", "material", layer, materials)
    for zone in building.zones:
        for surface in zone.surfaces:
            user = f"surface {surface.name!r}"
            yield from check(user, "construction", surface.construction, constructions)
            for window in surface.fenestrations:
                user = f"window {window.name!r}"
                yield from check(user, "glazing", window.glazing, glazings)
        for user, name in _schedule_uses(zone):
            yield from check(user, "schedule", name, schedules)
    for exchange in building.air_exchanges:
        user = f"air exchange {exchange.name!r}"
        yield from check(user, "zone", exchange.source, zones)
        yield from check(user, "zone", exchange.target, zones)
        yield from check(user, "schedule", exchange.schedule, schedules)


def _schedule_uses(zone: Zone) -> Iterator[tuple[str, str]]:
    """Who in a zone names which schedule."""
    where = f"of zone {zone.name!r}"
    uses: list[tuple[str, object]] = [
        (f"{kind} {item.name!r} {where}", item.schedule)
        for kind, items in (("gain", zone.internal_gains), ("ventilation", zone.ventilations))
        for item in items
    ]
    uses += [(f"the infiltration {where}", item.schedule) for item in zone.infiltrations]
    uses += [
        (f"heating_availability {where}", zone.ideal_loads.heating_availability),
        (f"cooling_availability {where}", zone.ideal_loads.cooling_availability),
    ]
    if zone.thermostat is not None:
        uses += [
            (f"heating_setpoint {where}", zone.thermostat.heating_setpoint),
            (f"cooling_setpoint {where}", zone.thermostat.cooling_setpoint),
        ]
    for user, name in uses:
        if isinstance(name, str):
            yield user, name


def _interzone_faults(building: Building) -> Iterator[str]:
    for zone, surface in _surfaces(building):
        if surface.boundary.kind != "interzone":
            continue
        others = [other.name for other in building.zones if other.name != zone.name]
        target = surface.boundary.zone
        what = f"disconnected interzone surface: {surface.name!r} of zone {zone.name!r} leads to"
        if target == zone.name:
            yield f"{what} its own zone; name the zone on the other side"
        elif target not in others:
            yield f"{what} the zone {target!r}, which does not exist; {near(target, others)}"


def _open_zones(building: Building) -> Iterator[str]:
    for zone in building.zones:
        fault = closure_fault(zone, enclosure(zone, building.zones))
        if fault:
            yield fault


def _flow_faults(building: Building) -> Iterator[str]:
    flows = [
        (zone, f"ventilation {item.name!r}", item.flow)
        for zone in building.zones
        for item in zone.ventilations
    ]
    flows += [
        (zone, "the infiltration", item.flow)
        for zone in building.zones
        for item in zone.infiltrations
        if item.flow
    ]
    for zone, what, flow in flows:
        changes = flow * 3600.0 / building.zone_volume(zone.name)
        if changes > _MOST_AIR_CHANGES:
            yield (
                f"{what} of zone {zone.name!r} has a flow of {flow:g} m3/s, {changes:.0f} air "
                f"changes an hour; it looks like m3/h or L/s, so write {flow / 3600.0:.4g} "
                f"or {flow / 1000.0:.4g} (flow is in m3/s)"
            )


def _schedule_faults(building: Building) -> Iterator[str]:
    known = {schedule.name: schedule for schedule in building.schedules}
    uses = [use for zone in building.zones for use in _schedule_uses(zone)]
    uses += [
        (f"air exchange {exchange.name!r}", exchange.schedule)
        for exchange in building.air_exchanges
        if exchange.schedule is not None
    ]
    for user, name in uses:
        low, high = known[name].extremes()
        if "setpoint" in user:
            if high > 45.0 or low < -40.0:
                value = high if high > 45.0 else low
                yield (
                    f"{user} follows schedule {name!r}, which reaches {value:g}; a setpoint is "
                    f"-40 to 45 degC, and 68 degrees Fahrenheit are 20 degC"
                )
        elif low < 0.0:
            yield (
                f"{user} follows schedule {name!r}, which falls to {low:g}; "
                "it multiplies and must not be negative"
            )


def _setpoint_faults(building: Building) -> Iterator[str]:
    known = {schedule.name: schedule for schedule in building.schedules}

    def of(value: float | str) -> Schedule:
        return known[value] if isinstance(value, str) else Schedule.constant("setpoint", value)

    for zone in building.zones:
        control = zone.thermostat
        if control is None or control.heating_setpoint is None or control.cooling_setpoint is None:
            continue
        crossing = _first_crossing(of(control.heating_setpoint), of(control.cooling_setpoint))
        if crossing:
            yield f"zone {zone.name!r}: {crossing}"


def _first_crossing(heating: Schedule, cooling: Schedule) -> str | None:
    """The first hour with the heating setpoint above the cooling setpoint, in words.

    Whichever weekday the year begins with; equal setpoints do not cross.
    """
    leap = any(s.values is not None and len(s.values) == 8784 for s in (heating, cooling))
    for first_weekday in range(7):
        days = 366 if leap else 365
        heat = heating.expand(days, first_weekday, leap)
        cool = cooling.expand(days, first_weekday, leap)
        crossed = np.flatnonzero((heat > cool).any(axis=1))
        if crossed.size:
            hour = int(crossed[0])
            end = int(np.argmax(heat[hour] - cool[hour]))
            return (
                f"the heating setpoint {heat[hour, end]:g} is above the cooling setpoint "
                f"{cool[hour, end]:g} degC at hour {hour} of the year "
                f"({day_name(hour // 24, leap)}, {hour % 24:02d}:00 to {hour % 24 + 1:02d}:00); "
                "set them apart or make them equal"
            )
    return None


def _surfaces(building: Building) -> Iterator[tuple[Zone, Surface]]:
    return ((zone, surface) for zone in building.zones for surface in zone.surfaces)
