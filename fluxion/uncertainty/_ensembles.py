"""Ensembles: members of one module, their parameters stacked along a leading axis."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from fluxion.errors import InputError


def init_ensemble(module: Any, keys: PRNGKeyArray, *example: Any) -> PyTree:
    """Parameters of members, each from a key of its own.

    Args:
        module: A flax module.
        keys: One for each member.
        *example: Arguments of the module, of which only shapes and types count.

    Returns:
        The parameters with the members along the first axis of each leaf.
    """
    # As one program: by itself every draw of every shape would be compiled alone.
    return jax.jit(jax.vmap(lambda key: module.init(key, *example)["params"]))(keys)


def apply_ensemble(module: Any, params: PyTree, *args: Any) -> Float[Array, "member ..."]:
    """What each member gives for the same arguments.

    Args:
        module: A flax module.
        params: Stacked, see `init_ensemble`.
        *args: Arguments of the module, shared by all members.
    """
    return jax.vmap(lambda one: module.apply({"params": one}, *args))(params)


def ensemble_size(params: PyTree) -> int:
    """Members of stacked parameters.

    Raises:
        InputError: No leaves, or leaves that disagree.
    """
    sizes = {jnp.shape(leaf)[:1] for leaf in jax.tree.leaves(params)}
    if len(sizes) != 1 or () in sizes:
        raise InputError(
            "the parameters are not stacked: their first axes are "
            f"{sorted(s[0] if s else 1 for s in sizes)}; give the same number of members to each"
        )
    return sizes.pop()[0]


def member_of(params: PyTree, number: int) -> PyTree:
    """Parameters of one member."""
    return jax.tree.map(lambda leaf: leaf[number], params)
