"""A permutation under every transformation equals plain indexing."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.networks._permute import permute

ORDER = (2, 0, 3, 1)  # not its own inverse
PLAIN = np.asarray(ORDER)
VALUES = jnp.array([3.0, -1.0, 2.0, 7.0])


def weighed(pick):
    return lambda x: jnp.sum(jnp.sin(pick(x)) * jnp.arange(1.0, 5.0))


def test_values_slopes_and_batches_are_those_of_indexing():
    mine, plain = weighed(lambda x: permute(x, ORDER)), weighed(lambda x: x[PLAIN])
    batch = jnp.stack([VALUES, 2.0 * VALUES, -VALUES])
    np.testing.assert_array_equal(permute(VALUES, ORDER), VALUES[PLAIN])
    for transform in (jax.grad, jax.jacfwd, jax.hessian):
        np.testing.assert_allclose(transform(mine)(VALUES), transform(plain)(VALUES), rtol=1e-12)
        one, other = jax.jit(jax.vmap(transform(mine))), jax.jit(jax.vmap(transform(plain)))
        np.testing.assert_allclose(one(batch), other(batch), rtol=1e-12)
    columns = jax.vmap(lambda x: permute(x, ORDER), in_axes=1, out_axes=1)(batch.T)
    np.testing.assert_array_equal(columns, batch.T[PLAIN])
