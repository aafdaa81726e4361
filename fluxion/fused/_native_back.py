"""The derivative of a loop over steps as native code: all steps again, and then back.

Each block keeps its states while it goes forward, and no more: what a step computes on its way is
computed again, part by part (`fluxion.fused._segments`), when the step is left backwards.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
from jaxtyping import Array

from fluxion.fused._blocks import block_of
from fluxion.fused._graph import Node
from fluxion.fused._ir import Code
from fluxion.fused._ir_writer import Numbers, Writer, module
from fluxion.fused._llvm import register
from fluxion.fused._native_tables import INPUTS, Tables, scratch_of
from fluxion.fused._segments import StepBack


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
        t = Tables(loop, code, block, entries)
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
    inputs = (*INPUTS, "of.last", "of.found")
    outputs = ("of.start", "of.own", "of.rows", "of.look", "kept.shared", "kept.own")
    scratch = ("past", "of.kept", "of.crossing", "of.next", "crossing.shared", "crossing.own")
    text = module(code, (*inputs, *outputs, *scratch))
    shared, across = (max(len(loop.back.crossing[which]), 1) for which in (True, False))
    shapes = [
        jax.ShapeDtypeStruct((blocks, numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, own, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, steps, per_step, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, entries, loop.look_sizes[False], width), loop.dtype),
        *scratch_of(loop),
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
    t: Tables,
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
