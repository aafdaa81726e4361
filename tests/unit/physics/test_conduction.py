"""Reduced walls: symmetry, reversal, limits, and what holds for any stack of layers."""

from __future__ import annotations

from functools import partial

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxion.physics.conduction import wall_modes, wall_profile, wall_response

LAYERS = 4


@partial(jax.jit, static_argnames="modes")
def reduce_wall(resistance, capacitance, modes=3):
    return wall_modes(resistance, capacitance, modes=modes)


@jax.jit
def both_ways(resistance, capacitance):
    """A wall and the same wall with its layers in the other order, seen from the other side."""
    straight = wall_modes(resistance, capacitance, modes=3)
    turned = wall_modes(resistance[::-1], capacitance[::-1], modes=3)
    return straight, turned, wall_response(straight, 900.0), wall_response(turned.reversed(), 900.0)


stacks = st.lists(
    st.tuples(
        st.floats(0.005, 4.0),  # resistance
        st.one_of(st.just(0.0), st.floats(500.0, 400000.0)),  # capacity, or massless
    ),
    min_size=1,
    max_size=LAYERS,
)


def padded(stack):
    stack = stack + [(0.0, 0.0)] * (LAYERS - len(stack))
    return np.array([r for r, _ in stack]), np.array([c for _, c in stack])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(stacks)
def test_any_stack_is_reciprocal_passive_and_complete(stack):
    resistance, capacitance = padded(stack)
    straight, turned, forward, backward = jax.tree.map(
        np.asarray, both_ways(resistance, capacitance)
    )
    total = capacitance.sum()
    slack = 1e-9 * (1 + total)
    np.testing.assert_allclose(straight.conductance, 1 / resistance.sum(), rtol=1e-12)
    assert (np.diff(straight.time_constant) <= 1e-12 * straight.time_constant[0]).all()
    assert (straight.time_constant > 0).all()
    # No mode is slower than all capacity behind all resistance, at a quarter of it from each side.
    assert straight.time_constant[0] <= 0.25 * resistance.sum() * total * (1 + 1e-9) + 2e-6
    oo, oi, ii = straight.residual
    assert oo >= -slack and ii >= -slack and oo * ii - oi * oi >= -slack * (1 + total)
    kept = ((straight.outside_weight + straight.inside_weight) ** 2).sum()
    np.testing.assert_allclose(kept + oo + 2 * oi + ii, total, rtol=1e-10, atol=1e-9)
    # The signs of eigenvectors are free, so compare what they do: flows and slow-downs.
    np.testing.assert_allclose(
        straight.time_constant,
        turned.time_constant,
        rtol=1e-8,
        atol=1e-9 * straight.time_constant[0],
    )
    for name in ("b_oo", "b_oi", "b_ii", "d_oo", "d_oi", "d_ii"):
        one, other = getattr(forward, name), getattr(backward, name)
        scale = 1e-7 * (1 + total / 900.0)
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=scale, err_msg=name)
    assert ((forward.decay >= 0) & (forward.decay < 1)).all()
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(forward))


def test_reversing_twice_is_the_same_wall():
    wall = reduce_wall(np.array([0.1, 2.0, 0.3]), np.array([2e5, 1e3, 3e4]))
    again = wall.reversed().reversed()
    for one, other in zip(jax.tree.leaves(wall), jax.tree.leaves(again), strict=True):
        np.testing.assert_array_equal(one, other)
    turned = wall.reversed()
    np.testing.assert_array_equal(turned.inside_weight, wall.outside_weight)
    assert turned.residual[0] == wall.residual[2] != wall.residual[0]


def test_layers_that_are_not_there_change_nothing():
    r, c = np.array([0.1, 2.0, 0.3]), np.array([2e5, 1e3, 3e4])
    plain = wall_response(reduce_wall(r, c), 600.0)
    for where in (0, 1, 3):
        wide = wall_response(reduce_wall(np.insert(r, where, 0.0), np.insert(c, where, 0.0)), 600.0)
        for name in ("conductance", "decay", "b_oo", "b_oi", "b_ii", "d_oo", "d_ii"):
            np.testing.assert_allclose(
                getattr(wide, name), getattr(plain, name), rtol=1e-9, err_msg=f"{name} {where}"
            )


def test_a_massless_wall_is_a_resistance():
    wall = reduce_wall(np.array([0.5, 1.5]), np.zeros(2))
    response = wall_response(wall, 900.0)
    assert wall.conductance == 0.5
    for name in ("b_oo", "b_oi", "b_ii", "d_oo", "outside_gain", "inside_gain", "outside_history"):
        np.testing.assert_allclose(getattr(response, name), 0.0, atol=1e-12, err_msg=name)


def test_a_capacity_between_two_resistances_has_one_time_constant():
    """A very conductive core: tau = C / (1/R1 + 1/R2), shared between the faces by conductance."""
    r1, r2, c = 0.5, 1.5, 1e5
    wall = reduce_wall(np.array([r1, 1e-7, r2]), np.array([0.0, c, 0.0]))
    np.testing.assert_allclose(wall.time_constant[0], c / (1 / r1 + 1 / r2), rtol=1e-6)
    out, inn = abs(wall.outside_weight[0]), abs(wall.inside_weight[0])
    np.testing.assert_allclose([out, inn], np.sqrt(c) * np.array([r2, r1]) / (r1 + r2), rtol=1e-6)
    np.testing.assert_allclose(wall.time_constant[1:], 0.0, atol=1e-2)


def test_vanishing_and_endless_steps():
    """A tiny step shows the full capacity at once, an endless one the steady wall."""
    wall = reduce_wall(np.array([0.1, 2.0, 0.3]), np.array([2e5, 1e3, 3e4]))
    tiny, endless = wall_response(wall, 1e-3), wall_response(wall, 1e12)
    weights = np.stack([wall.outside_weight, wall.inside_weight])
    np.testing.assert_allclose(tiny.decay, 1.0, rtol=1e-3)
    np.testing.assert_allclose([tiny.outside_gain, tiny.inside_gain], weights, rtol=1e-3)
    np.testing.assert_array_equal(endless.decay, 0.0)
    np.testing.assert_allclose([endless.b_oo, endless.b_ii, endless.d_oo], 0.0, atol=1e-6)


@pytest.mark.parametrize("ratio", [1e-3, 0.1, 0.29999, 0.30001, 1.0, 30.0])
def test_the_bend_of_the_hold_is_its_integral(ratio):
    """Both branches of ``int (1/2 - r) exp(-x r)``, and no jump between them."""
    wall = reduce_wall(np.array([0.5, 1e-3, 1.5]), np.array([0.0, 1e5, 0.0]), 1)
    tau = float(wall.time_constant[0])
    response = wall_response(wall, ratio * tau)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    r, w = 0.5 + 0.5 * nodes, 0.5 * weights
    want = np.sum(w * (0.5 - r) * np.exp(-ratio * r))
    np.testing.assert_allclose(response.outside_bend[0] / wall.outside_weight[0], want, rtol=1e-8)
    line = np.sum(w * np.exp(-ratio * r))
    np.testing.assert_allclose(
        response.outside_gain[0] / wall.outside_weight[0], line + want, rtol=1e-9
    )


def test_leading_axes_are_a_batch():
    r = np.array([[0.1, 2.0, 0.3], [0.2, 1.0, 0.05]])
    c = np.array([[2e5, 1e3, 3e4], [1e4, 0.0, 9e4]])
    batch = wall_response(jax.jit(jax.vmap(partial(wall_modes, modes=3)))(r, c), 900.0)
    for i in range(2):
        single = wall_response(reduce_wall(r[i], c[i]), 900.0)
        np.testing.assert_allclose(batch.b_ii[i], single.b_ii, rtol=1e-10)
        np.testing.assert_allclose(batch.decay[i], single.decay, rtol=1e-10)


def test_profile_is_continuous_across_layers_and_bends_with_conductivity():
    r, c = np.array([0.1, 2.0, 0.3]), np.array([2e5, 1e3, 3e4])
    edges = np.cumsum(r)[:-1]
    eps = 1e-9
    inside, amplitudes = jax.jit(wall_profile), np.array([900.0, -300.0, 50.0])
    under = inside(r, c, amplitudes, -5.0, 20.0, edges - eps)
    over = inside(r, c, amplitudes, -5.0, 20.0, edges + eps)
    np.testing.assert_allclose(under, over, atol=1e-5)
    # Over resistance the flow is the slope, which is continuous at an interface.
    steps = np.concatenate([edges - 2e-4, edges, edges + 2e-4])
    depths = steps.reshape(3, 2)
    before, here, after = (np.asarray(inside(r, c, amplitudes, -5.0, 20.0, d)) for d in depths)
    np.testing.assert_allclose((here - before), (after - here), rtol=0.02)


def test_half_a_pair_of_modes_counts_for_nothing():
    """The fourth mode equals the third: keeping one of them must not depend on which."""
    r, c = np.array([0.05, 8.0, 0.05]), np.array([170000.0, 10.0, 170000.0])
    wall = reduce_wall(r, c)
    turned = reduce_wall(r * [1 + 1e-9, 1.0, 1.0], c)
    np.testing.assert_allclose(wall.residual, turned.residual, rtol=1e-5)
    assert np.abs(wall.outside_weight[2]) < 0.01 * np.abs(wall.outside_weight[0])
