"""Functions taken apart into single numbers compute what JAX computes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax import lax

from fluxion.errors import SimulationError
from fluxion.fused._graph import Graph, Node, emit
from fluxion.fused._movement import as_objects
from fluxion.fused._parts import nodes_of
from fluxion.fused._unroll import unroll
from fluxion.lanes import Value
from fluxion.networks._permute import permute

LANES = 3


def taken_apart(function, *args):
    """The function on samples that lie last, number by number; and the graph."""
    graph = Graph()
    one = [jax.ShapeDtypeStruct(a.shape[:-1], a.dtype) for a in args]
    traced = jax.make_jaxpr(function)(*one)
    nodes = nodes_of(graph, "consts", [Value(a, True) for a in args], args[0].dtype)
    outs = unroll(graph, traced.jaxpr, traced.consts, nodes)

    def read(node: Node):
        return args[node.source.leaf].reshape(-1, LANES)[node.source.position]

    found = []
    for out, aval in zip(outs, traced.out_avals, strict=True):
        values = emit(graph.nodes, list(as_objects(out).ravel()), read, LANES)
        found.append(np.stack(values).reshape(*aval.shape, LANES) if values else np.zeros((0,)))
    return found, graph, outs


def compare(function, *shapes, low=0.5, high=2.0, rtol=1e-12):
    dice = np.random.default_rng(0)
    args = [jnp.asarray(dice.uniform(low, high, (*shape, LANES))) for shape in shapes]
    found, *_ = taken_apart(function, *args)
    want = jax.tree.leaves(jax.vmap(function, in_axes=-1, out_axes=-1)(*args))
    for got, expected in zip(found, want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-14)


FUNCTIONS = {
    "broadcast and arithmetic": (lambda a, b: a[:, None] * b + 1 / a[:, None], (3,), (3, 4)),
    "powers": (lambda a: (a**2, a**-3, a**7, a**0.5, a**0.33, jnp.sqrt(a), 2.0**a), (4,)),
    "sqrt of zero": (lambda a: jnp.sqrt(a - a), (2,)),
    "extremes": (lambda a: (jnp.clip(a, 0.8, 1.2), jnp.max(a), jnp.min(a, axis=0)), (3, 2)),
    "choice": (
        lambda a: jnp.where(a > 1, a, -a) + jnp.where(np.array([True, False]), a, 0.0),
        (2,),
    ),
    "sums": (lambda a: (jnp.sum(a, 0), jnp.sum(a), jnp.cumsum(a, 1), jnp.prod(a, 1)), (3, 4)),
    "products": (
        lambda a, b: (a @ b, jnp.einsum("ij,jk->ki", a, b), a @ np.eye(3)),
        (2, 3),
        (3, 4),
    ),
    "moving": (
        lambda a: (a[::-1], a.T, a[:, np.array([2, 0])], jnp.pad(a, ((1, 0), (0, 2)))),
        (2, 3),
    ),
    "joining": (
        lambda a, b: (jnp.concatenate([a, b]), jnp.stack([a, a], 1), jnp.split(a, 2)),
        (4,),
        (2,),
    ),
    "permuting": (lambda a: permute(a, (2, 0, 1)), (3,)),
    "updating": (lambda a: lax.dynamic_update_slice(a, a[:1] * 2, (1,)), (3,)),
    "scanning": (lambda a: lax.scan(lambda c, x: (c * x, c + x), a[0], a), (3,)),
    "calling": (lambda a: jax.jit(jnp.tan)(a) + jax.checkpoint(jnp.exp)(a), (2,)),
    "bits": (lambda a: lax.bitcast_convert_type(a, jnp.int64).astype(float), (2,)),
    "angles": (lambda a: (jnp.sin(a), jnp.cos(a), jnp.log(a), jnp.arctan2(a, 2.0)), (2,)),
    "steps": (lambda a: (jnp.floor(a), jnp.sign(a), jnp.abs(-a), jnp.isfinite(a) * a), (2,)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_operation_is_that_of_jax(name) -> None:
    function, *shapes = FUNCTIONS[name]
    compare(function, *shapes)


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 4)),
    axis=st.integers(0, 1),
    start=st.integers(0, 2),
)
def test_shapes_of_any_size_are_moved_and_summed(shape, axis, start) -> None:
    def function(a):
        part = lax.slice_in_dim(a, min(start, a.shape[axis] - 1), a.shape[axis], axis=axis)
        return jnp.sum(part, axis=axis), jnp.moveaxis(part, axis, 0), part.reshape(-1)[::2]

    compare(function, shape)


def test_what_is_known_costs_nothing_and_what_is_unused_is_not_there() -> None:
    def function(a):
        mask = jnp.asarray([1.0, 0.0])
        unused = jnp.exp(a)
        return jnp.sum(a * mask) + 0.0 * jnp.sum(unused), a * 1.0 + 0.0

    args = jnp.ones((2, LANES)) * 3
    _, graph, outs = taken_apart(function, args)
    wanted = [v for out in outs for v in as_objects(out).ravel()]
    operations, reads = graph.needed(wanted)
    assert operations == [] and len(reads) == 2


def test_equal_operations_are_done_once() -> None:
    _, graph, _ = taken_apart(lambda a: (jnp.exp(a) + 1, jnp.exp(a) + 2), jnp.ones((1, LANES)))
    assert [n.primitive.name for n in graph.nodes].count("exp") == 1


def test_what_all_samples_share_is_computed_as_one_number() -> None:
    graph = Graph()
    a, b = (
        nodes_of(graph, "consts", [Value(jnp.ones(shape), own)], jnp.result_type(float))[0]
        for shape, own in (((1,), False), ((1, LANES), True))
    )
    traced = jax.make_jaxpr(lambda a, b: jnp.exp(a) * b)(jnp.ones(1), jnp.ones(1))
    unroll(graph, traced.jaxpr, traced.consts, [a, b])
    by_name = {node.primitive.name: node for node in graph.nodes if isinstance(node, Node)}
    assert by_name["exp"].shared and not by_name["mul"].shared


@pytest.mark.parametrize(
    "function",
    [
        lambda a: lax.cond(a[0] > 1, jnp.sin, jnp.cos, a),
        lambda a: lax.while_loop(lambda v: v[0] < 3, lambda v: v + 1, a),
        lambda a: a[a[0].astype(int)],
        lambda a: jnp.sort(a),
    ],
)
def test_what_cannot_be_written_out_is_refused(function) -> None:
    with pytest.raises(SimulationError, match="kernel='scan'"):
        taken_apart(function, jnp.ones((2, LANES)))


def test_numbers_that_are_known_keep_their_precision() -> None:
    """Known numbers picked by known places: what stands for missing ones has their type."""
    table = jnp.asarray([1.0, 2.7, 3.0], jnp.float32)
    x = jnp.ones((2, LANES), jnp.float32)
    _, graph, _ = taken_apart(lambda a: a - table.at[jnp.array([1, 2])].get(mode="fill"), x)
    assert {v.dtype for node in graph.nodes for v in node.operands} == {np.dtype(np.float32)}


def test_sums_over_nothing_of_nothing() -> None:
    """A building without windows has faces of none."""
    compare(
        lambda a: a[0] + jnp.sum(jnp.zeros((0, 0)).sum(axis=1)) + jnp.zeros((2, 0)).sum(1), (2,)
    )
    known = taken_apart(lambda a: a[:0, :, None].sum(axis=1), jnp.ones((2, 3, LANES)))[0]
    assert known[0].size == 0
