"""Heat gains and flows of outside air and air between zones."""

from __future__ import annotations

from pydantic import model_validator

from fluxion.building._base import Description
from fluxion.building._units import AirChanges, Fraction, Name, Number, VolumeFlow, Watt


class InternalGain(Description):
    """Sensible heat from people, lights or equipment."""

    name: Name
    """Name, the only one of its kind in the zone."""
    power: Watt
    """Power at a schedule value of 1. [W]"""
    schedule: Name | None = None
    """Schedule that multiplies the power; none means always 1."""
    radiant_fraction: Fraction = 0.0
    """Longwave radiant part; the rest is convective. [-]"""


class Infiltration(Description):
    """Outside air through leaks.

    The flow is the design flow times the schedule times
    `constant + temperature |T_zone - T_out| + wind w + wind_squared w^2`, w in m/s: the design
    flow rate model of EnergyPlus (Engineering Reference, Infiltration and Ventilation).
    """

    flow: VolumeFlow | None = None
    """Design flow at outside density. [m3/s]"""
    air_changes_per_hour: AirChanges | None = None
    """Design flow in volumes of the zone, in place of `flow`. [1/h]"""
    schedule: Name | None = None
    """Schedule that multiplies the flow; none means always 1."""
    constant: Number = 1.0
    """Constant coefficient. [-]"""
    temperature: Number = 0.0
    """Coefficient of the temperature difference. [1/K]"""
    wind: Number = 0.0
    """Coefficient of the wind speed. [s/m]"""
    wind_squared: Number = 0.0
    """Coefficient of the squared wind speed. [s2/m2]"""

    @model_validator(mode="after")
    def _check_flow(self) -> Infiltration:
        if (self.flow is None) == (self.air_changes_per_hour is None):
            given = "neither" if self.flow is None else "both"
            raise ValueError(
                f"{given} of flow and air_changes_per_hour was given; give one of them"
            )
        return self


class Ventilation(Description):
    """Outside air moved by a fan or a window, without heat recovery and without fan heat."""

    name: Name
    """Name, the only one of its kind in the zone."""
    flow: VolumeFlow
    """Flow at a schedule value of 1, at outside density. [m3/s]"""
    schedule: Name | None = None
    """Schedule that multiplies the flow; none means always 1."""


class AirExchange(Description):
    """Air of one zone flowing into another, one way.

    The target gains the source's heat; the source is not cooled by it. A pair of exchanges with
    equal flows in both directions conserves mass; a single one stands for a flow whose return
    way is not in the model.
    """

    name: Name
    """Name, the only one of its kind in the building."""
    source: Name
    """Zone the air comes from."""
    target: Name
    """Zone the air goes to."""
    flow: VolumeFlow
    """Flow at a schedule value of 1. [m3/s]"""
    schedule: Name | None = None
    """Schedule that multiplies the flow; none means always 1."""

    @model_validator(mode="after")
    def _check_ends(self) -> AirExchange:
        if self.source == self.target:
            raise ValueError(
                f"air exchange {self.name!r} goes from zone {self.source!r} to itself; "
                "name another source or target"
            )
        return self
