"""Where the numbers lie that native kernels read: what both directions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from fluxion.fused._blocks import block_of
from fluxion.fused._graph import Node
from fluxion.fused._ir import Code, Form
from fluxion.fused._ir_writer import Numbers, Writer

#: What both kernels take, in this order.
INPUTS = (
    "shared", "own", "start", "shared.rows", "own.rows", "shared.look", "own.look", "places",
)  # fmt: skip


def scratch_of(loop: Any) -> list[jax.ShapeDtypeStruct]:
    """Memory for what is computed once: what samples share, and a block's own."""
    shared, own = (max(len(loop.kept(which)), 1) for which in (True, False))
    return [
        jax.ShapeDtypeStruct((shared,), loop.dtype),
        jax.ShapeDtypeStruct((own, block_of(loop.dtype)), loop.dtype),
    ]


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
