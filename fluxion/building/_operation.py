"""Plant, thermostats, gains and airflows of a building as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fluxion.building._gains import Infiltration, Ventilation
from fluxion.building._layout import Layout
from fluxion.building._surfaces import Surface
from fluxion.networks import Airflows, Gains, Zones

#: Capacity that stands for unlimited. [W]
UNLIMITED = 1e9


def _setpoint(lay: Layout, given: float | str | None, extreme: Callable, absent: float):
    """A setpoint as its extreme value and, where scheduled, the deviation from it."""
    if given is None:
        return absent, -1
    if not isinstance(given, str):
        return given, -1
    values = lay.expanded(given)
    base = float(extreme(values))
    name = f"{given} less its {'highest' if extreme is np.max else 'lowest'}"
    return base, lay.store(name, values - base)


def _on_off(lay: Layout, name: str | None) -> int:
    if name is None:
        return -1
    return lay.store(f"{name} above zero", (lay.expanded(name) > 0).astype(float))


def _middle(enclosure: Sequence[tuple[Surface, float]]) -> float:
    """Height half way between the lowest and the highest corner. [m]"""
    heights = np.concatenate([surface.points[:, 2] for surface, _ in enclosure])
    return max(0.5 * float(heights.min() + heights.max()), 0.0)


def zones_of(lay: Layout) -> tuple[Zones, dict[str, Any]]:
    heating, cooling, capacities = [], [], []
    for zone in lay.b.zones:
        control, plant = zone.thermostat, zone.ideal_loads
        warm = control.heating_setpoint if control else None
        cold = control.cooling_setpoint if control else None
        heating.append(_setpoint(lay, warm, np.max, 0.0))
        cooling.append(_setpoint(lay, cold, np.min, 50.0))

        def capacity(setpoint: Any, limit: float | None) -> float:
            if setpoint is None:
                return 0.0
            return UNLIMITED if limit is None else limit

        capacities.append(
            (capacity(warm, plant.heating_capacity), capacity(cold, plant.cooling_capacity))
        )
    parts = Zones(
        volume=lay.array([lay.b.zone_volume(name) for name in lay.zones]),
        height=lay.array([_middle(lay.b.enclosure(name)) for name in lay.zones]),
        capacitance_multiplier=lay.array([z.capacitance_multiplier for z in lay.b.zones]),
        heating_setpoint=lay.array([value for value, _ in heating]),
        cooling_setpoint=lay.array([value for value, _ in cooling]),
        heating_capacity=lay.array([heat for heat, _ in capacities]),
        cooling_capacity=lay.array([cold for _, cold in capacities]),
    )
    available = [zone.ideal_loads for zone in lay.b.zones]
    return parts, {
        "heating_schedule": tuple(index for _, index in heating),
        "cooling_schedule": tuple(index for _, index in cooling),
        "heating_availability": tuple(_on_off(lay, p.heating_availability) for p in available),
        "cooling_availability": tuple(_on_off(lay, p.cooling_availability) for p in available),
    }


def gains_of(lay: Layout) -> tuple[Gains, dict[str, Any]]:
    found = [(i, g) for i, z in enumerate(lay.b.zones) for g in z.internal_gains]
    parts = Gains(
        power=lay.array([g.power for _, g in found]),
        radiant_fraction=lay.array([g.radiant_fraction for _, g in found]),
    )
    return parts, {
        "gains": tuple(f"{lay.zones[i]}: {g.name}" for i, g in found),
        "gain_zone": tuple(i for i, _ in found),
        "gain_schedule": tuple(lay.scheduled(g.schedule) for _, g in found),
    }


def airflows_of(lay: Layout) -> tuple[Airflows, dict[str, Any]]:
    found: list[tuple[int, Any]] = []
    for i, zone in enumerate(lay.b.zones):
        found += [(i, flow) for flow in (*zone.infiltrations, *zone.ventilations)]

    def flow(zone: int, given: Infiltration | Ventilation) -> float:
        if isinstance(given, Infiltration) and given.air_changes_per_hour is not None:
            volume = lay.b.zone_volume(lay.zones[zone])
            return given.air_changes_per_hour * volume / 3600.0
        assert given.flow is not None, "descriptions have one of the two"
        return given.flow

    def coefficient(key: str, otherwise: float) -> jnp.ndarray:
        return lay.array([getattr(given, key, otherwise) for _, given in found])

    exchanges = lay.b.air_exchanges
    parts = Airflows(
        flow=lay.array([flow(i, given) for i, given in found]),
        constant=coefficient("constant", 1.0),
        temperature=coefficient("temperature", 0.0),
        wind=coefficient("wind", 0.0),
        wind_squared=coefficient("wind_squared", 0.0),
        exchange_flow=lay.array([x.flow for x in exchanges]),
    )
    return parts, {
        "airflows": tuple(
            f"{lay.zones[i]}: {getattr(given, 'name', 'infiltration')}" for i, given in found
        ),
        "airflow_zone": tuple(i for i, _ in found),
        "airflow_schedule": tuple(lay.scheduled(given.schedule) for _, given in found),
        "exchange_source": tuple(lay.zones.index(x.source) for x in exchanges),
        "exchange_target": tuple(lay.zones.index(x.target) for x in exchanges),
        "exchange_schedule": tuple(lay.scheduled(x.schedule) for x in exchanges),
    }
