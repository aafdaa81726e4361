"""The kernel itself: a grid of blocks of samples, each taken through all steps."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.experimental import pallas as pl
from jax.experimental.pallas import mosaic_gpu
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
    # Each program reads and writes its own lanes of whole arrays in the GPU's memory.
    whole = pl.BlockSpec(memory_space=mosaic_gpu.GMEM)
    call = pl.pallas_call(
        _body(loop),
        grid=(loop.lanes // loop.block,),
        in_specs=[whole] * 5,
        out_specs=[whole] * 2,
        out_shape=[
            jax.ShapeDtypeStruct((numbers, loop.lanes), loop.dtype),
            jax.ShapeDtypeStruct((loop.groups, findings, loop.lanes), loop.dtype),
        ],
        interpret=loop.interpret,
        # No thread reads what another writes, so nobody waits for anybody.
        compiler_params=mosaic_gpu.CompilerParams(
            dimension_semantics=("parallel",), approx_math=True, unsafe_no_auto_barriers=True
        ),
        name="lane_loop",
    )
    last, found = call(*consts, state, *rows)
    return last, found


def _body(loop: Any):
    layout = mosaic_gpu.Layout.WG_STRIDED((loop.block,), vec_size=1)

    def spread(value: Array) -> Array:
        """A value with a number in each thread, also where all numbers are one."""
        return value if loop.interpret else mosaic_gpu.layout_cast(value, layout)

    def kernel(shared_ref, own_ref, state_ref, shared_rows, own_rows, last_ref, found_ref):
        mine = pl.ds(pl.program_id(0) * loop.block, loop.block)

        def step_of(t: Array, state: list[Array]):
            def read(place: Place, shared: bool) -> Array:
                row = loop.row(place, shared)
                if place.part == "consts":
                    return shared_ref[row] if shared else own_ref[row, mine]
                return shared_rows[t, row] if shared else own_rows[t, row, mine]

            return loop.advance(state, read)

        def one_group(group: Array, state: list[Array]) -> list[Array]:
            def one_step(step: Array, carry: tuple[list[Array], list[Array]]):
                state, sums = carry
                state, found = step_of(group * loop.steps + step, state)
                state = [spread(value) for value in state]
                return state, [a + b for a, b in zip(sums, found, strict=True)]

            none = [spread(jnp.zeros((loop.block,), loop.dtype)) for _ in loop.wanted]
            state, sums = lax.fori_loop(0, loop.steps, one_step, (state, none))
            for k, total in enumerate(sums):
                found_ref[group, k, mine] = total * (1.0 / loop.steps)
            return state

        start = [state_ref[k, mine] for k in range(loop.live)]
        last = lax.fori_loop(0, loop.groups, one_group, start)
        for k, value in enumerate(last):
            last_ref[k, mine] = value

    return kernel
