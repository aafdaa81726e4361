"""Operations of a step as lines of the compiler's language, and tables of numbers in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fluxion.fused._graph import Node
from fluxion.fused._ir import FAST, Code, Form
from fluxion.fused._ir_operations import write

_HEAD = 'attributes #0 = {{ nounwind "prefer-vector-width"="512" }}\n'


@dataclass(frozen=True)
class Numbers:
    """A table of numbers in memory while a kernel is written.

    Attributes:
        base: Name of its address, at the present block and step.
        form: One number for all samples, or one for each.
        dtype: Of the numbers.
    """

    base: str
    form: Form
    dtype: Any

    def at(self, code: Code, row: int) -> str:
        """Address of a row."""
        return code.address(self.base, self.dtype, row * self.form.width)

    def load(self, code: Code, row: int) -> str:
        """A row."""
        return code.load(self.form, self.dtype, self.at(code, row))

    def store(self, code: Code, row: int, value: str) -> None:
        """Write a row."""
        code.store(self.form, self.dtype, value, self.at(code, row))

    def add(self, code: Code, row: int, value: str) -> None:
        """Add to a row."""
        kind = self.form.type(self.dtype)
        total = code.let(f"fadd {FAST} {kind} {self.load(code, row)}, {value}")
        self.store(code, row, total)


class Writer:
    """Lines for the operations of a step.

    Args:
        code: To which they are added.
        block: Samples at once.
        read: From a node that is read to the table and the row where it lies.
    """

    def __init__(self, code: Code, block: int, read: Callable[[Node], tuple[Numbers, int]]):
        self._code, self._read = code, read
        self._one, self._many = Form(1), Form(block)
        self._names: dict[int, str] = {}
        self._spread: dict[int, str] = {}

    def run(
        self,
        operations: Sequence[Node],
        sinks: Sequence[tuple[Any, Callable[[str], None]]] = (),
    ) -> None:
        """Write operations, in this order.

        Args:
            operations: To write.
            sinks: Numbers, each with what takes it: as soon as it is there, so that it need not be
                kept.
        """
        waiting: dict[int, list[Callable[[str], None]]] = {}
        there = {id(node) for node in operations}
        for value, take in sinks:
            if id(value) in there:
                waiting.setdefault(id(value), []).append(take)
        for node in operations:
            form = self._one if node.shared else self._many
            operands = [self.name(value, form) for value in node.operands]
            self._names[id(node)] = write(self._code, form, node, operands)
            for take in waiting.get(id(node), ()):
                take(self.name(node))
        for value, take in sinks:
            if id(value) not in there:
                take(self.name(value))

    def name(self, value: Any, form: Form | None = None) -> str:
        """Name of a number, one for each sample unless told otherwise."""
        form = self._many if form is None else form
        if not isinstance(value, Node):
            return form.const(value, value.dtype)
        if id(value) not in self._names:
            table, row = self._read(value)
            self._names[id(value)] = table.load(self._code, row)
        found = self._names[id(value)]
        if not value.shared or form.width == 1:
            return found
        if id(value) not in self._spread:
            self._spread[id(value)] = self._code.spread(form, value.dtype, found)
        return self._spread[id(value)]


def module(code: Code, arguments: Sequence[str]) -> str:
    """The text of a kernel with these arguments, all of them addresses."""
    head = ", ".join(f"ptr noalias %{name}" for name in arguments)
    body = "\n".join(code.lines)
    return (
        "\n".join(code.called.values())
        + f"\ndefine void @kernel({head}) #0 {{\nentry:\n{body}\n  ret void\n}}\n"
        + _HEAD.format()
    )
