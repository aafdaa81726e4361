"""What drives a network: the right hours, months and days, shares of light, air and gains."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.networks import coefficients
from fluxion.simulation import Options
from fluxion.simulation._forcing import day_forcing
from fluxion.simulation._inputs import Controls
from fluxion.simulation._simulate import _months, inputs_by_day

COUNT = 4
OPTIONS = Options(steps_per_hour=COUNT, warmup_days=1)


@pytest.fixture(scope="module")
def year():
    return fx.default_weather(dtype=float)


@pytest.fixture(scope="module")
def forced(year):
    """Case 640 over two summer days, its schedule replaced by the hour of the year."""
    network = fx.build(fx.cases.ashrae140("640"), dtype=float)
    hours = jnp.arange(8760.0)
    clock = jnp.stack([hours, hours + 1], axis=-1)
    assert network.schedules.shape[1:] == (8760, 2)
    network = eqx.tree_at(
        lambda n: n.schedules, network, jnp.broadcast_to(clock, network.schedules.shape)
    )
    network = eqx.tree_at(lambda n: n.zones.heating_setpoint, network, jnp.zeros(1))
    weather = year.select_days(196, 2)
    flow = jnp.arange(48.0)[:, None]

    @jax.jit
    def run(network, weather, controls):
        c = coefficients(network, 900.0)
        days = inputs_by_day(network, weather, controls, OPTIONS)
        return c, days, jax.lax.map(lambda day: day_forcing(network, c, day), days)

    controls = Controls(heat_flow=flow)
    c, days, (forcing, light) = jax.tree.map(np.asarray, run(network, weather, controls))
    return network, weather, c, days, forcing, light


def test_schedules_stand_at_their_hours_of_the_year(forced):
    """Warm-up first: it is the last of the two days; linear within each hour."""
    *_, forcing, _ = forced
    middle = (np.arange(24 * COUNT) + 0.5) / COUNT
    start = 24.0 * np.array([197, 196, 197])
    want = start[:, None] + middle
    np.testing.assert_allclose(forcing.heating_setpoint[..., 0], want, rtol=1e-12)


def test_controls_stand_at_their_hours(forced):
    network, *_, forcing, _ = forced
    convective = forcing.gain_convective[..., 0]
    base = np.sum(network.gains.power * (1 - network.gains.radiant_fraction))
    hours = np.concatenate([np.arange(24, 48), np.arange(48)]).reshape(3, 24)
    np.testing.assert_allclose(convective - base, np.repeat(hours, COUNT, axis=1), atol=1e-9)
    radiant = np.sum(network.gains.power * network.gains.radiant_fraction)
    np.testing.assert_allclose(forcing.gain_radiant[..., 0], radiant, rtol=1e-12)


def test_months_of_partial_weather(year):
    assert _months(year.select_days(30, 3)).tolist() == [0, 1, 1]
    assert _months(year.select_days(364, 1)).tolist() == [11]
    assert np.bincount(_months(year)).tolist() == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_days_carry_their_month(forced):
    assert forced[3].month.tolist() == [6, 6, 6]  # 16 and 17 July


def test_sunlight_is_conserved_on_its_way_in(forced):
    """All that windows let in is absorbed by faces or goes out through the panes again."""
    _, _, c, _, forcing, light = forced
    inside = np.sum(forcing.solar_inside * c.area, axis=-1)
    transmitted = light.transmitted
    day = transmitted > 50.0
    assert day.any()
    share = inside[day] / transmitted[day]
    assert (share < 1.0).all() and (share > 0.9).all()  # dark faces: little finds its way out
    assert (transmitted >= 0).all() and (transmitted[:, : 4 * COUNT] == 0).all()


def test_faces_get_the_sun_of_their_side(forced):
    network, _, _, _, forcing, light = forced
    names = network.structure.envelope[0]
    at = {name: i for i, name in enumerate(names)}
    daily = light.incident[1, :, 0, :]
    morning, evening = daily[: 12 * COUNT].sum(axis=0), daily[12 * COUNT :].sum(axis=0)
    assert morning[at["east"]] > 1.2 * morning[at["west"]]
    assert evening[at["west"]] > 1.2 * evening[at["east"]]
    assert daily[:, at["roof"]].sum() > daily[:, at["south"]].sum() > daily[:, at["north"]].sum()
    # The raised floor sees neither sun nor wind.
    assert (forcing.solar_outside[..., at["floor"]] == 0).all()
    assert (forcing.forced[..., at["floor"]] == 0).all() and (forcing.forced[..., 0] > 0).all()
    absorbed = network.envelope.outside_solar_absorptance[0, at["roof"]] * daily[:, at["roof"]]
    np.testing.assert_allclose(forcing.solar_outside[1, :, 0, at["roof"]], absorbed, rtol=1e-12)


def test_infiltration_is_volume_times_rate_of_outdoor_air(forced):
    network, weather, *_, forcing, _ = forced
    # 0.5 changes an hour of 129.6 m3 at the outdoor density, 1.0 to 1.3 kg/m3.
    volume_flow = 0.5 * 129.6 / 3600
    np.testing.assert_allclose(network.airflows.flow, volume_flow, rtol=1e-9)
    density = np.asarray(weather.pressure) / 287.05 / (np.asarray(weather.temp_air) + 273.15)
    rate = forcing.airflow[1:, ..., 0].reshape(-1, COUNT).mean(axis=1)
    np.testing.assert_allclose(rate, volume_flow * density * 1006, rtol=0.03)
    np.testing.assert_array_equal(forcing.airflow_slope, 0.0)


def test_orientation_turns_the_walls(year):
    """A quarter turn clockwise: the south wall gets what the west wall got."""
    network = fx.build(fx.cases.ashrae140("600"), dtype=float)
    weather = year.select_days(196, 1)

    @jax.jit
    def incident(network):
        c = coefficients(network, 900.0)
        days = inputs_by_day(network, weather, Controls(), Options(warmup_days=0))
        return jax.lax.map(lambda day: day_forcing(network, c, day), days)[1].incident

    names = network.structure.envelope[0]
    straight = np.asarray(incident(network))[0, :, 0]
    turned = np.asarray(incident(eqx.tree_at(lambda n: n.orientation, network, jnp.asarray(90.0))))[
        0, :, 0
    ]
    for one, other in (("south", "west"), ("east", "south"), ("roof", "roof")):
        np.testing.assert_allclose(
            turned[:, names.index(one)], straight[:, names.index(other)], atol=1e-9
        )
