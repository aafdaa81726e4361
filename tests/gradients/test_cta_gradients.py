"""Derivatives of field operations against central differences and the Leibniz rule."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion import cta

POSITIONS = np.array([0.0, 0.4, 1.0, 1.3, 2.0, 2.2])


def make(kind, values, positions):
    if kind.startswith("cells"):
        order = int(kind[-1])
        return cta.CellField(values[:5], cta.Cells(cta.CellAxis("x", positions, order=order)))
    if kind.startswith("periodic"):
        axis = cta.SampleAxis(
            "x", positions, order=int(kind[-1]), outside="periodic", period=positions[-1] + 0.5
        )
        return cta.SampledField(values, cta.Grid(axis))
    axis = cta.SampleAxis("x", positions, order=int(kind[-1]))
    return cta.SampledField(values, cta.Grid(axis))


KINDS = ["cells 1", "cells 2", "samples 2", "periodic 4"]
KINDS += [pytest.param(kind, marks=pytest.mark.slow) for kind in ("samples 4", "periodic 2")]
VALUES = np.array([1.0, 3.0, -0.5, 2.0, 0.7, 1.9])
TARGET = np.array([-0.3, 0.55, 1.1, 2.35])


def central(fn, x, step=1e-6):
    slopes = np.zeros_like(x)
    for i in range(x.size):
        shift = np.zeros_like(x)
        shift.flat[i] = step
        slopes.flat[i] = (fn(x + shift) - fn(x - shift)) / (2 * step)
    return slopes


@functools.partial(jax.jit, static_argnums=0)
@functools.partial(jax.value_and_grad, argnums=1)
def total(kind, packed):
    """One number out of every operation, so that one comparison covers them all."""
    values, positions, lower, upper, x, target = jnp.split(packed, [6, 12, 13, 14, 18])
    field = make(kind, values, positions)
    squares = field * field + 2.0
    return (
        squares.integrate(lower=lower[0], upper=upper[0])
        + 0.3 * field.integrate()
        + jnp.sum(field(x[:, None]) ** 2)
        + jnp.sum(field.gradient("x").values ** 2)
        + jnp.sum(field.resample(cta.Cells(x=target)).values ** 2)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_with_respect_to_values_positions_and_bounds(kind):
    # Bounds and points inside pieces, outside the domain on either side, none at a knot.
    packed = np.concatenate([VALUES, POSITIONS, [-0.2], [1.7], [-0.1, 0.3, 1.15, 2.45], TARGET])
    slopes = total(kind, packed)[1]
    wanted = central(lambda p: total(kind, p)[0], packed)
    np.testing.assert_allclose(slopes, wanted, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_finite_at_knots_ends_and_in_parts_of_no_length(kind):
    for bounds in ([0.0, 2.2], [1.0, 1.0], [-5.0, -4.0]):
        points = [0.0, 1.0, 2.2, 50.0]
        packed = np.concatenate([VALUES, POSITIONS, bounds, points, [0.0, 1.0, 1.3, 2.2]])
        value, slopes = total(kind, packed)
        assert np.isfinite(value) and np.all(np.isfinite(slopes))


@pytest.mark.parametrize("kind", KINDS)
def test_leibniz_holds_inside_at_the_ends_and_outside(kind):
    field = make(kind, VALUES, POSITIONS)
    bounds = np.array([-0.7, 0.0, 0.2, 1.0, 1.5, 2.2, 3.0])
    slope = jax.jit(jax.vmap(jax.grad(lambda b: field.integrate(lower=0.1, upper=b))))(bounds)
    value = np.array(field(bounds[:, None]))
    if kind.startswith("cells"):
        # At a jump (x = 1) the derivative is the mean of both sides.
        sides = field(np.array([[1.0 - 1e-9], [1.0 + 1e-9]]))
        value[3] = np.mean(sides)
    np.testing.assert_allclose(slope, value, rtol=1e-6)
    lower = jax.grad(lambda a: field.integrate(lower=a, upper=2.0))(0.2)
    np.testing.assert_allclose(lower, -value[2], rtol=1e-9)


def test_moving_domain_of_cells():
    """The integral over the whole domain moves with its edges: first and last value leave."""
    slope = jax.grad(lambda e: cta.CellField(VALUES[:5], cta.Cells(x=e)).integrate())(POSITIONS)
    wanted = np.concatenate([[-VALUES[0]], VALUES[:4] - VALUES[1:5], [VALUES[4]]])
    np.testing.assert_allclose(slope, wanted, rtol=1e-12)


def wave(x, z, params):
    return jnp.sin(params["k"] * x) * z


def test_closed_form_with_respect_to_parameters_and_bounds():
    def total(packed):
        k, x0, x1, z1 = packed
        field = cta.ClosedField(wave, {"k": k}, cta.Box(x=(x0, x1), z=(0.0, z1)))
        part = field.integrate(bounds={"z": (0.1, 0.5 * z1)})
        over = field.integrate("z").integrate()
        return (
            field.integrate() + part + over + field.reduce("mean") + field.gradient("x").integrate()
        )

    packed = np.array([1.7, 0.2, 1.1, 2.0])
    np.testing.assert_allclose(
        jax.jit(jax.grad(total))(packed), central(jax.jit(total), packed), rtol=1e-7
    )

    # Leibniz: the derivative by the upper bound is the integral over the face that moves.
    def whole(x1):
        return cta.ClosedField(wave, {"k": 1.7}, cta.Box(x=(0.0, x1), z=(0.0, 2.0))).integrate()

    np.testing.assert_allclose(jax.grad(whole)(1.1), np.sin(1.7 * 1.1) * 2.0, rtol=1e-12)


def test_slope_at_the_end_of_the_domain_is_that_of_the_inside():
    field = make("samples 2", VALUES, POSITIONS)
    slope = jax.vmap(jax.grad(lambda x: field.at(x=x)))(np.array([-1.0, 0.0, 2.2, 5.0]))
    np.testing.assert_allclose(slope, [0.0, 5.0, 6.0, 0.0], rtol=1e-9)
