"""A loop over steps as native code of this processor: forwards, and back for its derivative.

Samples are taken in blocks that fill a vector. A block's state, constants and rows lie together in
memory, ``(block, ..., number, sample)``, and stay in the processor's first cache from the first
step to the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.fused._graph import Node
from fluxion.fused._ir import FAST, Code, Form
from fluxion.fused._ir_operations import write
from fluxion.fused._llvm import register
from fluxion.fused._segments import StepBack

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


def _module(code: Code, arguments: Sequence[str]) -> str:
    head = ", ".join(f"ptr noalias %{name}" for name in arguments)
    body = "\n".join(code.lines)
    return (
        "\n".join(code.called.values())
        + f"\ndefine void @kernel({head}) #0 {{\nentry:\n{body}\n  ret void\n}}\n"
        + _HEAD.format()
    )


class _Tables:
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


_INPUTS = (
    "shared", "own", "start", "shared.rows", "own.rows", "shared.look", "own.look", "places",
)  # fmt: skip


def _scratch(loop: Any) -> list[jax.ShapeDtypeStruct]:
    shared, own = (max(len(loop.kept(which)), 1) for which in (True, False))
    return [
        jax.ShapeDtypeStruct((shared,), loop.dtype),
        jax.ShapeDtypeStruct((own, block_of(loop.dtype)), loop.dtype),
    ]


def forward(loop: Any, entries: int) -> Callable[..., tuple[Array, Array]]:
    """The kernel of a `LaneLoop` forwards: from packed inputs to the last state and the means.

    Args:
        loop: The loop.
        entries: Rows of the table that steps look into.
    """
    code, width = Code(), block_of(loop.dtype)
    numbers, findings = loop.sizes
    blocks = loop.lanes // width
    with code.loop("b", blocks, "entry") as block:
        t = _Tables(loop, code, block, entries)
        t.compute_constants()
        start, state = t.of_block("%start", numbers), t.of_block("%last", numbers)
        found = t.of_block("%found", loop.groups * findings)
        for k in range(numbers):
            state.store(code, k, start.load(code, k))
        with code.loop("g", loop.groups, "b.head") as group:
            mean = t.part(found, group, findings)
            for k in range(findings):
                mean.store(code, k, t.many.const(0.0, loop.dtype))
            first = code.let(f"mul i64 {group}, {loop.steps}")
            with code.loop("s", loop.steps, "g.head") as step:
                now = code.let(f"add i64 {first}, {step}")
                writer = Writer(code, width, t.reader(now, state))
                writer.run(loop.operations)
                after = [writer.name(value) for value in loop.after]
                values = [writer.name(value) for value in loop.wanted]
                for k, value in enumerate(after):
                    state.store(code, k, value)
                kind, share = t.many.type(loop.dtype), t.many.const(1 / loop.steps, loop.dtype)
                for k, value in enumerate(values):
                    mean.add(code, k, code.let(f"fmul {FAST} {kind} {value}, {share}"))
    text = _module(code, (*_INPUTS, "last", "found", "kept.shared", "kept.own"))
    shapes = [
        jax.ShapeDtypeStruct((blocks, numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, loop.groups, findings, width), loop.dtype),
        *_scratch(loop),
    ]
    call = jax.ffi.ffi_call(register(text, len(_INPUTS), len(shapes)), shapes)
    return lambda *inputs: tuple(call(*inputs)[:2])  # pyright: ignore[reportReturnType]


def backward(loop: Any, entries: int) -> Callable[..., tuple[Array, Array, Array, Array]]:
    """The derivative: from what matters of the results to what matters of the inputs.

    The kernel takes the inputs of `forward`, and how much the last state and the means matter. It
    runs all steps again, keeping their states, and then goes back. It gives how much the first
    state, the samples' own constants, their own rows and their own table matter.

    Args:
        loop: The loop, with its derivative.
        entries: Rows of the table that steps look into.
    """
    code, width = Code(), block_of(loop.dtype)
    numbers, findings = loop.sizes
    blocks, own, per_step = loop.lanes // width, loop.constant_rows[1], loop.row_sizes[False]
    looked, kept = entries * loop.look_sizes[False], max(len(loop.kept(False)), 1)
    with code.loop("b", blocks, "entry") as block:
        t = _Tables(loop, code, block, entries)
        t.compute_constants()
        steps = t.steps
        start, of_last = t.of_block("%start", numbers), t.of_block("%of.last", numbers)
        of_state, of_own = t.of_block("%of.start", numbers), t.of_block("%of.own", own)
        of_found = t.of_block("%of.found", loop.groups * findings)
        of_rows = t.of_block("%of.rows", steps * per_step)
        of_look = t.of_block("%of.look", looked)
        past, of_kept, of_crossing, of_next = (
            Numbers(name, t.many, loop.dtype)
            for name in ("%past", "%of.kept", "%of.crossing", "%of.next")
        )
        crossing = {
            True: Numbers("%crossing.shared", t.one, loop.dtype),
            False: Numbers("%crossing.own", t.many, loop.dtype),
        }
        for k in range(numbers):
            past.store(code, k, start.load(code, k))
            of_state.store(code, k, of_last.load(code, k))
        before = "b.head"
        for name, table, count in (
            ("z", of_own, own), ("y", of_rows, steps * per_step), ("x", of_look, looked),
            ("w", of_kept, kept),
        ):  # fmt: skip
            with code.loop(name, count, before) as row:
                t.part(table, row, 1).store(code, 0, t.many.const(0.0, loop.dtype))
            before = f"{name}.end"
        with code.loop("f", steps, before) as step:
            later = code.let(f"add i64 {step}, 1")
            now, then = (t.part(past, which, numbers) for which in (step, later))
            writer = Writer(code, width, t.reader(step, now))
            writer.run(loop.forward_operations)
            for k, value in enumerate([writer.name(value) for value in loop.after]):
                then.store(code, k, value)
        with code.loop("r", steps, "f.end") as turn:
            step = code.let(f"sub i64 {steps - 1}, {turn}")
            group = code.let(f"udiv i64 {step}, {loop.steps}")
            read = t.reader(step, t.part(past, step, numbers))
            tables = {
                "consts": of_own,
                "kept": of_kept,
                "rows": t.part(of_rows, step, per_step),
                "before": t.part(of_look, t.entry(step, False), loop.look_sizes[False]),
                "after": t.part(of_look, t.entry(step, True), loop.look_sizes[False]),
            }
            matters = {
                "of state": of_state,
                "of found": t.part(of_found, group, findings),
                "of crossing": of_crossing,
            }
            _step_back(t, loop.back, read, _first(matters, read), tables, crossing, of_next)
            for k in range(numbers):
                of_state.store(code, k, of_next.load(code, k))
        writer = Writer(code, width, _first({"of kept": of_kept}, t.constants))
        writer.run(loop.operations_of_constants)
        values = [writer.name(value) for value in loop.bars_of_constants]
        for node, value in zip(loop.own_reads("consts"), values, strict=True):
            of_own.add(code, loop.place(node)[1], value)
    inputs = (*_INPUTS, "of.last", "of.found")
    outputs = ("of.start", "of.own", "of.rows", "of.look", "kept.shared", "kept.own")
    scratch = ("past", "of.kept", "of.crossing", "of.next", "crossing.shared", "crossing.own")
    text = _module(code, (*inputs, *outputs, *scratch))
    shared, across = (max(len(loop.back.crossing[which]), 1) for which in (True, False))
    shapes = [
        jax.ShapeDtypeStruct((blocks, numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, own, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, steps, per_step, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, entries, loop.look_sizes[False], width), loop.dtype),
        *_scratch(loop),
        jax.ShapeDtypeStruct((steps + 1, numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((kept, width), loop.dtype),
        jax.ShapeDtypeStruct((across, width), loop.dtype),
        jax.ShapeDtypeStruct((numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((shared,), loop.dtype),
        jax.ShapeDtypeStruct((across, width), loop.dtype),
    ]
    call = jax.ffi.ffi_call(register(text, len(inputs), len(shapes)), shapes)
    return lambda *inputs: tuple(call(*inputs)[:4])  # pyright: ignore[reportReturnType]


def _step_back(
    t: _Tables,
    back: StepBack,
    ahead: Callable[[Node], tuple[Numbers, int]],
    read: Callable[[Node], tuple[Numbers, int]],
    tables: dict[str, Numbers],
    crossing: dict[bool, Numbers],
    of_next: Numbers,
) -> None:
    """Lines of a step backwards, part by part.

    Args:
        t: What is read.
        back: The parts.
        ahead: Where the numbers lie that the step reads.
        read: The same, and how much its results matter.
        tables: Where it is added up how much each number matters, by parts of the loop.
        crossing: Numbers that cross from part to part.
        of_next: How much the state before the step matters.
    """
    code, width = t.code, t.many.width
    one, many = t.one, t.many
    writer = Writer(code, width, ahead)
    writer.run(back.ahead)
    for shared, form in ((True, one), (False, many)):
        for row, node in enumerate(back.crossing[shared]):
            crossing[shared].store(code, row, writer.name(node, form))

    def where(node: Node) -> tuple[Numbers, int]:
        row = back.row(node)
        return read(node) if row is None else (crossing[node.shared], row)

    found: set[int] = set()
    of_crossing = Numbers("%of.crossing", many, t.loop.dtype)
    for number, segment in enumerate(back.segments):
        # A block of its own: otherwise the compiler would join it to the others again.
        code.do(f"br label %part{number}")
        code.label(f"part{number}")
        writer, sinks = Writer(code, width, where), []
        for bar in segment.bars:
            row, part = back.row(bar.of), None
            table = of_crossing
            if row is None:
                part, row = t.loop.place(bar.of)
                table = of_next if part == "state" else tables[part]
            # Nothing lies in these two tables before; which bar is first shows while writing.
            begun = found if part in (None, "state") else None
            sinks.append((bar.amount, partial(_put, code, table, row, id(bar.of), begun)))
        writer.run(segment.operations, sinks)
    for row, node in enumerate(t.loop.own_reads("state")):
        if id(node) not in found:
            of_next.store(code, row, many.const(0.0, t.loop.dtype))


def _put(
    code: Code, table: Numbers, row: int, number: int, begun: set[int] | None, value: str
) -> None:
    """Add to a row, or write it if nothing is there yet.

    Args:
        code: To which lines are added.
        table: Where the row lies.
        row: Which.
        number: Whose row it is.
        begun: Numbers whose rows hold something; None where all do.
        value: What is added.
    """
    if begun is None or number in begun:
        table.add(code, row, value)
        return
    begun.add(number)
    table.store(code, row, value)


def _first(
    tables: dict[str, Numbers], others: Callable[[Node], tuple[Numbers, int]]
) -> Callable[[Node], tuple[Numbers, int]]:
    """Numbers of these parts by their position, all others as they lie."""

    def read(node: Node) -> tuple[Numbers, int]:
        if node.primitive is None and node.source.part in tables:
            return tables[node.source.part], node.source.position
        return others(node)

    return read
