"""Derivatives inside an enclosure: areas that grow, reflectances, emissivities, empty faces."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.physics.enclosure import (
    box_view_factors,
    carroll_coefficients,
    grey_exchange,
    shortwave_distribution,
    split_view_factors,
    view_factors,
)

PLANE = jnp.array([0, 1, 2, 3, 4, 5, 2, 2])
BASE = jnp.array([48.0, 48.0, 21.6, 16.2, 21.6, 16.2, 0.0, 0.0])
BOX = jnp.asarray(box_view_factors(8.0, 6.0, 2.7))
WEIGHT = jnp.sin(jnp.arange(8.0) + 1.0)


@jax.jit
def outcomes(x):
    """One number of each kind, from two window areas, reflectance and emissivity."""
    areas = BASE.at[6].set(x[0]).at[7].set(x[1]).at[2].add(-x[0] - x[1])
    reflectance = jnp.where(jnp.arange(8) > 5, 0.2, x[2])
    emissivity = jnp.where(jnp.arange(8) > 5, x[3], 0.9)
    hit = jnp.zeros(8).at[0].set(1.0)
    exact, estimate = split_view_factors(BOX, PLANE, areas), view_factors(areas, PLANE)
    return jnp.stack(
        [
            WEIGHT @ shortwave_distribution(exact, reflectance, hit),
            WEIGHT @ shortwave_distribution(estimate, reflectance, hit),
            WEIGHT @ (areas * carroll_coefficients(areas, emissivity, PLANE)),
            WEIGHT @ (areas * (grey_exchange(exact, emissivity) @ WEIGHT)),
            WEIGHT @ estimate @ (WEIGHT**2),
        ]
    )


reverse = jax.jit(jax.jacrev(outcomes))


def test_growing_windows_against_central_differences():
    x = jnp.array([6.0, 5.0, 0.4, 0.84])
    step = 1e-5
    want = np.stack(
        [(outcomes(x + step * e) - outcomes(x - step * e)) / (2 * step) for e in jnp.eye(4)], axis=1
    )
    np.testing.assert_allclose(reverse(x), want, rtol=1e-6, atol=1e-8)


def test_finite_where_a_window_vanishes_and_at_the_ends_of_the_scales():
    for x in ([0.0, 0.0, 0.4, 0.84], [6.0, 0.0, 0.0, 0.0], [10.0, 11.6, 1.0, 1.0]):
        for dtype in (jnp.float64, jnp.float32):
            assert np.all(np.isfinite(reverse(jnp.asarray(x, dtype)))), x


def test_first_square_metre_of_a_window_counts():
    """At area zero the derivative is the one-sided one: a search may open a window in a wall."""
    x = jnp.array([0.0, 5.0, 0.4, 0.84])
    step = jnp.array([1e-6, 0.0, 0.0, 0.0])
    want = (outcomes(x + step) - outcomes(x)) / 1e-6
    np.testing.assert_allclose(reverse(x)[:, 0], want, rtol=1e-5, atol=1e-7)
    assert np.all(np.abs(want) > 1e-4)
