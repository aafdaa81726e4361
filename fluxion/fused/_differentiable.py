"""A `LaneLoop` as native code with a derivative of its own."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fluxion.fused._adjoint import adjoint
from fluxion.fused._graph import Node
from fluxion.fused._native import backward, block_of, blocked, forward, unblocked
from fluxion.fused._parts import Place


def run_native(
    loop: Any, consts: tuple[Array, Array], state: Array, rows: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Run a `LaneLoop` over packed inputs.

    Returns:
        The packed state after the last step, and the means `(group, number, lane)`.

    Notes:
        What samples share has no derivative here: it counts as constant.
    """
    steps = _Steps(loop)

    @jax.custom_vjp
    def run(own, start, own_rows, shared, shared_rows):
        return forward(loop)(shared, own, start, shared_rows, own_rows)

    def ahead(*given):
        return run(*given), given

    def back(given, matters):
        own, start, own_rows, shared, shared_rows = given
        of_start, of_own, of_rows = backward(steps)(
            shared, own, start, shared_rows, own_rows, *matters
        )
        return of_own, of_start, of_rows, jnp.zeros_like(shared), jnp.zeros_like(shared_rows)

    run.defvjp(ahead, back)
    block = block_of(loop.dtype)
    last, found = run(
        blocked(consts[1], block),
        blocked(state, block),
        blocked(rows[1], block),
        consts[0],
        rows[0],
    )
    return unblocked(last), unblocked(found)


class _Steps:
    """A loop's steps with their derivative, for `backward`; made when it is first asked for."""

    def __init__(self, loop: Any):
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    @cached_property
    def own_rows_read(self) -> list[int]:
        """Rows of the samples' own constants."""
        return [self._loop.place(node)[1] for node in self._loop.read_by_steps("consts")]

    @cached_property
    def forward_operations(self) -> list[Node]:
        """Operations behind the next state alone."""
        return self._loop.graph.needed(self._loop.after, self._loop.given)[0]

    @cached_property
    def bars(self) -> dict[str, list[Any]]:
        """How much what a step reads matters, by part."""
        loop = self._loop
        share = loop.dtype.type(1 / loop.steps)
        after = [(v, self._matter("of state", k)) for k, v in enumerate(loop.after)]
        found = []
        for k, value in enumerate(loop.wanted):
            amount = self._matter("of found", k)
            scaled = loop.graph.apply(jax.lax.mul_p, {}, (amount, share), loop.dtype)
            found.append((value, scaled))
        parts = {part: loop.read_by_steps(part) for part in ("state", "consts", "rows")}
        inputs = [node for nodes in parts.values() for node in nodes]
        bars = iter(adjoint(loop.graph, loop.operations, [*after, *found], inputs))
        return {part: [next(bars) for _ in nodes] for part, nodes in parts.items()}

    @cached_property
    def reverse_operations(self) -> list[Node]:
        """Operations of a step back, those of the step itself that it needs among them."""
        wanted = [bar for bars in self.bars.values() for bar in bars]
        return self._loop.graph.needed(wanted, self._loop.given)[0]

    def _matter(self, part: str, row: int) -> Node:
        return self._loop.graph.read(Place(part, 0, row), self._loop.dtype, False)
