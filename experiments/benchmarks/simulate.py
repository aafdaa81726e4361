"""What a year costs: compiling and running apart, forward and with a gradient by 20 parameters.

    python experiments/benchmarks/simulate.py [--json] [--runs N] [--precision 32|64] [--cases 600]

Forward and gradient runs alternate, so that a busy machine slows both alike; times are medians of
the process's CPU time (all threads) and of the wall, the spread is half the distance between the
quartiles. Memory is what the compiled gradient asks for beyond its arguments. No compiled program
is kept between runs of this script.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault(
    "XLA_FLAGS", "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1000000000"
)

import jax
import jax.numpy as jnp
import numpy as np
from report import row, show

import fluxion as fx
from fluxion.optimize import parameters

#: First names that a building has are taken until there are twenty.
WANTED = (
    "orientation",
    "ground_reflectance",
    "heating_setpoint",
    "cooling_setpoint",
    "infiltration",
    "gain.power",
    "gain.radiant_fraction",
    "surface.outside_solar_absorptance",
    "surface.inside_solar_absorptance",
    "surface.outside_emissivity",
    "surface.inside_emissivity",
    "window.width",
    "window.height",
    "glazing.solar_transmittance",
    "glazing.emissivity_back",
    "glazing.gap_thickness",
)
ADJOINTS = ("stored", "checkpointed")


def problem(case: str, dtype: str):
    """Annual load [MWh] as a function of twenty parameters, and where the building stands."""
    building = fx.cases.resolve_building(case if case == "office" else f"ashrae140:{case}")
    weather = fx.default_weather(dtype=dtype)
    first = (weather.first_weekday - weather.start_day) % 7
    network = fx.build(building, dtype=dtype, first_weekday=first)
    known = parameters(network)
    layers = [name for name in known if name.startswith("construction.")]
    names = [name for name in WANTED if name in known]
    names += [name for name in layers if name.endswith("thickness")][: 20 - len(names)]
    names += [name for name in layers if name.endswith("conductivity")][: 20 - len(names)]
    space = fx.DesignSpace({name: (-1e9, 1e9) for name in names})

    def load(x, weather, adjoint):
        run = fx.simulate(space.apply(network, x), weather, adjoint=adjoint, throw=False)
        return jnp.sum(run.annual_heating + run.annual_cooling) / 3.6e9

    return load, jnp.asarray(space.values(network), dtype), weather


def compiled(function, *args):
    start = time.perf_counter()
    program = jax.jit(function).lower(*args).compile()
    return program, time.perf_counter() - start


def once(program, *args) -> tuple[float, float]:
    wall, busy = time.perf_counter(), time.process_time()
    jax.block_until_ready(program(*args))
    return time.perf_counter() - wall, time.process_time() - busy


def measure(case: str, dtype: str, runs: int) -> list[dict]:
    load, x, weather = problem(case, dtype)
    rows = []

    def add(name: str, values, unit: str) -> None:
        rows.append(row(f"case{case}.{name}", values, unit))

    forward, seconds = compiled(lambda x, w: load(x, w, "stored"), x, weather)
    add("compile_s", [seconds], "s")
    for adjoint in ADJOINTS:
        gradient, seconds = compiled(
            jax.value_and_grad(lambda x, w, a=adjoint: load(x, w, a)), x, weather
        )
        add(f"grad_compile_s.{adjoint}", [seconds], "s")
        memory = gradient.memory_analysis().temp_size_in_bytes / 2**20
        times = np.array(
            [[*once(forward, x, weather), *once(gradient, x, weather)] for _ in range(runs)]
        )
        if adjoint == ADJOINTS[0]:
            add("year_ms", 1e3 * times[:, 0], "ms")
        add(f"grad20_ms.{adjoint}", 1e3 * times[:, 2], "ms")
        add(f"grad20.b1.ratio.{adjoint}", times[:, 2] / times[:, 0], "-")
        add(f"grad20.b1.cpu_ratio.{adjoint}", times[:, 3] / times[:, 1], "-")
        add(f"grad20.memory.{adjoint}", [memory], "MiB")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Cost of a year, forward and with a gradient.")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.add_argument("--runs", type=int, default=15, help="timed runs of each program")
    parser.add_argument("--precision", type=int, choices=(32, 64), default=32)
    parser.add_argument("--cases", default="600,900,office")
    options = parser.parse_args()
    jax.config.update("jax_enable_x64", options.precision == 64)
    dtype = f"float{options.precision}"
    rows = [
        each for case in options.cases.split(",") for each in measure(case, dtype, options.runs)
    ]
    show(rows, as_json=options.json, precision=dtype)


if __name__ == "__main__":
    main()
