"""What a population costs: designs a second, side by side in memory and by `jax.vmap`.

    python experiments/benchmarks/population.py [--json] [--cases 600,900] [--batches 1,16,64,128]

One device of one core, float32, twenty parameters of every design differ (so nothing is shared
between designs but the weather). Times are medians of the process's CPU time, so that other work on
the machine counts little; the spread is half the distance between the quartiles. `vmap` is measured
at the last batch only. No compiled program is kept between runs of this script.
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
from report import row, show
from simulate import problem

from fluxion.lanes import lane_map

#: How far designs lie apart, relative to the building's own values.
SPREAD = 0.01


def measure(case: str, batches: list[int], runs: int) -> list[dict]:
    load, x, weather = problem(case, "float32")
    rows = []

    def add(name: str, values, unit: str) -> None:
        rows.append(row(f"case{case}.{name}", values, unit))

    def one(x):
        return load(x, weather, "direct")

    forms = [(batch, "lanes", lane_map(one)) for batch in batches]
    forms.append((batches[-1], "vmap", jax.vmap(one)))
    for batch, form, function in forms:
        noise = np.random.default_rng(0).standard_normal((batch, x.size))
        designs = jnp.asarray(np.asarray(x) * (1 + SPREAD * noise), jnp.float32)
        start = time.perf_counter()
        program = jax.jit(function).lower(designs).compile()
        add(f"b{batch}.compile_s.{form}", [time.perf_counter() - start], "s")
        jax.block_until_ready(program(designs))
        rates = []
        for _ in range(runs):
            start = time.process_time()
            jax.block_until_ready(program(designs))
            rates.append(batch / (time.process_time() - start))
        add(f"b{batch}.sims_per_s_core.{form}", rates, "1/s")
        memory = program.memory_analysis().temp_size_in_bytes / 2**20
        add(f"b{batch}.memory.{form}", [memory], "MiB")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Cost of a population of designs.")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each program")
    parser.add_argument("--cases", default="600,900,office")
    parser.add_argument("--batches", default="1,16,64,128")
    options = parser.parse_args()
    batches = [int(batch) for batch in options.batches.split(",")]
    rows = [
        row for case in options.cases.split(",") for row in measure(case, batches, options.runs)
    ]
    show(rows, as_json=options.json, precision="float32")


if __name__ == "__main__":
    main()
