"""Functions in lanes that keep their own derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.lanes import Value, differentiable_parts, shared_values


@jax.custom_jvp
def flat(x):
    """Grows twice as fast as it says."""
    return x


flat.defjvp(lambda primals, tangents: (primals[0], 2.0 * tangents[0]))


def parts(x, table):
    return {"own": flat(x[0]) * table, "shared": table * 2.0, "known": np.ones(2)}


def test_the_derivative_is_that_of_the_function_and_not_of_its_operations() -> None:
    """Seen from outside, a function in lanes is its operations: a custom derivative is lost."""
    table = jnp.asarray([1.0, 3.0])
    x = jnp.asarray(np.random.default_rng(0).uniform(1, 2, (3, 5)))

    def total(x):
        found = differentiable_parts(parts, 5)(Value(x, True), shared_values(table))
        assert [found[name].lanes for name in ("own", "shared", "known")] == [True, False, False]
        assert found["own"].array.shape == (2, 5)
        return jnp.sum(found["own"].array ** 2) + jnp.sum(found["shared"].array)

    def plain(x):
        return jnp.sum((flat(x[0]) * table[:, None]) ** 2)

    np.testing.assert_allclose(jax.grad(total)(x), jax.grad(plain)(x), rtol=1e-12)
    np.testing.assert_allclose(jax.jit(jax.grad(total))(x), jax.grad(plain)(x), rtol=1e-12)
