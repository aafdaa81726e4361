"""Layers of opaque constructions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from fluxion.building._base import Description
from fluxion.building._units import (
    Conductivity,
    Density,
    Fraction,
    Name,
    SpecificHeat,
    ThermalResistance,
    Thickness,
)

Roughness = Literal["very_rough", "rough", "medium_rough", "medium_smooth", "smooth", "very_smooth"]


class Material(Description):
    """A layer with mass."""

    kind: Literal["massive"] = "massive"
    name: Name
    """Name that constructions use."""
    thickness: Thickness
    """Thickness of the layer. [m]"""
    conductivity: Conductivity
    """Thermal conductivity. [W/(m K)]"""
    density: Density
    """Density. [kg/m3]"""
    specific_heat: SpecificHeat
    """Specific heat capacity. [J/(kg K)]"""
    thermal_absorptance: Fraction = 0.9
    """Longwave absorptance, equal to the emittance. [-]"""
    solar_absorptance: Fraction = 0.6
    """Solar absorptance. [-]"""
    roughness: Roughness = "rough"
    """Roughness class of an outside face, for wind-driven convection."""

    @property
    def thermal_resistance(self) -> float:
        """Resistance from face to face. [m2 K/W]"""
        return self.thickness / self.conductivity

    @property
    def areal_heat_capacity(self) -> float:
        """Heat capacity per area. [J/(m2 K)]"""
        return self.thickness * self.density * self.specific_heat

    @model_validator(mode="after")
    def _check_units(self) -> Material:
        if self.conductivity > 5.0 and self.density < 1500.0:
            raise ValueError(
                f"material {self.name!r} has a conductivity of {self.conductivity:g} W/(m K) at "
                f"only {self.density:g} kg/m3; it looks like mW/(m K), "
                f"so write {self.conductivity / 1000.0:g} (conductivity is in W/(m K))"
            )
        return self


class ResistiveMaterial(Description):
    """A layer with a resistance and no mass."""

    kind: Literal["resistive"] = "resistive"
    name: Name
    """Name that constructions use."""
    thermal_resistance: ThermalResistance
    """Resistance from face to face. [m2 K/W]"""
    thermal_absorptance: Fraction = 0.9
    """Longwave absorptance, equal to the emittance. [-]"""
    solar_absorptance: Fraction = 0.6
    """Solar absorptance. [-]"""
    roughness: Roughness = "rough"
    """Roughness class of an outside face, for wind-driven convection."""

    @property
    def areal_heat_capacity(self) -> float:
        """Heat capacity per area, nothing here. [J/(m2 K)]"""
        return 0.0


def _material_kind(value: Any) -> str:
    """A file may leave `kind` out: a layer that gives its resistance has no mass."""
    if isinstance(value, dict):
        massless = "thermal_resistance" in value and "conductivity" not in value
        return value.get("kind", "resistive" if massless else "massive")
    return getattr(value, "kind", "massive")


AnyMaterial = Annotated[
    Annotated[Material, Tag("massive")] | Annotated[ResistiveMaterial, Tag("resistive")],
    Discriminator(_material_kind),
]


class Construction(Description):
    """Layers of an opaque element, from outside to inside."""

    name: Name
    """Name that surfaces use."""
    layers: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    """Names of materials, outermost first."""
