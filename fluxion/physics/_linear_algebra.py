"""Small systems and eigenvalues, for many buildings side by side.

jaxlib hands the matrices of a batch to the threads of XLA's pool and waits for them on one of these
threads. Where as many batches begin at once as there are threads, all of them wait and none is left
to work: the program never ends. So nothing here gives LAPACK a batch.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax
from jax.custom_batching import custom_vmap
from jaxtyping import Array, Float


def solve_dominant(
    matrix: Float[Array, "n n"], right: Float[Array, "n *columns"]
) -> Float[Array, "n *columns"]:
    """Solve a linear system whose diagonal outweighs the rest of every row, or of every column.

    Args:
        matrix: Of the system.
        right: Right-hand sides.

    Returns:
        The solutions. Derivatives are those of the system and not of the elimination.

    Notes:
        Elimination without exchanges, which is stable for such matrices.
        Source: G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed. 2013, sec. 4.1.
    """
    columns = right.reshape(right.shape[0], -1)

    def apply(matrix: Array, x: Array) -> Array:
        return jnp.sum(matrix[:, :, None] * x[None, :, :], axis=1)

    found = lax.custom_linear_solve(
        lambda x: apply(matrix, x),
        columns,
        solve=lambda _, b: _eliminate(matrix, b),
        transpose_solve=lambda _, b: _eliminate(matrix.T, b),
    )
    return found.reshape(right.shape)


def _eliminate(matrix: Float[Array, "n n"], right: Float[Array, "n m"]) -> Float[Array, "n m"]:
    count = matrix.shape[0]

    def clear(k: Array, rows: Array) -> Array:
        row = lax.dynamic_index_in_dim(rows, k, 0)
        row = row / lax.dynamic_index_in_dim(row, k, 1)
        own = (jnp.arange(count) == k)[:, None]
        rest = rows - lax.dynamic_index_in_dim(rows, k, 1) * row
        return jnp.where(own, row, rest)

    rows = jnp.concatenate([matrix, right], axis=1)
    return lax.fori_loop(0, count, clear, rows)[:, count:]


@custom_vmap
def eigenpairs(
    matrix: Float[Array, "n n"],
) -> tuple[Float[Array, "n"], Float[Array, "n n"]]:
    """Eigenvalues of a symmetric matrix, smallest first, and its eigenvectors as columns.

    On a CPU one matrix after the other, elsewhere side by side. Without a derivative of its own.
    """
    values, vectors = jnp.linalg.eigh(matrix, symmetrize_input=False)
    return values, vectors


@eigenpairs.def_vmap
def _one_by_one(size: int, batched: list[bool], matrices: Array):
    def on_cpu(matrices: Array) -> tuple[Array, Array]:
        return lax.map(eigenpairs, matrices)

    def elsewhere(matrices: Array) -> tuple[Array, Array]:
        values, vectors = jnp.linalg.eigh(matrices, symmetrize_input=False)
        return values, vectors

    return lax.platform_dependent(matrices, cpu=on_cpu, default=elsewhere), (True, True)
