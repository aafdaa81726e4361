"""A loop over steps as native code of this processor.

Samples are taken in blocks that fill a vector. A block's state, constants and rows lie together in
memory, ``(block, ..., number, sample)``, and stay in the processor's first cache from the first
step to the last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
from jaxtyping import Array

from fluxion.fused._blocks import block_of
from fluxion.fused._ir import FAST, Code
from fluxion.fused._ir_writer import Writer, module
from fluxion.fused._llvm import register
from fluxion.fused._native_tables import INPUTS, Tables, scratch_of


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
        t = Tables(loop, code, block, entries)
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
                writer.run(loop.in_depth)
                after = [writer.name(value) for value in loop.after]
                values = [writer.name(value) for value in loop.wanted]
                for k, value in enumerate(after):
                    state.store(code, k, value)
                kind, share = t.many.type(loop.dtype), t.many.const(1 / loop.steps, loop.dtype)
                for k, value in enumerate(values):
                    mean.add(code, k, code.let(f"fmul {FAST} {kind} {value}, {share}"))
    text = module(code, (*INPUTS, "last", "found", "kept.shared", "kept.own"))
    shapes = [
        jax.ShapeDtypeStruct((blocks, numbers, width), loop.dtype),
        jax.ShapeDtypeStruct((blocks, loop.groups, findings, width), loop.dtype),
        *scratch_of(loop),
    ]
    call = jax.ffi.ffi_call(register(text, len(INPUTS), len(shapes)), shapes)
    return lambda *inputs: tuple(call(*inputs)[:2])  # pyright: ignore[reportReturnType]
