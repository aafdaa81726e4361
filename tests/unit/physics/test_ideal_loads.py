"""The zone air balance closed with heat, cold or neither."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxion.physics.ideal_loads import ideal_loads

loads = jax.jit(ideal_loads)
PLENTY = 1e9


@pytest.mark.parametrize(
    ("drive", "temperature", "heating", "cooling"),
    [
        (1800.0, 20.0, 200.0, 0.0),  # would be 18
        (2000.0, 20.0, 0.0, 0.0),  # just at the setpoint
        (2350.0, 23.5, 0.0, 0.0),
        (2700.0, 27.0, 0.0, 0.0),
        (3000.0, 27.0, 0.0, 300.0),  # would be 30
    ],
)
def test_deadband(drive, temperature, heating, cooling):
    got = loads(100.0, drive, 20.0, 27.0, PLENTY, PLENTY)
    np.testing.assert_allclose(got, [temperature, heating, cooling], rtol=1e-12, atol=1e-9)


def test_capacity_limits():
    cold = loads(100.0, 1000.0, 20.0, 27.0, 400.0, PLENTY)
    np.testing.assert_allclose(cold, [14.0, 400.0, 0.0], rtol=1e-12)
    hot = loads(100.0, 4000.0, 20.0, 27.0, PLENTY, 500.0)
    np.testing.assert_allclose(hot, [35.0, 0.0, 500.0], rtol=1e-12)
    floating = loads(100.0, 1000.0, 20.0, 27.0, 0.0, 0.0)
    np.testing.assert_allclose(floating, [10.0, 0.0, 0.0], rtol=1e-12)


def test_equal_setpoints_hold_the_temperature():
    for drive in (1000.0, 2000.0, 3000.0):
        temperature, heating, cooling = loads(100.0, drive, 20.0, 20.0, PLENTY, PLENTY)
        np.testing.assert_allclose(temperature, 20.0, rtol=1e-12)
        np.testing.assert_allclose(heating - cooling, 2000.0 - drive, atol=1e-9)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.floats(1.0, 1e5),
    st.floats(-1e6, 1e6),
    st.floats(-10, 25),
    st.floats(0, 20),
    st.sampled_from([0.0, 100.0, 5000.0, PLENTY]),
    st.sampled_from([0.0, 100.0, 5000.0, PLENTY]),
)
def test_balance_closes_and_never_both_at_once(k, drive, low, gap, heat_cap, cold_cap):
    temperature, heating, cooling = map(float, loads(k, drive, low, low + gap, heat_cap, cold_cap))
    scale = abs(drive) + k * 50
    np.testing.assert_allclose(k * temperature, drive + heating - cooling, atol=1e-12 * scale)
    assert heating == 0 or cooling == 0
    assert 0 <= heating <= heat_cap and 0 <= cooling <= cold_cap
    # Outside of the band only when the plant runs flat out.
    slack = 1e-9 * scale / k
    assert temperature >= low - slack or heating == heat_cap
    assert temperature <= low + gap + slack or cooling == cold_cap


def test_zones_are_independent():
    k, drive = np.array([100.0, 50.0]), np.array([1500.0, 2000.0])
    together = loads(k, drive, np.full(2, 20.0), np.full(2, 27.0), np.full(2, 1e9), np.full(2, 1e9))
    np.testing.assert_allclose(together, [[20.0, 27.0], [500.0, 0.0], [0.0, 650.0]], atol=1e-9)
