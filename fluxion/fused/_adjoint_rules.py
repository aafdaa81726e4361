"""How much each operand of an operation matters, by how much its result does.

Conventions at kinks are JAX's: half to each of two equal sides of a maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log
from typing import Any

import numpy as np
from jax import lax

from fluxion.fused._folding import known
from fluxion.fused._graph import Graph, Node

#: From how much an operation's result matters to how much each operand does; None for not at all.
Rule = Callable[["Writer", Node, Any], Sequence[Any]]
RULES: dict[str, Rule] = {}
#: Operations whose results do not change where their operands change a little.
FLAT = frozenset(
    ("and", "bitcast_convert_type", "ceil", "eq", "floor", "ge", "gt", "is_finite", "le", "lt")
    + ("ne", "not", "or", "sign", "stop_gradient", "xor")
)


class Writer:
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
        RULES.update(dict.fromkeys(names, rule))
        return rule

    return add


@_rule("add", "add_any")
def _add(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    return amount, amount


@_rule("sub")
def _sub(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    return amount, write.neg(amount)


@_rule("neg")
def _neg(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.neg(amount),)


@_rule("mul")
def _mul(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    a, b = node.operands
    return (
        write.mul(amount, b) if isinstance(a, Node) else None,
        write.mul(amount, a) if isinstance(b, Node) else None,
    )


@_rule("div")
def _div(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    a, b = node.operands
    part = write.div(amount, b)
    of_b = write.neg(write.mul(part, node)) if isinstance(b, Node) else None
    return part if isinstance(a, Node) else None, of_b


def _extreme(primitive: Any) -> Rule:
    def rule(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
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


RULES["max"] = _extreme(lax.gt_p)
RULES["min"] = _extreme(lax.lt_p)


@_rule("clamp")
def _clamp(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    low, x, high = node.operands
    inside = write.where(write.compare(lax.lt_p, x, high), amount, None)
    of_low = None
    if isinstance(low, Node):
        raised = write.where(write.compare(lax.gt_p, low, x), amount, None)
        of_low = write.where(write.compare(lax.lt_p, low, high), raised, None)
    return (
        of_low,
        write.where(write.compare(lax.gt_p, x, low), inside, None),
        write.where(write.compare(lax.lt_p, high, x), amount, None),
    )


@_rule("abs")
def _abs(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    (x,) = node.operands
    up = write.compare(lax.ge_p, x, x.dtype.type(0))
    return (write.where(up, amount, write.neg(amount)),)


@_rule("select_n")
def _select(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    condition, no, yes = node.operands
    return (
        None,
        write.where(condition, None, amount) if isinstance(no, Node) else None,
        write.where(condition, amount, None) if isinstance(yes, Node) else None,
    )


@_rule("sqrt")
def _sqrt(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    return (write.div(write.mul(amount, amount.dtype.type(0.5)), node),)


@_rule("rsqrt")
def _rsqrt(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    cube = write.mul(node, write.mul(node, node))
    return (write.mul(write.mul(amount, amount.dtype.type(-0.5)), cube),)


@_rule("convert_element_type")
def _convert(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    (x,) = node.operands
    return (amount if np.issubdtype(x.dtype, np.floating) else None,)


def _squared(write: Writer, a: Any, offset: float, factor: float) -> Any:
    """``offset + factor a^2``"""
    scaled = write.mul(write.mul(a, a), a.dtype.type(factor))
    return write.add(scaled, a.dtype.type(offset))


def _inverse(write: Writer, a: Any) -> Any:
    return write.div(a.dtype.type(1), a)


def _of_asin(write: Writer, y: Node, x: Any) -> Any:
    return write.one(lax.rsqrt_p, _squared(write, x, 1.0, -1.0))


#: Slopes of functions of one number: from the way to write, the result and the operand.
_SLOPES: dict[str, Callable[[Writer, Node, Any], Any]] = {
    "exp": lambda write, y, x: y,
    "exp2": lambda write, y, x: write.mul(y, x.dtype.type(log(2.0))),
    "expm1": lambda write, y, x: write.add(y, x.dtype.type(1)),
    "log": lambda write, y, x: _inverse(write, x),
    "log1p": lambda write, y, x: _inverse(write, write.add(x, x.dtype.type(1))),
    "sin": lambda write, y, x: write.one(lax.cos_p, x),
    "cos": lambda write, y, x: write.neg(write.one(lax.sin_p, x)),
    "tan": lambda write, y, x: _squared(write, y, 1.0, 1.0),
    "asin": _of_asin,
    "acos": lambda write, y, x: write.neg(_of_asin(write, y, x)),
    "atan": lambda write, y, x: _inverse(write, _squared(write, x, 1.0, 1.0)),
    "sinh": lambda write, y, x: write.one(lax.cosh_p, x),
    "cosh": lambda write, y, x: write.one(lax.sinh_p, x),
    "tanh": lambda write, y, x: _squared(write, y, 1.0, -1.0),
    "cbrt": lambda write, y, x: write.div(write.mul(y, x.dtype.type(1 / 3)), x),
}


def _by_slope(slope: Callable[[Writer, Node, Any], Any]) -> Rule:
    def rule(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
        return (write.mul(amount, slope(write, node, node.operands[0])),)

    return rule


RULES.update({name: _by_slope(slope) for name, slope in _SLOPES.items()})


@_rule("positive_root")
def _root(write: Writer, node: Node, amount: Any) -> Sequence[Any]:
    (x,) = node.operands
    share = write.mul(amount, amount.dtype.type(1.0 / node.params["degree"]))
    return (write.mul(share, write.div(node, x)),)
