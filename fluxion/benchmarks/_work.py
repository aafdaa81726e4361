"""Work of a year: what a population does for each design, with and without a gradient."""

from __future__ import annotations

from collections.abc import Iterator

import jax

from fluxion.benchmarks._count import count
from fluxion.benchmarks._gradient import BATCHED
from fluxion.benchmarks._problems import problem
from fluxion.benchmarks._rows import Row, row
from fluxion.simulation import Options


def work(case: str, weather: str, full: bool) -> Iterator[Row | str]:
    """Operations, elementary functions and bytes for each design of a full piece.

    Args:
        case: One of `CASES`.
        weather: By path or name.
        full: Also of the gradient, and held to XLA's own count of the program that it made, loops
            once in both.
    """
    found = problem(case, weather)
    lanes = found.piece
    designs = found.designs(lanes)
    forms = {"forward": found.loads()}
    if full:
        forms["grad20"] = found.gradients(Options(adjoint=BATCHED))
    if full:
        yield "compiling, for the compiler's own count"
        program = jax.jit(forms["forward"]).lower(designs, found.weather).compile()
        once = count(forms["forward"], designs, found.weather, repeat=False)
        theirs = (program.cost_analysis() or {}).get("flops", float("nan"))
        yield row(f"work.{case}.forward.compiler_ratio", theirs / once.operations, "-")
    for form, function in forms.items():
        yield f"counting {case} {form}"
        done = count(function, designs, found.weather)
        yield row(f"work.{case}.{form}.operations", 1e-6 * done.operations / lanes, "M")
        yield row(f"work.{case}.{form}.transcendental", 1e-6 * done.transcendental / lanes, "M")
        yield row(f"work.{case}.{form}.loop_bytes", 1e-6 * done.loop_bytes / lanes, "MB")
