"""Values that are kept in memory: the same numbers, and less work for the compiled program."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion.lanes import lane_map
from fluxion.lanes._keep import always

on_cpu = pytest.mark.skipif(jax.default_backend() != "cpu", reason="gates are for CPUs")


def narrow_then_wide(x):
    """One number that costs much, wanted by many elements and by three users."""
    narrow = jnp.sum(x)
    for _ in range(4):
        narrow = jnp.sqrt(narrow * narrow + 1.0) / (narrow + 3.0)
    wide = x * narrow + jnp.cos(narrow)
    return wide, narrow - 1.0, narrow * narrow


@on_cpu
def test_a_gate_is_always_open_and_the_compiler_does_not_know() -> None:
    program = jax.jit(lambda x: always([x]))
    assert "multiply" in program.lower(jnp.zeros(3)).compile().as_text()

    @given(st.integers(-(2**31), 2**31 - 1))
    def check(number: int) -> None:
        assert bool(program(jnp.asarray([number], jnp.int32)))

    check()
    for odd in (np.nan, np.inf, -np.inf, 1e300):
        assert bool(program(jnp.asarray([odd])))


@on_cpu
def test_what_many_want_is_computed_once_with_the_same_result() -> None:
    x = jnp.asarray(np.random.default_rng(0).uniform(0.5, 2.0, (16, 8)))
    mapped = jax.jit(lane_map(narrow_then_wide))
    assert "conditional" in mapped.lower(x).compile().as_text()
    for got, want in zip(mapped(x), jax.vmap(narrow_then_wide)(x), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_samples_that_are_not_finite_stay_alone() -> None:
    x = jnp.ones((4, 8)).at[0].set(jnp.nan)
    for leaf in jax.jit(lane_map(narrow_then_wide))(x):
        assert np.isnan(leaf[0]).all() and np.isfinite(leaf[1:]).all()


def test_nothing_is_gated_outside_a_compiled_program() -> None:
    assert always([jnp.ones(3)]) is None
