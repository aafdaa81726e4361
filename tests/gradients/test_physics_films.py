"""Derivatives of films and ideal loads through each of their switches."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.convection import (
    forced_convection,
    natural_convection,
    outside_convection,
    wind_at_height,
    windward,
)
from fluxion.physics.ideal_loads import ideal_loads
from fluxion.physics.longwave import outside_view, radiative_coefficient


def agree(function, x, step, rtol=1e-6, atol=1e-9):
    """Reverse mode equals central differences in every argument."""
    x = jnp.asarray(x, float)
    got = np.asarray(jax.jit(jax.grad(function))(x))
    compiled = jax.jit(function)
    eye = np.eye(x.size)
    steps = np.broadcast_to(np.asarray(step, float), x.shape)
    want = [
        (compiled(x + h * e) - compiled(x - h * e)) / (2 * h)
        for h, e in zip(steps, eye, strict=True)
    ]
    assert np.isfinite(got).all()
    np.testing.assert_allclose(got, want, rtol=rtol, atol=atol)


@pytest.mark.parametrize("difference", [-5.0, -1e-2, 0.0, 1e-5, 1e-3, 0.3, 12.0])
@pytest.mark.parametrize("cos_tilt", [-1.0 + 1e-3, -0.4, 0.6])
def test_natural_convection_through_the_change_of_sign(difference, cos_tilt):
    agree(
        lambda x: natural_convection(x[0], x[1]), [difference, cos_tilt], [1e-7, 1e-5], 2e-5, 1e-4
    )


def test_natural_convection_at_its_sharpest_points_is_finite():
    """At no difference, on a vertical and on a horizontal face."""
    slopes = jax.jit(jax.vmap(jax.grad(lambda x: natural_convection(x[0], x[1]))))
    at = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, -1.0], [4.0, 0.0], [-4.0, 0.0]])
    assert np.isfinite(slopes(at)).all()
    single = slopes(at.astype("f4"))
    assert np.isfinite(single).all() and single.dtype == jnp.float32


def test_heat_flow_of_natural_convection_has_a_mild_slope_at_rest():
    """d(h dT)/d(dT) at 0 is h itself: small, so a lagged film stays stable."""
    for cos_tilt in (-1.0, 0.0, 1.0):
        slope = jax.grad(lambda d, c=cos_tilt: d * natural_convection(d, c))(0.0)
        np.testing.assert_allclose(slope, natural_convection(0.0, cos_tilt), rtol=1e-6)


@pytest.mark.parametrize("direction", [80.0, 80.3, 89.0, 90.0, 91.0, 99.7, 100.2, 270.0])
@pytest.mark.parametrize("speed", [0.0, 1e-3, 3.0])
def test_wind_on_a_face(direction, speed):
    def film(x):
        ratio = wind_at_height(1.0, 2.7, x[3], 270.0)
        forced = forced_convection(x[0], ratio, windward(x[1], x[2], 1.0))
        return outside_convection(1.3, forced, 1.67)

    agree(film, [speed, direction, 0.0, 0.14], [1e-5, 1e-5, 1e-5, 1e-6], 2e-5, 1e-5)


@pytest.mark.parametrize("sin_tilt", [1e-4, 0.3, 0.99])
def test_windward_by_tilt(sin_tilt):
    agree(lambda x: windward(91.0, 0.0, x[0]), [sin_tilt], 1e-6, 1e-5, 1e-8)


def test_films_without_any_wind_and_difference_are_differentiable():
    def film(x):
        return outside_convection(
            natural_convection(x[0], 0.0), forced_convection(x[1], 1.0, 0.3), x[2]
        )

    assert np.isfinite(jax.grad(film)(jnp.array([0.0, 0.0, 1.67]))).all()
    assert np.isfinite(jax.grad(film)(jnp.array([0.0, 0.0, 1.67], "float32"))).all()


def test_radiative_coefficient():
    agree(lambda x: radiative_coefficient(x[0], x[1]), [20.0, 20.0], 1e-3)
    agree(lambda x: radiative_coefficient(x[0], x[1]), [-30.0, 60.0], 1e-3)


@pytest.mark.parametrize("tilt", [0.0, 45.0, 90.0, 170.0, 180.0])
def test_outside_view_by_tilt(tilt):
    def seen(x):
        view = outside_view(jnp.cos(jnp.deg2rad(x[0])))
        return 3 * view.sky + 2 * view.air - view.ground

    agree(seen, [tilt], 1e-3, 1e-5, 1e-6)


LOADS = jax.jit(lambda x: jnp.stack(ideal_loads(*x)))
SLOPES = jax.jit(jax.jacrev(lambda x: jnp.stack(ideal_loads(*x))))
MODERATE = [100.0, 2300.0, 20.0, 27.0, 300.0, 300.0]


@pytest.mark.parametrize("drive", [1500.0, 1800.0, 2300.0, 2900.0, 3300.0])
def test_ideal_loads_in_each_regime(drive):
    """Flat out, heating, floating, cooling, flat out: all derivatives."""
    x = np.array(MODERATE)
    x[1] = drive
    want = np.zeros((3, 6))
    for i in range(6):
        step = 1e-4 * np.eye(6)[i]
        want[:, i] = (LOADS(x + step) - LOADS(x - step)) / 2e-4
    np.testing.assert_allclose(SLOPES(x), want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    "drive", [1700.0, 2000.0, 2700.0, 3000.0], ids=["full heat", "heat", "cold", "full cold"]
)
def test_ideal_loads_at_each_contact(drive):
    """Exactly where a limit begins to act the derivative lies between the two one-sided ones."""
    x = np.array(MODERATE)
    x[1] = drive
    got = np.asarray(SLOPES(x))
    assert np.isfinite(got).all()
    for i in range(6):
        step = 1e-4 * np.eye(6)[i]
        here = LOADS(x)
        before, after = (here - LOADS(x - step)) / 1e-4, (LOADS(x + step) - here) / 1e-4
        low, high = np.minimum(before, after), np.maximum(before, after)
        assert (got[:, i] >= low - 1e-6).all() and (got[:, i] <= high + 1e-6).all(), i


@pytest.mark.parametrize(("drive", "side"), [(2000.0, -1), (2000.0, 1), (2700.0, -1), (2700.0, 1)])
def test_ideal_loads_just_beside_a_contact(drive, side):
    """One-sided: a nudge to either side of the contact follows the derivative on that side."""
    x = np.array(MODERATE)
    x[1] = drive + side * 1e-3
    step = 1e-4 * np.eye(6)[1]
    want = (LOADS(x + step) - LOADS(x - step)) / 2e-4
    np.testing.assert_allclose(np.asarray(SLOPES(x))[:, 1], want, rtol=1e-6, atol=1e-9)
