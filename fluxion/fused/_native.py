"""A loop over steps as native code of this processor: forwards, and back for its derivative.

Samples are taken in blocks that fill a vector. A block's state, constants and rows lie together in
memory, ``(block, ..., number, sample)``, and stay in the processor's first cache from the first step
to the last.
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
from fluxion.fused._llvm import register

#: Bytes of a vector: that of AVX-512; narrower processors take several.
_VECTOR = 64
_HEAD = "attributes #0 = {{ nounwind \"prefer-vector-width\"=\"512\" }}\n"


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

    def run(self, operations: Sequence[Node]) -> None:
        """Write operations, in this order."""
        for node in operations:
            form = self._one if node.shared else self._many
            operands = [self.name(value, form) for value in node.operands]
            self._names[id(node)] = write(self._code, form, node, operands)

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


def _module(code: Code, arguments: Sequence[str]) -> str:
    head = ", ".join(f"ptr noalias %{name}" for name in arguments)
    body = "\n".join(code.lines)
    return (
        "\n".join(code.called.values())
        + f"\ndefine void @kernel({head}) #0 {{\nentry:\n{body}\n  ret void\n}}\n"
        + _HEAD.format()
    )


class _Tables:
    """Addresses of the parts that both kernels read, for a block and a step."""

    def __init__(self, loop: Any, code: Code, block: str):
        self.loop, self.code, self.block = loop, code, block
        self.one, self.many = Form(1), Form(block_of(loop.dtype))
        shared, own = loop.constant_rows
        self.sizes = {"shared": shared, "own": own}
        self.shared = Numbers("%shared", self.one, loop.dtype)
        self.own = self.of_block("%own", own)

    def of_block(self, base: str, rows: int) -> Numbers:
        """A table of each block's own, with so many rows."""
        offset = self.code.let(f"mul i64 {self.block}, {rows * self.many.width}")
        return Numbers(self.code.address(base, self.loop.dtype, offset), self.many, self.loop.dtype)

    def of_step(self, table: Numbers, step: str, rows: int) -> Numbers:
        """The rows of a step in a table that has so many for each."""
        offset = self.code.let(f"mul i64 {step}, {rows * table.form.width}")
        return Numbers(
            self.code.address(table.base, table.dtype, offset), table.form, table.dtype
        )

    def reader(
        self, state: Numbers, rows: dict[bool, Numbers]
    ) -> Callable[[Node], tuple[Numbers, int]]:
        """Where the numbers lie that a step reads."""

        def read(node: Node) -> tuple[Numbers, int]:
            part, row = self.loop.place(node)
            if part == "state":
                return state, row
            if part == "rows":
                return rows[node.shared], row
            return (self.shared if node.shared else self.own), row

        return read


def forward(loop: Any) -> Callable[..., tuple[Array, Array]]:
    """The kernel of a `LaneLoop` forwards: from packed inputs to the last state and the means."""
    code, width = Code(), block_of(loop.dtype)
    numbers, findings = loop.sizes
    blocks, steps = loop.lanes // width, loop.groups * loop.steps
    with code.loop("b", blocks, "entry") as block:
        t = _Tables(loop, code, block)
        start = t.of_block("%start", numbers)
        state = t.of_block("%last", numbers)
        found = t.of_block("%found", loop.groups * findings)
        own_rows = t.of_block("%own.rows", steps * loop.row_sizes[False])
        for k in range(numbers):
            state.store(code, k, start.load(code, k))
        with code.loop("g", loop.groups, "b.head") as group:
            mean = t.of_step(found, group, findings)
            for k in range(findings):
                mean.store(code, k, t.many.const(0.0, loop.dtype))
            first = code.let(f"mul i64 {group}, {loop.steps}")
            with code.loop("s", loop.steps, "g.head") as step:
                now = code.let(f"add i64 {first}, {step}")
                rows = _rows(t, now, own_rows)
                writer = Writer(code, width, t.reader(state, rows))
                writer.run(loop.operations)
                after = [writer.name(value) for value in loop.after]
                values = [writer.name(value) for value in loop.wanted]
                for k, value in enumerate(after):
                    state.store(code, k, value)
                kind, share = t.many.type(loop.dtype), t.many.const(1 / loop.steps, loop.dtype)
                for k, value in enumerate(values):
                    mean.add(code, k, code.let(f"fmul {FAST} {kind} {value}, {share}"))
    text = _module(code, ("shared", "own", "start", "shared.rows", "own.rows", "last", "found"))
    shapes = [
        jax.ShapeDtypeStruct((blocks, numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, loop.groups, findings, width), loop.dtype),
    ]
    return jax.ffi.ffi_call(register(text, 5, 2), shapes)  # pyright: ignore[reportReturnType]


def _rows(t: _Tables, step: str, own: Numbers) -> dict[bool, Numbers]:
    shared = Numbers("%shared.rows", t.one, t.loop.dtype)
    return {
        True: t.of_step(shared, step, t.loop.row_sizes[True]),
        False: t.of_step(own, step, t.loop.row_sizes[False]),
    }


def backward(loop: Any) -> Callable[..., tuple[Array, Array, Array]]:
    """The derivative: from what matters of the results to what matters of the inputs.

    The kernel takes the constants, the first state and the rows, and how much the last state and the
    means matter; it runs all steps again, keeping their states, and then goes back. It gives how
    much the first state, the samples' own constants and their own rows matter.
    """
    code, width = Code(), block_of(loop.dtype)
    numbers, findings = loop.sizes
    blocks, steps = loop.lanes // width, loop.groups * loop.steps
    own = loop.constant_rows[1]
    with code.loop("b", blocks, "entry") as block:
        t = _Tables(loop, code, block)
        start, of_last = t.of_block("%start", numbers), t.of_block("%of.last", numbers)
        of_state, of_own = t.of_block("%of.start", numbers), t.of_block("%of.own", own)
        of_found = t.of_block("%of.found", loop.groups * findings)
        own_rows = t.of_block("%own.rows", steps * loop.row_sizes[False])
        of_rows = t.of_block("%of.rows", steps * loop.row_sizes[False])
        past = Numbers("%past", t.many, loop.dtype)
        for k in range(numbers):
            past.store(code, k, start.load(code, k))
            of_state.store(code, k, of_last.load(code, k))
        none = t.many.const(0.0, loop.dtype)
        with code.loop("z", own, "b.head") as row:
            t.of_step(of_own, row, 1).store(code, 0, none)
        with code.loop("f", steps, "z.end") as step:
            later = code.let(f"add i64 {step}, 1")
            now, then = (t.of_step(past, which, numbers) for which in (step, later))
            writer = Writer(code, width, t.reader(now, _rows(t, step, own_rows)))
            writer.run(loop.forward_operations)
            for k, value in enumerate([writer.name(value) for value in loop.after]):
                then.store(code, k, value)
        with code.loop("r", steps, "f.end") as turn:
            step = code.let(f"sub i64 {steps - 1}, {turn}")
            group = code.let(f"udiv i64 {step}, {loop.steps}")
            matters = t.of_step(of_found, group, findings)
            read = t.reader(t.of_step(past, step, numbers), _rows(t, step, own_rows))

            def where(node: Node) -> tuple[Numbers, int]:
                if node.primitive is None and node.source.part == "of state":
                    return of_state, node.source.position
                if node.primitive is None and node.source.part == "of found":
                    return matters, node.source.position
                return read(node)

            writer = Writer(code, width, where)
            writer.run(loop.reverse_operations)
            bars = {part: [writer.name(v) for v in bar] for part, bar in loop.bars.items()}
            for k, value in enumerate(bars["state"]):
                of_state.store(code, k, value)
            for k, value in zip(loop.own_rows_read, bars["consts"], strict=True):
                of_own.add(code, k, value)
            table = t.of_step(of_rows, step, loop.row_sizes[False])
            if not bars["rows"]:
                table.store(code, 0, none)
            for k, value in enumerate(bars["rows"]):
                table.store(code, k, value)
    names = ("shared", "own", "start", "shared.rows", "own.rows", "of.last", "of.found")
    text = _module(code, (*names, "of.start", "of.own", "of.rows", "past"))
    shapes = [
        jax.ShapeDtypeStruct((blocks, numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, own, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, steps, loop.row_sizes[False], width), loop.dtype),
        jax.ShapeDtypeStruct((steps + 1, numbers, width), loop.dtype),
    ]
    call = jax.ffi.ffi_call(register(text, 7, 4), shapes)
    return lambda *inputs: tuple(call(*inputs)[:3])  # pyright: ignore[reportReturnType]
