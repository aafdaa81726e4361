"""A loop as one kernel finds what a scan over steps and a map over samples find."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import SimulationError
from fluxion.fused import LaneLoop
from fluxion.lanes import Value

GROUPS, STEPS = 3, 2


def body(consts, state, row):
    """Two coupled nodes, and one that nobody reads."""
    rate, fixed = consts
    rate = jnp.where(jnp.sqrt(rate) > 1.0, rate, 2 * rate + jnp.where(rate > state["temp"], 1, 0))
    heat, gain = row
    flow = rate * (state["temp"][::-1] - state["temp"]) + heat * fixed + gain
    temp = state["temp"] + 0.1 * flow
    return {"temp": temp, "idle": state["idle"] + 1.0}, {"mean": temp, "sum": jnp.sum(temp)}


def inputs(lanes, dtype):
    dice = np.random.default_rng(1)

    def draw(*shape):
        return jnp.asarray(dice.uniform(0.5, 1.5, shape), dtype)

    steps = GROUPS * STEPS
    consts = (Value(draw(2, lanes), True), np.asarray([1.0, 0.0], dtype))
    state = {"temp": Value(draw(2, lanes), True), "idle": Value(draw(4, lanes), True)}
    rows = (Value(draw(steps), False), Value(draw(steps, 2, lanes), True))
    return consts, state, rows


def loop_of(consts, state, rows, lanes, block, target):
    row = tuple(Value(v.array[0], v.lanes) for v in rows)
    return LaneLoop(
        body, consts, state, row,
        groups=GROUPS, steps=STEPS, lanes=lanes, block=block, target=target,
    )  # fmt: skip


def run(loop, consts, state, rows):
    packed = loop.pack_consts(consts)
    given = loop.pack_shared_rows(rows, packed[0]), loop.pack_own_rows(rows)
    return loop(packed, loop.pack_state(state), given)


def test_what_samples_share_is_laid_out_ahead_of_the_steps() -> None:
    """Functions of a shared row alone are no operations of a step, and are what they were."""
    lanes, steps = 4, GROUPS * STEPS
    turn = jnp.linspace(0.0, 3.0, steps)

    def turning(consts, state, row):
        (angle,) = row
        return (state[0] + consts[0] * jnp.sin(angle),), (state[0] * jnp.cos(angle) ** 2,)

    consts = (Value(jnp.arange(1.0, 1.0 + lanes), True),)
    state = (Value(jnp.zeros(lanes), True),)
    loop = LaneLoop(
        turning, consts, state, (Value(turn[0], False),),
        groups=GROUPS, steps=STEPS, lanes=lanes, block=lanes, target="interpreted",
    )  # fmt: skip
    assert not {"sin", "cos"} & set(loop.counts())
    last, _ = run(loop, consts, state, (Value(turn, False),))
    np.testing.assert_allclose(last[0], consts[0].array * jnp.sum(jnp.sin(turn)), rtol=1e-12)


def test_it_finds_the_means_of_each_group() -> None:
    lanes = 8
    consts, state, rows = inputs(lanes, jnp.float64)
    loop = loop_of(consts, state, rows, lanes, 4, "interpreted")
    counts = loop.counts()
    assert counts["state"] == 2  # the idle ones are not carried
    assert "rsqrt" not in counts and counts["computed once"] > 0
    last, found = run(loop, consts, state, rows)

    def one(rate, start, gain):
        def advance(state, row):
            return body((rate, consts[1]), state, row)

        state, found = jax.lax.scan(advance, start, (rows[0].array, gain))
        return state, jax.tree.map(
            lambda v: v.reshape(GROUPS, STEPS, *v.shape[1:]).mean(axis=1), found
        )

    start = {name: value.array for name, value in state.items()}
    want, means = jax.vmap(one, in_axes=-1, out_axes=-1)(consts[0].array, start, rows[1].array)
    np.testing.assert_allclose(last, want["temp"], rtol=1e-12)
    for name in ("mean", "sum"):
        np.testing.assert_allclose(found[name], means[name], rtol=1e-12)


def test_it_lowers_for_cuda_from_anywhere() -> None:
    lanes = 256
    consts, state, rows = inputs(lanes, jnp.float32)
    loop = loop_of(consts, state, rows, lanes, 128, "gpu")
    traced = jax.jit(lambda: run(loop, consts, state, rows)).trace()
    text = traced.lower(lowering_platforms=("cuda",)).as_text()
    assert "mosaic_gpu" in text


def test_inputs_of_another_type_are_refused() -> None:
    consts, state, rows = inputs(8, jnp.float64)
    rows = (Value(jnp.arange(GROUPS * STEPS), False), rows[1])
    with pytest.raises(SimulationError, match="int"):
        loop_of(consts, state, rows, 8, 4, "interpreted")
