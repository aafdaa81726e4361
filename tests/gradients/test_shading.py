"""Derivatives of sunlit fractions: right almost everywhere, finite everywhere."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.physics.shading import Fins, Overhangs, Receiver, diffuse_shading, sunlit_fractions


def unpack(x):
    """Receiver, one overhang, two fins and a sun direction out of 19 numbers."""
    return (
        Receiver(*x[:4]),
        Overhangs(*(x[4:8, None])),
        Fins(*(jnp.stack([x[8 + k], x[12 + k]]) for k in range(4))),
        x[16:19],
    )


@jax.jit
def lit(x):
    return sunlit_fractions(*unpack(x))


gradient = jax.jit(jax.grad(lit))
BASE = np.array([0.0, 3.0, 0.2, 2.2, 2.7, -0.1, 3.2, 1.0, -0.1, 0.0, 2.7, 0.8, 3.1, 0.1, 2.5, 0.9])


def test_random_geometry_against_central_differences():
    rng = np.random.default_rng(11)
    partly = 0
    for _ in range(40):
        sun = np.abs(rng.normal(size=3)) * [rng.choice([-1, 1]), 1, 1]
        x = np.concatenate([BASE + rng.uniform(-0.1, 0.1, 16), sun / np.linalg.norm(sun)])
        value, got = float(lit(jnp.asarray(x))), np.asarray(gradient(jnp.asarray(x)))
        step = 1e-6
        want = [
            (lit(jnp.asarray(x + step * e)) - lit(jnp.asarray(x - step * e))) / (2 * step)
            for e in np.eye(19)
        ]
        np.testing.assert_allclose(got, want, atol=3e-8, rtol=1e-6)
        partly += 0.02 < value < 0.98
    assert partly > 25


def test_finite_at_every_degenerate_direction_and_plate():
    suns = (
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 0],
        [0.6, 0, 0.8],
        [0, 0.6, 0.8],
        [0, 0.6, -0.8],
        [0, 0, 0],
    )
    for dtype in (jnp.float64, jnp.float32):
        for sun in suns:
            for depth in (0.0, 1.0):
                x = np.concatenate([BASE, sun])
                x[[7, 11, 15]] = depth
                assert np.all(np.isfinite(gradient(jnp.asarray(x, dtype)))), (sun, depth)


def test_sun_behind_and_full_shade_pull_at_nothing():
    x = np.concatenate([BASE, [0.2, 0.9, -0.4]])
    np.testing.assert_array_equal(gradient(jnp.asarray(x)), 0.0)


def test_first_centimetre_of_an_overhang_counts():
    """Near depth zero the derivative is that of a growing plate: a search can start there."""
    x = np.concatenate([BASE, [0.0, 0.8, 0.6]])
    x[[7, 11, 15]] = 0.0
    x[4] = 2.2  # plate right at the head of the window
    x[7] = 1e-9
    want = -(0.8 / 0.6) / 2.0
    np.testing.assert_allclose(gradient(jnp.asarray(x))[7], want, rtol=1e-6)


def test_diffuse_shares_against_central_differences():
    x0 = jnp.asarray(np.concatenate([BASE, [0.0, 0.0, 1.0]])).at[4].set(2.73)

    @jax.jit
    def shares(change):
        return jnp.stack(diffuse_shading(*unpack(x0.at[jnp.array([4, 7, 15])].add(change))[:3]))

    got = jax.jit(jax.jacfwd(shares))(jnp.zeros(3))
    step = 1e-6
    want = np.stack([(shares(step * e) - shares(-step * e)) / (2 * step) for e in jnp.eye(3)], 1)
    np.testing.assert_allclose(got, want, atol=1e-7)
    assert float(got[0, 1]) < -0.05  # deeper overhang, less sky
