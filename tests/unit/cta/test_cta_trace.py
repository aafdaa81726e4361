"""Fields in jit, vmap and single precision."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion import cta


def decay(x, params):
    return params * jnp.exp(-x)


def build(kind, seed, dtype=None):
    rng = np.random.default_rng(seed)
    edges = np.cumsum(rng.uniform(0.5, 1.5, 6)).astype(dtype or float)
    if kind == "cells":
        return cta.CellField(rng.normal(size=5).astype(edges.dtype), cta.Cells(x=edges))
    if kind == "linear cells":
        cells = cta.Cells(cta.CellAxis("x", edges, order=2))
        return cta.CellField(rng.normal(size=5).astype(edges.dtype), cells)
    if kind == "samples":
        return cta.SampledField(rng.normal(size=6).astype(edges.dtype), cta.Grid(x=edges))
    if kind == "cubic samples":
        grid = cta.Grid(cta.SampleAxis("x", edges, order=4))
        return cta.SampledField(rng.normal(size=6).astype(edges.dtype), grid)
    if kind == "even samples":
        axis = cta.SampleAxis.uniform("x", edges[0], edges[1] - edges[0], 6)
        return cta.SampledField(rng.normal(size=6).astype(edges.dtype), cta.Grid(axis))
    box = cta.Box(x=(edges[0], edges[-1]))
    if kind == "closed":
        return cta.ClosedField(decay, jnp.asarray(edges[1]), box)
    module = eqx.nn.MLP(1, "scalar", 4, 1, key=jax.random.key(seed), dtype=edges.dtype)
    return cta.NetworkField(module, box)


KINDS = ["cells", "linear cells", "samples", "closed", "network"]
KINDS += [pytest.param(kind, marks=pytest.mark.slow) for kind in ("cubic samples", "even samples")]


@pytest.mark.parametrize("kind", KINDS)
def test_new_numbers_trace_once_and_vmap_equals_a_loop(kind):
    traces = []

    def work(field, x, upper):
        traces.append(None)
        double = field * 2.0 + field
        return double(x), double.integrate(upper=upper), field.gradient("x")(x)

    compiled = jax.jit(work)
    x, uppers = jnp.asarray([[2.0], [3.1]]), (3.0, 4.0)
    singles = [compiled(build(kind, seed), x, uppers[seed]) for seed in (0, 1)]
    assert len(traces) == 1
    assert hash(jax.tree.structure(build(kind, 0))) == hash(jax.tree.structure(build(kind, 1)))

    many = jax.tree.map(lambda *leaves: jnp.stack(leaves), build(kind, 0), build(kind, 1))
    batch = jax.jit(jax.vmap(work, in_axes=(0, None, 0)))(many, x, jnp.asarray(uppers))
    for i, single in enumerate(singles):
        for a, b in zip(batch, single, strict=True):
            np.testing.assert_allclose(a[i], b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_in_single_precision_out(kind):
    def work(field, x, target):
        return (
            field(x),
            field.integrate(),
            field.integrate(lower=1.0, upper=2.0),
            field.gradient("x")(x),
            field.reduce("mean"),
            field.resample(target).values,
            (2.0 * field + 1).integrate(),
        )

    x = jnp.asarray([[2.0], [3.1]], jnp.float32)
    target = cta.Cells(x=np.asarray([1, 2, 3], np.float32))
    for result in jax.jit(work)(build(kind, 0, np.float32), x, target):
        assert result.dtype == jnp.float32
        assert np.all(np.isfinite(result))


def test_fields_carry_through_scan():
    field = cta.time_cells(np.arange(4.0))

    def step(carry, _):
        carry = carry * 2.0
        return carry, carry.integrate()

    last, energies = jax.lax.scan(step, field, length=3)
    assert energies.tolist() == [12.0, 24.0, 48.0]
    assert last.values.tolist() == [0.0, 8.0, 16.0, 24.0]


def test_values_of_a_partial_integral_are_a_weighted_dot():
    """No loop, gather or scatter in the integral over part of a year of hours."""
    year = cta.time_cells(np.ones(48))
    jaxpr = str(jax.make_jaxpr(lambda f, b: f.integrate(lower=1.5, upper=b))(year, 7.0))
    for costly in ("while", "scan", "gather", "scatter", "sort"):
        assert costly not in jaxpr
    assert "dot_general" in jaxpr
