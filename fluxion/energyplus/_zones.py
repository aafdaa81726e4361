"""Zones: gains, air, thermostats and ideal loads."""

from __future__ import annotations

from typing import Any

from fluxion.building import Building, Infiltration, Schedule, Zone
from fluxion.energyplus import _schedules as schedules
from fluxion.energyplus._calendar import RunDays
from fluxion.energyplus._fabric import Objects
from fluxion.energyplus._names import NameBook

#: Supply air is at least this far beyond the setpoints. [K]
_SUPPLY_MARGIN = 10.0
_WARMEST_SUPPLY, _COLDEST_SUPPLY = 50.0, 13.0
_CONTROL = {
    (True, False): (1, "ThermostatSetpoint:SingleHeating"),
    (False, True): (2, "ThermostatSetpoint:SingleCooling"),
    (True, True): (4, "ThermostatSetpoint:DualSetpoint"),
}


class Zones:
    """Writes the zones of a building and what happens in them."""

    def __init__(
        self, building: Building, book: NameBook, objects: Objects, days: RunDays, steps: int
    ):
        self.building, self.book, self.objects = building, book, objects
        self.days, self.steps = days, steps

    def _put(self, kind: str, name: str, fields: dict[str, Any]) -> None:
        self.objects.setdefault(kind, {})[name] = fields

    def write(self) -> None:
        """Every zone, and the air between them."""
        for zone in self.building.zones:
            self._zone(zone)
        for exchange in self.building.air_exchanges:
            self._put(
                "ZoneMixing",
                self.book.flows.called(f"exchange {exchange.name}", exchange.name),
                {
                    "zone_or_space_name": self.book.zones[exchange.target],
                    "source_zone_or_space_name": self.book.zones[exchange.source],
                    "schedule_name": self.schedule(exchange.schedule),
                    "design_flow_rate_calculation_method": "Flow/Zone",
                    "design_flow_rate": exchange.flow,
                    "delta_temperature": 0.0,
                },
            )

    def schedule(self, name: str | None, *, on_off: bool = False) -> str:
        """The engine's name of one of our schedules; none is always 1."""
        if name is None:
            return self.constant(1.0)
        called = f"{name} above zero" if on_off else name
        found = self.book.schedules.called(f"schedule {called}", called)
        if found not in self.objects.get("Schedule:Compact", {}):
            described = self.building.schedule(name)
            written = schedules.compact(described, self.days, self.steps, on_off=on_off)
            self._put("Schedule:Compact", found, written)
        return found

    def constant(self, value: float) -> str:
        """The name of a schedule with one value."""
        name = self.book.schedules[f"constant {value:.12g}"]
        self._put("Schedule:Constant", name, schedules.constant(value))
        return name

    def _zone(self, zone: Zone) -> None:
        name = self.book.zones[zone.name]
        self._put("Zone", name, {"volume": self.building.zone_volume(zone.name)})
        if zone.capacitance_multiplier != 1.0:
            self._put(
                "ZoneCapacitanceMultiplier:ResearchSpecial",
                f"air of {name}",
                {
                    "zone_or_zonelist_name": name,
                    "temperature_capacity_multiplier": zone.capacitance_multiplier,
                },
            )
        place = "zone_or_zonelist_or_space_or_spacelist_name"
        for gain in zone.internal_gains:
            self._put(
                "OtherEquipment",
                self.book.flows.called(f"gain {zone.name}: {gain.name}", gain.name),
                {
                    "fuel_type": "None",
                    place: name,
                    "schedule_name": self.schedule(gain.schedule),
                    "design_level_calculation_method": "EquipmentLevel",
                    "design_level": gain.power,
                    "fraction_latent": 0.0,
                    "fraction_radiant": gain.radiant_fraction,
                    "fraction_lost": 0.0,
                },
            )
        for k, leak in enumerate(zone.infiltrations, start=1):
            self._put(
                "ZoneInfiltration:DesignFlowRate",
                f"infiltration {k} of {name}",
                {place: name, **self._infiltration(leak)},
            )
        for fan in zone.ventilations:
            self._put(
                "ZoneVentilation:DesignFlowRate",
                self.book.flows.called(f"fan {zone.name}: {fan.name}", fan.name),
                {
                    place: name,
                    "schedule_name": self.schedule(fan.schedule),
                    "design_flow_rate_calculation_method": "Flow/Zone",
                    "design_flow_rate": fan.flow,
                    "ventilation_type": "Natural",
                    "density_basis": "Outdoor",
                },
            )
        self._plant(zone, name)

    def _infiltration(self, leak: Infiltration) -> dict[str, Any]:
        flow = (
            {"design_flow_rate_calculation_method": "Flow/Zone", "design_flow_rate": leak.flow}
            if leak.flow is not None
            else {
                "design_flow_rate_calculation_method": "AirChanges/Hour",
                "air_changes_per_hour": leak.air_changes_per_hour,
            }
        )
        return {
            "schedule_name": self.schedule(leak.schedule),
            **flow,
            "constant_term_coefficient": leak.constant,
            "temperature_term_coefficient": leak.temperature,
            "velocity_term_coefficient": leak.wind,
            "velocity_squared_term_coefficient": leak.wind_squared,
            "density_basis": "Outdoor",
        }

    def _plant(self, zone: Zone, name: str) -> None:
        control, plant = zone.thermostat, zone.ideal_loads
        heat = control.heating_setpoint if control and plant.heating_capacity != 0.0 else None
        cold = control.cooling_setpoint if control and plant.cooling_capacity != 0.0 else None
        if heat is None and cold is None:
            return
        number, kind = _CONTROL[heat is not None, cold is not None]
        self._put(kind, f"setpoints of {name}", self._setpoints(heat, cold))
        self._put(
            "ZoneControl:Thermostat",
            f"thermostat of {name}",
            {
                "zone_or_zonelist_name": name,
                "control_type_schedule_name": self.constant(number),
                "control_1_object_type": kind,
                "control_1_name": f"setpoints of {name}",
            },
        )
        warmest, coldest = self._extremes(heat, cold)
        self._put(
            "ZoneHVAC:IdealLoadsAirSystem",
            name,
            {
                "zone_supply_air_node_name": f"{name} inlet",
                "maximum_heating_supply_air_temperature": warmest,
                "minimum_cooling_supply_air_temperature": coldest,
                "dehumidification_control_type": "None",
                "humidification_control_type": "None",
                **_limit("heating", "maximum_sensible_heating_capacity", plant.heating_capacity),
                **_limit("cooling", "maximum_total_cooling_capacity", plant.cooling_capacity),
                **{
                    f"{mode}_availability_schedule_name": self.schedule(available, on_off=True)
                    for mode, available in (
                        ("heating", plant.heating_availability),
                        ("cooling", plant.cooling_availability),
                    )
                    if available is not None
                },
            },
        )
        self._put(
            "ZoneHVAC:EquipmentList",
            f"equipment of {name}",
            {
                "load_distribution_scheme": "SequentialLoad",
                "equipment": [
                    {
                        "zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem",
                        "zone_equipment_name": name,
                        "zone_equipment_cooling_sequence": 1,
                        "zone_equipment_heating_or_no_load_sequence": 1,
                    }
                ],
            },
        )
        self._put(
            "ZoneHVAC:EquipmentConnections",
            f"connections of {name}",
            {
                "zone_name": name,
                "zone_conditioning_equipment_list_name": f"equipment of {name}",
                "zone_air_inlet_node_or_nodelist_name": f"{name} inlet",
                "zone_air_node_name": f"{name} air",
                "zone_return_air_node_or_nodelist_name": f"{name} return",
            },
        )

    def _setpoint(self, given: float | str) -> str:
        return self.schedule(given) if isinstance(given, str) else self.constant(given)

    def _setpoints(self, heat: float | str | None, cold: float | str | None) -> dict[str, str]:
        if heat is not None and cold is not None:
            return {
                "heating_setpoint_temperature_schedule_name": self._setpoint(heat),
                "cooling_setpoint_temperature_schedule_name": self._setpoint(cold),
            }
        only = heat if heat is not None else cold
        assert only is not None, "a plant has at least one setpoint"
        return {"setpoint_temperature_schedule_name": self._setpoint(only)}

    def _extremes(self, heat: float | str | None, cold: float | str | None) -> tuple[float, float]:
        """Supply temperatures that reach every setpoint. [degC]"""

        def reach(given: float | str) -> tuple[float, float]:
            found = (
                self.building.schedule(given)
                if isinstance(given, str)
                else Schedule.constant("setpoint", given)
            )
            return found.extremes()

        warmest, coldest = _WARMEST_SUPPLY, _COLDEST_SUPPLY
        if heat is not None:
            warmest = max(warmest, reach(heat)[1] + _SUPPLY_MARGIN)
        if cold is not None:
            coldest = min(coldest, reach(cold)[0] - _SUPPLY_MARGIN)
        return warmest, coldest


def _limit(mode: str, field: str, capacity: float | None) -> dict[str, Any]:
    if capacity is None:
        return {f"{mode}_limit": "NoLimit"}
    return {f"{mode}_limit": "LimitCapacity", field: capacity}
