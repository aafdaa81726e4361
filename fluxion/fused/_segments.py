"""A step's derivative in parts, so that little has to be remembered at a time.

Going back, a step needs most of what it computed on the way forward: more than a processor's first
cache holds for a vector of samples. So the step is cut where few numbers cross. These are computed
first and kept; then, from the last part to the first, each part is computed again and left
backwards before the next one is begun.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from fluxion.fused._adjoint import adjoint
from fluxion.fused._graph import Node
from fluxion.fused._parts import Place

#: Operations of a part, about.
_LENGTH = 600
#: Parts of what a step reads that have a derivative.
_PARTS = ("state", "consts", "kept", "rows", "before", "after")


@dataclass(frozen=True)
class Bar:
    """How much a number matters, as one part of a step finds it.

    Attributes:
        of: The number: read, or one that crosses.
        amount: A node or a known number.
    """

    of: Node
    amount: Any


@dataclass(frozen=True)
class Segment:
    """A part of a step, backwards.

    Attributes:
        operations: Those of the part itself that are needed, and its derivative's.
        bars: What it finds.
    """

    operations: list[Node]
    bars: list[Bar]


class StepBack:
    """A loop's step backwards.

    Args:
        loop: A `LaneLoop`.

    Attributes:
        crossing: Numbers kept between parts, by whether samples share them.
        ahead: Operations behind these.
        segments: The parts, the last first.
    """

    def __init__(self, loop: Any):
        self._loop, self._graph = loop, loop.graph
        self._reads = [node for part in _PARTS for node in loop.own_reads(part)]
        cuts = _cut(loop.operations, [*loop.after, *loop.wanted])
        parts = [loop.operations[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]
        crossing = self._find_crossing(parts)
        self.crossing = {
            shared: [
                node for node in loop.operations if id(node) in crossing and node.shared == shared
            ]
            for shared in (True, False)
        }
        self._row = {id(n): k for nodes in self.crossing.values() for k, n in enumerate(nodes)}
        self.ahead = self._graph.needed(
            [node for nodes in self.crossing.values() for node in nodes], loop.given
        )[0]
        self.segments = self._backwards(parts, crossing)

    def row(self, node: Node) -> int | None:
        """Row of a number that crosses; None of any other."""
        return self._row.get(id(node))

    def _find_crossing(self, parts: list[list[Node]]) -> set[int]:
        """Numbers of one part that later ones read; what is not a number of the loop's type is
        computed again there."""
        dtype, crossing, earlier = self._loop.dtype, set(), set()
        for part in parts:
            _, reads = self._graph.needed(part, self._loop.given | earlier)
            crossing |= {id(node) for node in reads} & earlier
            earlier |= {id(node) for node in part if node.dtype == dtype}
        return crossing

    def _backwards(self, parts: list[list[Node]], crossing: set[int]) -> list[Segment]:
        loop, graph = self._loop, self._graph
        share = loop.dtype.type(1 / loop.steps)
        asked: dict[int, list[Any]] = {}
        for k, value in enumerate(loop.after):
            asked.setdefault(id(value), []).append(self._matter("of state", k))
        for k, value in enumerate(loop.wanted):
            amount = self._matter("of found", k)
            scaled = graph.apply(jax.lax.mul_p, {}, (amount, share), loop.dtype)
            asked.setdefault(id(value), []).append(scaled)
        crossed: set[int] = set()
        segments: list[Segment] = []
        # What a step hands on as it read it.
        direct = [Bar(node, amount) for node in self._reads for amount in asked.get(id(node), ())]
        place = {id(node): k for k, part in enumerate(parts) for node in part}
        for number in reversed(range(len(parts))):
            part = parts[number]
            outputs = [(node, amount) for node in part for amount in asked.get(id(node), ())]
            outputs += [
                (node, self._matter("of crossing", self._row[id(node)]))
                for node in part
                if id(node) in crossed and not node.shared
            ]
            before = [node for node in self.crossing[False] if place[id(node)] < number]
            inputs = [*self._reads, *before]
            amounts = adjoint(graph, part, outputs, inputs)
            bars = [
                Bar(node, amount)
                for node, amount in zip(inputs, amounts, strict=True)
                if isinstance(amount, Node) or amount != 0
            ]
            if number == len(parts) - 1:
                bars = [*direct, *bars]
            given = loop.given | {i for i in crossing if place[i] < number}
            operations, _ = graph.needed([bar.amount for bar in bars], given)
            segments.append(Segment(operations, bars))
            crossed |= {id(bar.of) for bar in bars}
        return segments

    def _matter(self, part: str, row: int) -> Node:
        return self._graph.read(Place(part, 0, row), self._loop.dtype, False)


def _cut(operations: list[Node], outputs: list[Any]) -> list[int]:
    """Where to part operations: near equal parts, at places where few numbers cross."""
    count = len(operations)
    parts = max(1, round(count / _LENGTH))
    number = {id(node): k for k, node in enumerate(operations)}
    last = np.zeros(count, int)
    for k, node in enumerate(operations):
        for value in node.operands:
            if id(value) in number:
                last[number[id(value)]] = k
    for value in outputs:
        if id(value) in number:
            last[number[id(value)]] = count
    change = np.zeros(count + 2, int)
    for k in range(count):
        change[k + 1] += 1
        change[last[k] + 1] -= 1
    crossing = np.cumsum(change)
    cuts = [0]
    for k in range(1, parts):
        middle, reach = k * count // parts, count // parts // 3
        window = np.arange(middle - reach, middle + reach + 1)
        cuts.append(int(window[np.argmin(crossing[window])]))
    return [*cuts, count]
