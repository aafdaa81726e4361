"""Small systems and eigenvalues: right, differentiable, and never a batch for LAPACK on a CPU."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.test_util import check_grads

from fluxion.lanes import lane_map
from fluxion.physics._linear_algebra import eigenpairs, solve_dominant


def dominant(rng: np.random.Generator, size: int, margin: float = 0.05) -> np.ndarray:
    """One less shares of a row, as radiosity has it; with a face that reflects nearly all."""
    shares = rng.uniform(size=(size, size))
    shares *= (1 - rng.uniform(margin, 1, (size, 1))) / shares.sum(axis=1, keepdims=True)
    return np.eye(size) - shares


@settings(max_examples=10)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.booleans())
def test_solutions_satisfy_the_system_whether_rows_or_columns_dominate(size, seed, turned) -> None:
    rng = np.random.default_rng(seed)
    matrix = dominant(rng, size, margin=1e-3)
    matrix = matrix.T if turned else matrix
    right = rng.standard_normal((size, 3))
    got = solve_dominant(jnp.asarray(matrix), jnp.asarray(right))
    np.testing.assert_allclose(matrix @ got, right, atol=1e-10)
    one = solve_dominant(jnp.asarray(matrix), jnp.asarray(right[:, 0]))
    np.testing.assert_allclose(one, got[:, 0], atol=1e-12)


@pytest.mark.parametrize("mapped", [jax.vmap, lane_map])
def test_slopes_of_solutions_side_by_side(mapped) -> None:
    rng = np.random.default_rng(0)
    matrices = jnp.asarray([dominant(rng, 5) for _ in range(3)])
    right = jnp.asarray(rng.standard_normal((3, 5, 2)))

    def both(matrices, right):
        return mapped(solve_dominant)(matrices, right)

    check_grads(both, (matrices, right), order=1, modes=("fwd", "rev"), rtol=1e-6)
    np.testing.assert_allclose(both(matrices, right), np.linalg.solve(matrices, right), rtol=1e-12)


@pytest.mark.parametrize("outer", [jax.vmap, lane_map])
def test_eigenpairs_side_by_side_are_those_of_each_matrix(outer) -> None:
    """Also in batches of batches; LAPACK is given one matrix at a time, see the module's head."""
    rng = np.random.default_rng(0)
    matrices = rng.standard_normal((4, 3, 6, 6))
    matrices = jnp.asarray(matrices + matrices.swapaxes(-1, -2))
    function = jax.jit(outer(jax.vmap(eigenpairs)))
    values, vectors = function(matrices)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(matrices), atol=1e-12)
    found = np.einsum("...ik,...k,...jk->...ij", vectors, values, vectors)
    np.testing.assert_allclose(found, matrices, atol=1e-12)
    assert _given_to_lapack(function.lower(matrices)) == {"6x6xf64"}


def _given_to_lapack(lowered) -> set[str]:
    """Shapes of the first operand of every call of LAPACK."""
    found = re.findall(r"@lapack_\w+\(.*?: \(tensor<(.*?)>", lowered.as_text())
    assert found
    return set(found)
