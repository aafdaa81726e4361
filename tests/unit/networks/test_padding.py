"""A zone does not notice what else is in the building, nor in which order it was described."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.building import (
    Building,
    Construction,
    Fenestration,
    GasGap,
    Glazing,
    GlazingPane,
    Ground,
    Infiltration,
    InternalGain,
    Material,
    Overhang,
    ResistiveMaterial,
    Surface,
    Thermostat,
    Zone,
    box_surfaces,
)
from fluxion.networks import coefficients, envelope_area, window_area


def window(name: str, glazing: str, u: float) -> Fenestration:
    return Fenestration(name=name, glazing=glazing, u=u, v=0.8, width=1.2, height=1.1)


def room() -> Zone:
    return Zone(
        name="room",
        surfaces=box_surfaces(
            4.0,
            3.0,
            2.5,
            wall="wall",
            roof="light",
            floor="slab",
            details={
                "floor": {"boundary": Ground(temperature=11.0)},
                "south": {"fenestrations": (window("pane", "single", 1.0),)},
            },
        ),
        internal_gains=(InternalGain(name="lamp", power=150.0, radiant_fraction=0.7),),
        infiltrations=(Infiltration(air_changes_per_hour=0.4),),
        thermostat=Thermostat(heating_setpoint=20.0, cooling_setpoint=24.0),
    )


def hall() -> Zone:
    """Larger in every way: its roof in two parts, three windows, an overhang, more layers."""
    glass = tuple(window(f"hall pane {i}", "double", 0.5 + 2 * i) for i in range(3))
    overhang = Overhang(name="shelter", height=2.6, left=0.0, right=8.0, depth=0.8)
    walls = box_surfaces(
        8.0,
        5.0,
        3.0,
        wall="thick wall",
        roof="light",
        floor="slab",
        prefix="hall ",
        origin=(30.0, 0.0, 0.0),
        details={
            "north": {"fenestrations": glass[:1]},
            "south": {"fenestrations": glass[1:], "overhangs": (overhang,)},
        },
    )
    roof = walls[4]
    (x0, y0, z), (x1, _, _), (_, y1, _), _ = roof.vertices
    halves = tuple(
        Surface(
            name=f"hall roof {side}",
            construction="light",
            vertices=((a, y0, z), (b, y0, z), (b, y1, z), (a, y1, z)),
        )
        for side, a, b in (("west", x0, x0 + 3.0), ("east", x0 + 3.0, x1))
    )
    return Zone(name="hall", surfaces=(*walls[:4], *halves, walls[5]))


def pane(name: str) -> GlazingPane:
    return GlazingPane(
        name=name,
        thickness=0.004,
        solar_transmittance=0.83,
        solar_reflectance_front=0.08,
        solar_reflectance_back=0.08,
    )


def building(*zones: Zone) -> Building:
    used = {s.construction for z in zones for s in z.surfaces}
    glazed = {w.glazing for z in zones for s in z.surfaces for w in s.fenestrations}
    constructions = (
        Construction(name="wall", layers=("brick", "insulation")),
        Construction(name="thick wall", layers=("brick", "insulation", "brick", "board")),
        Construction(name="light", layers=("foam",)),
        Construction(name="slab", layers=("insulation", "brick")),
    )
    kept = tuple(c for c in constructions if c.name in used)
    layers = {name for c in kept for name in c.layers}
    materials = (
        Material(
            name="brick", thickness=0.12, conductivity=0.8, density=1700.0, specific_heat=840.0
        ),
        Material(
            name="board", thickness=0.012, conductivity=0.2, density=800.0, specific_heat=1000.0
        ),
        ResistiveMaterial(name="insulation", thermal_resistance=2.0),
        ResistiveMaterial(name="foam", thermal_resistance=1.2),
    )
    glazings = (
        Glazing(
            name="double",
            panes=(pane("outer"), pane("inner")),
            gaps=(GasGap(name="gap", thickness=0.012),),
        ),
        Glazing(name="single", panes=(pane("only"),)),
    )
    return Building(
        name="pair",
        zones=zones,
        materials=tuple(m for m in materials if m.name in layers),
        constructions=kept,
        glazings=tuple(g for g in glazings if g.name in glazed),
    )


OUTPUTS = (
    "zone_temperature",
    "heating_rate",
    "cooling_rate",
    "radiant_temperature",
    "transmitted_solar",
)


@pytest.fixture(scope="module")
def weather():
    return fx.default_weather(dtype=float).select_days(100, 1)


def test_a_zone_alone_and_among_others(weather):
    alone = fx.build(building(room()), dtype=float)
    among = fx.build(building(hall(), room()), dtype=float)
    assert among.structure.counts == (2, 7, 0, 3) and alone.structure.counts == (1, 6, 0, 1)
    one = fx.simulate(alone, weather, outputs=OUTPUTS, warmup_days=2)
    both = fx.simulate(among, weather, outputs=OUTPUTS, warmup_days=2)
    assert float(one.annual_heating[0]) > 1e6
    for name in OUTPUTS:
        np.testing.assert_allclose(
            both[name][:, 1], one[name][:, 0], rtol=1e-9, atol=1e-7, err_msg=name
        )
    assert np.abs(both.zone_temperature[:, 0] - one.zone_temperature[:, 0]).max() > 1.0


def test_areas_and_shares_of_a_padded_network():
    network = fx.build(building(hall(), room()), dtype=float)
    c = jax.jit(lambda n: coefficients(n, 900.0))(network)
    s = network.structure
    _, envelope, partitions, _ = s.counts
    taken = window_area(network).sum(axis=1)
    np.testing.assert_allclose(
        envelope_area(network).sum(axis=1) + taken, network.envelope.area.sum(axis=1)
    )
    np.testing.assert_allclose(c.area.sum(axis=1), [2 * (40 + 24 + 15), 2 * (12 + 10 + 7.5)])
    real = np.array([[bool(name) for name in row] for row in s.face_names])
    np.testing.assert_array_equal(np.asarray(c.area)[~real], 0.0)
    np.testing.assert_array_equal(np.asarray(c.beam_share)[~real], 0.0)
    # Of the light let in everything is absorbed by some face, the glass itself included.
    np.testing.assert_allclose(c.beam_share.sum(axis=1), 1.0, rtol=1e-9)
    present = real[:, envelope + partitions :]
    np.testing.assert_allclose(np.asarray(c.diffuse_share.sum(axis=-1))[present], 1.0, rtol=1e-9)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(c))


def test_a_network_hashes_by_its_structure_and_follows_its_dtype():
    one, other = (fx.build(building(hall(), room()), dtype=jnp.float32) for _ in range(2))
    assert one.structure == other.structure and hash(one.structure) == hash(other.structure)
    assert one.dtype == jnp.float32
    assert {leaf.dtype for leaf in jax.tree.leaves(one)} == {jnp.dtype("float32")}
    assert fx.build(building(room()), dtype=float).structure != one.structure
