"""Zones: the surfaces round a volume of air, what heats it, and its thermostat."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fluxion.building._base import Description, find
from fluxion.building._gains import Infiltration, InternalGain, Ventilation
from fluxion.building._surfaces import Surface
from fluxion.building._units import Capacity, CubicMetre, Multiplier, Name, Setpoint


class Thermostat(Description):
    """Air temperatures to keep; without either the zone floats."""

    heating_setpoint: Setpoint | Name | None = None
    """Heat below this temperature, or the name of a schedule; none means no heating. [degC]"""
    cooling_setpoint: Setpoint | Name | None = None
    """Cool above this temperature, or the name of a schedule; none means no cooling. [degC]"""

    @model_validator(mode="after")
    def _check_order(self) -> Thermostat:
        heating, cooling = self.heating_setpoint, self.cooling_setpoint
        if isinstance(heating, float) and isinstance(cooling, float) and heating > cooling:
            raise ValueError(
                f"the heating setpoint {heating:g} is above the cooling setpoint {cooling:g} degC "
                "at every hour; swap them or set them apart"
            )
        return self


class IdealLoads(Description):
    """Sensible, purely convective heating and cooling of whatever power is needed."""

    heating_capacity: Capacity | None = None
    """Greatest heating power; none means unlimited. [W]"""
    cooling_capacity: Capacity | None = None
    """Greatest cooling power; none means unlimited. [W]"""
    heating_availability: Name | None = None
    """Schedule, on where above 0; none means always on."""
    cooling_availability: Name | None = None
    """Schedule, on where above 0; none means always on."""


class Zone(Description):
    """A volume of well-mixed air."""

    name: Name
    """Name, the only one of its kind in the building."""
    surfaces: Annotated[tuple[Surface, ...], Field(min_length=1)]
    """Surfaces round the zone, without those shared with and declared in other zones."""
    internal_gains: tuple[InternalGain, ...] = ()
    """Heat gains."""
    infiltrations: tuple[Infiltration, ...] = ()
    """Outside air through leaks."""
    ventilations: tuple[Ventilation, ...] = ()
    """Outside air moved on purpose."""
    thermostat: Thermostat | None = None
    """Setpoints; none lets the zone float freely."""
    ideal_loads: IdealLoads = IdealLoads()
    """Capacity and availability of heating and cooling."""
    volume: CubicMetre | None = None
    """Air volume; none takes that of the enclosure. [m3]"""
    capacitance_multiplier: Multiplier = 1.0
    """Multiplier of the air's heat capacity, for furniture. [-]"""
    beam_to: Literal["floor", "all", "traced"] = "floor"
    """Where transmitted sun strikes first: the floor, all surfaces by area, or (convex
    zones) what its rays meet."""
    diffuse_to: Literal["floor", "all"] = "all"
    """Where transmitted sky and ground light strikes first."""

    def surface(self, name: str) -> Surface:
        """The surface of this name declared in the zone."""
        return find(self.surfaces, name, f"surface of zone {self.name!r}")

    @property
    def floats(self) -> bool:
        """Whether nothing controls the zone's temperature."""
        control = self.thermostat
        return control is None or (
            control.heating_setpoint is None and control.cooling_setpoint is None
        )
