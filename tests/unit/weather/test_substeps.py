"""Interpolation within the hour, on values worked out by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.weather import _substeps

end_of_hour_direction = jax.jit(_substeps.end_of_hour_direction, static_argnums=1)
end_of_hour_linear = jax.jit(_substeps.end_of_hour_linear, static_argnums=1)
shape_hourly_mean = jax.jit(_substeps.shape_hourly_mean)
sunlit_part = jax.jit(_substeps.sunlit_part)


def test_values_hold_at_the_end_of_their_hour():
    got = end_of_hour_linear(jnp.asarray([10.0, 20.0, 40.0]), 2)
    np.testing.assert_allclose(got, [32.5, 17.5, 12.5, 17.5, 25.0, 35.0])


def test_one_step_an_hour_is_the_middle_of_the_hour():
    np.testing.assert_allclose(end_of_hour_linear(jnp.asarray([10.0, 20.0]), 1), [15.0, 15.0])


def test_wind_turns_the_short_way_round():
    got = end_of_hour_direction(jnp.asarray([350.0, 10.0, 180.0]), 2)
    want = [222.5, 307.5, 355.0, 5.0, 52.5, 137.5]
    np.testing.assert_allclose(got, want)
    assert float(got.max()) < 360.0 and float(got.min()) >= 0.0


@pytest.mark.parametrize(
    ("start", "end", "lit", "later"),
    [
        (0.2, 0.1, 1.0, 0.0),
        (-0.1, 0.3, 0.75, 0.125),
        (0.3, -0.1, 0.75, -0.125),
        (-0.3, 0.1, 0.25, 0.375),
    ],
)
def test_sunlit_part_of_a_substep(start, end, lit, later):
    """Its length, and how far its middle lies from that of the substep."""
    found = sunlit_part(jnp.asarray(start), jnp.asarray(end))
    np.testing.assert_allclose(found, (lit, later))


@pytest.mark.parametrize(("start", "end"), [(-0.2, -0.1), (0.0, 0.0)])
def test_a_dark_substep_has_no_sunlit_part(start, end):
    found, _ = sunlit_part(jnp.asarray(start), jnp.asarray(end))
    assert float(found) == 0.0


def test_course_of_sunlight_is_the_straight_line_between_mid_hours():
    means = jnp.asarray([0.0, 100.0, 200.0, 300.0, 0.0])
    got = shape_hourly_mean(means, jnp.ones((5, 2))).reshape(5, 2)
    np.testing.assert_allclose(got[2], [175.0, 225.0])
    # Hour 3 has knots 250 and 225 at its quarters, scaled to its mean of 300.
    np.testing.assert_allclose(got[3], 300.0 * np.array([275.0, 225.0]) / 250.0)


def test_sunrise_hour_puts_its_light_into_the_sunlit_part():
    means = jnp.asarray([0.0, 40.0, 40.0])
    lit = jnp.asarray([[0.0] * 4, [0.0, 0.0, 0.5, 1.0], [1.0] * 4])
    got = shape_hourly_mean(means, lit).reshape(3, 4)
    np.testing.assert_array_equal(got[0], 0.0)
    np.testing.assert_array_equal(got[1, :2], 0.0)
    np.testing.assert_allclose(got[1, 3] / got[1, 2], 2.0)
    np.testing.assert_allclose(got.mean(axis=1), means)


def test_light_without_sun_is_spread_evenly_and_one_step_keeps_the_value():
    dark = jnp.zeros((3, 4))
    got = shape_hourly_mean(jnp.asarray([0.0, 8.0, 0.0]), dark)
    np.testing.assert_allclose(got.reshape(3, 4)[1], 8.0)
    values = jnp.asarray([0.0, 3.3, 7.7, 0.1])
    lit = jnp.asarray([[0.0], [0.01], [1.0], [0.3]])
    np.testing.assert_array_equal(shape_hourly_mean(values, lit), values)


@pytest.mark.parametrize("count", [1, 3, 4, 12])
def test_hourly_means_are_kept_and_never_negative(count):
    rng = np.random.default_rng(count)
    means = jnp.asarray(rng.uniform(0.0, 900.0, 200) * rng.integers(0, 2, 200))
    lit = jnp.asarray(np.clip(rng.uniform(-0.5, 1.5, (200, count)), 0.0, 1.0))
    got = shape_hourly_mean(means, lit).reshape(200, count)
    assert float(got.min()) >= 0.0
    np.testing.assert_allclose(got.mean(axis=1), means, rtol=1e-14)
    np.testing.assert_array_equal(np.asarray(got)[np.asarray(means) == 0.0], 0.0)


def test_gradient_of_a_kept_mean_is_one():
    """Each hour's light adds up to itself, whatever its neighbours do."""
    lit = jnp.asarray([[0.0, 0.0], [0.0, 0.4], [1.0, 1.0], [0.0, 0.0]])
    means = jnp.asarray([0.0, 5.0, 300.0, 2.0])
    total = lambda values: shape_hourly_mean(values, lit).sum() / 2.0  # noqa: E731
    gradient = jax.jit(jax.grad(total))(means)
    np.testing.assert_allclose(gradient[1:], 1.0, rtol=1e-12)
    assert np.isfinite(gradient).all()
