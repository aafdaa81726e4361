"""The count of operations: XLA's where there is no loop, and loops as often as they run."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from fluxion.benchmarks._count import count

X = jnp.linspace(0.1, 1.0, 64, dtype=jnp.float32)


def chain(x):
    return jnp.exp(x * 2.0 + x) - jnp.sqrt(x)


def test_straight_code_is_counted_as_the_compiler_counts_it() -> None:
    cost = jax.jit(chain).lower(X).compile().cost_analysis()
    found = count(chain, X)
    assert found.transcendental == cost["transcendentals"]
    assert found.operations == cost["flops"]


def test_a_product_of_matrices() -> None:
    a, b = jnp.ones((3, 5)), jnp.ones((5, 7))
    assert count(jnp.matmul, a, b).operations == 2 * 3 * 5 * 7


def test_loops_are_multiplied_out() -> None:
    def scanned(x):
        return jax.lax.scan(lambda c, _: (chain(c), c), x, length=10)

    once, all_ = count(chain, X), count(scanned, X)
    assert all_.operations == 10 * once.operations
    assert all_.transcendental == 10 * once.transcendental
    assert count(scanned, X, repeat=False).operations == once.operations
    # Each pass reads the carry, writes it, and leaves a copy.
    assert all_.loop_bytes == 10 * 3 * 4 * X.size


def test_derivatives_and_nested_functions_are_seen_through() -> None:
    def nested(x):
        return jax.checkpoint(jax.jit(chain))(x)

    assert count(nested, X).operations == count(chain, X).operations
    assert count(jax.grad(lambda x: chain(x).sum()), X).operations > count(chain, X).operations


def test_an_endless_loop_is_marked() -> None:
    def until(x):
        return jax.lax.while_loop(lambda c: c.sum() < 1e3, lambda c: c * 2.0, x)

    assert count(until, X).unbounded
    assert not count(chain, X).unbounded
