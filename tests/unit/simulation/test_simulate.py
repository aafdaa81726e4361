"""Running a network: what recompiles, batches, controls, restarts, precision, refusals."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import NonFiniteError, SimulationError
from fluxion.simulation import Controls, Options
from fluxion.simulation._simulate import _run

SETTINGS = {"warmup_days": 1}
INSULATION = np.s_[:, 1]


@pytest.fixture(scope="module")
def year():
    return fx.default_weather(dtype=float)


@pytest.fixture(scope="module")
def weather(year):
    """Two autumn days that heat by night and cool by day."""
    return year.select_days(315, 2)


@pytest.fixture(scope="module")
def network():
    return fx.build(fx.cases.ashrae140("600"), dtype=float)


@pytest.fixture(scope="module")
def plain(network, weather):
    return fx.simulate(network, weather, **SETTINGS)


@pytest.fixture(scope="module")
def at_rest(plain):
    """Everything at 20 degC: what a simulation starts from by default."""
    state = jax.tree.map(lambda leaf: jnp.full_like(leaf, 20.0), plain.final_state)
    return {
        "initial_state": eqx.tree_at(lambda s: s.modes, state, jnp.zeros_like(state.modes)),
        "warmup_days": 0,
    }


def thicker(network, factor):
    return eqx.tree_at(
        lambda n: n.layers.thickness,
        network,
        network.layers.thickness.at[INSULATION].multiply(factor),
    )


def windier(weather, factor):
    return dataclasses.replace(weather, wind_speed=weather.wind_speed * factor)


def same(one, other, rtol=1e-12, atol=1e-9):
    for name in one.values:
        np.testing.assert_allclose(one[name], other[name], rtol=rtol, atol=atol, err_msg=name)


def test_the_thermostat_holds(plain):
    temperature = np.asarray(plain.zone_temperature)
    heating, cooling = np.asarray(plain.heating_rate), np.asarray(plain.cooling_rate)
    assert temperature.shape == heating.shape == (48, 1)
    assert temperature.min() > 20 - 1e-9 and temperature.max() < 27 + 1e-9
    assert heating.max() > 1000 and cooling.max() > 1000
    assert (heating[temperature > 26.9] == 0).all() and (cooling[temperature < 20.1] == 0).all()


def test_new_numbers_never_compile_again(network, weather, plain):
    before = _run._cache_size()
    other = fx.simulate(thicker(network, 1.3), weather, **SETTINGS)
    assert float(other.annual_heating[0]) < float(plain.annual_heating[0])
    fx.simulate(network, windier(weather, 2.0), **SETTINGS)
    fx.simulate(network, weather.renamed("elsewhere"), **SETTINGS)
    rebuilt = fx.build(fx.cases.ashrae140("600"), dtype=float)
    same(fx.simulate(rebuilt, weather, **SETTINGS), plain, rtol=0, atol=0)
    fx.simulate(rebuilt, weather, options=Options(**SETTINGS))
    scheduled = eqx.tree_at(lambda n: n.schedules, rebuilt, rebuilt.schedules * 0.5)
    fx.simulate(scheduled, weather, **SETTINGS)
    assert _run._cache_size() == before


def test_other_names_never_compile_again(network, weather, plain):
    """Case 900 has other constructions of as many layers; results carry their own names."""
    before = _run._cache_size()
    heavy = fx.build(fx.cases.ashrae140("900"), dtype=float)
    run = fx.simulate(heavy, weather, **SETTINGS)
    assert _run._cache_size() == before
    assert run.structure == heavy.structure != plain.structure


def test_batches_equal_loops(network, weather, plain):
    """Parameters and weathers side by side, in one program, against one at a time."""
    factors = jnp.array([1.0, 1.5, 0.6])
    winds = jnp.array([1.0, 0.5, 2.0])

    @jax.jit
    @jax.vmap
    def batch(factor, wind):
        return fx.simulate(thicker(network, factor), windier(weather, wind), **SETTINGS)

    together = batch(factors, winds)
    assert together.zone_temperature.shape == (3, 48, 1)
    assert together.annual_heating.shape == (3, 1)
    same(jax.tree.map(lambda leaf: leaf[0], together), plain)
    for i in (1, 2):
        alone = fx.simulate(thicker(network, factors[i]), windier(weather, winds[i]), **SETTINGS)
        same(jax.tree.map(lambda leaf, i=i: leaf[i], together), alone)
        np.testing.assert_allclose(together.peak_heating[i], alone.peak_heating, rtol=1e-12)

    # One poisoned member: named, and without a trace in the others.
    poisoned = batch(factors.at[1].set(jnp.nan), winds)
    with pytest.raises(NonFiniteError, match=r"member 1: zone 'zone' from hour 0 \(day 1, 0:00\)"):
        poisoned.raise_if_failed()
    assert poisoned.failures() == [((1,), "zone", 0)]
    for name, values in poisoned.values.items():
        np.testing.assert_array_equal(values[np.array([0, 2])], together[name][np.array([0, 2])])


def test_a_gap_in_the_weather_is_found_by_its_hour(network, weather, at_rest):
    broken = dataclasses.replace(weather, temp_air=weather.temp_air.at[30].set(jnp.nan))
    # The warm-up day would carry it to the start; without one it begins where it stands.
    late = dataclasses.replace(weather, wind_speed=weather.wind_speed.at[30].set(jnp.nan))
    with pytest.raises(NonFiniteError, match="zone 'zone' from hour 0 "):
        fx.simulate(network, broken, **SETTINGS)
    with pytest.raises(NonFiniteError, match=r"from hour 30 \(day 2, 6:00\)"):
        fx.simulate(network, late, **at_rest)
    quiet = fx.simulate(network, late, **at_rest, throw=False)
    assert quiet.failures() == [((), "zone", 30)]
    assert np.isfinite(quiet.zone_temperature[:30]).all()


def test_controls_act_at_their_hours(network, weather):
    """Hourly setpoints are met hour by hour; a heat flow is answered by the plant."""
    heating = 18.0 + (jnp.arange(48) % 5)[:, None]
    cooling = jnp.full((48, 1), 26.0)
    flow = jnp.zeros((48, 1)).at[27].set(700.0)
    base = Controls(heating, cooling, jnp.zeros((48, 1)))
    run = fx.simulate(network, weather, base, **SETTINGS)
    at_limit = np.asarray(run.heating_rate[:, 0]) > 200.0
    # An hour that heats in all its steps stands on its own setpoint.
    held = np.asarray(run.zone_temperature[:, 0])[at_limit] - np.asarray(heating[:, 0])[at_limit]
    assert at_limit.sum() > 10
    assert (np.abs(held) < 1e-9).mean() > 0.5 and (held >= -1e-9).all()
    assert float(run.zone_temperature.max()) <= 26.0 + 1e-9
    pushed = fx.simulate(
        network, weather, eqx.tree_at(lambda c: c.heat_flow, base, flow), **SETTINGS
    )
    change = np.asarray(
        pushed.heating_rate - pushed.cooling_rate - run.heating_rate + run.cooling_rate
    )
    assert np.abs(change[:27]).max() < 1e-9
    held = (np.asarray(run.heating_rate) > 700.0) | (np.asarray(run.cooling_rate) > 0.0)
    assert held[27] and abs(change[27, 0] + 700.0) < 1e-6


def test_it_goes_on_where_it_stopped(weather, at_rest):
    """Two days, then two alike from the state they left, equal four days in one go.

    Beams lie on the floor: those traced are interpolated between days of the weather given.
    """
    building = fx.cases.ashrae140("600")
    floors = tuple(zone.replace(beam_to="floor") for zone in building.zones)
    network = fx.build(building.replace(zones=floors), dtype=float)
    twice = jax.tree.map(
        lambda leaf: jnp.concatenate([leaf, leaf]) if leaf.shape == (48,) else leaf, weather
    )
    assert twice.days == 4
    whole = fx.simulate(network, twice, warmup_days=0)
    first = fx.simulate(network, weather, **at_rest)
    second = fx.simulate(network, weather, initial_state=first.final_state, warmup_days=0)
    for name in whole.values:
        joined = jnp.concatenate([first[name], second[name]])
        difference = np.abs(joined - whole[name])
        # Sun angles run on through the seam but are extrapolated at an end: a trifle by day.
        np.testing.assert_allclose(
            difference, 0.0, atol=1e-6 if name == "zone_temperature" else 1e-3
        )
    for one, other in zip(
        jax.tree.leaves(second.final_state), jax.tree.leaves(whole.final_state), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_warm_up_changes_the_start(network, weather, plain, at_rest):
    cold = fx.simulate(network, weather, **at_rest)
    assert np.abs(cold.heating_rate[0] - plain.heating_rate[0]).max() > 50.0


@pytest.mark.slow
def test_warm_up_runs_the_last_days_first(network, weather, plain):
    """One day of warm-up is the last day, run from 20 degC."""
    warm = fx.simulate(network, weather.select_days(1, 1), warmup_days=0)
    lead = fx.simulate(network, weather, initial_state=warm.final_state, warmup_days=0)
    # The single day wraps its first hour onto its own end, so it is near, not equal.
    np.testing.assert_allclose(lead.zone_temperature, plain.zone_temperature, atol=0.02)


def test_single_precision_follows_double(network, weather, plain):
    single = fx.build(fx.cases.ashrae140("600"), dtype=jnp.float32)
    run = fx.simulate(single, weather, **SETTINGS)  # double weather is taken down to the network's
    assert {leaf.dtype for leaf in jax.tree.leaves(run)} == {jnp.dtype("float32")}
    np.testing.assert_allclose(run.zone_temperature, plain.zone_temperature, atol=2e-3)
    peak = float(plain.peak_heating[0])
    np.testing.assert_allclose(run.heating_rate, plain.heating_rate, atol=1e-3 * peak)
    np.testing.assert_allclose(run.annual_heating, plain.annual_heating, rtol=3e-4)
    np.testing.assert_allclose(run.annual_cooling, plain.annual_cooling, rtol=3e-4)


def test_the_default_step_is_fine_enough(network, weather, plain):
    fine = fx.simulate(network, weather, steps_per_hour=12, **SETTINGS)
    np.testing.assert_allclose(plain.annual_heating, fine.annual_heating, rtol=5e-3)
    np.testing.assert_allclose(plain.annual_cooling, fine.annual_cooling, rtol=5e-3)
    np.testing.assert_allclose(plain.peak_heating, fine.peak_heating, rtol=1e-2)
    np.testing.assert_allclose(plain.peak_cooling, fine.peak_cooling, rtol=1e-2)


def test_results_reduce_to_energy_and_peaks(plain):
    heating = np.asarray(plain.heating_rate)
    np.testing.assert_allclose(plain.annual_heating, heating.sum(axis=0) * 3600)
    np.testing.assert_array_equal(plain.peak_heating, heating.max(axis=0))
    np.testing.assert_array_equal(plain.peak_cooling, np.asarray(plain.cooling_rate).max(axis=0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps_per_hour": 7}, "7 steps per hour do not divide"),
        ({"steps_per_hour": 0}, "0 steps per hour do not divide"),
        ({"steps_per_hour": 4.0}, "4.0 steps per hour do not divide"),
        ({"warmup_days": -1}, "-1 warm-up days were given; take a whole number"),
        ({"warmup_days": 1.5}, "1.5 warm-up days were given; take a whole number"),
        ({"modes": 0}, "0 modes a wall were given; take 1 to 8"),
        ({"window_convection": "ashrae"}, "take one of iso15099, tarp"),
        ({"adjoint": "backwards"}, "unknown adjoint 'backwards'; take one of stored"),
        ({"outputs": ("zone_temperature", "humidity")}, "unknown output 'humidity'; choose from"),
        ({"outputs": ()}, "unknown output (none given)"),
        ({"step": 900}, "unknown setting step; the settings are steps_per_hour"),
        ({"options": Options(), "modes": 2}, "both options and modes were given"),
    ],
)
def test_arguments_that_cannot_work_are_refused(network, weather, settings, message):
    with pytest.raises(SimulationError) as caught:
        fx.simulate(network, weather, **settings)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def of_zone(value, hours=48):
    return jnp.full((hours, 1), value)


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({"heat_flow": of_zone(1.0, 24)}, "heat_flow has shape (24, 1); give 48 hours of 1 zones"),
        ({"cooling_setpoint": jnp.ones(48)}, "cooling_setpoint has shape (48,); give 48 hours"),
        (
            {"heating_setpoint": of_zone(24.0), "cooling_setpoint": of_zone(23.0).at[:5].set(25.0)},
            "setpoints cross in zone 'zone' at hour 5: heating 24 degC is above cooling 23 degC",
        ),
    ],
)
def test_controls_that_do_not_fit_are_refused(network, weather, controls, message):
    with pytest.raises(SimulationError) as caught:
        fx.simulate(network, weather, Controls(**controls), **SETTINGS)
    assert message in str(caught.value)


def test_a_state_of_another_network_is_refused(network, weather, plain):
    other = eqx.tree_at(lambda s: s.temp_air, plain.final_state, jnp.zeros(2))
    with pytest.raises(
        SimulationError, match=r"temp_air has shape \(2,\), this network's has \(1,\)"
    ):
        fx.simulate(network, weather, initial_state=other)
    with pytest.raises(SimulationError, match="same number of modes"):
        fx.simulate(network, weather, initial_state=plain.final_state, modes=2)


def test_weekdays_of_schedules_and_weather_must_agree(year):
    """Only where it matters: an office knows weekends, case 600 does not."""
    office = fx.build(fx.cases.office(), first_weekday=2)
    with pytest.raises(SimulationError, match="a Wednesday in the network's schedules and a "):
        fx.simulate(office, year)
    network = fx.build(fx.cases.ashrae140("600"), dtype=float, first_weekday=2)
    fx.simulate(network, year.select_days(315, 2), **SETTINGS)


def test_a_room_whose_faces_do_not_radiate_stays_finite(network, weather):
    """Radiant gains leave a room of mirrors by convection."""
    mirrors = eqx.tree_at(
        lambda n: (n.envelope.inside_emissivity, n.glazings.emissivity_back),
        network,
        (
            jnp.zeros_like(network.envelope.inside_emissivity),
            jnp.zeros_like(network.glazings.emissivity_back),
        ),
    )

    def load(n):
        run = fx.simulate(n, weather, throw=False, **SETTINGS)
        return jnp.sum(run.annual_heating + run.annual_cooling)

    value, slopes = jax.value_and_grad(load)(mirrors)
    assert np.isfinite(value)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(slopes))


def test_a_leap_year_needs_a_leap_network(network, weather):
    leap = dataclasses.replace(weather, leap_year=True)
    with pytest.raises(SimulationError, match="build the network with leap_year=True"):
        fx.simulate(network, leap, **SETTINGS)


def test_outputs_that_were_not_kept_say_so(plain):
    with pytest.raises(
        KeyError, match="incident_solar' was not kept; kept were cooling_rate, heating_rate"
    ):
        plain["incident_solar"]
