"""The kernel itself: a grid of blocks of samples, each taken through all steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.experimental import pallas as pl
from jaxtyping import Array


def run_kernel(
    loop: Any,
    consts: tuple[Array, Array],
    state: Array,
    rows: tuple[Array, Array],
    look: tuple[Array, Array, Array],
) -> tuple[Array, Array]:
    """Run a `LaneLoop` over packed inputs.

    Returns:
        The packed state after the last step, and the means `(group, number, lane)`.
    """
    numbers, findings = loop.sizes
    out = (
        jax.ShapeDtypeStruct((numbers, loop.lanes), loop.dtype),
        jax.ShapeDtypeStruct((loop.groups, findings, loop.lanes), loop.dtype),
    )
    call = _interpreted(loop, out) if loop.target == "interpreted" else _on_gpu(loop, out)
    last, found = call(*consts, state, *rows, *look)
    return last, found


def _interpreted(loop: Any, out: Any) -> Callable[..., Any]:
    """The kernel's operations one by one, a block after the other."""
    return pl.pallas_call(
        _body(loop, lambda: pl.program_id(0), lambda value: value),
        grid=(loop.lanes // loop.block,),
        out_shape=out,
        interpret=True,
        name="lane_loop",
    )


def _on_gpu(loop: Any, out: Any) -> Callable[..., Any]:
    """The kernel by Pallas' Mosaic GPU backend: four warps a program, a sample for each thread.

    The Triton backend takes it as well, but its search for better layouts grows with the square
    of the operations for every load, here to many minutes.
    """
    from jax.experimental.pallas import mosaic_gpu

    layout = mosaic_gpu.Layout.WG_STRIDED((loop.block,), vec_size=1)
    return mosaic_gpu.kernel(
        _body(
            loop,
            lambda: lax.axis_index("block"),
            lambda value: mosaic_gpu.layout_cast(value, layout),
        ),
        out_type=out,
        grid=(loop.lanes // loop.block,),
        grid_names=("block",),
        # No thread reads what another writes, so nobody waits for anybody.
        compiler_params=mosaic_gpu.CompilerParams(approx_math=True, unsafe_no_auto_barriers=True),
    )


def _body(
    loop: Any, program: Callable[[], Array], spread: Callable[[Array], Array]
) -> Callable[..., None]:
    """The kernel of a loop.

    Args:
        loop: A `LaneLoop`.
        program: Number of the block.
        spread: Gives each thread its own copy of a value that is one number for all.
    """

    def kernel(
        shared_ref, own_ref, state_ref, shared_rows, own_rows,
        shared_look, own_look, places, last_ref, found_ref,
    ):  # fmt: skip
        mine = pl.ds(program() * loop.block, loop.block)

        def step_of(t: Array, state: list[Array]):
            def read(part: str, row: int, shared: bool) -> Array:
                if part == "consts":
                    return shared_ref[row] if shared else own_ref[row, mine]
                if part in ("before", "after"):
                    at = places[t] + (part == "after")
                    return shared_look[at, row] if shared else own_look[at, row, mine]
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
