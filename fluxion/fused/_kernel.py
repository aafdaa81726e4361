"""The kernel itself: a grid of blocks of samples, each taken through all steps."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton
from jaxtyping import Array

from fluxion.fused._parts import Place

#: Threads of a warp; each takes one sample.
_WARP = 32


def run_kernel(
    loop: Any, consts: tuple[Array, Array], state: Array, rows: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Run a `LaneLoop` over packed inputs.

    Returns:
        The packed state after the last step, and the means `(group, number, lane)`.
    """
    numbers, findings = loop.sizes
    block, all_steps = loop.block, loop.groups * loop.steps

    def of_lanes(*leading: int) -> pl.BlockSpec:
        zeros = (0,) * len(leading)
        return pl.BlockSpec((*leading, block), lambda i: (*zeros, i))

    def shared(*shape: int) -> pl.BlockSpec:
        zeros = (0,) * len(shape)
        return pl.BlockSpec(shape, lambda i: zeros)

    call = pl.pallas_call(
        _body(loop),
        grid=(loop.lanes // block,),
        in_specs=[
            shared(consts[0].shape[0]),
            of_lanes(consts[1].shape[0]),
            of_lanes(numbers),
            shared(all_steps, rows[0].shape[1]),
            of_lanes(all_steps, rows[1].shape[1]),
        ],
        out_specs=[of_lanes(numbers), of_lanes(loop.groups, findings)],
        out_shape=[
            jax.ShapeDtypeStruct((numbers, loop.lanes), loop.dtype),
            jax.ShapeDtypeStruct((loop.groups, findings, loop.lanes), loop.dtype),
        ],
        interpret=loop.interpret,
        compiler_params=triton.CompilerParams(num_warps=max(block // _WARP, 1), num_stages=1),
        name="lane_loop",
    )
    last, found = call(*consts, state, *rows)
    return last, found


def _body(loop: Any):
    def kernel(shared_ref, own_ref, state_ref, shared_rows, own_rows, last_ref, found_ref):
        def step_of(group: Array, step: Array, state: list[Array]):
            t = group * loop.steps + step

            def read(place: Place, shared: bool) -> Array:
                row = loop.row(place, shared)
                if place.part == "consts":
                    return shared_ref[row] if shared else own_ref[row, :]
                return shared_rows[t, row] if shared else own_rows[t, row, :]

            return loop.advance(state, read)

        def one_group(group: Array, state: list[Array]) -> list[Array]:
            def one_step(step: Array, carry: tuple[list[Array], list[Array]]):
                state, sums = carry
                state, found = step_of(group, step, state)
                return state, [a + b for a, b in zip(sums, found, strict=True)]

            none = [jnp.zeros((loop.block,), loop.dtype) for _ in loop.wanted]
            state, sums = lax.fori_loop(0, loop.steps, one_step, (state, none))
            for k, total in enumerate(sums):
                found_ref[group, k, :] = total * (1.0 / loop.steps)
            return state

        start = [state_ref[k, :] for k in range(loop.live)]
        last = lax.fori_loop(0, loop.groups, one_group, start)
        for k, value in enumerate(last):
            last_ref[k, :] = value

    return kernel
