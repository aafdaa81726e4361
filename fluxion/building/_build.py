"""From a building's description to its network: the one bridge into the trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from fluxion.building._fabric import (
    envelope_of,
    glazings_of,
    layers_of,
    partition_of,
    shades_of,
    windows_of,
)
from fluxion.building._layout import Layout, table, tuples
from fluxion.building._model import Building
from fluxion.building._operation import airflows_of, gains_of, zones_of
from fluxion.building._planes import zone_planes
from fluxion.building._surfaces import Surface
from fluxion.errors import BuildingError
from fluxion.networks import Enclosures, RCNetwork, Structure
from fluxion.weather import Weather

#: Exponent [-] and boundary layer [m] of the wind profile.
#: Source: ASHRAE Fundamentals 2021, ch. 24, table 1.
TERRAIN = {
    "flat": (0.14, 270.0),
    "country": (0.14, 270.0),
    "suburbs": (0.22, 370.0),
    "city": (0.33, 460.0),
    "ocean": (0.10, 210.0),
}


def _boundaries(lay: Layout) -> dict[str, Any]:
    def flags(test: Callable[[Surface], bool]) -> Any:
        return tuples(lay.envelope_rows(test, False))

    return {
        # Padding sees the outdoors, where its balance always has a solution.
        "outdoors": tuples(lay.envelope_rows(lambda s: s.boundary.kind == "outdoors", True)),
        "adiabatic": flags(lambda s: s.boundary.kind == "adiabatic"),
        "ground_from_weather": flags(
            lambda s: s.boundary.kind == "ground" and s.boundary.temperature is None
        ),
        "sun_exposed": flags(lambda s: getattr(s.boundary, "sun_exposed", False)),
        "wind_exposed": flags(lambda s: getattr(s.boundary, "wind_exposed", False)),
    }


def _enclosures(lay: Layout) -> tuple[Enclosures, dict[str, Any]]:
    planes, found = [], []
    for zone, own in zip(lay.b.zones, lay.faces, strict=True):
        opaque = [(s, 1.0) for s in own.envelope] + own.partition
        around = zone_planes(opaque)
        if zone.beam_to == "traced" and not around.convex:
            raise BuildingError(
                f"zone {zone.name!r} is not convex, and beams are traced through convex zones "
                "only; give it beam_to='floor' or divide it"
            )
        plane = around.of_surface
        owner = [plane[i] for _, i in own.window]
        planes.append((plane[: len(own.envelope)], plane[len(own.envelope) :], owner))
        found.append(around)
    zones, most = len(found), max(len(f.offsets) for f in found)
    factors, present = np.zeros((zones, most, most)), np.zeros((zones, most))
    normals, offsets = np.zeros((zones, most, 3)), np.zeros((zones, most))
    for zone, f in enumerate(found):
        n = len(f.offsets)
        factors[zone, :n, :n], normals[zone, :n] = f.view_factors, f.normals
        offsets[zone, :n], present[zone, :n] = f.offsets, 1.0
    blocks = [table([list(row[k]) for row in planes], 0) for k in range(3)]
    joined = [sum(rows, []) for rows in zip(*blocks, strict=True)]

    up = [
        lay.envelope_rows(lambda s: s.kind == "floor", False),
        lay.partition_rows(lambda s, sign: s.kind == ("floor" if sign > 0 else "roof"), False),
        lay.window_rows(lambda *_: False, False),
    ]
    parts = Enclosures(*map(lay.array, (factors, normals, offsets, present)))
    return parts, {
        "plane": tuples(joined),
        "floor": tuples([sum(rows, []) for rows in zip(*up, strict=True)]),
        "floor_first": tuple(zone.beam_to == "floor" for zone in lay.b.zones),
        "beam_traced": tuple(zone.beam_to == "traced" for zone in lay.b.zones),
        "diffuse_floor_first": tuple(zone.diffuse_to == "floor" for zone in lay.b.zones),
    }


def _opposites(lay: Layout) -> list[list[int]]:
    """For each partition face, where its other face stands."""
    width = max(len(f.partition) for f in lay.faces)
    at: dict[tuple[str, float], int] = {}
    for zone, own in enumerate(lay.faces):
        for slot, (surface, sign) in enumerate(own.partition):
            at[surface.name, sign] = zone * width + slot
    rows = [[at[surface.name, -sign] for surface, sign in own.partition] for own in lay.faces]
    return [
        row + [zone * width + slot for slot in range(len(row), width)]
        for zone, row in enumerate(rows)
    ]


def _structure(lay: Layout, layers: list[list[str]], **choices: Any) -> Structure:
    def construction(surface: Surface) -> int:
        return lay.constructions.index(surface.construction)

    fixed_inside = [
        lay.envelope_rows(lambda s: s.inside_convection is not None, False),
        lay.partition_rows(
            lambda s, sign: (s.inside_convection if sign > 0 else s.outside_convection) is not None,
            False,
        ),
        lay.window_rows(lambda w, _: w.inside_convection is not None, False),
    ]
    fixed_outside = [
        lay.envelope_rows(lambda s: s.outside_convection is not None, False),
        lay.window_rows(lambda w, _: w.outside_convection is not None, False),
    ]
    days, first_weekday, _ = lay.calendar
    return Structure(
        zones=tuple(lay.zones),
        envelope=tuples(lay.envelope_rows(lambda s: s.name, "")),
        partition=tuples(lay.partition_rows(lambda s, _: s.name, "")),
        window=tuples(lay.window_rows(lambda w, _: w.name, "")),
        constructions=tuple(lay.constructions),
        layers=tuples(layers),
        glazings=tuple(lay.glazings),
        envelope_construction=tuples(lay.envelope_rows(construction, 0)),
        partition_construction=tuples(lay.partition_rows(lambda s, _: construction(s), 0)),
        partition_reversed=tuples(lay.partition_rows(lambda _, sign: sign < 0, False)),
        partition_opposite=tuples(_opposites(lay)),
        window_glazing=tuples(lay.window_rows(lambda w, _: lay.glazings.index(w.glazing), 0)),
        window_wall=tuples(table([[i for _, i in f.window] for f in lay.faces], 0)),
        fixed_inside=tuples([sum(rows, []) for rows in zip(*fixed_inside, strict=True)]),
        fixed_outside=tuples([sum(rows, []) for rows in zip(*fixed_outside, strict=True)]),
        upright_windows=all(
            abs(s.tilt - 90.0) < 1e-6 for f in lay.faces for s in f.envelope if s.fenestrations
        ),
        schedules=tuple(lay.bank_names),
        days=days,
        first_weekday=first_weekday,
        weekly=lay.weekly,
        **_boundaries(lay),
        **choices,
    )


def _network(lay: Layout) -> RCNetwork:
    layers, layer_names = layers_of(lay)
    glazings, glazing_choices = glazings_of(lay)
    zones, zone_choices = zones_of(lay)
    gains, gain_choices = gains_of(lay)
    airflows, airflow_choices = airflows_of(lay)
    enclosures, enclosure_choices = _enclosures(lay)
    hours = lay.calendar[0] * 24
    bank = np.stack(lay.bank) if lay.bank else np.zeros((0, hours, 2))
    exponent, layer = TERRAIN[lay.b.terrain]
    return RCNetwork(
        structure=_structure(
            lay,
            layer_names,
            **glazing_choices,
            **zone_choices,
            **gain_choices,
            **airflow_choices,
            **enclosure_choices,
        ),
        layers=layers,
        envelope=envelope_of(lay),
        partition=partition_of(lay),
        windows=windows_of(lay),
        glazings=glazings,
        shades=shades_of(lay),
        zones=zones,
        gains=gains,
        airflows=airflows,
        schedules=lay.array(bank),
        enclosures=enclosures,
        orientation=lay.array(lay.b.orientation),
        ground_reflectance=lay.array(lay.b.ground_reflectance),
        wind_exponent=lay.array(exponent),
        wind_layer=lay.array(layer),
    )


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
    return _network(Layout(building, dtype, first_weekday, leap_year))


def build_for(building: Building, weather: Weather, *, dtype: Any = None) -> RCNetwork:
    """Make the RC network of a building, its schedules laid out on a weather's calendar.

    Args:
        building: The description.
        weather: Whose weekdays and leap day are taken.
        dtype: As of `build`.

    Raises:
        BuildingError: As `build` does.
    """
    new_year = (weather.first_weekday - weather.start_day) % 7
    return build(building, dtype=dtype, first_weekday=new_year, leap_year=weather.leap_year)
