"""Time series, rollout, quadrature rules, and the public names."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion import cta
from fluxion.errors import InputError


def test_hours_of_a_series():
    power = cta.time_cells([100.0, 200.0, 400.0])
    assert power.domain.names == ("time",)
    np.testing.assert_allclose(power.integrate(lower=0.5, upper=2.25), 50.0 + 200.0 + 100.0)
    assert power.at(time=1.0 + 20 / 60) == 200.0
    quarter = cta.time_cells([4.0, 8.0], start=10.0, step=0.25)
    np.testing.assert_allclose(quarter.integrate(), 3.0)
    assert quarter.at(time=10.26) == 8.0


def test_readings_of_a_series():
    temp = cta.time_samples([10.0, 14.0, 12.0], start=6.0, step=2.0)
    np.testing.assert_allclose(temp.at(time=[6.0, 7.0, 9.0]), [10.0, 12.0, 13.0])
    circle = cta.time_samples([10.0, 14.0, 12.0], start=6.0, step=2.0, outside="periodic")
    np.testing.assert_allclose(circle.at(time=[11.0, 12.0, 5.0]), [11.0, 10.0, 11.0])


def test_substeps_stand_at_their_middles():
    np.testing.assert_allclose(
        cta.substep_times(2, 4, start=8.0),
        [[8.125, 8.375, 8.625, 8.875], [9.125, 9.375, 9.625, 9.875]],
    )


@pytest.mark.parametrize("order", [1, 2])
def test_substep_means_have_the_hourly_mean(order):
    values = np.random.default_rng(0).normal(size=(5, 2))
    field = cta.time_cells(values, order=order)
    means = cta.substep_means(field, 5, 3)
    assert means.shape == (5, 3, 2)
    np.testing.assert_allclose(means.mean(1), values, atol=1e-12)
    if order == 1:
        np.testing.assert_allclose(means, np.repeat(values[:, None], 3, axis=1), atol=1e-12)
    line = cta.time_cells(np.arange(5.0), order=2)
    wanted = np.arange(5.0)[:, None] + (np.arange(3) + 0.5) / 3 - 0.5
    np.testing.assert_allclose(cta.substep_means(line, 5, 3), wanted, atol=1e-12)


def test_substep_means_of_readings_are_exact_means_of_the_lines():
    field = cta.time_samples([0.0, 4.0, 2.0])
    np.testing.assert_allclose(cta.substep_means(field, 2, 2), [[1.0, 3.0], [3.5, 2.5]])
    with pytest.raises(InputError, match="give one over 'time'"):
        cta.substep_means(cta.SampledField([0.0, 1.0], cta.Grid(x=[0.0, 1.0])), 1, 1)


def test_gauss_legendre_is_exact_to_its_degree():
    for order in (1, 2, 5):
        nodes, weights = cta.gauss_legendre(order)
        for power in range(2 * order):
            np.testing.assert_allclose(weights @ nodes**power, 1 / (power + 1), rtol=1e-13)
        assert abs(weights @ nodes ** (2 * order) - 1 / (2 * order + 1)) > 1e-9
    nodes, weights = cta.gauss_legendre(2, panels=3)
    assert nodes.shape == (6,) and np.all(np.diff(nodes) > 0)
    np.testing.assert_allclose(weights @ nodes**3, 0.25, rtol=1e-13)


def test_cell_overlap():
    overlap = cta.cell_overlap(np.array([0.0, 2.0, 5.0]), np.array([1.0, 3.0, 4.0, 9.0]))
    assert overlap.tolist() == [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]


def step(state, row):
    state = 0.9 * state + jnp.sin(row["drive"] * state)
    return state, state**2


def test_rollout_in_chunks_equals_the_plain_scan():
    inputs = {"drive": jnp.linspace(0.0, 1.0, 12)}

    def total(state, chunk):
        last, squares = cta.rollout(step, state, inputs, chunk=chunk)
        return last.sum() + squares.sum(), squares

    start = jnp.asarray([1.0, 2.0])
    (plain, squares), slope = jax.value_and_grad(total, has_aux=True)(start, None)
    assert squares.shape == (12, 2)
    for chunk in (3, 12):
        (value, rows), chunk_slope = jax.value_and_grad(total, has_aux=True)(start, chunk)
        np.testing.assert_allclose(value, plain, rtol=1e-13)
        np.testing.assert_allclose(rows, squares, rtol=1e-13)
        np.testing.assert_allclose(chunk_slope, slope, rtol=1e-12)


def test_rollout_refusals():
    with pytest.raises(InputError, match="12 steps do not divide into chunks of 5"):
        cta.rollout(step, jnp.ones(2), {"drive": jnp.ones(12)}, chunk=5)
    with pytest.raises(InputError, match="no inputs"):
        cta.rollout(step, jnp.ones(2), {}, chunk=5)


def test_exported_names_are_the_public_names():
    public = {n for n in vars(cta) if not n.startswith("_")}
    assert set(cta.__all__) == public
    assert cta.__all__ == sorted(cta.__all__)
