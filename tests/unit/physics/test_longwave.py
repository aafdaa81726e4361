"""Radiative coefficients and what an outside face sees."""

from __future__ import annotations

import jax
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxion.physics.longwave import outside_view, radiative_coefficient

SIGMA = 5.670374419e-8
coefficient = jax.jit(radiative_coefficient)


def test_coefficient_at_equal_temperatures_is_the_slope_of_the_fourth_power():
    np.testing.assert_allclose(coefficient(20.0, 20.0), 4 * SIGMA * 293.15**3, rtol=1e-12)
    np.testing.assert_allclose(coefficient(20.0, 20.0), 5.714, rtol=1e-3)  # a known round figure


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(-60, 90), st.floats(-60, 90))
def test_coefficient_times_difference_is_the_exact_exchange(a, b):
    value = float(coefficient(a, b))
    want = SIGMA * ((a + 273.15) ** 4 - (b + 273.15) ** 4)
    np.testing.assert_allclose(value * (a - b), want, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(value, coefficient(b, a), rtol=1e-14)
    assert value > 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(-1, 1))
def test_views_are_shares_of_one(cos_tilt):
    view = outside_view(cos_tilt)
    assert min(view.sky, view.air, view.ground) >= 0
    np.testing.assert_allclose(view.sky + view.air + view.ground, 1.0, rtol=1e-12)


def test_views_of_roof_wall_and_underside():
    half = outside_view(np.array([1.0, 0.0, -1.0]), 0.5)
    whole = outside_view(np.array([1.0, 0.0, -1.0]))
    np.testing.assert_allclose(half.sky, 0.5 * whole.sky, rtol=1e-12)
    np.testing.assert_allclose(half.sky + half.air + half.ground, 1.0, rtol=1e-12)
    view = outside_view(np.array([1.0, 0.0, -1.0]))
    np.testing.assert_allclose(view.sky, [1.0, 0.5**1.5, 0.0], atol=1e-15)
    np.testing.assert_allclose(view.air, [0.0, 0.5 * (1 - np.sqrt(0.5)), 0.0], atol=1e-15)
    np.testing.assert_allclose(view.ground, [0.0, 0.5, 1.0], atol=1e-15)
