"""Our names for what the engine reports, in the order of our results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fluxion.building import Building
from fluxion.energyplus._names import NameBook, faces_of, has_plant, reverse_side, window_key

FILE = "labels.json"

#: A name of ours and the engine's.
Pair = tuple[str, str]


@dataclass(frozen=True)
class ZoneLabels:
    """A zone, what heats and cools it, and its faces: to outside, to other zones, windows."""

    name: str
    key: str
    plant: str | None
    envelope: tuple[Pair, ...]
    partition: tuple[Pair, ...]
    window: tuple[Pair, ...]


@dataclass(frozen=True)
class Labels:
    """The zones of a model."""

    zones: tuple[ZoneLabels, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain lists and texts, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Labels:
        """From what `to_dict` gave and JSON kept."""

        def pairs(rows: list[list[str]]) -> tuple[Pair, ...]:
            return tuple((name, key) for name, key in rows)

        return cls(
            tuple(
                ZoneLabels(
                    zone["name"],
                    zone["key"],
                    zone["plant"],
                    pairs(zone["envelope"]),
                    pairs(zone["partition"]),
                    pairs(zone["window"]),
                )
                for zone in data["zones"]
            )
        )


def labels_of(building: Building) -> Labels:
    """The labels of what `export` writes of a building."""
    book = NameBook(building)
    zones = []
    for zone, faces in zip(building.zones, faces_of(building), strict=True):
        zones.append(
            ZoneLabels(
                zone.name,
                book.zones[zone.name],
                book.zones[zone.name] if has_plant(zone) else None,
                tuple((s.name, book.surfaces[s.name]) for s in faces.envelope),
                tuple(
                    (s.name, book.surfaces[s.name if sign > 0 else reverse_side(s.name)])
                    for s, sign in faces.partition
                ),
                tuple((w.name, book.surfaces[window_key(w.name)]) for w in faces.window),
            )
        )
    return Labels(tuple(zones))


def labels_of_model(model: dict[str, Any]) -> Labels:
    """The labels of a model that was not made here: the engine's own names."""
    surfaces = model.get("BuildingSurface:Detailed", {})
    windows = model.get("FenestrationSurface:Detailed", {})

    def called(name: str, zone: str) -> bool:
        return name.upper() == zone.upper()

    plants = dict(_plants(model))
    zones = []
    for zone in model.get("Zone", {}):
        own = {n: f for n, f in surfaces.items() if called(f.get("zone_name", ""), zone)}
        inner = [n for n, f in own.items() if f.get("outside_boundary_condition") == "Surface"]
        zones.append(
            ZoneLabels(
                zone,
                zone,
                plants.get(zone.upper()),
                tuple((n, n) for n in own if n not in inner),
                tuple((n, n) for n in inner),
                tuple(
                    (n, n)
                    for n, f in windows.items()
                    if any(called(f.get("building_surface_name", ""), wall) for wall in own)
                ),
            )
        )
    return Labels(tuple(zones))


def _plants(model: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Zones in capitals, and the ideal loads system of each."""
    lists = {n.upper(): f for n, f in model.get("ZoneHVAC:EquipmentList", {}).items()}
    for fields in model.get("ZoneHVAC:EquipmentConnections", {}).values():
        found = lists.get(fields.get("zone_conditioning_equipment_list_name", "").upper(), {})
        for item in found.get("equipment", ()):
            if item.get("zone_equipment_object_type") == "ZoneHVAC:IdealLoadsAirSystem":
                yield fields.get("zone_name", "").upper(), item["zone_equipment_name"]


def read_labels(folder: Path) -> Labels | None:
    """The labels beside a result, if there are any."""
    try:
        return Labels.from_dict(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
