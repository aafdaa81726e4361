"""Energy is conserved at every step: faces, air, radiant star, walls, whole buildings.

All in float64, to round-off. Walls obey the discrete law of `stored_energy`.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.building import (
    Adiabatic,
    AirExchange,
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
    ResistiveMaterial,
    Thermostat,
    Zone,
    box_surfaces,
)
from fluxion.networks import coefficients, stored_energy, uniform_state
from fluxion.networks import step as advance
from fluxion.simulation import Options, air_capacity
from fluxion.simulation._forcing import day_forcing
from fluxion.simulation._inputs import Controls
from fluxion.simulation._simulate import inputs_by_day

STEPS_PER_HOUR = 4
SECONDS = 3600.0 / STEPS_PER_HOUR
OPTIONS = Options(steps_per_hour=STEPS_PER_HOUR, warmup_days=0)


@pytest.fixture(scope="module")
def weather():
    """Two spring days with sun, wind and cold nights."""
    return fx.default_weather(dtype=float).select_days(100, 2)


def clear(name: str) -> GlazingPane:
    return GlazingPane(
        name=name,
        thickness=0.004,
        solar_transmittance=0.83,
        solar_reflectance_front=0.08,
        solar_reflectance_back=0.08,
    )


def mixed() -> Building:
    """A heated room on the ground with an adiabatic side, a leaky loft and a massless roof."""
    wall = Construction(name="wall", layers=("brick", "insulation", "board"))
    light = Construction(name="light", layers=("foam",))
    slab = Construction(name="slab", layers=("insulation", "brick"))
    south = Fenestration(name="window", glazing="double", u=1.0, v=0.8, width=2.0, height=1.2)
    room = Zone(
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
                "north": {"boundary": Adiabatic()},
                "south": {"fenestrations": (south,)},
                "east": {"inside_convection": 3.0, "outside_convection": 15.0},
            },
        ),
        internal_gains=(InternalGain(name="lamp", power=150.0, radiant_fraction=0.7),),
        infiltrations=(
            Infiltration(air_changes_per_hour=0.4, constant=0.5, temperature=0.02, wind=0.1),
        ),
        thermostat=Thermostat(heating_setpoint=20.0, cooling_setpoint=24.0),
    )
    loft_faces = box_surfaces(
        4.0,
        3.0,
        2.0,
        wall="wall",
        roof="light",
        floor="slab",
        prefix="loft ",
        origin=(20.0, 0.0, 0.0),
    )
    loft = Zone(name="loft", surfaces=loft_faces)
    return Building(
        name="mixed",
        zones=(room, loft),
        materials=(
            Material(
                name="brick", thickness=0.12, conductivity=0.8, density=1700.0, specific_heat=840.0
            ),
            Material(
                name="board", thickness=0.012, conductivity=0.2, density=800.0, specific_heat=1000.0
            ),
            ResistiveMaterial(name="insulation", thermal_resistance=2.0),
            ResistiveMaterial(name="foam", thermal_resistance=1.2),
        ),
        constructions=(wall, light, slab),
        glazings=(
            Glazing(
                name="double",
                panes=(clear("outer"), clear("inner")),
                gaps=(GasGap(name="gap", thickness=0.012),),
            ),
        ),
        air_exchanges=(
            AirExchange(name="up", source="room", target="loft", flow=0.01),
            AirExchange(name="down", source="loft", target="room", flow=0.01),
        ),
    )


BUILDINGS = {
    "600": lambda: fx.cases.ashrae140("600"),
    "960": lambda: fx.cases.ashrae140("960"),
    "mixed": mixed,
    "office": fx.cases.office,
}


@partial(jax.jit, static_argnames="modes")
def roll(network, weather, modes=3):
    """Every step's state, flows and forcing, with the energy stored before and after."""
    c = coefficients(network, SECONDS, modes=modes)
    capacity = air_capacity(network, weather) / SECONDS
    days = inputs_by_day(network, weather, Controls(), OPTIONS)
    forcing, _ = jax.lax.map(lambda day: day_forcing(network, c, day), days)
    forcing = jax.tree.map(jnp.concatenate, forcing)

    def one(state, f):
        before = stored_energy(network, c, state, SECONDS)
        new, flows = advance(network, c, capacity, state, f)
        after = stored_energy(network, c, new, SECONDS)
        return new, (flows, f, after - before, before)

    start = uniform_state(network, temperature=17.0)
    _, found = jax.lax.scan(one, start, forcing)
    return c, found


@pytest.fixture(
    scope="module",
    params=[
        *(pytest.param(case, marks=pytest.mark.slow) for case in ("600", "960")),
        "mixed",
        "office",
    ],
)
def run(request, weather):
    network = fx.build(BUILDINGS[request.param](), dtype=float)
    found = jax.tree.map(np.asarray, roll(network, weather))
    return (network.structure, *found)


def outside_rows(structure):
    """Which outside faces see the open air: envelope, then windows."""
    windows = structure.counts[3]
    shape = (structure.counts[0], windows)
    return np.concatenate([np.asarray(structure.outdoors), np.ones(shape, bool)], axis=1)


def test_every_inside_face_balances(run):
    _, _, (flows, *_) = run
    total = flows.conduction_inside + flows.convection_inside
    total = total + flows.longwave_inside + flows.solar_inside
    assert np.abs(flows.convection_inside).max() > 1.0
    np.testing.assert_allclose(total, 0.0, atol=1e-10)


def test_every_outside_face_balances(run):
    structure, _, (flows, *_) = run
    total = flows.conduction_outside + flows.convection_outside
    total = total + flows.longwave_outside + flows.solar_outside
    envelope = structure.counts[1]
    held = outside_rows(structure)
    held[:, :envelope] |= np.asarray(structure.adiabatic)
    assert np.abs(flows.solar_outside).max() > 10.0
    np.testing.assert_allclose(total[:, held], 0.0, atol=1e-10)


def test_the_air_of_every_zone_balances(run):
    _, c, (flows, f, *_) = run
    convected = -np.sum(c.area * flows.convection_inside, axis=-1)
    np.testing.assert_allclose(flows.surfaces, convected, atol=1e-12 * np.abs(convected).max())
    gained = flows.surfaces + flows.airflow + flows.exchange + flows.gain
    total = gained + flows.heating - flows.cooling - flows.storage
    scale = np.abs(c.area * flows.convection_inside).sum(axis=-1).max()
    np.testing.assert_allclose(total, 0.0, atol=1e-12 * scale)


def test_the_radiant_star_of_every_zone_balances(run):
    _, c, (flows, f, *_) = run
    exchanged = np.sum(c.area * flows.longwave_inside, axis=-1)
    scale = np.abs(c.area * flows.longwave_inside).sum(axis=-1).max()
    np.testing.assert_allclose(exchanged, f.gain_radiant, atol=1e-12 * scale)


def leaving_walls(structure, flows):
    """Heat out of both faces of each opaque slot. [W/m2]"""
    zones, envelope, partitions, _ = structure.counts
    opaque = envelope + partitions
    inside = flows.conduction_inside[..., :opaque]
    beyond = inside[..., envelope:]
    if partitions:
        index = np.asarray(structure.partition_opposite)
        beyond = beyond.reshape(-1, zones * partitions)[:, index]
    outside = np.concatenate([flows.conduction_outside[..., :envelope], beyond], axis=-1)
    return inside + outside


def test_every_wall_gives_what_it_loses(run):
    structure, _, (flows, _, change, stored) = run
    given = leaving_walls(structure, flows) * SECONDS
    real = np.array(
        [
            [bool(n) for n in e + p]
            for e, p in zip(structure.envelope, structure.partition, strict=True)
        ]
    )
    assert np.abs(change[:, real]).max() > 100.0
    np.testing.assert_allclose((given + change)[:, real], 0.0, atol=1e-11 * np.abs(stored).max())


def test_walls_between_zones_give_both_sides_together_what_they_lose(run):
    structure, c, (flows, _, change, stored) = run
    _, envelope, partitions, _ = structure.counts
    own = slice(envelope, envelope + partitions)
    lost = -0.5 * np.sum(c.area[:, own] * change[..., own], axis=(1, 2)) / SECONDS
    scale = np.sum(c.area[:, own] * np.abs(stored[..., own]), axis=(1, 2)).max() / SECONDS
    np.testing.assert_allclose(flows.partitions.sum(axis=1), lost, atol=1e-11 * scale)
    assert np.any(flows.partitions) == bool(partitions)


def test_the_building_conserves_energy_at_every_step(run):
    """What crosses the boundary, is produced or supplied equals what is stored."""
    structure, c, (flows, f, change, stored) = run
    _, envelope, partitions, _ = structure.counts
    opaque = envelope + partitions
    area, glass = c.area[:, :envelope], c.area[:, opaque:]
    outside = np.concatenate([area, glass], axis=1)
    open_air = outside_rows(structure)
    through = (flows.convection_outside + flows.longwave_outside + flows.solar_outside) * outside
    ground = -(flows.conduction_outside * outside)[..., :envelope] * ~(
        open_air[:, :envelope] | np.asarray(structure.adiabatic)
    )
    inward = (through * open_air).sum(axis=(1, 2)) + ground.sum(axis=(1, 2))
    inward += (f.pane_heat * glass[..., None]).sum(axis=(1, 2, 3))
    inward += (f.solar_inside * c.area).sum(axis=(1, 2))
    supplied = f.gain_convective + f.gain_radiant + flows.heating - flows.cooling
    inward += (supplied + flows.airflow + flows.exchange).sum(axis=1)
    share = np.concatenate([area, 0.5 * c.area[:, envelope:opaque]], axis=1)
    taken = (share * change).sum(axis=(1, 2)) / SECONDS + flows.storage.sum(axis=1)
    scale = np.abs((share * stored).sum(axis=(1, 2))).max() / SECONDS
    assert np.abs(inward).max() > 100.0
    np.testing.assert_allclose(inward, taken, rtol=0, atol=1e-11 * scale)
    # And so over the whole period: the sum is the difference of the ends.
    np.testing.assert_allclose(inward.sum(), taken.sum(), rtol=0, atol=1e-10 * scale)


def test_sunlight_let_in_is_all_absorbed_or_let_out(run):
    """No face takes sunlight that no window let in, and none is negative."""
    _, c, (flows, f, *_) = run
    assert (f.solar_inside >= 0).all() and (f.solar_outside >= 0).all()
    assert (f.pane_heat >= -1e-12).all()


@pytest.mark.parametrize("case", ["900"])
def test_stored_energy_is_capacity_times_temperature_at_rest(case):
    network = fx.build(fx.cases.ashrae140(case), dtype=float)
    c = jax.jit(lambda n: coefficients(n, SECONDS))(network)
    state = uniform_state(network, temperature=10.0)
    energy = stored_energy(network, c, state, SECONDS)
    np.testing.assert_allclose(energy, 10.0 * c.walls.capacitance, rtol=1e-10)
    assert jnp.max(energy) > 1e5
