"""Walls, windows and shades of a building as arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from fluxion.building._layout import Layout, table, tuples
from fluxion.building._surfaces import Fenestration, Surface
from fluxion.networks import Envelope, Glazings, Layers, Partition, Shades, Windows
from fluxion.physics.convection import ROUGHNESS_FACTOR
from fluxion.physics.glazing_gap import GAS_NAMES


def layers_of(lay: Layout) -> tuple[Layers, list[list[str]]]:
    stacks = [lay.b.layers(c.name) for c in lay.b.constructions] or [()]
    names = table([[layer.name for layer in stack] for stack in stacks], "")

    def column(get: Callable[[Any], float], pad: float) -> jnp.ndarray:
        return lay.array(table([[get(layer) for layer in stack] for stack in stacks], pad))

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


def envelope_of(lay: Layout) -> Envelope:
    def rows(get: Callable[[Surface], Any], pad: Any) -> jnp.ndarray:
        return lay.array(lay.envelope_rows(get, pad))

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
        corner=rows(lambda s: s.frame[0], (0.0, 0.0, 0.0)),
        width=rows(lambda s: s.width, 1.0),
        rise=rows(lambda s: s.height, 1.0),
        outside_solar_absorptance=rows(
            lambda s: lay.finish(s, "solar_absorptance", inside=False), 0.5
        ),
        inside_solar_absorptance=rows(
            lambda s: lay.finish(s, "solar_absorptance", inside=True), 0.5
        ),
        outside_emissivity=rows(lambda s: lay.finish(s, "emissivity", inside=False), 0.9),
        inside_emissivity=rows(lambda s: lay.finish(s, "emissivity", inside=True), 0.9),
        roughness_factor=rows(
            lambda s: ROUGHNESS_FACTOR[lay.face_material(s, inside=False).roughness], 1.0
        ),
        outside_convection=rows(lambda s: s.outside_convection or 0.0, 0.0),
        inside_convection=rows(lambda s: s.inside_convection or 0.0, 0.0),
        ground_temperature=rows(monthly, [0.0] * 12),
    )


def partition_of(lay: Layout) -> Partition:
    def rows(get: Callable[[Surface, float], Any], pad: float) -> jnp.ndarray:
        return lay.array(lay.partition_rows(get, pad))

    def convection(s: Surface, sign: float) -> float:
        return (s.inside_convection if sign > 0 else s.outside_convection) or 0.0

    return Partition(
        area=rows(lambda s, _: s.area, 0.0),
        tilt=rows(lambda s, sign: s.tilt if sign > 0 else 180.0 - s.tilt, 90.0),
        solar_absorptance=rows(
            lambda s, sign: lay.finish(s, "solar_absorptance", inside=sign > 0), 0.5
        ),
        emissivity=rows(lambda s, sign: lay.finish(s, "emissivity", inside=sign > 0), 0.9),
        inside_convection=rows(convection, 0.0),
    )


def windows_of(lay: Layout) -> Windows:
    def rows(get: Callable[[Fenestration, Surface], float], pad: float) -> jnp.ndarray:
        return lay.array(lay.window_rows(get, pad))

    return Windows(
        u=rows(lambda w, _: w.u, 0.0),
        v=rows(lambda w, _: w.v, 0.0),
        width=rows(lambda w, _: w.width, 0.0),
        height=rows(lambda w, _: w.height, 1.0),
        inside_convection=rows(lambda w, _: w.inside_convection or 0.0, 0.0),
        outside_convection=rows(lambda w, _: w.outside_convection or 0.0, 0.0),
    )


def glazings_of(lay: Layout) -> tuple[Glazings, dict[str, Any]]:
    panes = [list(g.panes) for g in lay.b.glazings] or [[]]
    gaps = [list(g.gaps) for g in lay.b.glazings] or [[]]
    most = max(1, *(len(p) for p in panes))

    def column(key: str, pad: float) -> list[list[float]]:
        return table([[getattr(p, key) for p in row] for row in panes], pad, most)

    def gap(get: Callable[[Any], Any], pad: Any) -> list[list[Any]]:
        return table([[get(g) for g in row] for row in gaps], pad, most - 1)

    angles = np.linspace(90.0, 0.0, 37)
    transmittance = np.zeros((len(panes), len(angles)))
    absorptance = np.zeros((len(panes), most, len(angles)))
    reflectance_back = np.zeros_like(transmittance)
    tabulated = []
    for i, glazing in enumerate(lay.b.glazings or [None]):
        given = None if glazing is None else glazing.angular
        tabulated.append(given is not None)
        if given is not None:
            at = np.asarray(given.incidence)
            transmittance[i] = np.interp(angles, at, given.transmittance)
            for j, values in enumerate(given.absorptance):
                absorptance[i, j] = np.interp(angles, at, values)
            reflectance_back[i] = (
                1.0 - transmittance[i] - absorptance[i].sum(axis=0)
                if given.reflectance_back is None
                else np.interp(angles, at, given.reflectance_back)
            )
    cosines = np.clip(np.cos(np.deg2rad(angles)), 0.0, 1.0)
    parts = Glazings(
        thickness=lay.array(column("thickness", 0.0)),
        conductivity=lay.array(column("conductivity", 1.0)),
        solar_transmittance=lay.array(column("solar_transmittance", 0.9)),
        solar_reflectance_front=lay.array(column("solar_reflectance_front", 0.05)),
        solar_reflectance_back=lay.array(column("solar_reflectance_back", 0.05)),
        emissivity_front=lay.array(column("emissivity_front", 0.84)),
        emissivity_back=lay.array(column("emissivity_back", 0.84)),
        gap_thickness=lay.array(gap(lambda g: g.thickness, 0.01)),
        gap_resistance=lay.array(gap(lambda g: g.thermal_resistance or 0.0, 0.0)),
        table_cos=lay.array(np.tile(cosines, (len(panes), 1))),
        table_transmittance=lay.array(transmittance),
        table_absorptance=lay.array(absorptance),
        table_reflectance_back=lay.array(reflectance_back),
    )
    # A glazing that is not there still counts as one clear pane.
    present = [[j < max(1, len(row)) for j in range(most)] for row in panes]
    choices = {
        "pane_present": tuples(present),
        "pane_coated": tuples(table([[p.coated for p in row] for row in panes], False, most)),
        "gap_fixed": tuples(gap(lambda g: g.thermal_resistance is not None, True)),
        "gap_gas": tuples(gap(lambda g: GAS_NAMES.index(g.gas), 0)),
        "tabulated": tuple(tabulated),
    }
    return parts, choices


def shades_of(lay: Layout) -> Shades:
    def plates(name: str, key: str) -> jnp.ndarray:
        rows = [[getattr(s, name) for s in f.envelope] for f in lay.faces]
        most = max((len(plates) for row in rows for plates in row), default=0)
        width = max(len(row) for row in rows)
        filled = np.zeros((len(rows), width, most))
        for zone, row in enumerate(rows):
            for slot, given in enumerate(row):
                for k, plate in enumerate(given):
                    filled[zone, slot, k] = getattr(plate, key)
        return lay.array(filled)

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
