"""Derivatives of a wall's heat flows by thickness, conductivity and density of each layer."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.conduction import wall_modes, wall_profile, wall_response

# Resistance and capacity of each layer, outside to inside, padded to three.
WALLS = {
    "slab": ([0.143, 0.0, 0.0], [405000.0, 0.0, 0.0]),
    "heavy": ([0.064, 1.5375, 0.196], [4293.0, 861.0, 140000.0]),
    "massless core": ([0.06, 2.5, 0.08], [120000.0, 0.0, 15000.0]),
    "massless faces": ([0.5, 0.12, 0.3], [0.0, 250000.0, 0.0]),
    "massless": ([0.5, 1.0, 0.2], [0.0, 0.0, 0.0]),
    # Modes come in pairs that hardly differ; the third mode's partner is left out.
    "symmetric": ([0.05, 3.0, 0.05], [170000.0, 2000.0, 170000.0]),
    "nearly equal": ([0.05, 40.0, 0.05], [170000.0, 0.0, 170000.0]),
}
STEP = 900.0
TIME = STEP * np.arange(49)
OUTSIDE = 10 * np.sin(2 * np.pi * TIME / 86400) + 3 * np.sin(2 * np.pi * TIME / 20000)
INSIDE = 2 * np.sin(2 * np.pi * TIME / 40000)


@partial(jax.jit, static_argnames="modes")
def heat(factors, resistance, capacitance, modes=3):
    """A smooth mix of the flows at both faces over half a day of swinging faces."""
    thickness, conductivity, density = factors
    wall = wall_modes(
        resistance * thickness / conductivity, capacitance * thickness * density, modes=modes
    )
    r = wall_response(wall, STEP)

    def advance(carry, now):
        a, last_out, last_in = carry
        out, inn, new_out, new_in = now
        d_out, d_in, p_out, p_in = new_out - out, new_in - inn, out - last_out, inn - last_in
        across = r.conductance * (new_out - new_in)
        q_in = across + r.inside_history @ a - r.b_oi * d_out - r.b_ii * d_in
        q_in = q_in + r.d_oi * p_out + r.d_ii * p_in
        q_out = -across + r.outside_history @ a - r.b_oo * d_out - r.b_oi * d_in
        q_out = q_out + r.d_oo * p_out + r.d_oi * p_in
        a = r.decay * a - r.outside_gain * d_out - r.inside_gain * d_in
        a = a + r.outside_bend * p_out + r.inside_bend * p_in
        return (a, out, inn), jnp.array([q_in, q_out])

    start = (jnp.zeros_like(wall.time_constant), OUTSIDE[0], INSIDE[0])
    courses = (OUTSIDE[:-1], INSIDE[:-1], OUTSIDE[1:], INSIDE[1:])
    courses = jax.tree.map(lambda v: jnp.asarray(v, resistance.dtype), courses)
    start = jax.tree.map(lambda v: jnp.asarray(v, resistance.dtype), start)
    _, flows = jax.lax.scan(advance, start, courses)
    return jnp.mean(jnp.logaddexp(flows[:, 0], 0.0) + 0.3 * jnp.logaddexp(-flows[:, 1], 0.0))


gradient = jax.jit(jax.grad(heat), static_argnames="modes")
ONES = np.ones((3, 3))


def central(resistance, capacitance, size=1e-5):
    found = np.zeros((3, 3))
    for index in np.ndindex(3, 3):
        up, down = ONES.copy(), ONES.copy()
        up[index] += size
        down[index] -= size
        found[index] = heat(up, resistance, capacitance) - heat(down, resistance, capacitance)
    return found / (2 * size)


@pytest.mark.parametrize("name", WALLS)
def test_reverse_mode_agrees_with_central_differences(name):
    r, c = map(np.asarray, WALLS[name])
    want = central(r, c)
    got = gradient(ONES, r, c)
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-8 * np.abs(want).max())


@pytest.mark.parametrize("name", ["slab", "heavy", "massless core", "symmetric"])
def test_dropped_modes_do_not_spoil_the_derivative(name):
    """Three modes give the derivative of all modes within two percent of its size."""
    r, c = map(np.asarray, WALLS[name])
    want = gradient(ONES, r, c, modes=24)
    got = gradient(ONES, r, c)
    np.testing.assert_allclose(got, want, rtol=0, atol=0.02 * np.abs(want).max())


@pytest.mark.parametrize("name", WALLS)
def test_single_precision_derivatives(name):
    r, c = map(np.asarray, WALLS[name])
    want = gradient(ONES, r, c)
    got = gradient(ONES.astype("f4"), r.astype("f4"), c.astype("f4"))
    assert got.dtype == jnp.float32
    np.testing.assert_allclose(got, want, rtol=0, atol=3e-3 * np.abs(want).max())


def test_forward_and_reverse_mode_agree():
    r, c = map(np.asarray, WALLS["heavy"])
    direction = np.cos(np.arange(9.0)).reshape(3, 3)
    _, slope = jax.jvp(lambda x: heat(x, r, c), (ONES,), (direction,))
    np.testing.assert_allclose(slope, np.sum(gradient(ONES, r, c) * direction), rtol=1e-10)


def test_mass_appears_smoothly_in_a_massless_layer():
    """The derivative by a capacity at exactly zero is finite where a root would not be."""
    r = np.array([0.06, 2.5, 0.08])
    by_capacity = jax.jit(jax.grad(lambda c: heat(jnp.asarray(ONES), r, c)))
    at = by_capacity(np.array([120000.0, 0.0, 15000.0]))
    assert np.isfinite(at).all()


def test_profile_by_thickness_and_state():
    r, c = map(np.asarray, WALLS["heavy"])
    depth = np.array([0.03, 0.5, 1.65])

    @jax.jit
    def temperature(x):
        modes = wall_modes(r * x[:3], c * x[:3], modes=3)
        slow = jnp.abs(modes.outside_weight) / modes.outside_weight  # sign of each eigenvector
        a = slow * jnp.array([400.0, 90.0, 20.0]) * x[3]
        return jnp.sum(jnp.cos(depth) * wall_profile(r * x[:3], c * x[:3], a, x[4], 21.0, depth))

    x = np.array([1.0, 1.1, 0.9, 1.0, -3.0])
    want = np.zeros(5)
    for i in range(5):
        step = 1e-5 * np.eye(5)[i]
        want[i] = (temperature(x + step) - temperature(x - step)) / 2e-5
    np.testing.assert_allclose(jax.jit(jax.grad(temperature))(x), want, rtol=1e-6, atol=1e-7)
