"""What all samples share and only a step's row decides: computed for many steps before any runs.

A kernel would compute it again for every block of samples, number by number; laid out ahead it is
one vectorised pass over the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.fused._graph import Graph, Node, emit

#: Parts that are there before the first step.
_THERE = ("rows", "consts")


class Ahead:
    """Numbers of a step that can be laid out ahead.

    Args:
        graph: Of the step.
        operations: Of the step, in an order in which they can be computed.
        once: Identities of operations that are computed once for all steps.
        outputs: What the step results in.
        dtype: The type of what lies in memory; others are left to the step.
    """

    def __init__(
        self,
        graph: Graph,
        operations: Sequence[Node],
        once: Container[int],
        outputs: Sequence[Any],
        dtype: Any,
    ):
        self._found: set[int] = set()
        for node in operations:
            if node.shared and id(node) not in once and all(map(self._there(once), node.operands)):
                self._found.add(id(node))
        rest = [node for node in operations if id(node) not in self._found]
        read = {id(v) for n in rest for v in n.operands} | {id(v) for v in outputs}
        mixed = {id(n) for n in operations if n.dtype != dtype and id(n) in read} & self._found
        #: What the steps read, in the order of its columns.
        self.nodes = [n for n in operations if id(n) in read & self._found - mixed]
        self._operations, self.reads = graph.needed(self.nodes)
        self._column = {id(node): k for k, node in enumerate(self.nodes)}

    def _there(self, once: Container[int]) -> Callable[[Any], bool]:
        def there(value: Any) -> bool:
            if not isinstance(value, Node) or id(value) in self._found or id(value) in once:
                return True
            return value.primitive is None and value.shared and value.source.part in _THERE

        return there

    def column(self, node: Node) -> int | None:
        """Column of a number; None of any other."""
        return self._column.get(id(node))

    def compute(
        self,
        leaves: Sequence[Array],
        constant: Callable[[Node], Array],
        steps: int,
        dtype: Any,
    ) -> Float[Array, "step column"]:
        """The numbers for all steps; what samples share has no derivative.

        Args:
            leaves: Of the rows, steps first.
            constant: Value of a shared number that does not change.
            steps: How many.
            dtype: Of the result.
        """
        if not self.nodes:
            return jnp.zeros((steps, 0), dtype)
        used = sorted({n.source.leaf for n in self.reads if n.source.part == "rows"})

        def of_step(rows: dict[int, Array]) -> Float[Array, "column"]:
            def read(node: Node) -> Array:
                if node.source.part == "rows":
                    return rows[node.source.leaf].reshape(-1)[node.source.position]
                return jax.lax.stop_gradient(constant(node))

            return jnp.stack(emit(self._operations, self.nodes, read, 1, spread=False))

        each = {
            leaf: jax.lax.stop_gradient(jnp.reshape(leaves[leaf], (steps, -1))) for leaf in used
        }
        return jax.vmap(of_step, axis_size=steps)(each)
