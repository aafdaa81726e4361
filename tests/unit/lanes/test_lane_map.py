"""Samples side by side give what `jax.vmap` gives, operation by operation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fluxion.lanes import lane_map

LANES = 5


def samples(*shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).uniform(0.2, 2.0, (LANES, *shape)))


def same(function, *args, in_axes=0, rtol=1e-12):
    got = jax.jit(lane_map(function, in_axes))(*args)
    want = jax.vmap(function, in_axes)(*args)
    assert jax.tree.structure(got) == jax.tree.structure(want)
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(want), strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-14)


TABLE = jnp.asarray(np.random.default_rng(9).normal(size=(4, 3)))
LONG = jnp.asarray(np.random.default_rng(8).normal(size=(40, 40)))
SHAPES = {
    "elementwise with scalars": (lambda x: jnp.where(x > 1, jnp.sqrt(x) * 2.0, -x) ** 3, (4, 3)),
    "clip and select by a shared mask": (
        lambda x: jnp.where(np.eye(4, 3, dtype=bool), jnp.clip(x, 0.5, 1.0), 0.0),
        (4, 3),
    ),
    "sums along axes": (lambda x: (x.sum(), x.sum(0), x.sum((0, 2)), x.mean(-1)), (3, 4, 2)),
    "long sums": (lambda x: (x.sum(0), x.max(), x.min(1), jnp.prod(x, 0)), (50, 3)),
    "logic": (lambda x: (jnp.all(x > 0.5, 0), jnp.any(x > 1.9), jnp.argmax(x, 1)), (4, 3)),
    "cumulative": (lambda x: jnp.cumsum(x, axis=1), (4, 3)),
    "shapes": (lambda x: (x.T.reshape(2, 6)[None], jnp.squeeze(x[:1], 0), x[::-1, 1:]), (4, 3)),
    "joining": (lambda x: (jnp.concatenate([x, TABLE], 1), jnp.stack([x, x + 1], -1)), (4, 3)),
    "padding": (lambda x: jnp.pad(x, ((1, 0), (0, 2)), constant_values=3.0), (4, 3)),
    "gather": (lambda x: (x[jnp.array([2, 0, 0])], x[:, jnp.array([1, 1])], x[1, 2]), (4, 3)),
    "take along axis": (
        lambda x: jnp.take_along_axis(x, jnp.array([[0], [2], [1], [1]]), axis=1),
        (4, 3),
    ),
    "scatter": (lambda x: x.at[1].set(7.0).at[:, 2].add(1.0), (4, 3)),
    "few terms": (lambda x: (x.T @ TABLE, TABLE @ x.T, x.T @ x, jnp.vdot(x, x)), (4, 3)),
    "a shared matrix": (lambda x: (LONG @ x, x.T @ LONG, x.T @ LONG @ x), (40, 2)),
    "batched products": (
        lambda x: jnp.einsum("tzw,zwf->tzf", x, x[:2, :, :].mT @ x[:2]),
        (2, 2, 3),
    ),
    "long products of two": (lambda x: x.T @ x, (40, 2)),
    "a linear solve": (lambda x: jnp.linalg.solve(x + 4 * jnp.eye(3), x[0]), (3, 3)),
    "eigenvalues": (lambda x: jnp.linalg.eigvalsh(x + x.T), (3, 3)),
    "an index of its own": (lambda x: x[jnp.int32(x[0, 0] * 2)], (4, 3)),
    "a slice of its own": (
        lambda x: jax.lax.dynamic_slice(x, (jnp.int32(x[0, 0]), jnp.int32(0)), (2, 3)),
        (4, 3),
    ),
    "a branch of its own": (
        lambda x: jax.lax.cond(x[0, 0] > 1, jnp.sin, lambda y: 2 * y, x),
        (4, 3),
    ),
    "a shared branch": (
        lambda x: jax.lax.cond(TABLE[0, 0] > 1, jnp.sin, lambda y: 2 * y, x),
        (4, 3),
    ),
    "a loop of its own": (
        lambda x: jax.lax.while_loop(lambda v: v[0, 0] < 3, lambda v: v * 1.5, x),
        (4, 3),
    ),
    "barriers": (lambda x: jax.lax.optimization_barrier((x, TABLE)), (4, 3)),
    "parts": (lambda x: (jnp.split(x, 3, axis=1), jnp.unstack(x)), (4, 3)),
    "no sample at all": (lambda x: (x, TABLE.sum(), 3.0), (2,)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_operations(name):
    function, shape = SHAPES[name]
    same(function, samples(*shape))


def test_scans_whose_carry_gains_samples_only_on_the_way():
    """The second carry starts shared, gains samples from the first after one step."""

    def run(x):
        def body(carry, row):
            a, b, shared = carry
            return (a * row + shared, b + a, shared + 1.0), (b, shared)

        return jax.lax.scan(body, (x, jnp.zeros(()), jnp.zeros(())), jnp.arange(4.0), reverse=True)

    same(run, samples())


def test_scans_within_scans_and_rows_with_samples():
    def run(x):
        def inner(c, r):
            return c + r, c * r

        def outer(c, rows):
            c, out = jax.lax.scan(inner, c, rows)
            return c, out.sum()

        return jax.lax.scan(outer, 0.0, x)

    same(run, samples(3, 4))


def test_arguments_that_all_share_and_trees():
    def run(table, pair):
        return {"a": table @ pair["x"], "b": pair["y"]}

    same(run, TABLE, {"x": samples(3), "y": samples(2, 2)}, in_axes=(None, 0))


def test_samples_on_another_axis():
    x = jnp.moveaxis(samples(3), 0, 1)
    np.testing.assert_array_equal(lane_map(jnp.sin, 1)(x), jnp.sin(x).T)


def test_derivatives_inside():
    """Reverse and forward mode, through checkpoints, scans and custom rules."""

    @jax.custom_jvp
    def safe(x):
        return jnp.sqrt(x)

    safe.defjvp(lambda p, t: (safe(p[0]), 0.25 * t[0]))  # a rule unlike the true one

    def loss(x):
        step = jax.checkpoint(lambda c, r: (jnp.tanh(c * r) + safe(c), c.sum()), prevent_cse=False)
        last, sums = jax.lax.scan(step, x, TABLE[:, 0])
        return last.sum() + sums.sum()

    same(jax.grad(loss), samples(3))
    same(jax.jacfwd(loss), samples(3))
    same(jax.hessian(loss), samples(3), rtol=1e-10)


@settings(max_examples=25, deadline=None)
@given(
    arrays(float, (3, 2, 4), elements=st.floats(-1e3, 1e3)),
    st.permutations([0, 1]),
    st.sampled_from([jnp.minimum, jnp.maximum, jnp.add, jnp.multiply]),
)
def test_broadcasting_between_own_and_shared_values(values, order, operation):
    shared = jnp.arange(8.0).reshape(2, 4)

    def run(x):
        row = operation(x, shared[:1])
        return jnp.transpose(operation(row, x.sum()), order), operation(shared, 2.0)

    same(run, jnp.asarray(values))


def test_what_cannot_be_mapped():
    with pytest.raises(ValueError, match="samples in at least one"):
        lane_map(jnp.sin, None)(jnp.ones(3))
    with pytest.raises(ValueError, match=r"\[2, 3\] samples"):
        lane_map(jnp.add)(jnp.ones((2, 1)), jnp.ones((3, 1)))
    with pytest.raises(ValueError, match="1 entries for 2"):
        lane_map(jnp.add, (0,))(jnp.ones(2), jnp.ones(2))
