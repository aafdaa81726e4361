"""What gradients of a population cost: by `lane_map` and by `jax.vmap`, reverse and forward mode.

    python experiments/benchmarks/gradients.py [--json] [--cases 600] [--batches 1,8,64]

One device of one core, float32, the gradient of an annual load by twenty parameters, every design
different. Times are medians of the process's CPU time; `ratio` is that of a gradient to that of a
simulation in the same number of lanes. No compiled program is kept between runs of this script.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1000000000 "
    "--xla_cpu_prefer_vector_width=512",
)

import jax
import jax.numpy as jnp
import numpy as np
from population import SPREAD
from report import row, show
from simulate import problem

from fluxion.lanes import lane_map

FORMS = {"lanes": lane_map, "vmap": jax.vmap}


def seconds(program, designs, runs: int) -> list[float]:
    jax.block_until_ready(program(designs))
    found = []
    for _ in range(runs):
        start = time.process_time()
        jax.block_until_ready(program(designs))
        found.append(time.process_time() - start)
    return found


def measure(case: str, batches: list[int], modes: list[str], runs: int) -> list[dict]:
    load, x, weather = problem(case, "float32")
    rows = []

    def gradient(mode: str):
        if mode == "forward":
            return jax.jacfwd(lambda x: load(x, weather, "direct"))
        return jax.value_and_grad(lambda x: load(x, weather, mode))

    for batch in batches:
        noise = np.random.default_rng(0).standard_normal((batch, x.size))
        designs = jnp.asarray(np.asarray(x) * (1 + SPREAD * noise), jnp.float32)
        plain = jax.jit(lane_map(lambda x: load(x, weather, "direct"))).lower(designs).compile()
        base = float(np.median(seconds(plain, designs, runs)))
        for mode in modes:
            for form, mapped in FORMS.items():
                name = f"case{case}.b{batch}.{mode}.{form}"
                start = time.perf_counter()
                program = jax.jit(mapped(gradient(mode))).lower(designs).compile()
                rows.append(row(f"{name}.compile_s", [time.perf_counter() - start], "s"))
                memory = program.memory_analysis().temp_size_in_bytes / 2**20
                times = np.array(seconds(program, designs, runs))
                rows.append(row(f"{name}.gradients_per_s_core", batch / times, "1/s"))
                rows.append(row(f"{name}.ratio", times / base, "-"))
                rows.append(row(f"{name}.memory", [memory], "MiB"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Cost of gradients of a population.")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.add_argument("--runs", type=int, default=3, help="timed runs of each program")
    parser.add_argument("--cases", default="600")
    parser.add_argument("--batches", default="1,8,64")
    parser.add_argument("--modes", default="stored,checkpointed,direct,forward")
    options = parser.parse_args()
    batches = [int(batch) for batch in options.batches.split(",")]
    modes = options.modes.split(",")
    rows = []
    for case in options.cases.split(","):
        rows += measure(case, batches, modes, options.runs)
    show(rows, as_json=options.json, precision="float32")


if __name__ == "__main__":
    main()
