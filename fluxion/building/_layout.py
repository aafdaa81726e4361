"""A building sorted and counted, so that its parts can be laid out in padded arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np

from fluxion.building._model import Building
from fluxion.building._surfaces import Fenestration, Surface
from fluxion.errors import BuildingError


def table(rows: Sequence[Sequence[Any]], pad: Any, width: int | None = None) -> list[list[Any]]:
    """Rows filled up to equal length.

    Args:
        rows: Rows of any length.
        pad: What fills them up.
        width: Length of the result's rows; by default that of the longest row.
    """
    width = max((len(row) for row in rows), default=0) if width is None else width
    return [list(row) + [pad] * (width - len(row)) for row in rows]


def tuples(rows: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    """A table that hashes by value."""
    return tuple(tuple(row) for row in rows)


@dataclass
class Faces:
    """The faces of one zone, block by block."""

    envelope: list[Surface] = field(default_factory=list)
    partition: list[tuple[Surface, float]] = field(default_factory=list)
    window: list[tuple[Fenestration, int]] = field(default_factory=list)


def sort_faces(building: Building) -> list[Faces]:
    """The faces of every zone, block by block.

    Raises:
        BuildingError: A surface between zones carries windows or shades.
    """
    faces = []
    for zone in building.zones:
        own = Faces()
        for surface, sign in building.enclosure(zone.name):
            if surface.boundary.kind == "interzone":
                if surface.fenestrations or surface.overhangs or surface.fins:
                    raise BuildingError(
                        f"surface {surface.name!r} lies between zones and has windows or shades; "
                        "describe openings between zones as an opaque surface or an air exchange"
                    )
                own.partition.append((surface, sign))
                continue
            own.envelope.append(surface)
            own.window += [(window, len(own.envelope) - 1) for window in surface.fenestrations]
        faces.append(own)
    return faces


class Layout:
    """Zones, faces and names of a building, and the series its network will read."""

    def __init__(self, building: Building, dtype: Any, first_weekday: int, leap_year: bool):
        self.b, self.dtype = building, dtype
        self.calendar = (366 if leap_year else 365, first_weekday, leap_year)
        self.faces = sort_faces(building)
        self.zones = [zone.name for zone in building.zones]
        self.constructions = [c.name for c in building.constructions] or ["none"]
        self.glazings = [g.name for g in building.glazings] or ["none"]
        self.bank: list[np.ndarray] = []
        self.bank_names: list[str] = []
        self.weekly = False  # until a schedule that depends on the day of the week comes along

    def array(self, values: Any) -> jnp.ndarray:
        # NumPy rounds: JAX would compile a conversion for every shape.
        return jnp.asarray(np.asarray(values, np.float64).astype(self.dtype), self.dtype)

    def envelope_rows(self, get: Callable[[Surface], Any], pad: Any) -> list[list[Any]]:
        return table([[get(s) for s in f.envelope] for f in self.faces], pad)

    def partition_rows(self, get: Callable[[Surface, float], Any], pad: Any) -> list[list[Any]]:
        return table([[get(s, sign) for s, sign in f.partition] for f in self.faces], pad)

    def window_rows(self, get: Callable[[Fenestration, Surface], Any], pad: Any) -> list[list[Any]]:
        return table([[get(w, f.envelope[i]) for w, i in f.window] for f in self.faces], pad)

    def face_material(self, surface: Surface, *, inside: bool) -> Any:
        return self.b.layers(surface.construction)[-1 if inside else 0]

    def finish(self, surface: Surface, what: str, *, inside: bool) -> float:
        """Absorptance or emissivity of a face: the surface's own, or its material's."""
        side = "inside" if inside else "outside"
        own = getattr(surface, f"{side}_{what}")
        of_material = {
            "solar_absorptance": "solar_absorptance",
            "emissivity": "thermal_absorptance",
        }
        layer = self.face_material(surface, inside=inside)
        return own if own is not None else getattr(layer, of_material[what])

    def store(self, name: str, values: np.ndarray) -> int:
        """Put a series into the bank of schedules and say where it stands."""
        if name not in self.bank_names:
            self.bank_names.append(name)
            self.bank.append(values)
        return self.bank_names.index(name)

    def expanded(self, name: str) -> np.ndarray:
        days, first_weekday, leap_year = self.calendar
        schedule = self.b.schedule(name)
        values = schedule.expand(days, first_weekday, leap_year)
        for other in range(7):
            if not np.array_equal(values, schedule.expand(days, other, leap_year)):
                self.weekly = True
                break
        return values

    def scheduled(self, name: str | None) -> int:
        return -1 if name is None else self.store(name, self.expanded(name))
