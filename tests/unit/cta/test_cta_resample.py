"""Resampling keeps integrals to round-off."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fluxion import cta

SIZE, TARGET = 7, 5


def edges(count):
    gaps = hnp.arrays(float, count, elements=st.floats(0.01, 3.0))
    return gaps.map(lambda g: np.concatenate([[0.0], np.cumsum(g)]) / np.sum(g))


VALUES = hnp.arrays(float, (SIZE, 2), elements=st.floats(-100.0, 100.0))


@jax.jit
def to_cells(field, target):
    new = field.resample(target)
    return new.values, new.integrate(), field.integrate()


@settings(deadline=None, max_examples=60, derandomize=True)
@given(VALUES, edges(SIZE), edges(TARGET), st.sampled_from([1, 2]))
def test_cells_to_cells_keeps_the_integral(values, source, target, order):
    source[-1] = target[-1] = 1.0
    field = cta.CellField(values, cta.Cells(cta.CellAxis("x", source, order=order)))
    new, after, before = to_cells(field, cta.Cells(x=target))
    np.testing.assert_allclose(after, before, atol=1e-11 * (1 + np.abs(values).max() * order**8))
    if order == 1:
        overlap = np.asarray(cta.cell_overlap(target, source))
        np.testing.assert_allclose(new, overlap @ values / np.diff(target)[:, None], atol=1e-9)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(VALUES, edges(SIZE - 1), edges(TARGET), st.sampled_from([2, 4]))
def test_samples_to_cells_keeps_the_integral_of_the_interpolant(values, points, target, order):
    points[-1] = target[-1] = 1.0
    field = cta.SampledField(values, cta.Grid(cta.SampleAxis("x", points, order=order)))
    new, after, before = to_cells(field, cta.Cells(x=target))
    # Cubics through very uneven samples swing far beyond the samples; scale by what they reach.
    scale = 1.0 + np.abs(values).max() + np.abs(np.asarray(new)).max()
    np.testing.assert_allclose(after, before, atol=1e-10 * scale)


@pytest.mark.parametrize("outside", ["clamp", "periodic"])
def test_averages_equal_integrals_of_each_cell(outside):
    rng = np.random.default_rng(3)
    field = cta.CellField(
        rng.normal(size=6), cta.Cells(cta.CellAxis("x", np.arange(7.0), outside=outside))
    )
    target = np.array([-2.3, -0.5, 0.0, 0.2, 3.0, 3.9, 6.5, 8.1])
    new = field.resample(cta.Cells(x=target)).values
    each = jax.vmap(lambda a, b: field.integrate(lower=a, upper=b))(target[:-1], target[1:])
    np.testing.assert_allclose(new * np.diff(target), each, atol=1e-12)


def test_periodic_samples_average_across_the_seam():
    points = np.array([0.0, 1.0, 2.5, 3.0])
    axis = cta.SampleAxis("x", points, outside="periodic", period=4.0)
    field = cta.SampledField([1.0, 3.0, -1.0, 2.0], cta.Grid(axis))
    target = np.array([-3.0, -0.7, 0.4, 3.5, 4.6, 7.9])
    new = field.resample(cta.Cells(x=target)).values
    each = jax.vmap(lambda a, b: field.integrate(lower=a, upper=b))(target[:-1], target[1:])
    np.testing.assert_allclose(new * np.diff(target), each, atol=1e-12)


def test_two_dimensions_and_vectors_keep_the_integral():
    rng = np.random.default_rng(4)
    source = cta.Cells(x=np.sort(rng.uniform(0, 1, 6)), y=np.sort(rng.uniform(0, 1, 5)))
    x, y = source.axes
    target = cta.Cells(
        x=np.linspace(float(x.lower), float(x.upper), 4),
        y=np.linspace(float(y.lower), float(y.upper), 9),
    )
    field = cta.CellField(rng.normal(size=(5, 4, 3)), source)
    new = cta.resample(field, target)
    assert new.values.shape == (3, 8, 3)
    np.testing.assert_allclose(new.integrate(), field.integrate(), rtol=1e-12, atol=1e-14)


def test_to_a_grid_is_evaluation():
    rng = np.random.default_rng(5)
    field = cta.SampledField(rng.normal(size=(4, 3, 2)), cta.Grid(x=[0, 1, 3, 4], y=[0, 1, 5]))
    target = cta.Grid(x=[-1.0, 0.5, 3.0], y=[0.2, 4.0, 5.0, 6.0])
    np.testing.assert_allclose(field.resample(target).values, field(target.points), atol=1e-14)


def test_float32_year_keeps_its_energy():
    """Local overlaps, unlike differences of a running sum, stay exact in single precision."""
    values = np.random.default_rng(6).uniform(0, 1000, 8760).astype(np.float32)
    year = cta.time_cells(values)
    days = year.resample(cta.Cells(cta.CellAxis("time", np.arange(0, 8761, 24, dtype=np.float32))))
    assert days.values.dtype == jnp.float32
    np.testing.assert_allclose(days.values, values.reshape(365, 24).mean(1), rtol=1e-6)
