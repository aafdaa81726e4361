"""Names that the engine accepts, and the way back to ours.

The engine does not tell upper from lower case, limits the length of names and reads commas,
semicolons and exclamation marks as syntax in some of its files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fluxion.building import Building, Fenestration, Surface, Zone

_LONGEST = 70
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()#+=-]")


@dataclass
class Names:
    """Gives each name of a kind one of the engine's, different from all others."""

    taken: set[str] = field(default_factory=set)
    given: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The engine's name for one of ours, the same whenever asked."""
        return self.called(name, name)

    def called(self, key: str, name: str) -> str:
        """The engine's name of what a key stands for, as near as can be to the name given."""
        if key not in self.given:
            plain = _NOT_PLAIN.sub("_", name)[:_LONGEST].strip()
            found, number = plain, 1
            while found.upper() in self.taken:
                number += 1
                found = f"{plain} #{number}"
            self.taken.add(found.upper())
            self.given[key] = found
        return self.given[key]


def reverse_side(surface: str) -> str:
    """Key of the other face of a surface between two zones."""
    return f"{surface} (other side)"


@dataclass(frozen=True)
class ZoneFaces:
    """The faces of a zone in the order of a network, with padding left out."""

    envelope: tuple[Surface, ...]
    partition: tuple[tuple[Surface, float], ...]
    window: tuple[Fenestration, ...]


def faces_of(building: Building) -> list[ZoneFaces]:
    """The faces of every zone: those to outside, those to other zones, windows."""
    found = []
    for zone in building.zones:
        sides = building.enclosure(zone.name)
        envelope = tuple(s for s, _ in sides if s.boundary.kind != "interzone")
        partition = tuple((s, sign) for s, sign in sides if s.boundary.kind == "interzone")
        windows = tuple(w for s in envelope for w in s.fenestrations)
        found.append(ZoneFaces(envelope, partition, windows))
    return found


def has_plant(zone: Zone) -> bool:
    """Whether anything heats or cools a zone: a setpoint, and a capacity above 0."""
    control, plant = zone.thermostat, zone.ideal_loads
    return control is not None and (
        (control.heating_setpoint is not None and plant.heating_capacity != 0.0)
        or (control.cooling_setpoint is not None and plant.cooling_capacity != 0.0)
    )


@dataclass
class NameBook:
    """The engine's names for everything in a building; made afresh, it is always the same."""

    building: Building
    zones: Names = field(default_factory=Names)
    surfaces: Names = field(default_factory=Names)
    constructions: Names = field(default_factory=Names)
    materials: Names = field(default_factory=Names)
    schedules: Names = field(default_factory=Names)
    flows: Names = field(default_factory=Names)

    def __post_init__(self) -> None:
        for zone in self.building.zones:
            self.zones[zone.name]
        for key, name in self._surface_keys():
            self.surfaces.called(key, name)

    def _surface_keys(self) -> Iterator[tuple[str, str]]:
        for surface in self.building.surfaces:
            yield surface.name, surface.name
            if surface.boundary.kind == "interzone":
                yield reverse_side(surface.name), reverse_side(surface.name)
        for surface in self.building.surfaces:
            for window in surface.fenestrations:
                yield window_key(window.name), window.name


def window_key(name: str) -> str:
    """Key of a window among the surfaces, one of which may have its name."""
    return f"window {name}"
