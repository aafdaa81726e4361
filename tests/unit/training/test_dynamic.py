"""Models that go from hour to hour: what holds whatever was learned, and that learning helps."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import InputError
from fluxion.networks import uniform_state
from fluxion.simulation import Options, one_hour
from fluxion.surrogates import (
    OBSERVED,
    HybridCarry,
    HybridStep,
    NeuralCarry,
    NeuralStep,
    ReferenceNet,
    Scale,
    hybrid_features,
    neural_features,
    rollout,
)
from fluxion.training import (
    DrawWindows,
    RolloutLoss,
    Settings,
    dynamic_data,
    fit,
    free_run_errors,
    init_members,
    places,
    random_setpoints,
)
from fluxion.validation import PhysicsValidator, PlantLimits

OPTIONS = Options(steps_per_hour=1, warmup_days=0)
DAYS = 5


class Nothing:
    def apply(self, params, features):
        return jnp.zeros(1)


@pytest.fixture(scope="module")
def task():
    """Case 600 observed for some days, for a network with worse insulation and fewer gains."""
    weather = fx.default_weather(dtype=float).select_days(60, DAYS)
    case = fx.cases.ashrae140("600")  # beams on the floor: those traced take long to compile
    zones = tuple(zone.replace(beam_to="floor") for zone in case.zones)
    building = fx.build(case.replace(zones=zones), dtype=float)
    model = eqx.tree_at(
        lambda n: (n.layers.conductivity, n.airflows.flow, n.gains.power), building,
        (1.5 * building.layers.conductivity, building.airflows.flow, 0.3 * building.gains.power),
    )  # fmt: skip
    controls = random_setpoints(0, weather.hours, 1)
    data = dynamic_data(building, model, weather, controls, options=OPTIONS, model_options=OPTIONS)
    hour = one_hour(model, weather, options=OPTIONS)
    start = HybridCarry(uniform_state(model), jnp.zeros(1))
    return weather, model, controls, data, hour, start


@pytest.fixture(scope="module")
def free(task):
    """States and results without learned heat, and what a network is given there."""
    _, _, _, data, hour, start = task
    nothing = HybridStep(hour, Nothing(), Scale.of(jnp.zeros((2, 1))), jnp.zeros(1))

    @jax.jit
    def run(hours):
        where, found = places(nothing, {}, start, hours)
        return where, found, jax.vmap(hybrid_features)(where, hours)

    return run(data.hours)


def hybrid_of(task, free, reach=1500.0):
    hour, net = task[-2], ReferenceNet(1, 16)
    return net, HybridStep(hour, net, Scale.of(free[2]), jnp.full(1, reach))


def test_without_learned_heat_it_is_the_simulation(task, free):
    weather, model, controls, _, _, start = task
    whole = fx.simulate(model, weather, controls, options=OPTIONS, initial_state=start.state)
    _, found, _ = free
    for name in OBSERVED:
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-9, atol=1e-6)


def test_whatever_was_learned_bounds_hold(task, free):
    _, _, controls, data, _, start = task
    net, hybrid = hybrid_of(task, free, reach=3000.0)
    rows = free[2]
    params = init_members(net, jax.random.key(0), 1, rows[0])
    wild = jax.tree.map(lambda leaf: 50.0 * jax.random.normal(jax.random.key(3), leaf.shape[1:]),
                        params)  # fmt: skip
    answer = jax.jit(lambda p: rollout(hybrid, p, start, data.hours))
    _, found = answer(wild)
    limits = PlantLimits(
        np.asarray(controls.heating_setpoint), np.asarray(controls.cooling_setpoint),
        np.full((1, 1), 1e9), np.full((1, 1), 1e9),
    )  # fmt: skip
    checks = ("finite", "non_negative", "temperature")
    checked = PhysicsValidator(("zone",), limits=limits, checks=checks).validate(found)
    assert checked.passed, str(checked)
    # And the learned heat is felt: within its reach and not all of it nothing.
    none = jax.tree.map(jnp.zeros_like, wild)
    assert np.abs(found["zone_temperature"] - answer(none)[1]["zone_temperature"]).max() > 1.0


@pytest.mark.slow
def test_few_days_teach_it_what_the_network_misses(task, free):
    _, _, _, data, _, start = task
    where, before, rows = free
    net, hybrid = hybrid_of(task, free)
    draw = DrawWindows(data, where, 48, 2)
    scales = {"zone_temperature": 1.0, "heating_rate": 500.0, "cooling_rate": 500.0}
    end = fit(
        init_members(net, jax.random.key(0), 1, rows[0]), RolloutLoss(hybrid, scales, 12), draw,
        key=jax.random.key(1), settings=Settings(steps=120, epoch=120, rate=5e-3),
    )  # fmt: skip
    params = jax.tree.map(lambda leaf: leaf[0], end.params)
    _, after = jax.jit(lambda p: rollout(hybrid, p, start, data.hours))(params)
    old, new = free_run_errors(before, data), free_run_errors(after, data)
    assert float(old["heating_rate"]) > 100.0
    assert all(float(new[name]) < 0.6 * float(old[name]) for name in OBSERVED[:2]), (old, new)


def test_a_network_alone_stays_within_what_air_can_be(task):
    *_, data, _, _ = task
    net = ReferenceNet(3 + 4, 16)
    carry = NeuralCarry(jnp.full(1, 20.0), jnp.zeros(1), jnp.zeros(4))
    rows = jax.jit(jax.vmap(lambda hour: neural_features(carry, hour)))(data.hours)
    step = NeuralStep(net, Scale.of(rows), 5.0, jnp.full(1, 1000.0), 4)
    example = jnp.concatenate([rows[0], jnp.zeros(4)])
    params = init_members(net, jax.random.key(0), 1, example)
    wild = jax.tree.map(lambda leaf: 30.0 * leaf[0], params)
    _, found = jax.jit(lambda p: rollout(step, p, carry, data.hours))(wild)
    checked = PhysicsValidator(("zone",), checks=("finite", "non_negative", "temperature"))
    assert checked.validate(found).passed
    assert np.ptp(found["zone_temperature"]) > 1.0


def test_setpoints_jump_as_asked():
    made = random_setpoints(1, 500, 2)
    low, high = np.asarray(made.heating_setpoint), np.asarray(made.cooling_setpoint)
    np.testing.assert_array_equal(low, random_setpoints(1, 500, 2).heating_setpoint)
    assert (high - low >= 2.0).all() and np.any(low == 5.0) and np.any(low[:, 0] != low[:, 1])
    jumps = np.flatnonzero(np.diff(low[:, 0]))
    assert np.diff(jumps).min() >= 3 and np.median(np.diff(jumps)) <= 12


def test_windows_lie_within_the_data(task, free):
    _, _, _, data, _, start = task
    with pytest.raises(InputError, match="120 hours, fewer than a window of 200"):
        DrawWindows(data, start, 200)
    where = free[0]
    window = DrawWindows(data, where, 24, 5)(jax.random.key(0))
    seen = np.asarray(data.observed["zone_temperature"][:, 0])
    for k, shown in enumerate(np.asarray(window.data.observed["zone_temperature"][..., 0])):
        (first,) = (h for h in range(DAYS * 24 - 23) if np.array_equal(seen[h : h + 24], shown))
        np.testing.assert_array_equal(
            window.start.state.temp_inside[k], where.state.temp_inside[first]
        )
        np.testing.assert_array_equal(window.data.hours.clock[k], (first + np.arange(24)) % 24)
