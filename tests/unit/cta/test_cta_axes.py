"""Axes and domains: lookups, policies outside, refusals."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion import cta
from fluxion.errors import InputError

POINTS = np.array([0.0, 1.0, 3.0, 4.0])
VALUES = np.array([2.0, 4.0, 0.0, 5.0])


def sampled(**options):
    return cta.SampledField(VALUES, cta.Grid(cta.SampleAxis("x", POINTS, **options)))


def celled(**options):
    edges = np.append(POINTS, 6.0)
    return cta.CellField(VALUES, cta.Cells(cta.CellAxis("x", edges, **options)))


def column(*numbers):
    return jnp.asarray(numbers)[:, None]


def test_clamp_holds_the_end_values():
    assert sampled()(column(-7.0, 0.0, 4.0, 99.0)).tolist() == [2.0, 2.0, 5.0, 5.0]
    assert celled()(column(-7.0, 0.0, 6.0, 99.0)).tolist() == [2.0, 2.0, 5.0, 5.0]


def test_lines_between_uneven_samples():
    np.testing.assert_allclose(sampled()(column(0.5, 2.0, 3.25)), [3.0, 2.0, 1.25])


def test_cells_own_their_left_edge():
    assert celled()(column(0.999, 1.0, 2.999, 3.0)).tolist() == [2.0, 4.0, 4.0, 0.0]


def test_periodic_samples_close_the_circle():
    field = sampled(outside="periodic", period=6.0)
    # Between 4 and 6 a line runs from the last sample (5) back to the first (2).
    np.testing.assert_allclose(field(column(5.0, 6.0, -1.0, 6.5, -5.5)), [3.5, 2.0, 3.5, 3.0, 3.0])
    np.testing.assert_allclose(field.integrate(), 3.0 + 4.0 + 2.5 + 7.0)
    np.testing.assert_allclose(field.integrate(lower=-6.0, upper=13.0), 3 * 16.5 + 3.0)


def test_periodic_cells_repeat():
    field = celled(outside="periodic")
    assert field(column(-0.5, 6.5, 13.5)).tolist() == [5.0, 2.0, 4.0]
    whole = 2.0 + 8.0 + 0.0 + 10.0
    np.testing.assert_allclose(field.integrate(lower=-1.0, upper=12.5), 5.0 + 2 * whole + 1.0)
    np.testing.assert_allclose(field.integrate(lower=12.5, upper=-1.0), -(6.0 + 2 * whole))


@pytest.mark.parametrize("field", [sampled(outside="error"), celled(outside="error")])
def test_error_policy_raises_on_the_host_and_marks_traced_points(field):
    upper = float(field.domain.upper[0])
    with pytest.raises(InputError, match=r"7.5 lies outside axis 'x' \(0 to .*outside='clamp'"):
        field(column(1.0, 7.5))
    with pytest.raises(InputError, match="lies outside"):
        field.integrate(lower=-1.0, upper=2.0)
    traced = jax.jit(lambda f, x: f(x))(field, column(1.0, 7.5, upper))
    assert np.isnan(traced).tolist() == [False, True, False]
    assert np.isnan(jax.jit(lambda f, b: f.integrate(upper=b))(field, 7.5))
    assert np.isfinite(field.integrate())


@pytest.mark.parametrize("order", [1, 2])
def test_even_cells_equal_free_cells(order):
    values = np.array([1.0, -2.0, 4.0, 0.5, 3.0])
    edges = 1.0 + 0.5 * np.arange(6)
    free = cta.CellField(values, cta.Cells(cta.CellAxis("x", edges, order=order)))
    even = cta.CellField(values, cta.Cells(cta.CellAxis.uniform("x", 1.0, 0.5, 5, order=order)))
    x = jnp.linspace(0.5, 4.0, 29)[:, None]
    np.testing.assert_allclose(even(x), free(x), rtol=1e-12)
    np.testing.assert_allclose(even.integrate(), free.integrate(), rtol=1e-12)
    bounds = {"x": (1.2, 2.9)}
    np.testing.assert_allclose(even.integrate(bounds=bounds), free.integrate(bounds=bounds))


@pytest.mark.parametrize(
    ("order", "outside"),
    [
        (2, "clamp"),
        (4, "periodic"),
        pytest.param(2, "periodic", marks=pytest.mark.slow),
        pytest.param(4, "clamp", marks=pytest.mark.slow),
    ],
)
def test_even_samples_equal_free_samples(order, outside):
    values = np.array([1.0, -2.0, 4.0, 0.5, 3.0])
    points = 1.0 + 0.5 * np.arange(5)
    period = 2.5 if outside == "periodic" else None
    axis = cta.SampleAxis("x", points, order=order, outside=outside, period=period)
    even = cta.SampleAxis.uniform("x", 1.0, 0.5, 5, order=order, outside=outside)
    a, b = cta.SampledField(values, cta.Grid(axis)), cta.SampledField(values, cta.Grid(even))
    x = jnp.linspace(0.5, 4.0, 29)[:, None]
    np.testing.assert_allclose(b(x), a(x), rtol=1e-12)
    np.testing.assert_allclose(b.integrate(), a.integrate(), rtol=1e-12)
    np.testing.assert_allclose(b.gradient("x").values, a.gradient("x").values, rtol=1e-12)


def test_cubic_reproduces_cubics_and_its_integral():
    x = np.array([0.0, 0.3, 1.0, 1.2, 2.0])
    cubic = np.poly1d([1.0, -2.0, 0.5, 3.0])
    field = cta.SampledField(cubic(x), cta.Grid(cta.SampleAxis("x", x, order=4)))
    q = np.linspace(0.0, 2.0, 17)
    np.testing.assert_allclose(field(q[:, None]), cubic(q), rtol=1e-12)
    primitive = cubic.integ()
    np.testing.assert_allclose(field.integrate(), primitive(2.0) - primitive(0.0), rtol=1e-12)
    part = field.integrate(lower=0.1, upper=1.7)
    np.testing.assert_allclose(part, primitive(1.7) - primitive(0.1), rtol=1e-12)
    np.testing.assert_allclose(field.gradient("x").values, cubic.deriv()(x), rtol=1e-10)


def test_linear_cells_reproduce_parabola_slopes_and_keep_averages():
    edges = np.array([0.0, 0.3, 1.0, 1.2, 2.0])
    parabola = np.poly1d([1.5, -2.0, 0.5])
    averages = np.diff(parabola.integ()(edges)) / np.diff(edges)
    field = cta.CellField(averages, cta.Cells(cta.CellAxis("x", edges, order=2)))
    mean_slope = np.diff(parabola(edges)) / np.diff(edges)
    np.testing.assert_allclose(field.gradient("x").values, mean_slope, rtol=1e-12)
    again = field.resample(cta.Cells(x=edges))
    np.testing.assert_allclose(again.values, averages, rtol=1e-12)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: cta.SampleAxis("x", [0.0, 2.0, 1.0]), "do not ascend strictly"),
        (lambda: cta.CellAxis("x", [0.0, 0.0]), "do not ascend strictly"),
        (lambda: cta.CellAxis("x", [0.0]), "2 or more ascending"),
        (lambda: cta.SampleAxis("x", [0.0, 1.0], order=3), "order=3; use 2 or 4"),
        (lambda: cta.SampleAxis("x", [0.0, 1.0, 2.0], order=4), "wants 4 or more"),
        (lambda: cta.CellAxis("x", [0.0, 1.0, 2.0], order=2), "wants 3 or more"),
        (lambda: cta.CellAxis("x", [0.0, 1.0], outside="wrap"), "use 'clamp', 'periodic'"),
        (lambda: cta.SampleAxis("x", [0.0, 1.0], outside="periodic"), "give period="),
        (lambda: cta.SampleAxis("x", [0.0, 1.0], period=2.0), "outside='periodic' as well"),
        (
            lambda: cta.SampleAxis("x", [0.0, 1.0], outside="periodic", period=1.0),
            "drop a repeated last sample",
        ),
        (lambda: cta.CellAxis.uniform("x", 0.0, -1.0, 3), "one above 0"),
        (lambda: cta.CellAxis.uniform("x", 0.0, 1.0, 0), "give 1 or more"),
        (lambda: cta.SampleAxis.uniform("x", 0.0, 1.0, 1), "give 2 or more"),
        (lambda: cta.Interval("x", [0.0, 1.0], 2.0), "single numbers as bounds"),
        (lambda: cta.Grid(cta.CellAxis("x", [0.0, 1.0])), "made of SampleAxis"),
        (lambda: cta.Grid(cta.SampleAxis("x", [0.0, 1.0]), x=[0.0, 1.0]), "share a name"),
        (lambda: cta.Box(), "without axes"),
        (lambda: cta.Box(x=(0.0, 1.0)).axis("z"), "no axis 'z'; the domain has x"),
        (lambda: cta.gauss_legendre(0), "1 or more"),
    ],
)
def test_refusals_say_what_was_wanted(build, message):
    with pytest.raises(InputError, match=message):
        build()


def test_domain_geometry():
    box = cta.Box(x=(1.0, 4.0), z=(0.0, 2.5))
    assert box.names == ("x", "z") and box.ndim == 2
    np.testing.assert_allclose(box.measure, 7.5)
    grid = cta.Grid(x=[0.0, 1.0], z=[5.0, 6.0, 8.0])
    assert grid.shape == (2, 3) and grid.points.shape == (2, 3, 2)
    assert grid.points[1, 2].tolist() == [1.0, 8.0]
    cells = cta.Cells(x=[0.0, 1.0, 4.0])
    assert cells.centres[:, 0].tolist() == [0.5, 2.5]
    assert cells.axis("x").widths.tolist() == [1.0, 3.0]
