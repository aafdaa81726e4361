"""The derivative of a computation on single numbers, as more of the same.

Reverse mode over a graph: from how much each output matters to how much each number read does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fluxion.errors import SimulationError
from fluxion.fused._adjoint_rules import FLAT, RULES, Writer
from fluxion.fused._folding import known
from fluxion.fused._graph import Graph, Node


def adjoint(
    graph: Graph,
    operations: Sequence[Node],
    outputs: Sequence[tuple[Any, Any]],
    inputs: Sequence[Node],
) -> list[Any]:
    """How much each input matters.

    Args:
        graph: To which the derivative's operations are added.
        operations: Of the computation, in an order in which they can be computed.
        outputs: Each output with how much it matters.
        inputs: Numbers that are read.

    Returns:
        For each input a node or a known number.

    Raises:
        SimulationError: An operation that no derivative is written for.
    """
    active = {id(node) for node in inputs}
    for node in operations:
        if _moves(node) and any(id(v) in active for v in node.operands if isinstance(v, Node)):
            active.add(id(node))
    matters: dict[int, Any] = {}
    write = Writer(graph)

    def add(value: Any, amount: Any) -> None:
        if amount is None or not isinstance(value, Node) or id(value) not in active:
            return
        if known(amount) and amount == 0:
            return
        before = matters.get(id(value))
        matters[id(value)] = amount if before is None else write.add(before, amount)

    for value, amount in outputs:
        add(value, amount)
    for node in reversed(operations):
        amount = matters.get(id(node))
        if id(node) not in active or amount is None:
            continue
        rule = RULES.get(node.primitive.name)
        if rule is None:
            raise SimulationError(
                f"the operation {node.primitive.name!r} has no derivative in a fused kernel; "
                "run this with kernel='scan'"
            )
        for operand, part in zip(node.operands, rule(write, node, amount), strict=True):
            add(operand, part)
    return [matters.get(id(node), node.dtype.type(0)) for node in inputs]


def _moves(node: Node) -> bool:
    return node.primitive.name not in FLAT and np.issubdtype(node.dtype, np.floating)
