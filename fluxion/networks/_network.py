"""The RC network: static structure and traced parameters of a building.

Arrays are laid out by zone. A zone's faces stand in three blocks, each padded with inert slots of
zero area to the largest number in any zone:

    envelope   opaque surfaces towards outdoors, ground or an adiabatic boundary   (zone, envelope)
    partition  faces of walls between zones; each wall has a face in both zones    (zone, partition)
    window     fenestration, which takes its area from an envelope surface         (zone, window)

Shapes, names, indices and choices are static and hash by value; every number is an array.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import equinox as eqx
from jaxtyping import Array, Float

Indices = tuple[tuple[int, ...], ...]
Flags = tuple[tuple[bool, ...], ...]
Names = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Structure:
    """Everything about a network that sets a shape, a loop count or a choice.

    Tables hold a row for each zone; empty names mark padding.
    """

    zones: tuple[str, ...]
    envelope: Names
    partition: Names
    window: Names
    # constructions and glazings
    constructions: tuple[str, ...]
    layers: Names
    glazings: tuple[str, ...]
    envelope_construction: Indices
    partition_construction: Indices
    partition_reversed: Flags
    partition_opposite: Indices  # flat index (zone * partitions + slot) of the other face
    window_glazing: Indices
    window_wall: Indices  # envelope slot whose area the window takes
    # boundaries of the envelope
    outdoors: Flags
    adiabatic: Flags
    ground_from_weather: Flags
    sun_exposed: Flags
    wind_exposed: Flags
    upright_windows: bool  # all of them: the gaps need no look at the tilt
    # enclosure
    plane: Indices  # plane of each face, all three blocks
    floor_first: tuple[bool, ...]  # beam falls on the floor first
    beam_traced: tuple[bool, ...]  # beam falls where its rays end
    diffuse_floor_first: tuple[bool, ...]
    floor: Flags  # faces that look up, all three blocks
    # fixed convection coefficients (True) instead of the algorithm
    fixed_inside: Flags
    fixed_outside: Flags
    # glazing choices
    pane_present: Flags
    pane_coated: Flags
    gap_fixed: Flags
    gap_gas: Indices
    tabulated: tuple[bool, ...]
    # what happens in the zones; -1 stands for no schedule
    schedules: tuple[str, ...]
    gains: tuple[str, ...]
    gain_zone: tuple[int, ...]
    gain_schedule: tuple[int, ...]
    airflows: tuple[str, ...]
    airflow_zone: tuple[int, ...]
    airflow_schedule: tuple[int, ...]
    exchange_source: tuple[int, ...]
    exchange_target: tuple[int, ...]
    exchange_schedule: tuple[int, ...]
    heating_schedule: tuple[int, ...]
    cooling_schedule: tuple[int, ...]
    heating_availability: tuple[int, ...]
    cooling_availability: tuple[int, ...]
    # calendar the schedules were laid out for
    days: int
    first_weekday: int
    weekly: bool  # any schedule depends on the day of the week

    @property
    def face_names(self) -> Names:
        """Names of all faces by zone: envelope, partitions, windows."""
        return tuple(
            e + p + w for e, p, w in zip(self.envelope, self.partition, self.window, strict=True)
        )

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Zones, envelope slots, partition slots and window slots."""
        return len(self.zones), len(self.envelope[0]), len(self.partition[0]), len(self.window[0])

    def unnamed(self) -> Structure:
        """The same structure without names, so that buildings named otherwise share programs."""
        return _unnamed(self)


_NAMES = (
    "zones",
    "envelope",
    "partition",
    "window",
    "constructions",
    "layers",
    "glazings",
    "schedules",
    "gains",
    "airflows",
)


@cache
def _unnamed(structure: Structure) -> Structure:
    def blank(names: Any) -> Any:
        return tuple(map(blank, names)) if isinstance(names, tuple) else "-" if names else ""

    return replace(structure, **{key: blank(getattr(structure, key)) for key in _NAMES})


class Layers(eqx.Module):
    """Layers of the constructions, outside to inside, padded with nothing."""

    thickness: Float[Array, "construction layer"]  # [m]
    conductivity: Float[Array, "construction layer"]  # [W/(m K)]
    density: Float[Array, "construction layer"]  # [kg/m3]
    specific_heat: Float[Array, "construction layer"]  # [J/(kg K)]
    thermal_resistance: Float[Array, "construction layer"]  # of massless layers [m2 K/W]


class Envelope(eqx.Module):
    """Opaque surfaces that close the zones against the world."""

    area: Float[Array, "zone envelope"]  # gross [m2]
    tilt: Float[Array, "zone envelope"]  # [deg]
    azimuth: Float[Array, "zone envelope"]  # before the building's orientation [deg]
    height: Float[Array, "zone envelope"]  # of the centroid above ground [m]
    corner: Float[Array, "zone envelope 3"]  # lower left, seen from outside, building's axes [m]
    width: Float[Array, "zone envelope"]  # of the wall's plane rectangle [m]
    rise: Float[Array, "zone envelope"]  # its extent along the plane, upwards [m]
    outside_solar_absorptance: Float[Array, "zone envelope"]
    inside_solar_absorptance: Float[Array, "zone envelope"]
    outside_emissivity: Float[Array, "zone envelope"]
    inside_emissivity: Float[Array, "zone envelope"]
    roughness_factor: Float[Array, "zone envelope"]
    outside_convection: Float[Array, "zone envelope"]  # where fixed [W/(m2 K)]
    inside_convection: Float[Array, "zone envelope"]
    ground_temperature: Float[Array, "zone envelope 12"]  # by month, where on ground [degC]


class Enclosures(eqx.Module):
    """Planes round each zone, in the building's axes; padding has no normal."""

    view_factors: Float[Array, "zone plane plane"]
    normals: Float[Array, "zone plane 3"]  # out of the zone
    offsets: Float[Array, "zone plane"]  # normal . x of the plane's points [m]
    present: Float[Array, "zone plane"]  # 1 for planes that are there


class Partition(eqx.Module):
    """Faces of the walls between zones."""

    area: Float[Array, "zone partition"]  # [m2]
    tilt: Float[Array, "zone partition"]  # of the normal that leaves the face's zone [deg]
    solar_absorptance: Float[Array, "zone partition"]
    emissivity: Float[Array, "zone partition"]
    inside_convection: Float[Array, "zone partition"]


class Windows(eqx.Module):
    """Rectangles of fenestration in the plane of their wall."""

    u: Float[Array, "zone window"]  # left edge, seen from outside [m]
    v: Float[Array, "zone window"]  # lower edge [m]
    width: Float[Array, "zone window"]  # [m]
    height: Float[Array, "zone window"]  # [m]
    inside_convection: Float[Array, "zone window"]
    outside_convection: Float[Array, "zone window"]


class Glazings(eqx.Module):
    """Panes and gaps, outside to inside, padded with perfectly clear nothing."""

    thickness: Float[Array, "glazing pane"]  # [m]
    conductivity: Float[Array, "glazing pane"]  # [W/(m K)]
    solar_transmittance: Float[Array, "glazing pane"]
    solar_reflectance_front: Float[Array, "glazing pane"]
    solar_reflectance_back: Float[Array, "glazing pane"]
    emissivity_front: Float[Array, "glazing pane"]
    emissivity_back: Float[Array, "glazing pane"]
    gap_thickness: Float[Array, "glazing gap"]  # [m]
    gap_resistance: Float[Array, "glazing gap"]  # where fixed [m2 K/W]
    table_cos: Float[Array, "glazing angle"]  # incidence of the tables, cosine, ascending
    table_transmittance: Float[Array, "glazing angle"]
    table_absorptance: Float[Array, "glazing pane angle"]
    table_reflectance_back: Float[Array, "glazing angle"]


class Shades(eqx.Module):
    """Overhangs and fins of each envelope surface, in its plane; zero depth is none."""

    overhang_height: Float[Array, "zone envelope overhang"]  # [m], all of them
    overhang_left: Float[Array, "zone envelope overhang"]
    overhang_right: Float[Array, "zone envelope overhang"]
    overhang_depth: Float[Array, "zone envelope overhang"]
    fin_offset: Float[Array, "zone envelope fin"]
    fin_bottom: Float[Array, "zone envelope fin"]
    fin_top: Float[Array, "zone envelope fin"]
    fin_depth: Float[Array, "zone envelope fin"]


class Zones(eqx.Module):
    """Air, plant and thermostat of each zone."""

    volume: Float[Array, "zone"]  # [m3]
    height: Float[Array, "zone"]  # of the zone's middle above ground [m]
    capacitance_multiplier: Float[Array, "zone"]  # [-]
    heating_setpoint: Float[Array, "zone"]  # the schedule's highest value [degC]
    cooling_setpoint: Float[Array, "zone"]  # the schedule's lowest value [degC]
    heating_capacity: Float[Array, "zone"]  # [W]
    cooling_capacity: Float[Array, "zone"]  # [W]


class Gains(eqx.Module):
    """Internal gains, each in one zone."""

    power: Float[Array, "gain"]  # [W]
    radiant_fraction: Float[Array, "gain"]  # [-]


class Airflows(eqx.Module):
    """Outdoor air entering zones, and air passing between them.

    The outdoor flow is ``flow * (constant + temperature |dT| + wind V + wind_squared V^2)``.
    """

    flow: Float[Array, "airflow"]  # [m3/s]
    constant: Float[Array, "airflow"]
    temperature: Float[Array, "airflow"]  # [1/K]
    wind: Float[Array, "airflow"]  # [s/m]
    wind_squared: Float[Array, "airflow"]  # [s2/m2]
    exchange_flow: Float[Array, "exchange"]  # [m3/s]


class RCNetwork(eqx.Module):
    """A building as a thermal network: what `build` makes and `simulate` runs.

    Every array may be traced, differentiated, swept and batched; new values never recompile.

    Attributes:
        structure: Static; hashes by value.
        orientation: Added to every azimuth, clockwise. [deg]
        ground_reflectance: Of the surroundings for solar radiation. [-]
        wind_exponent, wind_layer: Local wind profile. [-], [m]
        schedules: Start and end value of each hour; linear between the two.
    """

    structure: Structure = eqx.field(static=True)
    layers: Layers
    envelope: Envelope
    partition: Partition
    windows: Windows
    glazings: Glazings
    shades: Shades
    zones: Zones
    gains: Gains
    airflows: Airflows
    schedules: Float[Array, "schedule hour 2"]
    enclosures: Enclosures
    orientation: Float[Array, ""]
    ground_reflectance: Float[Array, ""]
    wind_exponent: Float[Array, ""]
    wind_layer: Float[Array, ""]

    @property
    def dtype(self):
        """Precision of the network, and so of its simulation."""
        return self.schedules.dtype
