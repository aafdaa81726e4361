"""The derivative of a computation on single numbers, as more of the same.

Reverse mode over a graph: from how much each output matters to how much each number read does.
Conventions at kinks are JAX's: half to each of two equal sides of a maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jax import lax

from fluxion.errors import SimulationError
from fluxion.fused._folding import known
from fluxion.fused._graph import Graph, Node

#: From how much an operation's result matters to how much each operand does; None for not at all.
Rule = Callable[["_Writer", Node, Any], Sequence[Any]]
_RULES: dict[str, Rule] = {}
#: Operations whose results do not change where their operands change a little.
_FLAT = frozenset(
    [
        "and",
        "bitcast_convert_type",
        "ceil",
        "eq",
        "floor",
        "ge",
        "gt",
        "is_finite",
        "le",
        "lt",
        "ne",
        "not",
        "or",
        "round",
        "sign",
        "stop_gradient",
        "xor",
    ]
)


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
    write = _Writer(graph)

    def add(value: Any, amount: Any) -> None:
        if amount is None or not isinstance(value, Node) or id(value) not in active:
            return
        before = matters.get(id(value))
        matters[id(value)] = amount if before is None else write.add(before, amount)

    for value, amount in outputs:
        add(value, amount)
    for node in reversed(operations):
        amount = matters.get(id(node))
        if id(node) not in active or amount is None:
            continue
        rule = _RULES.get(node.primitive.name)
        if rule is None:
            raise SimulationError(
                f"the operation {node.primitive.name!r} has no derivative in a fused kernel; "
                "run this with kernel='scan'"
            )
        for operand, part in zip(node.operands, rule(write, node, amount), strict=True):
            add(operand, part)
    return [matters.get(id(node), node.dtype.type(0)) for node in inputs]


def _moves(node: Node) -> bool:
    return node.primitive.name not in _FLAT and np.issubdtype(node.dtype, np.floating)


class _Writer:
    """Short names for operations that are added to a graph."""

    def __init__(self, graph: Graph):
        self._graph = graph

    def _float(self, primitive: Any, *operands: Any, **params: Any) -> Any:
        dtype = next(v.dtype for v in operands if isinstance(v, Node))
        return self._graph.apply(primitive, params, operands, dtype)

    def add(self, a: Any, b: Any) -> Any:
        """``a + b``"""
        if known(a) and known(b):
            return (a + b).astype(a.dtype)
        return self._float(lax.add_p, a, b)

    def mul(self, a: Any, b: Any) -> Any:
        """``a b``"""
        if known(a) and known(b):
            return (a * b).astype(a.dtype)
        return self._float(lax.mul_p, a, b)

    def div(self, a: Any, b: Any) -> Any:
        """``a / b``"""
        return self._float(lax.div_p, a, b)

    def neg(self, a: Any) -> Any:
        """``-a``"""
        return -a if known(a) else self._float(lax.neg_p, a)

    def one(self, primitive: Any, a: Any) -> Any:
        """An elementary function."""
        return self._float(primitive, a, accuracy=None)

    def where(self, condition: Any, yes: Any, no: Any) -> Any:
        """``yes`` where the condition holds."""
        dtype = next(v.dtype for v in (yes, no) if v is not None)
        yes, no = (dtype.type(0) if v is None else v for v in (yes, no))
        return self._graph.apply(lax.select_n_p, {}, (condition, no, yes), dtype)

    def compare(self, primitive: Any, a: Any, b: Any) -> Any:
        """A comparison."""
        return self._graph.apply(primitive, {}, (a, b), np.bool_)


def _rule(*names: str) -> Callable[[Rule], Rule]:
    def add(rule: Rule) -> Rule:
        _RULES.update(dict.fromkeys(names, rule))
        return rule

    return add


@_rule("add", "add_any")
def _add(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return amount, amount


@_rule("sub")
def _sub(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return amount, write.neg(amount)


@_rule("neg")
def _neg(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.neg(amount),)


@_rule("mul")
def _mul(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    a, b = node.operands
    return (
        write.mul(amount, b) if isinstance(a, Node) else None,
        write.mul(amount, a) if isinstance(b, Node) else None,
    )


@_rule("div")
def _div(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    a, b = node.operands
    part = write.div(amount, b)
    of_b = write.neg(write.mul(part, node)) if isinstance(b, Node) else None
    return part if isinstance(a, Node) else None, of_b


def _extreme(primitive: Any) -> Rule:
    def rule(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
        a, b = node.operands
        tie = write.where(
            write.compare(lax.eq_p, a, b), write.mul(amount, amount.dtype.type(0.5)), None
        )

        def part(one: Any, other: Any) -> Any:
            if not isinstance(one, Node):
                return None
            return write.where(write.compare(primitive, one, other), amount, tie)

        return part(a, b), part(b, a)

    return rule


_RULES["max"] = _extreme(lax.gt_p)
_RULES["min"] = _extreme(lax.lt_p)


@_rule("clamp")
def _clamp(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    low, x, high = node.operands
    inside = write.where(write.compare(lax.lt_p, x, high), amount, None)
    return (
        write.where(write.compare(lax.gt_p, low, x), amount, None),
        write.where(write.compare(lax.gt_p, x, low), inside, None),
        write.where(write.compare(lax.lt_p, high, x), amount, None),
    )


@_rule("abs")
def _abs(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    (x,) = node.operands
    up = write.compare(lax.ge_p, x, x.dtype.type(0))
    return (write.where(up, amount, write.neg(amount)),)


@_rule("select_n")
def _select(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    condition, no, yes = node.operands
    return (
        None,
        write.where(condition, None, amount) if isinstance(no, Node) else None,
        write.where(condition, amount, None) if isinstance(yes, Node) else None,
    )


@_rule("sqrt")
def _sqrt(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.div(write.mul(amount, amount.dtype.type(0.5)), node),)


@_rule("rsqrt")
def _rsqrt(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    cube = write.mul(node, write.mul(node, node))
    return (write.mul(write.mul(amount, amount.dtype.type(-0.5)), cube),)


@_rule("convert_element_type")
def _convert(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    (x,) = node.operands
    return (amount if np.issubdtype(x.dtype, np.floating) else None,)


@_rule("exp")
def _exp(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.mul(amount, node),)


@_rule("log")
def _log(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.div(amount, node.operands[0]),)


@_rule("sin")
def _sin(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.mul(amount, write.one(lax.cos_p, node.operands[0])),)


@_rule("cos")
def _cos(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.neg(write.mul(amount, write.one(lax.sin_p, node.operands[0]))),)


@_rule("positive_root")
def _root(write: _Writer, node: Node, amount: Any) -> Sequence[Any]:
    (x,) = node.operands
    share = write.mul(amount, amount.dtype.type(1.0 / node.params["degree"]))
    return (write.mul(share, write.div(node, x)),)
