"""Beams traced over a year: right at the traced hours, near in between, and no light lost."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.building import Surface, Zone
from fluxion.errors import BuildingError
from fluxion.networks import beam_shares, kept_beams
from fluxion.simulation._beams import beam_table, kept_by_faces
from fluxion.simulation._options import Options
from fluxion.simulation._simulate import constants
from fluxion.weather import step_weather

DAYS, STEPS = 20, 96


@pytest.fixture(scope="module")
def sunspace():
    """Case 960 with its coefficients, the sun of twenty days, and the table of its beams."""
    network = fx.build(fx.cases.ashrae140("960"), dtype=float)
    weather = fx.default_weather(dtype=float).select_days(30, DAYS)
    sun = step_weather(weather, steps_per_hour=4).sun_direction.reshape(DAYS, STEPS, 3)
    c = jax.jit(lambda n: constants(n, Options()))(network)
    table = jax.jit(beam_table)(network, c, sun)
    assert table is not None
    return network, c, sun, table


def direct(network, c, sun):
    return jax.jit(lambda s: kept_beams(c.beam_paths, network.orientation, s))(sun)


@pytest.mark.parametrize(("day", "within"), [(0, 0.01), (8, 0.01), (4, 0.03), (19, 0.03)])
def test_shares_over_a_day_follow_the_sun(sunspace, day, within):
    """At each step by day, against rays traced for that very step (zone 1 has the windows)."""
    network, c, sun, table = sunspace
    # A beam of one watt through one window after the other shows the shares of each.
    shares = table.on(jnp.asarray(float(day)))
    ones = jnp.eye(shares.shape[2])
    alone = [jnp.broadcast_to(one, (STEPS, *shares.shape[1:3])) for one in ones]
    got = np.stack([np.asarray(kept_by_faces(shares, beam))[:, 1] for beam in alone], axis=1)
    want = np.asarray(direct(network, c, sun[day]))[:, 1]
    # Straight lines between hours: exact at noon, good while the sun stands well in the south.
    noon = slice(40, 56)
    np.testing.assert_allclose(got[noon], want[noon], atol=0.03)
    at_mid_hours = (got[1::4] + got[2::4]) / 2
    middle = (want[1::4] + want[2::4]) / 2
    np.testing.assert_allclose(at_mid_hours[9:16], middle[9:16], atol=within)
    # No light is lost while there is some; rays of the night are not traced.
    up = np.asarray(sun[day])[:, 2] > 0
    np.testing.assert_allclose(got[up].sum(axis=-1), 1.0, rtol=1e-7)
    assert (got.sum(axis=-1) < 0.5).any()


def test_a_deep_winter_sun_lights_the_common_wall(sunspace):
    """In the sun zone, 2 m deep, most of the noon beam passes over the floor."""
    network, c, sun, _ = sunspace
    shares = beam_shares(c.beam_paths, network.orientation, sun[0, 48:49])
    noon = np.asarray(shares)[0, 1].sum(axis=0) / 2
    slots = network.structure.plane[1]
    names = network.structure.face_names[1]
    by_name = {name: noon[slots[k]] for k, name in enumerate(names) if name}
    assert by_name["back south"] > by_name["sun floor"] > 0.05


def test_faces_keep_all_light(sunspace):
    _, c, _, _ = sunspace
    kept = np.asarray(c.beam_paths.kept)
    present = np.asarray(c.beam_paths.enclosures.present, bool)
    np.testing.assert_allclose(kept.sum(axis=-1)[present], 1.0, rtol=1e-7)


def test_only_convex_zones_are_traced():
    corners = [(0, 0), (6, 0), (6, 3), (3, 3), (3, 6), (0, 6)]  # an L
    walls = [
        Surface(
            name=f"wall {k}",
            construction="light wall",
            vertices=((*a, 0.0), (*b, 0.0), (*b, 2.7), (*a, 2.7)),
        )
        for k, (a, b) in enumerate(zip(corners, corners[1:] + corners[:1], strict=True))
    ]
    flat = [
        Surface(
            name=name,
            construction="light wall",
            vertices=tuple((*at, z) for at in (corners if z else corners[::-1])),
        )
        for name, z in (("floor", 0.0), ("ceiling", 2.7))
    ]
    zone = Zone(name="bent", surfaces=tuple(walls + flat), beam_to="traced")
    building = fx.cases.ashrae140("600").replace(zones=(zone,))
    with pytest.raises(BuildingError, match="zone 'bent' is not convex.*beam_to='floor'"):
        fx.build(building)
    fx.build(building.replace(zones=(zone.replace(beam_to="floor"),)))


def test_shades_take_ground_light_only_when_told():
    weather = fx.default_weather(dtype=float).select_days(170, 2)
    settings = {"outputs": ("incident_solar",), "warmup_days": 0}

    def light(case, **more):
        building = fx.cases.ashrae140(case)  # beams inside play no part
        zones = tuple(zone.replace(beam_to="floor") for zone in building.zones)
        network = fx.build(building.replace(zones=zones), dtype=float)
        return np.asarray(fx.simulate(network, weather, **settings, **more)["incident_solar"])

    plain = light("600")
    np.testing.assert_array_equal(light("600", shaded_ground=True), plain)
    some, more = light("610").sum(), light("610", shaded_ground=True).sum()
    assert more < some < plain.sum()
