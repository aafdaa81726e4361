"""The description of a building as a whole."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fluxion.building import _enclosure
from fluxion.building._base import Description, find
from fluxion.building._gains import AirExchange
from fluxion.building._glazing import Glazing
from fluxion.building._materials import AnyMaterial, Construction, Material, ResistiveMaterial
from fluxion.building._references import faults
from fluxion.building._schedules import Schedule
from fluxion.building._surfaces import Surface
from fluxion.building._units import Degree, Fraction, Name
from fluxion.building._zones import Zone


class Building(Description):
    """Zones and what they are made of.

    At construction all parts are checked against each other: names, references, closed zones,
    setpoints, magnitudes that betray a wrong unit.
    """

    name: Name
    """Name of the building."""
    description: str = ""
    """What it is, in a sentence or more."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    """At least one zone."""
    materials: tuple[AnyMaterial, ...] = ()
    """Materials of the constructions."""
    constructions: tuple[Construction, ...] = ()
    """Constructions of the surfaces."""
    glazings: tuple[Glazing, ...] = ()
    """Glazings of the windows."""
    schedules: tuple[Schedule, ...] = ()
    """Schedules of gains, flows and setpoints."""
    air_exchanges: tuple[AirExchange, ...] = ()
    """Air from zone to zone."""
    orientation: Degree = 0.0
    """Turn of the whole building, clockwise seen from above, added to all azimuths. [deg]"""
    terrain: Literal["country", "suburbs", "city", "ocean", "flat"] = "suburbs"
    """Surroundings, for the wind profile."""
    ground_reflectance: Fraction = 0.2
    """Solar reflectance of the ground around. [-]"""

    @model_validator(mode="after")
    def _check_building(self) -> Building:
        found = faults(self)
        if found:
            more = len(found) - 1
            also = f" (and {more} more {'faults' if more > 1 else 'fault'})" if more else ""
            raise ValueError(found[0] + also)
        return self

    def zone(self, name: str) -> Zone:
        """The zone of this name."""
        return find(self.zones, name, "zone")

    def material(self, name: str) -> Material | ResistiveMaterial:
        """The material of this name."""
        return find(self.materials, name, "material")

    def construction(self, name: str) -> Construction:
        """The construction of this name."""
        return find(self.constructions, name, "construction")

    def glazing(self, name: str) -> Glazing:
        """The glazing of this name."""
        return find(self.glazings, name, "glazing")

    def schedule(self, name: str) -> Schedule:
        """The schedule of this name."""
        return find(self.schedules, name, "schedule")

    def surface(self, name: str) -> Surface:
        """The surface of this name, whichever zone declares it."""
        return find(self.surfaces, name, "surface")

    @cached_property
    def surfaces(self) -> tuple[Surface, ...]:
        """All surfaces, zone by zone; one between two zones is there once."""
        return tuple(surface for zone in self.zones for surface in zone.surfaces)

    def layers(self, construction: str) -> tuple[Material | ResistiveMaterial, ...]:
        """The layers of a construction, outermost first."""
        return tuple(self.material(name) for name in self.construction(construction).layers)

    def thermal_resistance(self, construction: str) -> float:
        """Resistance of a construction from face to face. [m2 K/W]"""
        return sum(layer.thermal_resistance for layer in self.layers(construction))

    def u_factor(
        self, construction: str, *, inside_film: float = 7.69, outside_film: float = 25.0
    ) -> float:
        """Air-to-air transmittance of a construction. [W/(m2 K)]

        Args:
            construction: Name of the construction.
            inside_film: Combined coefficient of convection and radiation inside. [W/(m2 K)]
            outside_film: The same outside. [W/(m2 K)]

        Notes:
            Source of the defaults: ISO 6946:2017, horizontal heat flow.
        """
        films = 1.0 / inside_film + 1.0 / outside_film
        return 1.0 / (self.thermal_resistance(construction) + films)

    def enclosure(self, zone: str) -> tuple[tuple[Surface, float], ...]:
        """The surfaces round a zone.

        Returns:
            Each surface with +1 where its vertices are seen from outside of this zone, and -1 where
            the zone next door declares it.
        """
        return _enclosure.enclosure(self.zone(zone), self.zones)

    def zone_volume(self, zone: str) -> float:
        """Air volume of a zone, given or by its enclosure. [m3]"""
        given = self.zone(zone).volume
        return given or float(_enclosure.volumes(self.enclosure(zone)).mean())

    def floor_area(self, zone: str | None = None) -> float:
        """Area of the floors of a zone, or of all zones. [m2]"""
        if zone is None:
            return sum(self.floor_area(each.name) for each in self.zones)
        return sum(
            surface.area
            for surface, sign in self.enclosure(zone)
            if surface.kind == ("floor" if sign > 0.0 else "roof")
        )

    def azimuth(self, surface: str) -> float:
        """Direction a surface faces on the site, orientation included. [deg]"""
        return (self.surface(surface).azimuth + self.orientation) % 360.0

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON schema of a building file."""
        from fluxion.building._files import building_schema

        return building_schema()
