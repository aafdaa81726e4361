"""A `LaneLoop` as native code with a derivative of its own."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.fused._adjoint import adjoint
from fluxion.fused._blocks import unblocked
from fluxion.fused._graph import Node
from fluxion.fused._native import forward
from fluxion.fused._native_back import backward
from fluxion.fused._parts import Place
from fluxion.fused._segments import StepBack


def run_native(
    loop: Any,
    consts: tuple[Array, Array],
    state: Array,
    rows: tuple[Array, Array],
    look: tuple[Array, Array, Array],
) -> tuple[Array, Array]:
    """Run a `LaneLoop` over packed inputs.

    Returns:
        The packed state after the last step, and the means `(group, number, lane)`.

    Notes:
        What samples share has no derivative here: it counts as constant.
    """
    shared_look, own_look, places = look
    entries = own_look.shape[1]
    shared = (consts[0], rows[0], shared_look, places)

    @jax.custom_vjp
    def run(own, start, own_rows, own_look, shared):
        return forward(loop, entries)(*_in_order(own, start, own_rows, own_look, shared))

    def ahead(*given):
        return run(*given), given

    def back(given, matters):
        found = backward(_Steps(loop), entries)(*_in_order(*given), *matters)
        of_start, of_own, of_rows, of_look = found
        none = [np.zeros(leaf.shape, jax.dtypes.float0) if leaf.dtype == jnp.int32
                else jnp.zeros_like(leaf) for leaf in given[4]]  # fmt: skip
        return of_own, of_start, of_rows, of_look, tuple(none)

    run.defvjp(ahead, back)
    last, found = run(consts[1], state, rows[1], own_look, shared)
    return last, unblocked(found)


def _in_order(own: Any, start: Any, own_rows: Any, own_look: Any, shared: Any) -> tuple[Any, ...]:
    """Inputs as kernels take them."""
    consts, rows, look, places = shared
    return consts, own, start, rows, own_rows, look, own_look, places


class _Steps:
    """A loop's steps with their derivative, for `backward`."""

    def __init__(self, loop: Any):
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    @cached_property
    def forward_operations(self) -> list[Node]:
        """Operations behind the next state alone."""
        return self._loop.graph.needed(self._loop.after, self._loop.given)[0]

    @cached_property
    def back(self) -> StepBack:
        """A step backwards."""
        return StepBack(self._loop)

    @cached_property
    def bars_of_constants(self) -> list[Any]:
        """How much the samples' own constants matter by what is computed from them once."""
        loop = self._loop
        kept = [(v, self._matter("of kept", k)) for k, v in enumerate(loop.kept(False))]
        return adjoint(loop.graph, loop.once, kept, loop.own_reads("consts"))

    @cached_property
    def operations_of_constants(self) -> list[Node]:
        """Operations behind these."""
        return self._loop.graph.needed(self.bars_of_constants)[0]

    def _matter(self, part: str, row: int) -> Node:
        return self._loop.graph.read(Place(part, 0, row), self._loop.dtype, False)
