"""Elementary functions for vectors of numbers, in the compiler's language.

In single precision they are polynomials after the argument is brought into a small range (J.-M.
Muller, Elementary Functions, 3rd ed. 2016, ch. 11: additive range reduction), within two units of
the last bit or so; in double precision C's own are called number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial, log
from typing import Any

import numpy as np

from fluxion.fused._ir import FAST, Code, Form, scalar_type

_LOG2 = log(2.0)
#: The logarithm of two in two parts; products of the first with whole numbers are exact.
_HIGH = float(np.float32(0.693359375))
_LOW = _LOG2 - _HIGH
#: Beyond these the power of e is infinite and nothing: its exponent is 128 and -127.
_MOST, _LEAST = 89.0, -88.0
_BIAS, _MANTISSA = 127, 23


def _fma(code: Code, form: Form, dtype: Any, a: str, b: str, c: str) -> str:
    return code.call(form.type(dtype), f"llvm.fma.{form.suffix(dtype)}", a, b, c, flags=FAST)


def _polynomial(code: Code, form: Form, dtype: Any, x: str, terms: Sequence[float]) -> str:
    """By Horner, the highest term first."""
    total = form.const(terms[0], dtype)
    for term in terms[1:]:
        total = _fma(code, form, dtype, total, x, form.const(term, dtype))
    return total


def by_number(code: Code, form: Form, dtype: Any, function: str, x: str) -> str:
    """A function of C, called for each number of a vector."""
    one, many = scalar_type(dtype), form.type(dtype)
    called = function + ("f" if np.dtype(dtype) == np.float32 else "")
    if form.width == 1:
        return code.call(one, called, x)
    total = "poison"
    for k in range(form.width):
        number = code.let(f"extractelement {many} {x}, i64 {k}")
        value = code.call(one, called, number)
        total = code.let(f"insertelement {many} {total}, {one} {value}, i64 {k}")
    return total


def _exp(code: Code, form: Form, dtype: Any, x: str) -> str:
    if np.dtype(dtype) != np.float32:
        return by_number(code, form, dtype, "exp", x)
    kind, whole, truth = form.type(dtype), form.type(np.int32), form.type(bool)
    for how, bound in (("ogt", _MOST), ("olt", _LEAST)):
        beyond = code.let(f"fcmp {how} {kind} {x}, {form.const(bound, dtype)}")
        x = code.let(f"select {truth} {beyond}, {kind} {form.const(bound, dtype)}, {kind} {x}")
    scaled = code.let(f"fmul {kind} {x}, {form.const(1 / _LOG2, dtype)}")
    power = code.call(kind, f"llvm.rint.{form.suffix(dtype)}", scaled)
    rest = _fma(code, form, dtype, power, form.const(-_HIGH, dtype), x)
    rest = _fma(code, form, dtype, power, form.const(-_LOW, dtype), rest)
    # Taylor's polynomial: what is left out is below 1e-8 within half a power of two.
    terms = [1 / factorial(k) for k in range(7, -1, -1)]
    value = _polynomial(code, form, dtype, rest, terms)
    # What is not a number has some whole number all the same: the product below stays none.
    number = code.let(f"freeze {whole} {code.let(f'fptosi {kind} {power} to {whole}')}")
    biased = code.let(f"add {whole} {number}, {form.const(_BIAS, np.int32)}")
    bits = code.let(f"shl {whole} {biased}, {form.const(_MANTISSA, np.int32)}")
    scale = code.let(f"bitcast {whole} {bits} to {kind}")
    return code.let(f"fmul {kind} {value}, {scale}")


def _log(code: Code, form: Form, dtype: Any, x: str) -> str:
    """Of positive numbers; minus infinity at zero, not a number below, infinity stays.

    With ``s = (m - 1) / (m + 1)`` the logarithm of m is ``2 s (1 + s^2 / 3 + s^4 / 5 + ...)``; for
    m between the roots of a half and of two, s is below 0.172.
    """
    if np.dtype(dtype) != np.float32:
        return by_number(code, form, dtype, "log", x)
    kind, whole, truth = form.type(dtype), form.type(np.int32), form.type(bool)
    middle = int(np.float32(np.sqrt(0.5)).view(np.int32))
    one = form.const(1.0, dtype)
    bits = code.let(f"bitcast {kind} {x} to {whole}")
    above = code.let(f"sub {whole} {bits}, {form.const(middle, np.int32)}")
    power = code.let(f"ashr {whole} {above}, {form.const(_MANTISSA, np.int32)}")
    shift = code.let(f"shl {whole} {power}, {form.const(_MANTISSA, np.int32)}")
    rest = code.let(f"bitcast {whole} {code.let(f'sub {whole} {bits}, {shift}')} to {kind}")
    powers = code.let(f"sitofp {whole} {power} to {kind}")
    less = code.let(f"fsub {kind} {rest}, {one}")
    s = code.let(f"fdiv {FAST} {kind} {less}, {code.let(f'fadd {kind} {rest}, {one}')}")
    squared = code.let(f"fmul {kind} {s}, {s}")
    series = _polynomial(code, form, dtype, squared, [2 / k for k in (9, 7, 5, 3)])
    # 2 s is (m - 1) - s (m - 1), which loses no digits near one.
    beyond = _fma(code, form, dtype, squared, series, code.let(f"fneg {kind} {less}"))
    value = _fma(code, form, dtype, s, beyond, less)
    value = _fma(code, form, dtype, powers, form.const(_LOG2, dtype), value)
    zero, most = form.const(0.0, dtype), form.const(np.inf, dtype)
    lowest, none = form.const(-np.inf, dtype), form.const(np.nan, dtype)
    for how, bound, instead in (("oeq", most, most), ("oeq", zero, lowest), ("ult", zero, none)):
        there = code.let(f"fcmp {how} {kind} {x}, {bound}")
        value = code.let(f"select {truth} {there}, {kind} {instead}, {kind} {value}")
    return value


def positive_root(code: Code, form: Form, dtype: Any, x: str, degree: int) -> str:
    """The third or sixth root of a positive number, any other by the logarithm.

    The bits of a number are nearly its logarithm; from the inverse root that they guess, within
    4 %, two corrections of third order lead to the last bits (within 1e-6 of the exact root).
    """
    if np.dtype(dtype) != np.float32 or degree not in _CENTRE:
        scaled = code.let(
            f"fmul {form.type(dtype)} {MATHEMATICS['log'](code, form, dtype, x)}, "
            f"{form.const(1 / degree, dtype)}"
        )
        return MATHEMATICS["exp"](code, form, dtype, scaled)
    kind, whole = form.type(dtype), form.type(np.int32)
    start = _BIAS * (1 + 1 / degree) * 2.0**_MANTISSA - _CENTRE[degree]
    bits = code.let(f"bitcast {kind} {x} to {whole}")
    number = code.let(f"sitofp {whole} {bits} to {kind}")
    share, begin = form.const(-1 / degree, dtype), form.const(start, dtype)
    guess = _fma(code, form, dtype, number, share, begin)
    root = code.let(f"bitcast {whole} {code.let(f'fptosi {kind} {guess} to {whole}')} to {kind}")
    first, second = 1 / degree, (1 + degree) / (2 * degree**2)

    def product(a: str, b: str) -> str:
        return code.let(f"fmul {FAST} {kind} {a}, {b}")

    minus = code.let(f"fneg {kind} {x}")
    for _ in range(2):
        power = product(root, product(root, root))
        power = product(power, power) if degree == 6 else power
        error = _fma(code, form, dtype, minus, power, form.const(1.0, dtype))
        slope = _fma(code, form, dtype, error, form.const(second, dtype), form.const(first, dtype))
        root = _fma(code, form, dtype, root, product(error, slope), root)
    squared = product(root, root)
    if degree == 6:
        squared = product(product(squared, squared), root)
    return product(x, squared)


#: What is taken off the first guess so that it errs to both sides alike, in units of the last bit.
_CENTRE = {3: 142_000.0, 6: 529_000.0}
#: Functions of one number by their name.
MATHEMATICS: dict[str, Callable[[Code, Form, Any, str], str]] = {"exp": _exp, "log": _log}
