"""Derivatives of glazing optics and gap conductance: finite everywhere, right at every switch."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.glazing_gap import GAS_COEFFICIENTS, gap_conductance, gap_convection
from fluxion.physics.glazing_optics import (
    COATED_SWITCH,
    angular_nodes,
    evaluate_angular,
    fit_angular,
    glazing_optics,
    glazing_optics_from_table,
    glazing_system,
    pane_optics,
)

AIR = jnp.asarray(GAS_COEFFICIENTS[0])


def slope(f, x, step):
    """Central difference of a scalar function along each component of a vector."""
    x = np.asarray(x, float)
    steps = step * np.eye(x.size)
    return np.array([(f(jnp.asarray(x + s)) - f(jnp.asarray(x - s))) / (2 * step) for s in steps])


@jax.jit
def summary(x, present):
    """Every output of a coated pane before a clear one, weighted into one number."""
    t, rf, rb = x.reshape(3, 2)
    optics = glazing_optics(t, rf, rb, jnp.array([1, 0]), present)
    beam = evaluate_angular(optics.beam_transmittance, jnp.array([0.2, 0.7, -0.4]))
    leaves = jnp.concatenate([leaf.reshape(-1) for leaf in jax.tree.leaves(optics)])
    return leaves @ jnp.sin(1.0 + jnp.arange(leaves.size)) + beam.sum()


summary_gradient = jax.jit(jax.grad(summary))
BOTH = jnp.ones(2)


def test_optics_of_every_pane():
    rng = np.random.default_rng(1)
    for first in (0.45, COATED_SWITCH, COATED_SWITCH + 0.004):
        x = np.concatenate([[first, 0.8], rng.uniform(0.05, 0.15, 4)])
        for present in (BOTH, BOTH.at[1].set(0.0)):
            got = summary_gradient(jnp.asarray(x), present)
            want = slope(lambda y, there=present: summary(y, there), x, 1e-6)
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(np.asarray(got)[[1, 3, 5]], 0.0)  # the pane that is absent


def test_no_nan_at_extreme_panes():
    """No reflection, no transmission, nothing absorbed: the guarded roots and logarithms."""
    for t, r in ((0.0, 0.0), (1.0, 0.0), (0.0, 0.9), (0.92, 0.08), (0.0, 1.0)):
        x = jnp.asarray([t, t, r, r, r, r])
        assert np.isfinite(summary(x, BOTH))
        assert np.all(np.isfinite(summary_gradient(x, BOTH)))


def test_angle_including_grazing():
    @jax.jit
    def through(c):
        clear = pane_optics(0.834, 0.075, 0.075, c, coated=jnp.array([0, 0]))
        return glazing_system(*clear, jnp.ones(2))[0]

    gradient = jax.jit(jax.grad(through))
    assert np.isfinite(gradient(1.0)) and np.isfinite(gradient(0.0))
    for cosine in (0.02, 0.6):
        want = (through(cosine + 1e-6) - through(cosine - 1e-6)) / 2e-6
        np.testing.assert_allclose(gradient(cosine), want, rtol=1e-7)


def test_grazing_light_on_glass_that_absorbs_nothing():
    @jax.jit
    def pane(x):
        return jnp.stack(pane_optics(x[0], x[1], x[1], x[2], coated=0))

    x = jnp.array([0.92, 0.08, 0.0])
    np.testing.assert_allclose(pane(x), [0.0, 1.0, 1.0], atol=1e-9)
    assert np.all(np.isfinite(jax.jacfwd(pane)(x)))


def test_fitted_curve_in_its_angle():
    nodes = angular_nodes()
    coefficients = fit_angular(nodes * (0.9 - 0.2 * nodes**3))
    f = jax.jit(lambda c: evaluate_angular(coefficients, c))
    gradient = jax.jit(jax.grad(f))
    for cosine in (0.05, 0.5, 0.95):
        want = (f(cosine + 1e-6) - f(cosine - 1e-6)) / 2e-6
        np.testing.assert_allclose(gradient(cosine), want, rtol=1e-7)
    assert gradient(-0.2) == 0.0


def test_table_values():
    nodes = jnp.linspace(0.0, 1.0, 10)
    x0 = np.concatenate([0.7 * nodes, 0.1 * nodes, 1 - 0.8 * nodes])

    @jax.jit
    def f(x):
        optics = glazing_optics_from_table(nodes, x[:10], x[None, 10:20], x[20:])
        beam = evaluate_angular(optics.beam_transmittance, jnp.array(0.33))
        return beam + 2.0 * optics.back_absorptance[0] + optics.diffuse_absorptance[0]

    got = jax.jit(jax.grad(f))(jnp.asarray(x0))
    np.testing.assert_allclose(got, slope(f, x0, 1e-6), atol=1e-8)


@jax.jit
def gap(x):
    a, b, thickness, one, two, tilt, height, pressure = x
    return gap_conductance(a, b, thickness, one, two, AIR, tilt, height, pressure)


gap_gradient = jax.jit(jax.grad(gap))
SCALE = np.array([1.0, 1.0, 1e-3, 0.1, 0.1, 1.0, 0.1, 1e3])
GAP = np.array([3.0, 14.0, 0.013, 0.84, 0.2, 90.0, 1.5, 95e3])


@pytest.mark.parametrize(
    "change",
    [
        {},
        {1: 3.0},  # equal temperatures
        {5: 35.0},
        {5: 60.0},  # the seam between two families of correlations
        {5: 90.0, 1: -20.0},
        {5: 30.0, 1: -20.0},  # heated from above
        {2: 0.021, 1: 25.2},  # Rayleigh number near 1e4
        {2: 0.035, 1: 23.0},  # near 5e4
        {3: 0.0},
        {6: 0.08},  # a squat gap, where the second correlation leads
    ],
)
def test_gap_against_central_differences(change):
    x = GAP.copy()
    for position, value in change.items():
        x[position] = value
    got = np.asarray(gap_gradient(jnp.asarray(x)))
    want = slope(lambda y: gap(x + y * SCALE), np.zeros(8), 1e-5)
    if x[3] == 0.0:  # emissivity ends here: difference on one side
        want[3] = (gap(x + SCALE * 1e-6 * (np.arange(8) == 3)) - gap(x)) / 1e-6
    np.testing.assert_allclose(got * SCALE, want, rtol=2e-5, atol=2e-6)


def test_gap_stays_finite_in_single_precision():
    def f(x):
        return gap_convection(x[0], x[1], x[2], AIR.astype(x.dtype), x[3], 1.0, 101325.0)

    grad = jax.jit(jax.grad(f))
    for b in (0.0, 1e-4, 60.0, -60.0):
        for tilt in (0.0, 60.0, 90.0, 180.0):
            x = jnp.asarray([0.0, b, 0.05, tilt], jnp.float32)
            assert np.isfinite(f(x)) and np.all(np.isfinite(grad(x))), (b, tilt)
