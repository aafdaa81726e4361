"""Angles by arithmetic against the library's functions, in value, at switches and in slope."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion.physics._angles import polar_angle, turned

angle_of = jax.jit(polar_angle)
_SWITCHES = [0.0, np.pi / 8, np.pi / 4, 3 * np.pi / 8, np.pi / 2]


@pytest.mark.parametrize(("dtype", "limit"), [("float64", 1e-15), ("float32", 5e-7)])
def test_polar_angle_is_the_arctangent_in_both_precisions(dtype, limit) -> None:
    near = [s + d for s in _SWITCHES for d in (-1e-3, -1e-9, 0.0, 1e-9, 1e-3)]
    angles = np.concatenate([np.linspace(0, np.pi, 5001), np.abs(near), np.pi - np.abs(near)])
    size = np.resize([1e-12, 1.0, 1e12], angles.shape)
    across, along = (size * f(angles) for f in (np.sin, np.cos))
    got = angle_of(jnp.asarray(np.abs(across), dtype), jnp.asarray(along, dtype))
    assert got.dtype == dtype
    np.testing.assert_allclose(got, np.arctan2(np.abs(across), along), rtol=0, atol=limit)
    assert float(angle_of(jnp.zeros((), dtype), jnp.zeros((), dtype))) == 0.0


@given(st.floats(0.01, 3.13))
def test_polar_angle_has_the_slopes_of_the_arctangent(angle: float) -> None:
    parts = (np.sin(angle), np.cos(angle))
    got = jax.grad(polar_angle, argnums=(0, 1))(*parts)
    np.testing.assert_allclose(got, (np.cos(angle), -np.sin(angle)), atol=2e-12)


@given(st.floats(-7, 7), st.floats(-0.1, 0.1))
def test_turned_is_the_addition_theorem_to_its_stated_order(first: float, small: float) -> None:
    got = turned(jnp.sin(first), jnp.cos(first), jnp.asarray(small))
    limit = abs(small) ** 5 / 60 + 1e-15
    np.testing.assert_allclose(got, (np.sin(first + small), np.cos(first + small)), atol=limit)
