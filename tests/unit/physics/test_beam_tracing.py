"""Beam through a window against rays traced one by one, and by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.beam_tracing import beam_hits

# A room of 8 m x 6 m x 2.7 m: west, east, south, north, down, up.
NORMALS = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1]], float)
OFFSETS = np.array([0.0, 8.0, 0.0, 6.0, 0.0, 2.7])
SOUTH = (np.array([0.5, 0.0, 0.2]), np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0]))
hits = jax.jit(beam_hits)


def sun_at(azimuth: float, altitude: float) -> np.ndarray:
    a, h = np.radians(azimuth), np.radians(altitude)
    return np.array([np.cos(h) * np.sin(a), np.cos(h) * np.cos(a), np.sin(h)])


def shares(sun, normals=NORMALS, offsets=OFFSETS, width=3.0, height=2.0, window=SOUTH):
    return np.asarray(hits(*window, width, height, sun, normals, offsets, np.ones(len(offsets))))


def traced(sun, normals=NORMALS, offsets=OFFSETS, width=3.0, height=2.0, count=300):
    corner, right, up = SOUTH
    at = (np.arange(count) + 0.5) / count
    u, v = np.meshgrid(at * width, at * height)
    points = corner + u[..., None] * right + v[..., None] * up
    ahead = -(normals @ sun)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (offsets - points @ normals.T) / ahead
    distance[..., ahead <= 1e-4] = np.inf
    return np.bincount(distance.argmin(axis=-1).ravel(), minlength=len(offsets)) / count**2


@pytest.mark.parametrize("azimuth", [120.0, 165.0, 180.0, 230.0])
@pytest.mark.parametrize("altitude", [5.0, 17.0, 27.0, 60.0])
def test_shares_are_those_of_many_rays(azimuth, altitude):
    sun = sun_at(azimuth, altitude)
    got = shares(sun)
    np.testing.assert_allclose(got, traced(sun), atol=0.006)
    np.testing.assert_allclose(got.sum(), 1.0, rtol=1e-9)


def test_an_oblique_wall_cuts_the_light():
    slanted = np.array([0.8, 0.6, 0.0])
    normals, offsets = np.vstack([NORMALS, slanted]), np.append(OFFSETS, slanted @ [4.5, 3.0, 0.0])
    sun = sun_at(200.0, 20.0)
    np.testing.assert_allclose(
        shares(sun, normals, offsets), traced(sun, normals, offsets), atol=0.006
    )


def test_a_low_sun_by_hand():
    """From straight south at 27 degrees into 2 m of depth: light falls 1.019 m on its way."""
    offsets = np.array([0.0, 8.0, 0.0, 2.0, 0.0, 2.7])
    drop = 2.0 * np.tan(np.radians(27.0))
    onto_floor = (drop - 0.2) / 2.0  # of a window from 0.2 m to 2.2 m
    got = shares(sun_at(180.0, 27.0), offsets=offsets)
    np.testing.assert_allclose(got[[3, 4]], [1 - onto_floor, onto_floor], rtol=1e-9)
    np.testing.assert_allclose(got[[0, 1, 2, 5]], 0.0, atol=1e-12)


def test_padding_and_a_window_without_size_stay_finite():
    normals, offsets = np.vstack([NORMALS, np.zeros(3)]), np.append(OFFSETS, 0.0)
    present = np.append(np.ones(6), 0.0)
    sun = sun_at(180.0, 30.0)
    got = hits(*SOUTH, 3.0, 2.0, sun, normals, offsets, present)
    np.testing.assert_allclose(got[:6], shares(sun), rtol=1e-12)
    assert got[6] == 0.0
    assert np.isfinite(hits(*SOUTH, 0.0, 1.0, sun, normals, offsets, present)).all()
    behind = hits(*SOUTH, 3.0, 2.0, sun_at(0.0, 30.0), NORMALS, OFFSETS, np.ones(6))
    assert np.isfinite(behind).all()


def test_slopes_by_sun_window_and_room():
    sun, weights = sun_at(205.0, 23.0), jnp.arange(6.0)

    def value(x):
        window = (jnp.array([x[0], 0.0, x[1]]), *SOUTH[1:])
        direction = jnp.asarray(sun) + jnp.array([x[4], 0.0, x[5]])
        offsets = jnp.asarray(OFFSETS).at[3].set(x[6])
        return weights @ beam_hits(*window, x[2], x[3], direction, NORMALS, offsets, np.ones(6))

    x = np.array([0.5, 0.2, 3.0, 2.0, 0.0, 0.0, 6.0])
    slopes = jax.jit(jax.grad(value))(x)
    compiled = jax.jit(value)
    for k in range(len(x)):
        step = np.zeros(len(x))
        step[k] = 1e-6
        central = (compiled(x + step) - compiled(x - step)) / 2e-6
        np.testing.assert_allclose(slopes[k], central, rtol=1e-5, atol=1e-6)
