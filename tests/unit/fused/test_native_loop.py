"""A loop as native code finds what a scan finds, and so does its derivative."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import SimulationError
from fluxion.fused import LaneLoop, _differentiable, _llvm, _segments, block_of
from fluxion.fused._blocks import unblocked
from fluxion.lanes import Value
from fluxion.physics._roots import positive_root

pytest.importorskip("llvmlite")

GROUPS, STEPS, ENTRIES = 3, 2, 4
#: Where steps look: one entry twice, and none in order.
PLACES = jnp.asarray([0, 2, 1, 1, 2, 0], jnp.int32)
KNOWN = np.asarray([1.0, 0.0])


def body(consts, state, row, around):
    """Two coupled nodes, one that nobody reads, something that happens once, and a table."""
    rate, fixed = consts
    heat, gain, part = row
    before, after = around
    once = jnp.exp(-rate) + positive_root(rate * fixed[0], 3)  # does not change over the steps
    share = before + part * (after - before)
    temp = state["temp"] + 0.2 * state["before"]
    film = jnp.where(temp > 1.0, jnp.sqrt(temp), jnp.maximum(temp, rate) * once)
    flow = film * rate * (temp[::-1] - temp) + heat * KNOWN.astype(temp.dtype) * share + gain
    temp = temp + 0.1 * jnp.clip(flow, -0.9, 0.9) + 0.01 * jnp.sin(fixed * temp)
    found = {"mean": temp, "sum": jnp.sum(share * film), "rate": rate[0], "heat": heat}
    # What was read is handed on as well, as the steps of a zone hand on their last one.
    return {"temp": temp, "idle": state["idle"] + 1.0, "before": state["temp"]}, found


def inputs(lanes: int, dtype: Any, own_table: bool) -> dict[str, Any]:
    dice = np.random.default_rng(1)

    def draw(*shape):
        return jnp.asarray(dice.uniform(0.5, 1.5, shape), dtype)

    steps, last = GROUPS * STEPS, (lanes,) * own_table
    return {
        "consts": (Value(draw(2, lanes), True), Value(draw(2), False)),
        "state": {
            name: Value(draw(size, lanes), True)
            for name, size in (("temp", 2), ("idle", 3), ("before", 2))
        },
        "rows": (Value(draw(steps), False), Value(draw(steps, 2, lanes), True),
                 Value(draw(steps), False)),
        "look": Value(draw(ENTRIES, 2, *last), own_table),
    }  # fmt: skip


def loop_of(given: dict[str, Any], lanes: int, dtype: Any, steps: Any = body) -> LaneLoop:
    def first(value):
        return Value(value.array[0], value.lanes)

    return LaneLoop(
        steps, given["consts"], given["state"], tuple(map(first, given["rows"])),
        first(given["look"]), groups=GROUPS, steps=STEPS, lanes=lanes, block=block_of(dtype),
        target="native",
    )  # fmt: skip


def is_value(leaf: Any) -> bool:
    return isinstance(leaf, Value)


def arrays_of(given: Any) -> Any:
    return jax.tree.map(lambda value: value.array, given, is_leaf=is_value)


def natively(loop: LaneLoop, like: dict[str, Any]) -> Any:
    """The loop as a function of arrays."""

    def call(arrays):
        own = jax.tree.map(lambda value: value.lanes, like, is_leaf=is_value)
        given = jax.tree.map(Value, arrays, own)
        consts = loop.pack_consts(given["consts"])
        last, found = loop(
            consts,
            loop.pack_state(given["state"]),
            (loop.pack_shared_rows(given["rows"], consts[0]), loop.pack_own_rows(given["rows"])),
            (*(table for _, table in loop.pack_look(given["look"])), PLACES),
        )
        return unblocked(last), found

    return call


def by_scan(like: dict[str, Any]) -> Any:
    """The same by a scan over steps, mapped over samples."""

    def one(arrays):
        def advance(state, given):
            row, place = given
            look = arrays["look"]
            state, found = body(arrays["consts"], state, row, (look[place], look[place + 1]))
            return state, found

        state, found = jax.lax.scan(advance, arrays["state"], (arrays["rows"], PLACES))
        means = jax.tree.map(lambda v: v.reshape(GROUPS, STEPS, *v.shape[1:]).mean(axis=1), found)
        return jnp.concatenate([state["before"], state["temp"]]), means

    axes = jax.tree.map(lambda value: -1 if value.lanes else None, like, is_leaf=is_value)
    return jax.vmap(one, in_axes=(axes,), out_axes=-1)


CASES = [(1, jnp.float64, True), (3, jnp.float64, False), (2, jnp.float32, True)]


@pytest.mark.parametrize(("blocks", "dtype", "own_table"), CASES)
def test_it_finds_the_means_of_each_group(blocks, dtype, own_table) -> None:
    """A wrong address of a block, a step or an entry of the table shows here."""
    lanes = blocks * block_of(dtype)
    given = inputs(lanes, dtype, own_table)
    loop = loop_of(given, lanes, dtype)
    assert loop.counts()["state"] == 4 and loop.counts()["computed once"] > 0
    got = jax.jit(natively(loop, given))(arrays_of(given))
    want = by_scan(given)(arrays_of(given))
    rtol = 1e-12 if dtype == jnp.float64 else 5e-6
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol), got, want)


@pytest.mark.parametrize("length", [1000, 8])
@pytest.mark.parametrize(("blocks", "dtype", "own_table"), CASES)
def test_its_derivative_is_that_of_the_scan(blocks, dtype, own_table, length, monkeypatch) -> None:
    """By all that samples have of their own; steps in one part, and in several that numbers
    cross. What is added twice or lost between parts, steps or entries shows here."""
    monkeypatch.setattr(_segments, "_LENGTH", length)
    made = []
    plain = _differentiable.StepBack
    monkeypatch.setattr(
        _differentiable, "StepBack", lambda loop: made.append(plain(loop)) or made[-1]
    )
    lanes = blocks * block_of(dtype)
    given = inputs(lanes, dtype, own_table)
    loop = loop_of(given, lanes, dtype)
    arrays = arrays_of(given)
    dice = np.random.default_rng(2)

    def slopes(function):
        found, back = jax.vjp(function, arrays)
        weights = jax.tree.map(lambda v: jnp.asarray(dice.normal(size=v.shape), dtype), found)
        return weights, back

    weights, back = slopes(by_scan(given))
    want = back(weights)[0]
    got = jax.jit(lambda a, w: jax.vjp(natively(loop, given), a)[1](w)[0])(arrays, weights)
    assert len(made[0].segments) == 1 if length > 100 else len(made[0].segments) > 3
    rtol = 1e-11 if dtype == jnp.float64 else 2e-5
    own = jax.tree.map(lambda value: value.lanes, given, is_leaf=is_value)

    def alike(a, b, has):
        if has:
            np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * float(jnp.abs(b).max()))
        else:  # what samples share counts as constant
            assert not np.asarray(a).any()

    jax.tree.map(alike, got, want, own)


def test_nothing_is_compiled_twice() -> None:
    lanes = block_of(jnp.float64)
    given = inputs(lanes, jnp.float64, True)
    compiled = []
    for _ in range(2):
        jax.jit(natively(loop_of(given, lanes, jnp.float64), given))(arrays_of(given))
        compiled.append(len(_llvm._COMPILED))
    assert compiled[0] == compiled[1]


def test_what_has_no_form_is_refused_in_one_line() -> None:
    def rounded(consts, state, row, around):
        state, found = body(consts, state, row, around)
        return state, {"mean": jnp.nextafter(state["temp"], 2.0)}

    given = inputs(8, jnp.float64, False)
    loop = loop_of(given, 8, jnp.float64, rounded)
    with pytest.raises(SimulationError, match="'nextafter' has no form in a native kernel; run"):
        jax.eval_shape(natively(loop, given), arrays_of(given))
