"""What derivatives cost: by twenty parameters, as a multiple of the run without them.

A ratio is the median over pairs of runs that alternate in one process, by CPU time; both sides work
on the same designs in the same pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from fluxion.benchmarks._problems import Problem, problem
from fluxion.benchmarks._rows import Row, row, too_long
from fluxion.benchmarks._timing import alternate, compiled, peak_memory_mib
from fluxion.simulation import Options

#: What serves one building best, and what serves batches.
SINGLE, BATCHED = "stored", "checkpointed"


def gradient(case: str, weather: str, seconds: float) -> Iterator[Row | str]:
    """One building: compiling without and with a gradient, stage by stage, and running both."""
    found = problem(case, weather)
    arguments = (found.values, found.weather)
    load = found.load(Options(adjoint=SINGLE))
    yield "compiling the value"
    onward = compiled(load, *arguments)
    yield row(f"{case}.compile_s", onward.seconds, "s")
    jax.clear_caches()  # so that nothing of the first is at hand for the second
    yield "compiling value and gradient"
    backward = compiled(jax.value_and_grad(load), *arguments)
    yield row(f"{case}.grad_compile_s", backward.seconds, "s")
    for name, program in (("forward", onward), ("grad20", backward)):
        for stage in ("trace_s", "lower_s", "compile_s", "cpu_s"):
            yield row(f"{case}.b1.{name}.{stage}", getattr(program, stage), "s")
    yield "running both"
    one, both = alternate(
        lambda: onward.program(*arguments), lambda: backward.program(*arguments), seconds=seconds
    )
    yield row(f"{case}.b1.alone.sims_per_s", 1 / one[:, 0], "1/s")
    yield row(f"{case}.b1.alone.sims_per_s_core", 1 / one[:, 1], "1/s")
    yield row(f"{case}.b1.memory", onward.memory_mib, "MiB")
    yield row(f"{case}.grad20.b1.ratio", both[:, 1] / one[:, 1], "-")
    yield row(f"{case}.grad20.b1.wall_ratio", both[:, 0] / one[:, 0], "-")
    yield row(f"{case}.grad20.b1.per_s_core", 1 / both[:, 1], "1/s")
    yield row(f"{case}.grad20.b1.memory", backward.memory_mib, "MiB")
    yield row(f"{case}.grad20.b1.peak_rss", peak_memory_mib(), "MiB")


def batch_gradient(
    case: str, weather: str, batches: Sequence[int], seconds: float, pieces: int | None
) -> Iterator[Row | str]:
    """Batches: value and gradient of each design, in pieces as `GradientOracle` takes them.

    Args:
        case: One of `CASES`.
        weather: By path or name.
        batches: Their sizes.
        seconds: For each figure. [s]
        pieces: Time so many pieces of a batch at most; all are equal. None times the whole.
    """
    found = problem(case, weather)
    programs: dict[int, tuple[Any, Any]] = {}
    each = float("nan")
    for batch in batches:
        if (skipped := too_long(f"{case}.grad20.b{batch}.ratio", "-", batch, each)) is not None:
            yield skipped
            continue
        lanes = min(batch, found.gradient_piece)
        if lanes not in programs:
            yield f"compiling {lanes} designs in one program"
            options = Options(adjoint=BATCHED)
            designs = found.designs(lanes)
            backward = compiled(found.slopes(options), designs, found.weather)
            onward = compiled(found.population(options), designs, found.weather)
            yield row(f"{case}.grad20.lanes{lanes}.compile_s", backward.seconds, "s")
            yield row(f"{case}.grad20.lanes{lanes}.memory", backward.memory_mib, "MiB")
            programs[lanes] = (onward.program, backward.program)
        yield f"running {batch} designs"
        timed = batch if pieces is None else min(batch, pieces * lanes)
        calls = [_in_pieces(found, program, timed, lanes) for program in programs[lanes]]
        one, both = alternate(*calls, seconds=seconds, least=1, warm=False)
        yield row(f"{case}.grad20.b{batch}.ratio", both[:, 1] / one[:, 1], "-")
        yield row(f"{case}.grad20.b{batch}.per_s_core", timed / both[:, 1], "1/s")
        each = float(both[:, 1].mean()) / timed
        memory = programs[lanes][1].memory_analysis()
        held = memory.temp_size_in_bytes + memory.output_size_in_bytes
        yield row(f"{case}.grad20.b{batch}.memory", held / 2**20, "MiB")
    yield row(f"{case}.grad20.batches.peak_rss", peak_memory_mib(), "MiB")


def adjoints(case: str, weather: str, seconds: float) -> Iterator[Row | str]:
    """One building by each adjoint, and by forward mode with one tangent for each parameter."""
    found = problem(case, weather)
    arguments = (found.values, found.weather)
    onward = compiled(found.load(), *arguments)
    forms: dict[str, Callable[..., Any]] = {
        adjoint: jax.value_and_grad(found.load(Options(adjoint=adjoint)))
        for adjoint in ("stored", "checkpointed", "direct")
    }
    forms["forward_mode"] = jax.jacfwd(found.load())
    for form, function in forms.items():
        yield f"compiling {form}"
        program = compiled(function, *arguments)
        yield f"running {form}"
        one, both = alternate(
            lambda: onward.program(*arguments),
            lambda p=program: p.program(*arguments),
            seconds=seconds,
        )
        yield row(f"adjoint.{form}.ratio", both[:, 1] / one[:, 1], "-")
        yield row(f"adjoint.{form}.memory", program.memory_mib, "MiB")
        yield row(f"adjoint.{form}.compile_s", program.seconds, "s")


def _in_pieces(found: Problem, program: Any, batch: int, lanes: int) -> Callable[[], Any]:
    """A call that runs a batch piece by piece."""
    designs = found.designs(batch)
    pieces = [designs[start : start + lanes] for start in range(0, batch, lanes)]

    def call() -> list[Any]:
        return [jax.tree.map(np.asarray, program(piece, found.weather)) for piece in pieces]

    return call


def gradient_pieces(
    case: str, weather: str, sizes: Sequence[int], seconds: float
) -> Iterator[Row | str]:
    """Gradients of more and more designs in one program."""
    found = problem(case, weather)
    for size in sizes:
        designs = found.designs(size)
        yield f"compiling {size} designs"
        program = compiled(found.slopes(Options(adjoint=BATCHED)), designs, found.weather)
        yield f"running {size} designs"
        (times,) = alternate(
            lambda d=designs, p=program: p.program(d, found.weather),
            seconds=seconds,
            least=1,
            warm=False,
        )
        name = f"scaling.gradients.{size}"
        yield row(f"{name}.ms_per_sim", 1e3 * times[:, 1] / size, "ms")
        yield row(f"{name}.memory", program.memory_mib, "MiB")
        yield row(f"{name}.compile_s", program.seconds, "s")
