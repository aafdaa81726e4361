"""From a building's description to its network: the one bridge into the trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np

from fluxion.building._fields import table
from fluxion.building._gains import Infiltration
from fluxion.building._model import Building
from fluxion.building._planes import zone_planes
from fluxion.building._surfaces import Fenestration, Surface
from fluxion.errors import BuildingError
from fluxion.networks import (
    Airflows,
    Envelope,
    Gains,
    Glazings,
    Layers,
    Partition,
    RCNetwork,
    Shades,
    Structure,
    Windows,
    Zones,
)
from fluxion.physics.convection import ROUGHNESS_FACTOR
from fluxion.physics.glazing_gap import GAS_NAMES

#: Capacity that stands for unlimited. [W]
UNLIMITED = 1e9

#: Exponent [-] and boundary layer [m] of the wind profile.
#: Source: ASHRAE Fundamentals 2021, ch. 24, table 1.
TERRAIN = {
    "flat": (0.14, 270.0),
    "country": (0.14, 270.0),
    "suburbs": (0.22, 370.0),
    "city": (0.33, 460.0),
    "ocean": (0.10, 210.0),
}


@dataclass
class _Faces:
    """The faces of one zone, block by block."""

    envelope: list[Surface] = field(default_factory=list)
    partition: list[tuple[Surface, float]] = field(default_factory=list)
    window: list[tuple[Fenestration, int]] = field(default_factory=list)


def _sort_faces(building: Building) -> list[_Faces]:
    faces = []
    for zone in building.zones:
        own = _Faces()
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


class _Builder:
    """Lays a building out in padded arrays; each method makes one part of the network."""

    def __init__(self, building: Building, dtype: Any, first_weekday: int, leap_year: bool):
        self.b, self.dtype = building, dtype
        self.calendar = (366 if leap_year else 365, first_weekday, leap_year)
        self.faces = _sort_faces(building)
        self.zones = [zone.name for zone in building.zones]
        self.constructions = [c.name for c in building.constructions] or ["none"]
        self.glazings = [g.name for g in building.glazings] or ["none"]
        self.bank: list[np.ndarray] = []
        self.bank_names: list[str] = []

    def array(self, values: Any) -> jnp.ndarray:
        return jnp.asarray(np.asarray(values, dtype=np.float64), self.dtype)

    def envelope_rows(self, get: Callable[[Surface], Any], pad: Any) -> list[list[Any]]:
        return table([[get(s) for s in f.envelope] for f in self.faces], pad)

    def partition_rows(self, get: Callable[[Surface, float], Any], pad: Any) -> list[list[Any]]:
        return table([[get(s, sign) for s, sign in f.partition] for f in self.faces], pad)

    def window_rows(self, get: Callable[[Fenestration, Surface], Any], pad: Any) -> list[list[Any]]:
        return table([[get(w, f.envelope[i]) for w, i in f.window] for f in self.faces], pad)

    def face_material(self, surface: Surface, *, inside: bool):
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

    # Parts of the network, in its order.

    def layers(self) -> tuple[Layers, list[list[str]]]:
        stacks = [self.b.layers(c.name) for c in self.b.constructions] or [()]
        names = table([[layer.name for layer in stack] for stack in stacks], "")

        def column(get: Callable[[Any], float], pad: float) -> jnp.ndarray:
            return self.array(table([[get(layer) for layer in stack] for stack in stacks], pad))

        def massive(key: str, otherwise: float) -> Callable[[Any], float]:
            return lambda m: getattr(m, key) if hasattr(m, "conductivity") else otherwise

        return Layers(
            thickness=column(massive("thickness", 0.0), 0.0),
            conductivity=column(massive("conductivity", 1.0), 1.0),
            density=column(massive("density", 0.0), 0.0),
            specific_heat=column(massive("specific_heat", 0.0), 0.0),
            thermal_resistance=column(
                lambda m: 0.0 if hasattr(m, "conductivity") else m.thermal_resistance, 0.0
            ),
        ), names

    def envelope(self) -> Envelope:
        def rows(get: Callable[[Surface], Any], pad: Any) -> jnp.ndarray:
            return self.array(self.envelope_rows(get, pad))

        def monthly(surface: Surface) -> list[float]:
            given = getattr(surface.boundary, "temperature", None)
            if given is None:
                return [0.0] * 12
            return list(given) if isinstance(given, tuple) else [given] * 12

        return Envelope(
            area=rows(lambda s: s.area, 0.0),
            tilt=rows(lambda s: s.tilt, 90.0),
            azimuth=rows(lambda s: s.azimuth, 0.0),
            height=rows(lambda s: max(float(s.centroid[2]), 0.0), 1.0),
            width=rows(lambda s: s.width, 1.0),
            rise=rows(lambda s: s.height, 1.0),
            outside_solar_absorptance=rows(
                lambda s: self.finish(s, "solar_absorptance", inside=False), 0.5
            ),
            inside_solar_absorptance=rows(
                lambda s: self.finish(s, "solar_absorptance", inside=True), 0.5
            ),
            outside_emissivity=rows(lambda s: self.finish(s, "emissivity", inside=False), 0.9),
            inside_emissivity=rows(lambda s: self.finish(s, "emissivity", inside=True), 0.9),
            roughness_factor=rows(
                lambda s: ROUGHNESS_FACTOR[self.face_material(s, inside=False).roughness], 1.0
            ),
            outside_convection=rows(lambda s: s.outside_convection or 0.0, 0.0),
            inside_convection=rows(lambda s: s.inside_convection or 0.0, 0.0),
            ground_temperature=rows(monthly, [0.0] * 12),
        )

    def partition(self) -> Partition:
        def rows(get: Callable[[Surface, float], Any], pad: float) -> jnp.ndarray:
            return self.array(self.partition_rows(get, pad))

        def convection(s: Surface, sign: float) -> float:
            return (s.inside_convection if sign > 0 else s.outside_convection) or 0.0

        return Partition(
            area=rows(lambda s, _: s.area, 0.0),
            tilt=rows(lambda s, sign: s.tilt if sign > 0 else 180.0 - s.tilt, 90.0),
            solar_absorptance=rows(
                lambda s, sign: self.finish(s, "solar_absorptance", inside=sign > 0), 0.5
            ),
            emissivity=rows(lambda s, sign: self.finish(s, "emissivity", inside=sign > 0), 0.9),
            inside_convection=rows(convection, 0.0),
        )

    def windows(self) -> Windows:
        def rows(get: Callable[[Fenestration, Surface], float], pad: float) -> jnp.ndarray:
            return self.array(self.window_rows(get, pad))

        return Windows(
            u=rows(lambda w, _: w.u, 0.0),
            v=rows(lambda w, _: w.v, 0.0),
            width=rows(lambda w, _: w.width, 0.0),
            height=rows(lambda w, _: w.height, 1.0),
            inside_convection=rows(lambda w, _: w.inside_convection or 0.0, 0.0),
            outside_convection=rows(lambda w, _: w.outside_convection or 0.0, 0.0),
        )

    def glazings_(self) -> tuple[Glazings, dict[str, Any]]:
        panes = [list(g.panes) for g in self.b.glazings] or [[]]
        gaps = [list(g.gaps) for g in self.b.glazings] or [[]]
        most = max(1, *(len(p) for p in panes))

        def column(key: str, pad: float) -> list[list[float]]:
            return table([[getattr(p, key) for p in row] for row in panes], pad, most)

        def gap(get: Callable[[Any], Any], pad: Any) -> list[list[Any]]:
            return table([[get(g) for g in row] for row in gaps], pad, most - 1)

        angles = np.linspace(90.0, 0.0, 37)
        transmittance = np.zeros((len(panes), len(angles)))
        absorptance = np.zeros((len(panes), most, len(angles)))
        tabulated = []
        for i, glazing in enumerate(self.b.glazings or [None]):
            given = None if glazing is None else glazing.angular
            tabulated.append(given is not None)
            if given is not None:
                at = np.asarray(given.incidence)
                transmittance[i] = np.interp(angles, at, given.transmittance)
                for j, values in enumerate(given.absorptance):
                    absorptance[i, j] = np.interp(angles, at, values)
        cosines = np.clip(np.cos(np.deg2rad(angles)), 0.0, 1.0)
        parts = Glazings(
            thickness=self.array(column("thickness", 0.0)),
            conductivity=self.array(column("conductivity", 1.0)),
            solar_transmittance=self.array(column("solar_transmittance", 0.9)),
            solar_reflectance_front=self.array(column("solar_reflectance_front", 0.05)),
            solar_reflectance_back=self.array(column("solar_reflectance_back", 0.05)),
            emissivity_front=self.array(column("emissivity_front", 0.84)),
            emissivity_back=self.array(column("emissivity_back", 0.84)),
            gap_thickness=self.array(gap(lambda g: g.thickness, 0.01)),
            gap_resistance=self.array(gap(lambda g: g.thermal_resistance or 0.0, 0.0)),
            table_cos=self.array(np.tile(cosines, (len(panes), 1))),
            table_transmittance=self.array(transmittance),
            table_absorptance=self.array(absorptance),
        )
        # A glazing that is not there still counts as one clear pane.
        present = [[j < max(1, len(row)) for j in range(most)] for row in panes]
        choices = {
            "pane_present": _tuples(present),
            "pane_coated": _tuples(table([[p.coated for p in row] for row in panes], False, most)),
            "gap_fixed": _tuples(gap(lambda g: g.thermal_resistance is not None, True)),
            "gap_gas": _tuples(gap(lambda g: GAS_NAMES.index(g.gas), 0)),
            "tabulated": tuple(tabulated),
        }
        return parts, choices

    def shades(self) -> Shades:
        def plates(name: str, key: str) -> jnp.ndarray:
            rows = [[getattr(s, name) for s in f.envelope] for f in self.faces]
            most = max((len(plates) for row in rows for plates in row), default=0)
            width = max(len(row) for row in rows)
            filled = np.zeros((len(rows), width, most))
            for zone, row in enumerate(rows):
                for slot, given in enumerate(row):
                    for k, plate in enumerate(given):
                        filled[zone, slot, k] = getattr(plate, key)
            return self.array(filled)

        return Shades(
            overhang_height=plates("overhangs", "height"),
            overhang_left=plates("overhangs", "left"),
            overhang_right=plates("overhangs", "right"),
            overhang_depth=plates("overhangs", "depth"),
            fin_offset=plates("fins", "offset"),
            fin_bottom=plates("fins", "bottom"),
            fin_top=plates("fins", "top"),
            fin_depth=plates("fins", "depth"),
        )

    def store(self, name: str, values: np.ndarray) -> int:
        """Put a series into the bank of schedules and say where it stands."""
        if name not in self.bank_names:
            self.bank_names.append(name)
            self.bank.append(values)
        return self.bank_names.index(name)

    def expanded(self, name: str) -> np.ndarray:
        days, first_weekday, leap_year = self.calendar
        return self.b.schedule(name).expand(days, first_weekday, leap_year)

    def scheduled(self, name: str | None) -> int:
        return -1 if name is None else self.store(name, self.expanded(name))

    def setpoint(self, given: float | str | None, extreme: Callable, absent: float):
        """A setpoint as its extreme value and, where scheduled, the deviation from it."""
        if given is None:
            return absent, -1
        if not isinstance(given, str):
            return given, -1
        values = self.expanded(given)
        base = float(extreme(values))
        name = f"{given} less its {'highest' if extreme is np.max else 'lowest'}"
        return base, self.store(name, values - base)

    def zones_(self) -> tuple[Zones, dict[str, Any]]:
        heating, cooling, capacities = [], [], []
        for zone in self.b.zones:
            control, plant = zone.thermostat, zone.ideal_loads
            warm = control.heating_setpoint if control else None
            cold = control.cooling_setpoint if control else None
            heating.append(self.setpoint(warm, np.max, 0.0))
            cooling.append(self.setpoint(cold, np.min, 50.0))

            def capacity(setpoint: Any, limit: float | None) -> float:
                if setpoint is None:
                    return 0.0
                return UNLIMITED if limit is None else limit

            capacities.append(
                (capacity(warm, plant.heating_capacity), capacity(cold, plant.cooling_capacity))
            )
        parts = Zones(
            volume=self.array([self.b.zone_volume(name) for name in self.zones]),
            capacitance_multiplier=self.array([z.capacitance_multiplier for z in self.b.zones]),
            heating_setpoint=self.array([value for value, _ in heating]),
            cooling_setpoint=self.array([value for value, _ in cooling]),
            heating_capacity=self.array([heat for heat, _ in capacities]),
            cooling_capacity=self.array([cold for _, cold in capacities]),
        )
        available = [zone.ideal_loads for zone in self.b.zones]
        return parts, {
            "heating_schedule": tuple(index for _, index in heating),
            "cooling_schedule": tuple(index for _, index in cooling),
            "heating_availability": tuple(self.on_off(p.heating_availability) for p in available),
            "cooling_availability": tuple(self.on_off(p.cooling_availability) for p in available),
        }

    def on_off(self, name: str | None) -> int:
        if name is None:
            return -1
        return self.store(f"{name} above zero", (self.expanded(name) > 0).astype(float))

    def gains(self) -> tuple[Gains, dict[str, Any]]:
        found = [(i, g) for i, z in enumerate(self.b.zones) for g in z.internal_gains]
        parts = Gains(
            power=self.array([g.power for _, g in found]),
            radiant_fraction=self.array([g.radiant_fraction for _, g in found]),
        )
        return parts, {
            "gains": tuple(f"{self.zones[i]}: {g.name}" for i, g in found),
            "gain_zone": tuple(i for i, _ in found),
            "gain_schedule": tuple(self.scheduled(g.schedule) for _, g in found),
        }

    def airflows(self) -> tuple[Airflows, dict[str, Any]]:
        found: list[tuple[int, Any]] = []
        for i, zone in enumerate(self.b.zones):
            found += [(i, flow) for flow in (*zone.infiltrations, *zone.ventilations)]

        def flow(zone: int, given: Any) -> float:
            if isinstance(given, Infiltration) and given.air_changes_per_hour is not None:
                volume = self.b.zone_volume(self.zones[zone])
                return given.air_changes_per_hour * volume / 3600.0
            return given.flow

        def coefficient(key: str, otherwise: float) -> jnp.ndarray:
            return self.array([getattr(given, key, otherwise) for _, given in found])

        exchanges = self.b.air_exchanges
        parts = Airflows(
            flow=self.array([flow(i, given) for i, given in found]),
            constant=coefficient("constant", 1.0),
            temperature=coefficient("temperature", 0.0),
            wind=coefficient("wind", 0.0),
            wind_squared=coefficient("wind_squared", 0.0),
            exchange_flow=self.array([x.flow for x in exchanges]),
        )
        return parts, {
            "airflows": tuple(
                f"{self.zones[i]}: {getattr(given, 'name', 'infiltration')}" for i, given in found
            ),
            "airflow_zone": tuple(i for i, _ in found),
            "airflow_schedule": tuple(self.scheduled(given.schedule) for _, given in found),
            "exchange_source": tuple(self.zones.index(x.source) for x in exchanges),
            "exchange_target": tuple(self.zones.index(x.target) for x in exchanges),
            "exchange_schedule": tuple(self.scheduled(x.schedule) for x in exchanges),
        }

    def boundaries(self) -> dict[str, Any]:
        def flags(test: Callable[[Surface], bool]) -> Any:
            return _tuples(self.envelope_rows(test, False))

        return {
            # Padding sees the outdoors, where its balance always has a solution.
            "outdoors": _tuples(self.envelope_rows(lambda s: s.boundary.kind == "outdoors", True)),
            "adiabatic": flags(lambda s: s.boundary.kind == "adiabatic"),
            "ground_from_weather": flags(
                lambda s: s.boundary.kind == "ground" and s.boundary.temperature is None
            ),
            "sun_exposed": flags(lambda s: getattr(s.boundary, "sun_exposed", False)),
            "wind_exposed": flags(lambda s: getattr(s.boundary, "wind_exposed", False)),
        }

    def enclosures(self) -> tuple[jnp.ndarray, dict[str, Any]]:
        planes, factors = [], []
        for own in self.faces:
            opaque = [(s, 1.0) for s in own.envelope] + own.partition
            plane, between = zone_planes(opaque)
            owner = [plane[i] for _, i in own.window]
            planes.append((plane[: len(own.envelope)], plane[len(own.envelope) :], owner))
            factors.append(between)
        most = max(len(f) for f in factors)
        padded = np.zeros((len(factors), most, most))
        for zone, between in enumerate(factors):
            padded[zone, : len(between), : len(between)] = between
        blocks = [table([list(row[k]) for row in planes], 0) for k in range(3)]
        joined = [sum(rows, []) for rows in zip(*blocks, strict=True)]

        up = [
            self.envelope_rows(lambda s: s.kind == "floor", False),
            self.partition_rows(lambda s, sign: s.kind == ("floor" if sign > 0 else "roof"), False),
            self.window_rows(lambda *_: False, False),
        ]
        return self.array(padded), {
            "plane": _tuples(joined),
            "floor": _tuples([sum(rows, []) for rows in zip(*up, strict=True)]),
            "floor_first": tuple(zone.beam_to == "floor" for zone in self.b.zones),
            "diffuse_floor_first": tuple(zone.diffuse_to == "floor" for zone in self.b.zones),
        }

    def opposites(self) -> list[list[int]]:
        """For each partition face, where its other face stands."""
        width = max(len(f.partition) for f in self.faces)
        at: dict[tuple[str, float], int] = {}
        for zone, own in enumerate(self.faces):
            for slot, (surface, sign) in enumerate(own.partition):
                at[surface.name, sign] = zone * width + slot
        rows = [[at[surface.name, -sign] for surface, sign in own.partition] for own in self.faces]
        return [
            row + [zone * width + slot for slot in range(len(row), width)]
            for zone, row in enumerate(rows)
        ]

    def structure(self, layers: list[list[str]], **choices: Any) -> Structure:
        def construction(surface: Surface) -> int:
            return self.constructions.index(surface.construction)

        fixed_inside = [
            self.envelope_rows(lambda s: s.inside_convection is not None, False),
            self.partition_rows(
                lambda s, sign: (
                    (s.inside_convection if sign > 0 else s.outside_convection) is not None
                ),
                False,
            ),
            self.window_rows(lambda w, _: w.inside_convection is not None, False),
        ]
        fixed_outside = [
            self.envelope_rows(lambda s: s.outside_convection is not None, False),
            self.window_rows(lambda w, _: w.outside_convection is not None, False),
        ]
        days, first_weekday, _ = self.calendar
        return Structure(
            zones=tuple(self.zones),
            envelope=_tuples(self.envelope_rows(lambda s: s.name, "")),
            partition=_tuples(self.partition_rows(lambda s, _: s.name, "")),
            window=_tuples(self.window_rows(lambda w, _: w.name, "")),
            constructions=tuple(self.constructions),
            layers=_tuples(layers),
            glazings=tuple(self.glazings),
            envelope_construction=_tuples(self.envelope_rows(construction, 0)),
            partition_construction=_tuples(self.partition_rows(lambda s, _: construction(s), 0)),
            partition_reversed=_tuples(self.partition_rows(lambda _, sign: sign < 0, False)),
            partition_opposite=_tuples(self.opposites()),
            window_glazing=_tuples(
                self.window_rows(lambda w, _: self.glazings.index(w.glazing), 0)
            ),
            window_wall=_tuples(table([[i for _, i in f.window] for f in self.faces], 0)),
            fixed_inside=_tuples([sum(rows, []) for rows in zip(*fixed_inside, strict=True)]),
            fixed_outside=_tuples([sum(rows, []) for rows in zip(*fixed_outside, strict=True)]),
            upright_windows=all(
                abs(s.tilt - 90.0) < 1e-6 for f in self.faces for s in f.envelope if s.fenestrations
            ),
            schedules=tuple(self.bank_names),
            days=days,
            first_weekday=first_weekday,
            **self.boundaries(),
            **choices,
        )

    def network(self) -> RCNetwork:
        layers, layer_names = self.layers()
        glazings, glazing_choices = self.glazings_()
        zones, zone_choices = self.zones_()
        gains, gain_choices = self.gains()
        airflows, airflow_choices = self.airflows()
        view_factors, enclosure_choices = self.enclosures()
        hours = self.calendar[0] * 24
        bank = np.stack(self.bank) if self.bank else np.zeros((0, hours, 2))
        exponent, layer = TERRAIN[self.b.terrain]
        return RCNetwork(
            structure=self.structure(
                layer_names,
                **glazing_choices,
                **zone_choices,
                **gain_choices,
                **airflow_choices,
                **enclosure_choices,
            ),
            layers=layers,
            envelope=self.envelope(),
            partition=self.partition(),
            windows=self.windows(),
            glazings=glazings,
            shades=self.shades(),
            zones=zones,
            gains=gains,
            airflows=airflows,
            schedules=self.array(bank),
            view_factors=view_factors,
            orientation=self.array(self.b.orientation),
            ground_reflectance=self.array(self.b.ground_reflectance),
            wind_exponent=self.array(exponent),
            wind_layer=self.array(layer),
        )


def _tuples(rows: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in rows)


def build(
    building: Building,
    *,
    dtype: Any = None,
    first_weekday: int = 6,
    leap_year: bool = False,
) -> RCNetwork:
    """Make the RC network of a building.

    Args:
        building: The description.
        dtype: Precision of the network and of its simulation; by default JAX's own, float32
            unless 64-bit is switched on.
        first_weekday: Day of the week of 1 January for which schedules are laid out, Monday 0
            to Sunday 6.
        leap_year: Whether the year has 366 days.

    Returns:
        Static structure and traced parameters. Buildings that differ only in numbers share
        compiled code.

    Raises:
        BuildingError: Something that the network cannot express; the message names it.
    """
    dtype = jnp.zeros(()).dtype if dtype is None else dtype
    return _Builder(building, dtype, first_weekday, leap_year).network()
