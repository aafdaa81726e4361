"""Functions of native code against NumPy: to few units of the last bit, and at their edges."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.fused import LaneLoop, block_of
from fluxion.fused._graph import Graph, Node
from fluxion.fused._ir import Code, Form
from fluxion.fused._ir_operations import write
from fluxion.fused._llvm import register
from fluxion.lanes import Value
from fluxion.physics._roots import positive_root

pytest.importorskip("llvmlite")

NAN, INF = np.nan, np.inf
TYPES = [jnp.float32, jnp.float64]


def natively(function: Any, *columns: Any, dtype: Any) -> dict[str, np.ndarray]:
    """A function of numbers, one step of a loop whose samples are rows of these columns."""
    count, block = len(columns[0]), block_of(dtype)
    lanes = -(-count // block) * block
    given = [
        np.concatenate([c, np.repeat(np.asarray(c)[-1:], lanes - count)]).astype(dtype)
        for c in columns
    ]
    state = Value(jnp.asarray(np.stack(given)), True)
    loop = LaneLoop(
        lambda consts, state, row: (state, function(*state)), (), state, (),
        groups=1, steps=1, lanes=lanes, block=block, target="native",
    )  # fmt: skip

    @jax.jit
    def run(array):
        packed = loop.pack_state(Value(array, True))
        consts = loop.pack_consts(())
        rows = loop.pack_shared_rows((), consts[0]), loop.pack_own_rows(())
        return loop(consts, packed, rows)[1]

    found = run(state.array)
    return {name: np.asarray(values)[0, :count] for name, values in found.items()}


def off_by(got: np.ndarray, want: np.ndarray) -> float:
    """The largest error in units of the last bit of the format."""
    error = np.abs(got.astype(np.longdouble) - want)
    return float((error / np.spacing(np.abs(want).astype(got.dtype))).max())


@pytest.mark.parametrize("dtype", TYPES)
def test_functions_of_numbers_are_right_to_the_last_bits(dtype) -> None:
    """A wrong constant of a polynomial, of the first guess of a root, or of the range's two parts
    costs more than these few units. By number: what C's own functions give."""
    dice = np.random.default_rng(0)
    x = np.concatenate([dice.uniform(-80, 80, 999), [0.0, 0.5 * math.log(2)]])
    p = np.concatenate([10 ** dice.uniform(-30, 30, 997), [1.0, 1 - 1e-7, 1 + 1e-7, 0.70710677]])
    x, p = (v.astype(dtype).astype(np.longdouble) for v in (x, p))

    def every(x, p):
        return {
            "exp": jnp.exp(x), "log": jnp.log(p), "sqrt": jnp.sqrt(p), "rsqrt": jax.lax.rsqrt(p),
            "third": positive_root(p, 3), "sixth": positive_root(p, 6),
            "fifth": positive_root(p, 5), "sin": jnp.sin(x), "cos": jnp.cos(x),
            "tanh": jnp.tanh(x), "atan": jnp.arctan(x), "power": p**0.31,
        }  # fmt: skip

    got = natively(every, x, p, dtype=dtype)
    want = {
        "exp": np.exp(x), "log": np.log(p), "sqrt": np.sqrt(p), "rsqrt": 1 / np.sqrt(p),
        "sin": np.sin(x), "cos": np.cos(x), "tanh": np.tanh(x), "atan": np.arctan(x),
    }  # fmt: skip
    for name, values in want.items():
        assert off_by(got[name], values) < 3, name
    # Powers by the logarithm lose what its size costs; roots of single precision do not.
    single = dtype == jnp.float32
    for name, power in (("third", 1 / 3), ("sixth", 1 / 6), ("fifth", 0.2), ("power", 0.31)):
        most = 9 if single and name in ("third", "sixth") else 100
        assert off_by(got[name], p ** np.longdouble(power)) < most, name


@pytest.mark.parametrize("dtype", TYPES)
def test_edges_of_functions(dtype) -> None:
    """What is not a number or infinite has to show: a failed design is found by it."""
    x = np.array([NAN, INF, -INF, 0.0, -1.0, 1e30, -1e30, -0.0])

    def every(x):
        return {
            "exp": jnp.exp(x), "log": jnp.log(x), "sqrt": jnp.sqrt(x), "sign": jnp.sign(x),
            "floor": jnp.floor(x), "abs": jnp.abs(x), "finite": jnp.where(jnp.isfinite(x), x, 7.0),
            "root": positive_root(x, 3),
        }  # fmt: skip

    got = natively(every, x, dtype=dtype)
    with np.errstate(all="ignore"):
        want = {
            "exp": np.exp(x), "log": np.log(x), "sqrt": np.sqrt(x), "sign": np.sign(x),
            "floor": np.floor(x), "abs": np.abs(x), "finite": np.where(np.isfinite(x), x, 7.0),
        }  # fmt: skip
    for name, values in want.items():
        single = np.asarray(values, dtype)
        np.testing.assert_allclose(got[name], single, rtol=1e-6, err_msg=name)
    assert np.isnan(got["root"][0])


@pytest.mark.parametrize("dtype", TYPES)
def test_choices_and_comparisons(dtype) -> None:
    """Every pair of sides, not a number among them: a swapped or ordered comparison shows."""
    some = [NAN, -1.5, 0.0, 2.0, INF]
    a, b = (v.ravel().astype(dtype) for v in np.meshgrid(some, some))

    def every(a, b):
        one, two = (jnp.asarray(v, dtype) for v in (1.0, 2.0))
        found = {
            "max": jnp.maximum(a, b), "min": jnp.minimum(a, b),
            "least": jnp.maximum(one, a), "most": jnp.minimum(a, one),
            "clamp": jax.lax.clamp(-one, a, one), "between": jax.lax.clamp(-two, a, b),
            "floor": jnp.floor(a * 0.7), "ceil": jnp.ceil(a * 0.7), "neg": -a,
        }  # fmt: skip
        for name in ("lt", "le", "gt", "ge", "eq", "ne"):
            found[name] = jnp.where(getattr(jax.lax, f"{name}_p").bind(a, b), a, two)
        both = (a > 0) & ~(b > 0) | ((a < 1) ^ (b < 1))
        found["logic"] = jnp.where(both, one, two) + both.astype(dtype)
        number = jnp.where(a > 0, 3, -2)
        found["whole"] = jnp.where(-number + 1 < 0, a, b) + number.astype(dtype)
        return found

    got = natively(every, a, b, dtype=dtype)
    want = {name: np.asarray(v) for name, v in every(jnp.asarray(a), jnp.asarray(b)).items()}
    sound = ~np.isnan(b)  # nobody bounds by what is no number
    for name, values in want.items():
        which = sound if name == "between" else slice(None)
        np.testing.assert_allclose(got[name][which], values[which], rtol=1e-6, err_msg=name)


def test_a_shared_whole_number_is_written_as_one() -> None:
    """A scalar's text is no vector's, and the other way round."""
    code, graph = Code(), Graph()
    read = graph.read("x", np.int32, True)
    node = graph.apply(jax.lax.neg_p, {}, [read], np.int32)
    for form in (Form(1), Form(4)):
        write(code, form, node, ["%x"])
    assert "sub i32 0, %x" in code.lines[0] and "i32 0, i32 0" in code.lines[1]
    assert isinstance(node, Node) and node.shared


def test_the_same_text_is_compiled_once() -> None:
    text = "define void @kernel(ptr %in, ptr %out) {\nentry:\n  ret void\n}\n"
    assert register(text, 1, 1) == register(text, 1, 1) != register(text + "\n", 1, 1)
