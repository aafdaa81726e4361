"""Operations and bytes of a function, counted on its trace with loops multiplied out.

XLA's own analysis counts the body of a loop once. A trace says how often each loop runs, so it can
be counted exactly as it is written: before the compiler drops what it need not do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

#: Counted apart, since each costs as much as many additions.
TRANSCENDENTAL = {
    "exp", "exp2", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "pow", "sqrt", "rsqrt", "cbrt", "logistic",
    "erf", "erfc", "erf_inv", "positive_root",
}  # fmt: skip
#: Move or make numbers and compute none.
_MOVES = {
    "broadcast_in_dim", "reshape", "transpose", "squeeze", "expand_dims", "slice", "pad", "rev",
    "dynamic_slice", "dynamic_update_slice", "gather", "concatenate", "convert_element_type",
    "copy", "copy_p", "iota", "stop_gradient", "split", "optimization_barrier", "device_put",
    "bitcast_convert_type", "real", "imag", "scatter", "empty",
}  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What a function does once.

    Attributes:
        operations: Additions, multiplications, divisions, comparisons and choices.
        transcendental: Exponentials, roots, powers, sines and their kin.
        loop_bytes: Read and written from one pass of a loop to the next: what loops carry, take
            and leave. Less can be moved only by keeping it in registers.
        unbounded: Whether a loop is inside that says not how often it runs; it counts once.
    """

    operations: float = 0.0
    transcendental: float = 0.0
    loop_bytes: float = 0.0
    unbounded: bool = False

    def __add__(self, other: Work) -> Work:
        return Work(
            self.operations + other.operations,
            self.transcendental + other.transcendental,
            self.loop_bytes + other.loop_bytes,
            self.unbounded or other.unbounded,
        )

    def times(self, count: float) -> Work:
        """The same so often."""
        return Work(
            count * self.operations,
            count * self.transcendental,
            count * self.loop_bytes,
            self.unbounded,
        )


def count(function: Callable[..., Any], *args: Any, repeat: bool = True) -> Work:
    """Work of a function of these arguments, which are not touched.

    Args:
        function: Traced, not run.
        *args: Its arguments.
        repeat: Whether the body of a loop counts as often as it runs; once, as XLA counts it,
            otherwise.
    """
    return _of_jaxpr(jax.make_jaxpr(function)(*args).jaxpr, repeat)


def _of_jaxpr(jaxpr: Any, repeat: bool) -> Work:
    total = Work()
    for equation in jaxpr.eqns:
        total += _of_equation(equation, repeat)
    return total


def _of_equation(equation: Any, repeat: bool) -> Work:
    name, params = equation.primitive.name, equation.params
    if name == "scan":
        inner = params["jaxpr"].jaxpr
        constants = sum(map(_bytes, equation.invars[: params["num_consts"]]))
        # Carries are read and written; slices are read; results are written.
        moved = sum(map(_bytes, inner.invars)) - constants + sum(map(_bytes, inner.outvars))
        body = _of_jaxpr(inner, repeat)
        return (body + Work(loop_bytes=moved)).times(params["length"] if repeat else 1)
    if name == "while":
        body = _of_jaxpr(params["body_jaxpr"].jaxpr, repeat)
        return Work(body.operations, body.transcendental, body.loop_bytes, True)
    if name == "cond":
        branches = [_of_jaxpr(branch.jaxpr, repeat) for branch in params["branches"]]
        return max(branches, key=lambda work: work.operations + work.transcendental)
    inside = [value for value in params.values() if hasattr(value, "eqns")]
    inside += [value.jaxpr for value in params.values() if hasattr(value, "jaxpr")]
    if inside:
        return _of_jaxpr(inside[0], repeat)
    size = sum(int(np.prod(out.aval.shape)) for out in equation.outvars)
    if name in _MOVES:
        return Work()
    if name in TRANSCENDENTAL:
        return Work(transcendental=size)
    if name == "dot_general":
        (contracted, _), _ = params["dimension_numbers"]
        shape = equation.invars[0].aval.shape
        return Work(operations=2.0 * size * np.prod([shape[axis] for axis in contracted]))
    if name.startswith(("reduce", "cum", "arg", "scatter")):
        size = sum(int(np.prod(operand.aval.shape)) for operand in equation.invars)
    elif name == "integer_pow":
        size *= max(1, int(np.ceil(np.log2(abs(params["y"]) or 1))))
    return Work(operations=float(size))


def _bytes(variable: Any) -> float:
    aval = variable.aval
    return float(np.prod(aval.shape, dtype=float) * np.dtype(aval.dtype).itemsize)
