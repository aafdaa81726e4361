"""Stated orders of accuracy, measured on uneven spacing in one, two and three dimensions."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss

from fluxion import cta

SIZES = np.array([24, 48, 96])
X_CHECK = np.linspace(0.0, 1.0, 97)
PART = (0.137, 0.712)


def smooth(x):
    return np.exp(np.sin(2 * np.pi * x))


def slope(x):
    return 2 * np.pi * np.cos(2 * np.pi * x) * smooth(x)


def exact(lower, upper):
    """Integral of `smooth` between each pair of bounds, by Gauss-Legendre far beyond need."""
    nodes, weights = leggauss(48)
    lower, upper = np.asarray(lower)[..., None], np.asarray(upper)[..., None]
    half = (upper - lower) / 2
    return np.sum(smooth(lower + half * (1 + nodes)) * weights * half, axis=-1)


def stretched(count, periodic=False):
    """Uneven positions whose gaps differ by a factor of three."""
    s = np.linspace(0.0, 1.0, count + 1)
    s = s + 0.08 * np.sin(2 * np.pi * s)
    return s[:-1] if periodic else s


def order_of(errors):
    """Slope of log error against log size, least squares."""
    return -np.polyfit(np.log(SIZES), np.log(np.asarray(errors)), 1)[0]


@jax.jit
def ask(field):
    return (
        field(X_CHECK[:, None]),
        field.gradient("x").values,
        field.integrate(lower=PART[0], upper=PART[1]),
    )


@functools.cache
def sample_errors(order, periodic):
    rows = []
    for count in SIZES:
        points = stretched(count, periodic)
        options = {"outside": "periodic", "period": 1.0} if periodic else {}
        grid = cta.Grid(cta.SampleAxis("x", points, order=order, **options))
        value, gradient, part = ask(cta.SampledField(smooth(points), grid))
        rows.append(
            [
                np.max(np.abs(value - smooth(X_CHECK))),
                np.sqrt(np.mean((gradient - slope(points)) ** 2)),
                abs(part - exact(*PART)),
            ]
        )
    return np.array(rows)


@functools.cache
def cell_errors(order, periodic):
    rows = []
    for count in SIZES:
        edges = stretched(count)
        averages = exact(edges[:-1], edges[1:]) / np.diff(edges)
        outside = "periodic" if periodic else "clamp"
        field = cta.CellField(
            averages, cta.Cells(cta.CellAxis("x", edges, order=order, outside=outside))
        )
        value, gradient, part = ask(field)
        mean_slope = np.diff(smooth(edges)) / np.diff(edges)
        rows.append(
            [
                np.sqrt(np.mean((value - smooth(X_CHECK)) ** 2)),
                np.max(np.abs(gradient - mean_slope)),
                abs(part - exact(*PART)),
            ]
        )
    return np.array(rows)


@pytest.mark.parametrize("periodic", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("order", [2, 4])
def test_samples_converge_at_their_order(order, periodic):
    measured = [order_of(column) for column in sample_errors(order, periodic).T]
    assert min(measured) >= order - 0.2, measured


@pytest.mark.parametrize("periodic", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("order", "stated"), [(1, (1, 2)), (2, (2, 2))])
def test_cells_converge_at_their_order(order, stated, periodic):
    value, gradient, _ = (order_of(column) for column in cell_errors(order, periodic).T)
    assert value >= stated[0] - 0.2 and gradient >= stated[1] - 0.2, (value, gradient)


@pytest.mark.parametrize(("order", "stated"), [(1, 2), (2, 3)])
def test_integrals_to_inside_a_cell_converge(order, stated):
    """Where a bound falls in its cell varies with the size, so fit over a mean of many bounds."""
    errors = []
    bounds = np.linspace(0.2, 0.8, 61)
    for count in SIZES:
        edges = stretched(count)
        averages = exact(edges[:-1], edges[1:]) / np.diff(edges)
        field = cta.CellField(averages, cta.Cells(cta.CellAxis("x", edges, order=order)))
        parts = jax.jit(jax.vmap(lambda b, f=field: f.integrate(upper=b)))(bounds)
        errors.append(np.sqrt(np.mean((parts - exact(np.zeros(61), bounds)) ** 2)))
    assert order_of(errors) >= stated - 0.2, errors


def test_whole_cells_integrate_without_error():
    edges = stretched(16)
    field = cta.CellField(exact(edges[:-1], edges[1:]) / np.diff(edges), cta.Cells(x=edges))
    np.testing.assert_allclose(field.integrate(), exact(0.0, 1.0), rtol=1e-14)
    part = field.integrate(lower=edges[3], upper=edges[11])
    np.testing.assert_allclose(part, exact(edges[3], edges[11]), rtol=1e-13)


def wave(x, y, params):
    return jnp.sin(params * x) * jnp.exp(y)


def test_two_dimensions():
    errors = []
    wanted = (1 - np.cos(3.0)) / 3.0 * (np.e - 1)
    closed = cta.ClosedField(wave, jnp.asarray(3.0), cta.Box(x=(0.0, 1.0), y=(0.0, 1.0)))
    np.testing.assert_allclose(closed.integrate(), wanted, rtol=1e-13)
    point = np.array([[0.31, 0.77]])
    slopes = np.array([3 * np.cos(0.93), np.sin(0.93)]) * np.exp(0.77)
    np.testing.assert_allclose(closed.gradient()(point)[0], slopes, rtol=1e-12)
    for count in SIZES:
        x = stretched(count)
        field = cta.SampledField(np.sin(3 * x)[:, None] * np.exp(x), cta.Grid(x=x, y=x))
        whole, value, gradient = jax.jit(lambda f: (f.integrate(), f(point), f.gradient()(point)))(
            field
        )
        errors.append(
            [abs(whole - wanted), abs(value[0] - closed(point)[0]), abs(gradient - slopes).max()]
        )
    rates = [-np.polyfit(np.log(SIZES), np.log(column), 1)[0] for column in np.array(errors).T]
    assert rates[0] >= 1.8 and rates[2] >= 1.5, rates
    assert errors[-1][1] < 1e-3


def test_three_dimensions():
    """x y z and its square: trilinear functions are exact, the rest of order two."""
    x, y, z = stretched(8), stretched(6), stretched(5)
    table = (1 + x[:, None, None]) * (2 - y[:, None]) * z
    field = cta.SampledField(table, cta.Grid(x=x, y=y, z=z))
    np.testing.assert_allclose(field.integrate(), 1.5 * 1.5 * 0.5, rtol=1e-13)
    np.testing.assert_allclose(field(np.array([0.3, 0.4, 0.9])), 1.3 * 1.6 * 0.9, rtol=1e-13)
    over = field.integrate(("x", "z"), bounds={"x": (0.0, 0.5)})
    np.testing.assert_allclose(over.at(y=0.4), 0.625 * 1.6 * 0.5, rtol=1e-13)
    errors = []
    for count in SIZES:
        s = stretched(count)
        cube = smooth(s)[:, None, None] * smooth(s)[:, None] * smooth(s)
        whole = cta.SampledField(cube, cta.Grid(x=s, y=s, z=s)).integrate(
            bounds={"x": PART, "y": PART, "z": PART}
        )
        errors.append(abs(whole - exact(*PART) ** 3))
    assert -np.polyfit(np.log(SIZES), np.log(errors), 1)[0] >= 1.8, errors


def test_closed_form_is_exact_to_the_degree_of_its_rule():
    box = cta.Box(x=(-1.0, 2.0))
    poly = cta.ClosedField(power, jnp.asarray(7.0), box, quadrature=4)
    np.testing.assert_allclose(poly.integrate(), (2.0**8 - 1.0) / 8, rtol=1e-13)
    kink = cta.ClosedField(absolute, jnp.asarray(0.5), box, quadrature=4, panels=2)
    np.testing.assert_allclose(kink.integrate(), 2 * 1.5**2 / 2, rtol=1e-13)


def power(x, exponent):
    return jnp.sign(x) * jnp.abs(x) ** exponent


def absolute(x, centre):
    return jnp.abs(x - centre)
