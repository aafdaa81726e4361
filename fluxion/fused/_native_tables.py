"""What native kernels read and write: blocks of samples in memory, and lines that work on them.

Samples are taken in blocks that fill a vector. A block's state, constants and rows lie together in
memory, ``(block, ..., number, sample)``, and stay in the processor's first cache from the first
step to the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.fused._graph import Node
from fluxion.fused._ir import FAST, Code, Form
from fluxion.fused._ir_operations import write

#: Bytes of a vector: that of AVX-512; narrower processors take several.
_VECTOR = 64
_HEAD = 'attributes #0 = {{ nounwind "prefer-vector-width"="512" }}\n'


def block_of(dtype: Any) -> int:
    """Samples of a block."""
    return _VECTOR // np.dtype(dtype).itemsize


def blocked(array: Array, block: int) -> Array:
    """Samples from the last axis into blocks: ``(block, ..., sample)``."""
    parts = array.reshape(*array.shape[:-1], array.shape[-1] // block, block)
    return jnp.moveaxis(parts, -2, 0)


def unblocked(array: Array) -> Array:
    """Blocks of samples back into one last axis."""
    parts = jnp.moveaxis(array, 0, -2)
    return parts.reshape(*parts.shape[:-2], -1)


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
    """A kernel as a whole: its lines and what they call."""
    head = ", ".join(f"ptr noalias %{name}" for name in arguments)
    body = "\n".join(code.lines)
    return (
        "\n".join(code.called.values())
        + f"\ndefine void @kernel({head}) #0 {{\nentry:\n{body}\n  ret void\n}}\n"
        + _HEAD.format()
    )


class Tables:
    """Addresses of what both kernels read, for a block, and how a step reads them."""

    def __init__(self, loop: Any, code: Code, block: str, entries: int):
        self.loop, self.code, self.block, self.entries = loop, code, block, entries
        self.one, self.many = Form(1), Form(block_of(loop.dtype))
        self.steps = loop.groups * loop.steps
        self.shared = Numbers("%shared", self.one, loop.dtype)
        self.own = self.of_block("%own", loop.constant_rows[1])
        self.kept = {
            True: Numbers("%kept.shared", self.one, loop.dtype),
            False: Numbers("%kept.own", self.many, loop.dtype),
        }
        self.rows = {
            True: Numbers("%shared.rows", self.one, loop.dtype),
            False: self.of_block("%own.rows", self.steps * loop.row_sizes[False]),
        }
        self.look = {
            True: Numbers("%shared.look", self.one, loop.dtype),
            False: self.of_block("%own.look", entries * loop.look_sizes[False]),
        }

    def of_block(self, base: str, rows: int) -> Numbers:
        """A table of each block's own, with so many rows."""
        offset = self.code.let(f"mul i64 {self.block}, {rows * self.many.width}")
        return Numbers(self.code.address(base, self.loop.dtype, offset), self.many, self.loop.dtype)

    def part(self, table: Numbers, number: str, rows: int) -> Numbers:
        """One of the parts of a table, that have so many rows each."""
        offset = self.code.let(f"mul i64 {number}, {rows * table.form.width}")
        base = self.code.address(table.base, table.dtype, offset)
        return Numbers(base, table.form, table.dtype)

    def entry(self, step: str, after: bool) -> str:
        """Number of the entry before or after a step's place."""
        place = self.code.load(self.one, np.int32, self.code.address("%places", np.int32, step))
        wide = self.code.let(f"sext i32 {place} to i64")
        return self.code.let(f"add i64 {wide}, 1") if after else wide

    def constants(self, node: Node) -> tuple[Numbers, int]:
        """Where a number lies that does not change."""
        part, row = self.loop.place(node)
        if part == "kept":
            return self.kept[node.shared], row
        return (self.shared if node.shared else self.own), row

    def reader(self, step: str, state: Numbers) -> Callable[[Node], tuple[Numbers, int]]:
        """Where the numbers lie that a step reads."""
        loop = self.loop
        of_step: dict[tuple[str, bool], Numbers] = {}
        for shared in (True, False):
            of_step["rows", shared] = self.part(self.rows[shared], step, loop.row_sizes[shared])
            for name in ("before", "after"):
                entry = self.entry(step, name == "after")
                of_step[name, shared] = self.part(self.look[shared], entry, loop.look_sizes[shared])

        def read(node: Node) -> tuple[Numbers, int]:
            part, row = loop.place(node)
            if part == "state":
                return state, row
            if (part, node.shared) in of_step:
                return of_step[part, node.shared], row
            return self.constants(node)

        return read

    def compute_constants(self) -> None:
        """Lines that compute what does not change."""
        writer = Writer(self.code, self.many.width, self.constants)
        writer.run(self.loop.once)
        for shared, form in ((True, self.one), (False, self.many)):
            for row, node in enumerate(self.loop.kept(shared)):
                self.kept[shared].store(self.code, row, writer.name(node, form))


INPUTS = (
    "shared", "own", "start", "shared.rows", "own.rows", "shared.look", "own.look", "places",
)  # fmt: skip


def scratch(loop: Any) -> list[jax.ShapeDtypeStruct]:
    """Outputs that nobody reads: what does not change, while a block runs."""
    shared, own = (max(len(loop.kept(which)), 1) for which in (True, False))
    return [
        jax.ShapeDtypeStruct((shared,), loop.dtype),
        jax.ShapeDtypeStruct((own, block_of(loop.dtype)), loop.dtype),
    ]
