"""Beams traced by declination and hour angle: near rays of every step, and no light lost."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.building import Surface, Zone
from fluxion.errors import BuildingError
from fluxion.networks import beam_shares, kept_beams
from fluxion.simulation._beams import (
    beam_table,
    grid_size,
    kept_by_faces,
    places_of_steps,
    sun_days,
)
from fluxion.simulation._options import Options
from fluxion.simulation._simulate import constants
from fluxion.weather import step_weather

#: Steps in an hour.
COUNT = 4
STEPS = 24 * COUNT
#: Zone that has the windows.
SUN = 1


class Sunspace:
    """Case 960 turned so, with its coefficients."""

    coefficients = staticmethod(jax.jit(lambda network: constants(network, Options())))
    table = staticmethod(jax.jit(beam_table))
    rays = staticmethod(jax.jit(lambda c, turned, sun: kept_beams(c.beam_paths, turned, sun)))

    def __init__(self, network, turned=0.0):
        self.turned = jnp.asarray(turned, float)
        self.network = eqx.tree_at(lambda n: n.orientation, network, self.turned)
        self.c = self.coefficients(self.network)

    def day(self, weather, day):
        """Shares of windows and faces at each step by the table and by rays traced for that very
        step, and the sun. `(step, window, face)`, `(step, 3)`"""
        of_days = sun_days(weather)
        table = self.table(self.network, self.c, weather.site, of_days)
        shares = table.on(jax.tree.map(lambda leaf: leaf[day], of_days))
        # A beam of one watt through one window after the other shows the shares of each.
        ones = jnp.eye(shares.kept.shape[2])
        beams = [jnp.broadcast_to(one, (STEPS, *shares.kept.shape[1:3])) for one in ones]
        got = [np.asarray(kept_by_faces(shares, beam))[:, SUN] for beam in beams]
        sun = step_weather(weather, steps_per_hour=COUNT).sun_direction.reshape(-1, STEPS, 3)[day]
        want = np.asarray(self.rays(self.c, self.turned, sun))[:, SUN]
        return np.stack(got, axis=1), want, np.asarray(sun)


@pytest.fixture(scope="module")
def network():
    return fx.build(fx.cases.ashrae140("960"), dtype=float)


@pytest.fixture(scope="module")
def weather():
    return fx.default_weather(dtype=float).select_days(30, 20)


def at(weather, **places):
    """The weather as if it were elsewhere, its sun included."""
    for name, value in places.items():
        there = jnp.asarray(value, float)
        weather = eqx.tree_at(lambda w, n=name: getattr(w.site, n), weather, there)
    return weather


def near(found, within=0.02):
    """Whether shares of a day are near those of rays, while the sun shines well into the windows,
    which look to the equator."""
    got, want, sun = found
    highest = sun[np.argmax(sun[:, 2])]
    inside = (sun[:, 2] > 0.3) & (np.sign(highest[1]) * sun[:, 1] > 0.3)
    assert inside.sum() > 14
    np.testing.assert_allclose(got[inside], want[inside], atol=within)
    # No light is lost while there is some; rays of the night are not traced.
    np.testing.assert_allclose(got[sun[:, 2] > 0].sum(axis=-1), 1.0, rtol=1e-7)
    return got


@pytest.mark.parametrize("day", [0, 4, 8, 19])
def test_shares_over_a_day_follow_the_sun(network, weather, day):
    """Days at the ends of the grid of declinations and between: a wrong row or weight shows."""
    got = near(Sunspace(network).day(weather, day))
    assert got.sum(axis=-1).min() < 0.5


@pytest.mark.parametrize(
    "places",
    [{"utc_offset": -12.0}, {"utc_offset": 4.0}, {"longitude": -30.0}, {"utc_offset": 0.5}],
)
def test_clocks_that_are_hours_off_the_sun(network, weather, places):
    """Shares lie by solar time: a clock ahead or behind, or past midnight, must not move them."""
    near(Sunspace(network).day(at(weather, **places), 4))


def test_windows_to_the_north_in_the_south(network, weather):
    got = near(Sunspace(network, 180.0).day(at(weather, latitude=-40.0), 4))
    alike = near(Sunspace(network).day(at(weather, latitude=40.0), 4))
    assert np.abs(got - alike).max() > 0.1  # summer there, winter here


def test_a_weather_of_one_day_and_the_size_of_grids(network, weather):
    """Then both declinations of the grid are that day's."""
    near(Sunspace(network).day(weather.select_days(3, 1), 0))
    assert [grid_size(days) for days in (1, 15, 16, 31, 365, 366)] == [2, 2, 3, 4, 9, 9]


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("ahead", [-5.55, 0.0, 0.5, 11.9])
def test_steps_look_up_the_shares_that_are_spread_over_hours(network, weather, ahead, count):
    """The rows that a kernel looks up give what the sum over rows gives."""
    space = Sunspace(network)
    of_days = sun_days(weather)
    table = space.table(space.network, space.c, weather.site, of_days)
    day = eqx.tree_at(lambda d: d.ahead, jax.tree.map(lambda leaf: leaf[4], of_days), ahead + 0.0)
    shares = table.on(jax.tree.map(jnp.asarray, day))
    beam = jnp.asarray(
        np.random.default_rng(0).uniform(0, 9, (24 * count, *shares.kept.shape[1:3]))
    )
    places, part = places_of_steps(shares.begin, count)
    before, after = shares.kept[places], shares.kept[places + 1]
    found = before + part[:, None, None, None] * (after - before)
    want = jnp.sum(beam[..., None] * found, axis=-2)
    np.testing.assert_allclose(kept_by_faces(shares, beam), want, rtol=1e-9, atol=1e-9)


def test_a_deep_winter_sun_lights_the_common_wall(network, weather):
    """In the sun zone, 2 m deep, most of the noon beam passes over the floor."""
    space = Sunspace(network)
    sun = step_weather(weather, steps_per_hour=COUNT).sun_direction[STEPS // 2]
    shares = beam_shares(space.c.beam_paths, space.turned, sun[None])
    noon = np.asarray(shares)[0, SUN].sum(axis=0) / 2
    slots = network.structure.plane[SUN]
    names = network.structure.face_names[SUN]
    by_name = {name: noon[slots[k]] for k, name in enumerate(names) if name}
    assert by_name["back south"] > by_name["sun floor"] > 0.05


def test_faces_keep_all_light(network):
    paths = Sunspace(network).c.beam_paths
    kept = np.asarray(paths.kept)
    present = np.asarray(paths.enclosures.present, bool)
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
    # An overhang hides no ground; fins do.
    np.testing.assert_allclose(light("610", shaded_ground=True), light("610"), rtol=1e-12)
    some, more = light("630").sum(), light("630", shaded_ground=True).sum()
    assert more < 0.99 * some < some < plain.sum()
