"""The derivative of every operation on single numbers is JAX's."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from fluxion.errors import SimulationError
from fluxion.fused._adjoint import adjoint
from fluxion.fused._adjoint_rules import FLAT, RULES
from fluxion.fused._graph import Graph, emit
from fluxion.fused._ir_operations import WHOLE_FORMS
from fluxion.fused._unroll import unroll
from fluxion.physics._roots import positive_root

#: Where both are positive, and where they are equal: at ties a rule has to choose as JAX does.
PAIRS = [(0.3, 0.8), (0.8, 0.3), (0.5, 0.5)]
SIGNED = [(-0.7, 0.2), (0.0, 0.1), (0.6, -0.4)]

ONE = {
    "neg": lax.neg, "exp": jnp.exp, "exp2": jnp.exp2, "expm1": jnp.expm1,
    "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan, "asin": jnp.arcsin, "acos": jnp.arccos,
    "atan": jnp.arctan, "sinh": jnp.sinh, "cosh": jnp.cosh, "tanh": jnp.tanh,
}  # fmt: skip
POSITIVE = {
    "log": jnp.log, "log1p": jnp.log1p, "sqrt": jnp.sqrt, "rsqrt": lax.rsqrt, "cbrt": jnp.cbrt,
    "positive_root": lambda x: positive_root(x, 6),
}  # fmt: skip
TWO = {
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y, "max": jnp.maximum, "min": jnp.minimum,
    "select_n": lambda x, y: jnp.where(x > y, x, y * x),
    "convert_element_type": lambda x, y: y * (x > 0.4).astype(float),
    "power": lambda x, y: x**2.3 * y**-3 + x**y,
    "shared parts": lambda x, y: jnp.sin(x * y) / (x * y) + (x * y) ** 2,
}  # fmt: skip
CASES = [
    *(("first", name, lambda x, y, f=f: f(x) * y, SIGNED[::2]) for name, f in ONE.items()),
    *(("first", name, lambda x, y, f=f: f(x) * y, PAIRS) for name, f in POSITIVE.items()),
    *(("both", name, f, PAIRS) for name, f in TWO.items()),
    ("kink", "abs", lambda x, y: jnp.abs(x) * y, SIGNED),
    ("known", "max", lambda x, y: jnp.maximum(x, 0.0) * jnp.minimum(1.0, y), SIGNED),
    ("known", "clamp", lambda x, y: lax.clamp(0.1, x, 0.6) * lax.clamp(0.1, y, 0.6), SIGNED),
    ("bounds", "clamp", lambda x, y: lax.clamp(x, 0.5 * (x + y), y) * x, [*PAIRS, (0.1, 0.9)]),
    ("flat", "floor", lambda x, y: jnp.floor(3 * x) * y + jnp.sign(y) * x, SIGNED[::2]),
]  # fmt: skip


def by_rules(function, x, y):
    """Slopes of the function of two numbers, by the graph and its adjoint."""
    graph = Graph(whole=WHOLE_FORMS)
    reads = [graph.read(name, np.float64, False) for name in "xym"]
    jaxpr = jax.make_jaxpr(function)(x, y)
    arrays = []
    for node in reads[:2]:
        arrays.append(np.empty((), object))
        arrays[-1][()] = node
    (out,) = unroll(graph, jaxpr.jaxpr, jaxpr.consts, arrays)
    operations, _ = graph.needed([out.item()])
    slopes = adjoint(graph, operations, [(out.item(), reads[2])], reads[:2])
    needed, _ = graph.needed(slopes)
    values = {id(node): jnp.full(1, v) for node, v in zip(reads, (x, y, 1.7), strict=True)}
    found = emit(needed, slopes, lambda node: values[id(node)], 1)
    return [float(each[0]) for each in found]


@pytest.mark.parametrize(
    ("function", "points"),
    [case[2:] for case in CASES],
    ids=[f"{name}, {what}" for what, name, *_ in CASES],
)
def test_slopes_are_those_of_jax(function, points) -> None:
    for x, y in points:
        x, y = jnp.asarray(x, float), jnp.asarray(y, float)
        got, want = by_rules(function, x, y), jax.vjp(function, x, y)[1](jnp.asarray(1.7))
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-15, err_msg=f"at {x}, {y}")


def test_every_rule_is_tried() -> None:
    tried = {name for _, name, *_ in CASES} | {"add_any"}  # that of several uses of a number
    assert set(RULES) <= tried and not set(RULES) & FLAT


def test_an_operation_without_a_rule_is_named_in_one_line() -> None:
    with pytest.raises(SimulationError, match="'nextafter' has no derivative in a fused kernel;"):
        by_rules(lambda x, y: lax.nextafter(x, y) * x, jnp.asarray(0.3), jnp.asarray(0.4))
