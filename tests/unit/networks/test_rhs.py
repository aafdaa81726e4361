"""The right-hand side: at rest where steps rest, right in its slopes and in its heat."""

from __future__ import annotations

import dataclasses
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.networks import (
    ForcingInTime,
    RhsState,
    coefficients,
    rhs,
    rhs_initial_state,
    solve_faces,
    step,
    uniform_state,
)
from fluxion.simulation import air_capacity, forcing_in_time

STEP = 900.0


@dataclasses.dataclass
class Setup:
    network: object
    c: object
    capacity: object
    forcing: object
    evaluate: object
    faces: object


@pytest.fixture(scope="module")
def two_zones() -> Setup:
    """Case 960 at noon, without plant: two zones, a partition, windows, ground, massless layers."""
    network = fx.build(fx.cases.ashrae140("960"), dtype=float)
    off = jnp.zeros(2)
    network = eqx.tree_at(
        lambda n: (n.zones.heating_capacity, n.zones.cooling_capacity), network, (off, off)
    )
    weather = fx.default_weather(dtype=float).select_days(100, 2)
    # Each in one program: by themselves their operations would be compiled one by one.
    forcing = jax.jit(partial(forcing_in_time, steps_per_hour=1))(network, weather)(12.4)
    c = jax.jit(partial(coefficients, step=STEP))(network)
    evaluate = jax.jit(partial(rhs, sweeps=20))
    faces = jax.jit(solve_faces, static_argnames="sweeps")
    return Setup(network, c, air_capacity(network, weather), forcing, evaluate, faces)


@pytest.fixture(scope="module")
def steady(two_zones):
    """State after steps under one forcing until nothing changes."""
    s = two_zones

    @jax.jit
    def settle(state):
        advance = lambda _, x: step(s.network, s.c, s.capacity / STEP, x, s.forcing)[0]  # noqa: E731
        return jax.lax.fori_loop(0, 12000, advance, state)

    return settle(uniform_state(s.network))


def largest(state: RhsState) -> tuple[float, float]:
    return float(jnp.abs(state.modes).max()), float(jnp.abs(state.temp_air).max())


def test_nothing_changes_where_steps_come_to_rest(two_zones, steady):
    s = two_zones
    still = rhs_initial_state(s.network, s.c, steady)
    away = rhs_initial_state(s.network, s.c, 20.0)
    rest = largest(s.evaluate(s.network, s.c, s.capacity, still, s.forcing))
    moving = largest(s.evaluate(s.network, s.c, s.capacity, away, s.forcing))
    assert rest[0] < 1e-8 * moving[0] and rest[1] < 1e-8 * moving[1], (rest, moving)


def test_faces_at_rest_are_those_of_the_steps(two_zones, steady):
    s = two_zones
    found = s.faces(
        s.network, s.c, rhs_initial_state(s.network, s.c, steady), s.forcing, sweeps=20
    ).state
    for name in ("temp_inside", "temp_outside", "temp_radiant", "temp_pane"):
        np.testing.assert_allclose(getattr(found, name), getattr(steady, name), atol=1e-7)


def test_sweeps_close_the_balances_at_a_known_pace(two_zones):
    s = two_zones
    state = rhs_initial_state(s.network, s.c, 20.0)
    state = RhsState(state.modes, jnp.asarray([24.0, 31.0]))
    changes = [float(s.faces(s.network, s.c, state, s.forcing, sweeps=n).change) for n in (2, 4, 8)]
    assert changes[0] > 0.01, changes
    assert changes[1] < changes[0] / 9, changes
    assert changes[2] < 1e-5, changes


def test_surplus_of_a_warm_zone_is_what_faces_and_air_bring(two_zones):
    """The rate of the air against flows of its faces, summed by hand, and the plant's heat."""
    s = two_zones
    state = rhs_initial_state(s.network, s.c, 20.0)
    state = RhsState(state.modes, jnp.asarray([24.0, 31.0]))
    plant = jnp.asarray([500.0, -200.0])
    flows = s.faces(s.network, s.c, state, s.forcing, sweeps=20).flows
    np.testing.assert_allclose(flows.temp_air, state.temp_air, rtol=1e-12)
    brought = -jnp.sum(s.c.area * flows.convection_inside, axis=1)
    brought = brought + flows.airflow + flows.exchange + s.forcing.gain_convective + plant
    found = s.evaluate(s.network, s.c, s.capacity, state, s.forcing, plant)
    np.testing.assert_allclose(found.temp_air * s.capacity, brought, rtol=1e-9)


def test_walls_store_what_passes_their_faces(two_zones):
    """Heat in the walls, by capacity and temperature alone, grows by what flows into them."""
    s = two_zones
    uniform = rhs_initial_state(s.network, s.c, 1.0)
    envelope = s.network.structure.counts[1]
    opaque = envelope + s.network.structure.counts[2]
    walls = s.c.walls
    ones = s.c.walls.outside_weight + s.c.walls.inside_weight
    oo, oi, ii = (walls.residual[..., k] for k in range(3))
    lags = jnp.stack([oo + oi, oi + ii], axis=-1)
    weights = jnp.concatenate([ones, lags], axis=-1)
    # One degree throughout holds the whole capacity, whatever the number of modes.
    held = jnp.sum(weights * uniform.modes, axis=-1)
    np.testing.assert_allclose(held, walls.capacitance, rtol=1e-9)

    state = rhs_initial_state(s.network, s.c, 20.0)
    state = RhsState(state.modes * 1.01, jnp.asarray([24.0, 31.0]))
    found = s.evaluate(s.network, s.c, s.capacity, state, s.forcing)
    flows = s.faces(s.network, s.c, state, s.forcing, sweeps=20).flows
    growth = jnp.sum(weights * found.modes, axis=-1)[:, :envelope]
    leaving = (flows.conduction_inside[:, :opaque])[:, :envelope]
    leaving = leaving + flows.conduction_outside[:, :envelope]
    np.testing.assert_allclose(growth, -leaving, rtol=1e-8, atol=1e-8)


def test_slopes_are_those_of_central_differences(two_zones):
    s = two_zones
    state = rhs_initial_state(s.network, s.c, 20.0)

    def rate(x):
        forcing = dataclasses.replace(
            s.forcing,
            solar_inside=s.forcing.solar_inside * (1 + x[0]),
            temp_air=s.forcing.temp_air + 5 * x[1],
        )
        here = RhsState(state.modes * (1 + x[2]), jnp.asarray([24.0, 31.0 + 10 * x[3]]))
        found = rhs(s.network, s.c, s.capacity * (1 + x[4]), here, forcing, sweeps=20)
        return found.temp_air @ jnp.asarray([1.0, 0.7]) + 1e-6 * jnp.sum(found.modes)

    x, size = jnp.zeros(5), 1e-5
    value = jax.jit(jax.vmap(rate))
    slope = jax.jit(jax.grad(rate))(x)
    moved = size * np.eye(5)
    difference = (value(x + moved) - value(x - moved)) / (2 * size)
    assert (np.abs(difference) > 1e-12).all()
    np.testing.assert_allclose(slope, difference, rtol=1e-5)


def test_forcing_is_linear_between_the_middles_of_steps(two_zones):
    s = two_zones
    three = jax.tree.map(lambda leaf: jnp.stack([leaf, 3 * leaf, 2 * leaf]), s.forcing)
    course = ForcingInTime(three, steps_per_hour=2, start=24.0)
    for time, factor in [(24.25, 1.0), (24.75, 3.0), (24.375, 1.5), (25.0, 2.5), (0.0, 1.0)]:
        np.testing.assert_allclose(course(time).solar_inside, factor * s.forcing.solar_inside)
        np.testing.assert_allclose(course(time).temp_air, factor * s.forcing.temp_air)
