"""Text of a compiler's intermediate language (LLVM's), line by line."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

#: What arithmetic may leave out: signs of zeros, and the last bit by a product and a sum in one.
FAST = "nsz arcp contract afn"
_SCALARS = {
    np.dtype(np.float32): "float",
    np.dtype(np.float64): "double",
    np.dtype(np.int32): "i32",
    np.dtype(np.int64): "i64",
    np.dtype(np.uint32): "i32",
    np.dtype(np.bool_): "i1",
}


def scalar_type(dtype: Any) -> str:
    """The type of one number."""
    return _SCALARS[np.dtype(dtype)]


class Form:
    """Numbers that are computed at once: one, or a vector of them.

    Args:
        width: How many; 1 is a number that all samples share.
    """

    def __init__(self, width: int):
        self.width = width

    def type(self, dtype: Any) -> str:
        """Type of such numbers."""
        one = scalar_type(dtype)
        return one if self.width == 1 else f"<{self.width} x {one}>"

    def suffix(self, dtype: Any) -> str:
        """What stands after the name of a function of such numbers."""
        one = f"{np.dtype(dtype).kind}{8 * np.dtype(dtype).itemsize}"
        return one if self.width == 1 else f"v{self.width}{one}"

    def const(self, value: Any, dtype: Any) -> str:
        """A known number, repeated."""
        one = literal(value, dtype)
        if self.width == 1:
            return one
        return f"<{', '.join([f'{scalar_type(dtype)} {one}'] * self.width)}>"


def literal(value: Any, dtype: Any) -> str:
    """One known number as it is written."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return "true" if value else "false"
    if dtype.kind in "iu":
        return str(int(value))
    # Also numbers of 32 bits are written as the 64 bits that they are exactly.
    return f"0x{struct.unpack('<Q', struct.pack('<d', float(dtype.type(value))))[0]:016X}"


class Code:
    """Lines of a function, and names for what they compute."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        #: Functions that are called, by name.
        self.called: dict[str, str] = {}
        self._count = 0

    def name(self) -> str:
        """A new name."""
        self._count += 1
        return f"%t{self._count}"

    def let(self, expression: str) -> str:
        """Compute something; its name."""
        name = self.name()
        self.lines.append(f"  {name} = {expression}")
        return name

    def call(self, kind: str, function: str, *operands: str, flags: str = "") -> str:
        """Call a function whose operands and result are of one type; the result's name."""
        types = ", ".join([kind] * len(operands))
        self.called[function] = f"declare {kind} @{function}({types})"
        given = ", ".join(f"{kind} {operand}" for operand in operands)
        return self.let(f"call {flags} {kind} @{function}({given})")

    def do(self, statement: str) -> None:
        """A line without a result."""
        self.lines.append(f"  {statement}")

    def label(self, name: str) -> None:
        """Where a block begins."""
        self.lines.append(f"{name}:")

    @contextmanager
    def loop(self, name: str, count: int, before: str) -> Iterator[str]:
        """So many passes; gives the number of the pass, from 0.

        Args:
            name: Of the loop, unique in the function.
            count: Passes, at least one.
            before: Label of the block before it; after it, code goes on in block `after NAME`.
        """
        index = f"%{name}"
        self.do(f"br label %{name}.head")
        self.label(f"{name}.head")
        self.do(f"{index} = phi i64 [0, %{before}], [{index}.next, %{name}.latch]")
        yield index
        self.do(f"br label %{name}.latch")
        self.label(f"{name}.latch")
        self.do(f"{index}.next = add i64 {index}, 1")
        self.do(f"{index}.more = icmp ult i64 {index}.next, {count}")
        self.do(f"br i1 {index}.more, label %{name}.head, label %{name}.end")
        self.label(f"{name}.end")

    def address(self, base: str, dtype: Any, offset: str | int) -> str:
        """Address of a number so far behind another."""
        return self.let(f"getelementptr {scalar_type(dtype)}, ptr {base}, i64 {offset}")

    def load(self, form: Form, dtype: Any, address: str) -> str:
        """Numbers from memory."""
        size = np.dtype(dtype).itemsize
        return self.let(f"load {form.type(dtype)}, ptr {address}, align {size}")

    def store(self, form: Form, dtype: Any, value: str, address: str) -> None:
        """Numbers to memory."""
        size = np.dtype(dtype).itemsize
        self.do(f"store {form.type(dtype)} {value}, ptr {address}, align {size}")

    def spread(self, form: Form, dtype: Any, value: str) -> str:
        """One number repeated."""
        if form.width == 1:
            return value
        one, many = scalar_type(dtype), form.type(dtype)
        first = self.let(f"insertelement {many} poison, {one} {value}, i64 0")
        order = f"<{form.width} x i32> zeroinitializer"
        return self.let(f"shufflevector {many} {first}, {many} poison, {order}")
