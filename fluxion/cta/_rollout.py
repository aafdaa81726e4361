"""Stepping through time with a bounded memory for the backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax

from fluxion.errors import InputError

State = TypeVar("State")


def rollout(
    step: Callable[[State, Any], tuple[State, Any]],
    state: State,
    inputs: Any,
    *,
    chunk: int | None = None,
) -> tuple[State, Any]:
    """Carry a state through `inputs`, one row a step.

    With `chunk` the reverse pass stores one state in each chunk and recomputes the steps of one
    chunk at a time: memory falls from n to n / chunk + chunk steps, for one more forward pass. A
    year of days is the natural choice: chunk = steps a day.

    Args:
        step: `step(state, row) -> (state, output)`.
        state: State before the first step; any pytree.
        inputs: Pytree of arrays whose first dimension is the step.
        chunk: Steps between stored states, a divisor of the number of steps; None stores all.

    Returns:
        The last state, and the outputs stacked over steps.

    Raises:
        InputError: There is no input to count steps by, or `chunk` does not divide them.
    """
    leaves = jax.tree.leaves(inputs)
    if not leaves:
        raise InputError("rollout was given no inputs; give arrays whose first dimension is steps")
    if chunk is None:
        return jax.lax.scan(step, state, inputs)
    count = leaves[0].shape[0]
    if chunk < 1 or count % chunk:
        raise InputError(
            f"{count} steps do not divide into chunks of {chunk}; use a divisor, such as the "
            "steps of a day"
        )
    blocks = jax.tree.map(lambda x: x.reshape(count // chunk, chunk, *x.shape[1:]), inputs)

    @jax.checkpoint
    def one_block(carry: State, rows: Any) -> tuple[State, Any]:
        return jax.lax.scan(step, carry, rows)

    state, outputs = jax.lax.scan(one_block, state, blocks)
    return state, jax.tree.map(lambda x: x.reshape(count, *x.shape[2:]), outputs)
