"""Films inside and outside: published values, limits, and no jump at any switch."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxion.physics.convection import (
    ROUGHNESS_FACTOR,
    forced_convection,
    natural_convection,
    outside_convection,
    wind_at_height,
    windward,
)

natural = jax.jit(natural_convection)
forced = jax.jit(forced_convection)
facing = jax.jit(windward)


@pytest.mark.parametrize(
    ("difference", "cos_tilt", "want"),
    [
        # TARP (Walton 1983): 1.31 |dT|^(1/3) on walls; 1.52 and 0.76 |dT|^(1/3) on horizontals.
        (8.0, 0.0, 2.62),
        (-8.0, 0.0, 2.62),
        (1.0, 1.0, 1.520),  # warm floor: unstable
        (-1.0, 1.0, 0.760),  # cold floor: stable
        (-27.0, -1.0, 4.560),  # cold ceiling: unstable
        (27.0, -1.0, 2.280),  # warm ceiling: stable
        (8.0, 0.5, 2 * 9.482 / (7.238 - 0.5)),
        (-8.0, 0.5, 2 * 1.810 / (1.382 + 0.5)),
    ],
)
def test_natural_convection_of_tarp(difference, cos_tilt, want):
    np.testing.assert_allclose(natural(difference, cos_tilt), want, rtol=1.5e-3)


def test_natural_convection_nearly_vanishes_without_a_difference():
    at_rest = float(natural(0.0, 1.0))
    assert 0 < at_rest < 0.1
    np.testing.assert_allclose(natural(0.0, 0.0), 1.31 * 2e-7 ** (1 / 6), rtol=2e-3)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.floats(-60, 60), st.floats(-1, 1))
def test_natural_convection_is_positive_even_and_stronger_when_unstable(difference, cos_tilt):
    value = float(natural(difference, cos_tilt))
    assert value > 0
    mirrored = float(natural(-difference, -cos_tilt))
    np.testing.assert_allclose(value, mirrored, rtol=1e-12)
    if difference * cos_tilt > 1e-2:
        assert value > float(natural(-difference, cos_tilt))


def test_natural_convection_grows_with_the_difference():
    for cos_tilt in (-1.0, -0.3, 0.0, 1.0):
        for sign in (1.0, -1.0):
            values = natural(sign * np.geomspace(0.01, 50.0, 60), cos_tilt)
            assert (np.diff(values) > 0).all(), (cos_tilt, sign)


@pytest.mark.parametrize("width", [1e-6, 1e-4])
def test_natural_convection_has_no_jump(width):
    """Heat flow h dT across the change of sign, and across a tilt of 90 degrees."""
    for cos_tilt in (-1.0, 1.0):
        low, high = (natural(d, cos_tilt) * d for d in (-width, width))
        assert abs(high - low) < 1.0 * width
    low, high = natural(3.0, -width), natural(3.0, width)
    assert abs(high - low) < 0.02


def test_wind_profile():
    # At the station itself nothing changes; at 2.7 m of open country 0.832 of it.
    np.testing.assert_allclose(wind_at_height(5.0, 10.0, 0.14, 270.0), 5.0, rtol=1e-12)
    np.testing.assert_allclose(wind_at_height(5.0, 2.7, 0.14, 270.0), 5 * 0.27**0.14, rtol=1e-12)
    city = (270 / 10) ** 0.14 * (10 / 460) ** 0.33
    np.testing.assert_allclose(wind_at_height(4.0, 10.0, 0.33, 460.0), 4 * city, rtol=1e-12)
    # No wind at the ground or below it.
    np.testing.assert_array_equal(wind_at_height(3.0, np.array([0.0, -5.0]), 0.14, 270.0), 0.0)


@pytest.mark.parametrize(
    ("direction", "azimuth", "sin_tilt", "want"),
    [
        (180.0, 180.0, 1.0, 1.0),
        (0.0, 180.0, 1.0, 0.0),
        (100.5, 0.0, 1.0, 0.0),  # beyond the blend of ten degrees
        (79.5, 0.0, 1.0, 1.0),
        (90.0, 0.0, 1.0, 0.5),
        (350.0, 10.0, 1.0, 1.0),  # across north
        (0.0, 180.0, 0.0, 1.0),  # a roof is never leeward
        (0.0, 180.0, 1e-6, 1.0),
    ],
)
def test_windward(direction, azimuth, sin_tilt, want):
    np.testing.assert_allclose(facing(direction, azimuth, sin_tilt), want, atol=1e-9)


def test_windward_falls_steadily_as_the_wind_turns_away():
    values = np.asarray(facing(np.linspace(0, 180, 721), 0.0, 1.0))
    assert (np.diff(values) <= 1e-12).all() and values[0] == 1 and values[-1] == 0
    assert np.abs(np.diff(values)).max() < 0.025


def test_forced_convection_of_mowitt():
    np.testing.assert_allclose(forced(4.0, 1.0, 1.0), 3.26 * 4**0.89, rtol=1e-6)
    np.testing.assert_allclose(forced(4.0, 1.0, 0.0), 3.55 * 4**0.617, rtol=1e-6)
    np.testing.assert_allclose(
        forced(2.0, 2.0, 0.5), (3.26 * 4**0.89 + 3.55 * 4**0.617) / 2, rtol=1e-6
    )
    assert 0 <= float(forced(0.0, 1.0, 1.0)) < 0.06 and 0 <= float(forced(0.0, 1.0, 0.0)) < 0.06


def test_outside_convection_is_that_of_doe2():
    glass = np.hypot(2.0, 9.0)
    np.testing.assert_allclose(outside_convection(2.0, 9.0, 1.0), glass, rtol=1e-12)
    np.testing.assert_allclose(
        outside_convection(2.0, 9.0, ROUGHNESS_FACTOR["rough"]), 2 + 1.67 * (glass - 2), rtol=1e-12
    )
    np.testing.assert_allclose(outside_convection(2.0, 0.0, 2.17), 2.0, rtol=1e-12)
    # Rougher is stronger, in the order of the table.
    order = [float(outside_convection(1.0, 5.0, f)) for f in ROUGHNESS_FACTOR.values()]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_precision_follows_the_inputs(dtype):
    x = jnp.asarray([-3.0, 0.0, 1e-5], dtype)
    assert natural(x, jnp.asarray(1.0, dtype)).dtype == dtype
    assert forced(x * x, x, x).dtype == dtype
    assert facing(x, x, jnp.asarray(1.0, dtype)).dtype == dtype
