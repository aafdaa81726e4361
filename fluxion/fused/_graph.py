"""A computation on single numbers: which operation reads which results.

Every number that one sample's function computes is a node. What is known while tracing is folded,
what is computed twice is computed once, and what nobody wants is never written out.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from fluxion.fused._folding import fold
from fluxion.fused._substitutes import SUBSTITUTES, integer_power

#: A node, or a number that is known.
Scalar = Any


@dataclass(eq=False, slots=True)
class Node:
    """One number of each sample, or one that all samples share.

    Attributes:
        primitive: Operation that makes it; None for what is read from memory.
        params: Of the operation.
        operands: What it reads.
        dtype: Of the number.
        shared: Whether all samples have the same.
        source: Where a number that is read lies.
    """

    primitive: Any
    params: dict[str, Any]
    operands: tuple[Scalar, ...]
    dtype: np.dtype
    shared: bool
    source: Any = None


@dataclass
class Graph:
    """Nodes in an order in which they can be computed.

    Attributes:
        nodes: All of them.
        whole: Operations that stay in one piece, though they could be written in others.
    """

    nodes: list[Node] = field(default_factory=list)
    whole: frozenset[str] = frozenset()
    _known: dict[Any, Node] = field(default_factory=dict)

    def read(self, source: Any, dtype: Any, shared: bool) -> Node:
        """A number from memory."""
        return Node(None, {}, (), np.dtype(dtype), shared, source)

    def apply(self, primitive: Any, params: dict[str, Any], operands: Sequence[Scalar], dtype: Any):
        """The result of an elementwise operation on single numbers."""
        found = fold(primitive.name, params, operands, dtype)
        if found is not None:
            kind, value = found
            if kind == "value":
                return value
            primitive, params, operands = value
        dtype = np.dtype(dtype)
        if primitive.name in SUBSTITUTES and primitive.name not in self.whole:
            return SUBSTITUTES[primitive.name](self.apply, operands, dtype)
        if primitive.name == "integer_pow":
            return integer_power(self.apply, operands[0], params["y"], dtype)
        key = (
            primitive.name,
            tuple((name, str(params[name])) for name in sorted(params)),
            tuple(id(v) if isinstance(v, Node) else (v.dtype.str, v.tobytes()) for v in operands),
            dtype.str,
        )
        node = self._known.get(key)
        if node is None:
            shared = all(v.shared for v in operands if isinstance(v, Node))
            node = Node(primitive, params, tuple(operands), dtype, shared)
            self._known[key] = node
            self.nodes.append(node)
        return node

    def needed(
        self, wanted: Iterable[Scalar], given: Container[int] = ()
    ) -> tuple[list[Node], list[Node]]:
        """Operations and reads behind these numbers, each once and in order.

        Args:
            wanted: The numbers.
            given: Identities of operations whose results are there already: they count as read.
        """
        marked: set[int] = set()
        reads: dict[int, Node] = {}

        def mark(value: Scalar) -> None:
            if isinstance(value, Node):
                marked.add(id(value))
                if value.primitive is None or id(value) in given:
                    reads[id(value)] = value

        for value in wanted:
            mark(value)
        operations = []
        for node in reversed(self.nodes):
            if id(node) in marked and id(node) not in reads:
                operations.append(node)
                for value in node.operands:
                    mark(value)
        return operations[::-1], list(reads.values())


def depth_first(operations: Sequence[Node], wanted: Iterable[Scalar]) -> list[Node]:
    """The same operations, each as late as those that read it allow.

    What one result needs is computed in one go, and is used while it is still in a register.

    Args:
        operations: In an order in which they can be computed.
        wanted: All results, in the order in which they are to be there.
    """
    waiting = {id(node) for node in operations}
    found: list[Node] = []
    for value in wanted:
        stack = [value]
        while stack:
            node = stack[-1]
            missing = [] if id(node) not in waiting else _unmade(node, waiting)
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            if id(node) in waiting:
                waiting.remove(id(node))
                found.append(node)
    return found


def _unmade(node: Node, waiting: Container[int]) -> list[Node]:
    return [v for v in node.operands if isinstance(v, Node) and id(v) in waiting]


def unchanging(operations: Sequence[Node], part: str) -> set[int]:
    """Which operations read one part alone, and so need not be repeated: their identities."""
    found: set[int] = set()
    for node in operations:
        if all(
            id(value) in found or (value.primitive is None and value.source.part == part)
            for value in node.operands
            if isinstance(value, Node)
        ):
            found.add(id(node))
    return found


def emit(
    operations: Sequence[Node],
    wanted: Sequence[Scalar],
    read: Callable[[Node], Any],
    lanes: int,
    spread: bool = True,
) -> list[Any]:
    """Compute numbers for all samples of a block.

    Args:
        operations: In an order in which they can be computed.
        wanted: The numbers.
        read: Value of a node that is none of these operations: `(lanes,)`, or `()` if samples
            share it.
        lanes: Samples in a block.
        spread: Give shared numbers to each sample as well.

    Returns:
        Each wanted number as `(lanes,)`.
    """
    done: dict[int, Any] = {}

    def value_of(value: Scalar, shared: bool) -> Any:
        if not isinstance(value, Node):
            return jnp.asarray(value) if shared else lax.broadcast(jnp.asarray(value), (lanes,))
        if id(value) not in done:
            done[id(value)] = read(value)
        found = done[id(value)]
        return lax.broadcast(found, (lanes,)) if value.shared and not shared else found

    for node in operations:
        operands = [value_of(value, node.shared) for value in node.operands]
        done[id(node)] = node.primitive.bind(*operands, **node.params)
    return [value_of(value, not spread) for value in wanted]
