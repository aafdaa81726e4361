"""Each operation on numbers as lines of the compiler's language."""

from __future__ import annotations

from typing import Any

import numpy as np

from fluxion.errors import SimulationError
from fluxion.fused._folding import known
from fluxion.fused._graph import Node
from fluxion.fused._ir import FAST, Code, Form
from fluxion.fused._ir_functions import MATHEMATICS, by_number, positive_root

_FLOAT = {"add": "fadd", "add_any": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_WHOLE = {"add": "add", "add_any": "add", "sub": "sub", "mul": "mul"}
_LOGIC = ("and", "or", "xor")
_COMPARE = {"lt", "le", "gt", "ge", "eq", "ne"}
#: Functions that the compiler knows, by their name there.
_KNOWN = {"sqrt": "sqrt", "abs": "fabs", "floor": "floor", "ceil": "ceil"}
_CASTS = {
    ("i", "f"): "sitofp",
    ("u", "f"): "uitofp",
    ("f", "i"): "fptosi",
    ("b", "f"): "uitofp",
    ("b", "i"): "zext",
}
#: Functions of one number that are called number by number, by their name in C.
_IN_C = {
    "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "expm1": "expm1", "log1p": "log1p",
    "cbrt": "cbrt", "exp2": "exp2",
}  # fmt: skip
#: What this part of the package has forms for that kernels on a GPU lack.
WHOLE_FORMS = frozenset({"sqrt", "tan", "positive_root"})


def write(code: Code, form: Form, node: Node, operands: list[str]) -> str:
    """Lines of an operation; the name of its result.

    Args:
        code: To which they are added.
        form: One number, or one for each sample of a vector.
        node: The operation.
        operands: Names of what it reads, or known numbers as they are written.

    Raises:
        SimulationError: An operation without a form here.
    """
    name = node.primitive.name
    dtype = node.operands[0].dtype if name != "select_n" else node.dtype
    for rule in (_arithmetic, _choice, _function):
        found = rule(code, form, node, dtype, operands)
        if found is not None:
            return found
    raise SimulationError(
        f"the operation {name!r} has no form in a native kernel; run this with kernel='scan'"
    )


def _arithmetic(code: Code, form: Form, node: Node, dtype: Any, o: list[str]) -> str | None:
    name, floating = node.primitive.name, np.dtype(dtype).kind == "f"
    kind = form.type(dtype)
    if floating and name in _FLOAT:
        return code.let(f"{_FLOAT[name]} {FAST} {kind} {o[0]}, {o[1]}")
    if not floating and name in _WHOLE:
        return code.let(f"{_WHOLE[name]} {kind} {o[0]}, {o[1]}")
    if name in _LOGIC:
        return code.let(f"{name} {kind} {o[0]}, {o[1]}")
    if name == "neg":
        nothing = form.const(0, dtype)
        return code.let(
            f"fneg {FAST} {kind} {o[0]}" if floating else f"sub {kind} {nothing}, {o[0]}"
        )
    if name == "not":
        ones = form.const(True if np.dtype(dtype).kind == "b" else -1, dtype)
        return code.let(f"xor {kind} {o[0]}, {ones}")
    if name == "bitcast_convert_type":
        return code.let(f"bitcast {kind} {o[0]} to {form.type(node.dtype)}")
    if name == "convert_element_type":
        cast = _CASTS.get((np.dtype(dtype).kind, node.dtype.kind))
        return cast and code.let(f"{cast} {kind} {o[0]} to {form.type(node.dtype)}")
    return None


def _choice(code: Code, form: Form, node: Node, dtype: Any, o: list[str]) -> str | None:
    name, floating = node.primitive.name, np.dtype(dtype).kind == "f"
    kind, truth = form.type(dtype), form.type(bool)

    def choose(condition: str, yes: str, no: str) -> str:
        return code.let(f"select {truth} {condition}, {kind} {yes}, {kind} {no}")

    def compare(how: str, a: str, b: str) -> str:
        return code.let(f"fcmp {how} {kind} {a}, {b}")

    if name in _COMPARE:
        if floating:
            return compare(("u" if name == "ne" else "o") + name, o[0], o[1])
        sign = "" if name in ("eq", "ne") else ("s" if np.dtype(dtype).kind == "i" else "u")
        return code.let(f"icmp {sign}{name} {kind} {o[0]}, {o[1]}")

    def extreme(how: str, a: tuple[str, Any], b: tuple[str, Any]) -> str:
        # Not a number stays one: a comparison with it fails, so it has to be the one that is left.
        # Of two that may be none, the other one is looked at as well.
        (x, of_x), (y, of_y) = (b, a) if known(a[1]) else (a, b)
        found = choose(compare(how, x, y), y, x)
        both = isinstance(of_x, Node) and isinstance(of_y, Node)
        return choose(compare("uno", y, y), y, found) if both else found

    given = list(zip(o, node.operands, strict=True))
    if name == "max" and floating:
        return extreme("olt", *given)
    if name == "min" and floating:
        return extreme("ogt", *given)
    if name == "clamp" and floating:
        low, x, high = given
        return extreme("ogt", (extreme("olt", x, low), node), high)
    if name == "select_n" and len(o) == 3 and node.operands[0].dtype == np.bool_:
        return choose(o[0], o[2], o[1])
    return None


def _function(code: Code, form: Form, node: Node, dtype: Any, o: list[str]) -> str | None:
    name = node.primitive.name
    if np.dtype(dtype).kind != "f" or len(o) != 1:
        return None
    kind, suffix = form.type(dtype), form.suffix(dtype)
    if name == "positive_root":
        return positive_root(code, form, dtype, o[0], node.params["degree"])
    if name == "rsqrt":
        root = code.call(kind, f"llvm.sqrt.{suffix}", o[0], flags=FAST)
        return code.let(f"fdiv {FAST} {kind} {form.const(1.0, dtype)}, {root}")
    if name in _KNOWN:
        return code.call(kind, f"llvm.{_KNOWN[name]}.{suffix}", o[0], flags=FAST)
    if name in MATHEMATICS:
        return MATHEMATICS[name](code, form, dtype, o[0])
    if name in _IN_C:
        return by_number(code, form, dtype, _IN_C[name], o[0])
    if name == "sign":
        signed = code.call(kind, f"llvm.copysign.{suffix}", form.const(1.0, dtype), o[0])
        some = code.let(f"fcmp one {kind} {o[0]}, {form.const(0.0, dtype)}")
        return code.let(f"select {form.type(bool)} {some}, {kind} {signed}, {kind} {o[0]}")
    if name == "is_finite":
        size = code.call(kind, f"llvm.fabs.{suffix}", o[0])
        return code.let(f"fcmp olt {kind} {size}, {form.const(np.inf, dtype)}")
    return None
