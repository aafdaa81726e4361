"""Throughput without derivatives: single years, populations, precision, batch in one program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import jax
import numpy as np

from fluxion.benchmarks._problems import Problem, problem
from fluxion.benchmarks._rows import Row, row, too_long
from fluxion.benchmarks._timing import alternate, compiled, peak_memory_mib
from fluxion.simulation import Options


def single(found: Problem, name: str, seconds: float) -> Iterator[Row | str]:
    """One building at a time: running and memory; compiling by one core."""
    yield "compiling one building"
    program = compiled(found.load(), found.values, found.weather)
    yield row(f"{name}.b1.one_core_compile_s", program.seconds, "s")
    yield "running one building"
    x = found.values
    (times,) = alternate(lambda: program.program(x, found.weather), seconds=seconds)
    yield row(f"{name}.b1.sims_per_s", 1 / times[:, 0], "1/s")
    yield row(f"{name}.b1.sims_per_s_core", 1 / times[:, 1], "1/s")
    yield row(f"{name}.b1.memory", program.memory_mib, "MiB")


def population(
    found: Problem, name: str, batches: Sequence[int], seconds: float
) -> Iterator[Row | str]:
    """Populations as users run them: `BatchOracle` on one device, in pieces."""
    oracle = found.oracle()
    each = float("nan")
    for batch in batches:
        if (
            skipped := too_long(f"{name}.b{batch}.sims_per_s_core", "1/s", batch, each)
        ) is not None:
            yield skipped
            continue
        designs = np.asarray(found.designs(batch))
        yield f"{batch} designs"
        oracle.evaluate_population(designs[: oracle.batch_size])  # compiles
        (times,) = alternate(
            lambda d=designs: oracle.evaluate_population(d), seconds=seconds, least=1, warm=False
        )
        yield row(f"{name}.b{batch}.sims_per_s_core", batch / times[:, 1], "1/s")
        yield row(f"{name}.b{batch}.sims_per_s", batch / times[:, 0], "1/s")
        each = float(times[:, 1].mean()) / batch


def forward(
    case: str,
    weather: str,
    batches: Sequence[int],
    seconds: float,
    dtype: str = "float32",
    name: str | None = None,
    alone: bool = True,
) -> Iterator[Row | str]:
    """A case alone and in populations.

    Args:
        case: One of `CASES`.
        weather: By path or name.
        batches: Sizes of populations.
        seconds: For each figure. [s]
        dtype: Precision.
        name: Of the rows; the case's unless given.
        alone: Whether to time a single building as well.
    """
    name = case if name is None else name
    yield "building"
    found = problem(case, weather, dtype)
    if alone:
        yield from single(found, name, seconds)
    yield from population(found, name, batches, seconds)
    yield row(f"{name}.peak_rss", peak_memory_mib(), "MiB")


def piece(
    found: Problem, lanes: int, name: str, seconds: float, options: Options | None = None
) -> Iterator[Row | str]:
    """One program over designs side by side: compiling, running, memory."""
    designs = found.designs(lanes)
    yield f"{name}: compiling"
    program = compiled(found.population(options), designs, found.weather)
    yield f"{name}: running"
    (times,) = alternate(lambda: program.program(designs, found.weather), seconds=seconds)
    yield row(f"{name}.compile_s", program.seconds, "s")
    yield row(f"{name}.ms_per_sim", 1e3 * times[:, 1] / lanes, "ms")
    yield row(f"{name}.memory", program.memory_mib, "MiB")


def batch(case: str, weather: str, sizes: Sequence[int], seconds: float) -> Iterator[Row | str]:
    """The same case with more and more designs in one program."""
    found = problem(case, weather)
    for size in sizes:
        yield from piece(found, size, f"scaling.batch.{size}", seconds)


def vmap(case: str, weather: str, seconds: float) -> Iterator[Row | str]:
    """Designs side by side in memory, by native code and by XLA, against `jax.vmap`."""
    found = problem(case, weather)
    lanes = found.piece
    designs = found.designs(lanes)
    forms = {"native": found.population()} if found.kernel == "native" else {}
    forms |= {"lanes": found.loads(), "vmap": jax.vmap(found.load(), in_axes=(0, None))}
    programs = []
    for form, function in forms.items():
        yield f"compiling {form}"
        program = compiled(function, designs, found.weather)
        yield row(f"{case}.b{lanes}.{form}.compile_s", program.seconds, "s")
        programs.append(program.program)
    yield "running both"
    times = alternate(*(lambda p=p: p(designs, found.weather) for p in programs), seconds=seconds)
    for form, each in zip(forms, times, strict=True):
        yield row(f"{case}.b{lanes}.{form}.sims_per_s_core", lanes / each[:, 1], "1/s")


def cores(case: str, weather: str, size: int, seconds: float) -> Iterator[Row | str]:
    """A population on all devices of this process against one of them, by wall clock."""
    found = problem(case, weather)
    devices = jax.devices()
    yield f"compiling for {len(devices)} devices and for one"
    designs = np.asarray(found.designs(size))
    oracles = [found.oracle(), found.oracle(devices=devices)]
    one, several = alternate(
        *(lambda o=o: o.evaluate_population(designs) for o in oracles), seconds=seconds
    )
    gain = one[:, 0] / several[:, 0]
    yield row(f"{case}.cores.devices", len(devices), "-")
    yield row(f"{case}.cores.one.sims_per_s", size / one[:, 0], "1/s")
    yield row(f"{case}.cores.all.sims_per_s", size / several[:, 0], "1/s")
    yield row(f"{case}.cores.ratio", gain, "-")
    yield row(f"{case}.cores.efficiency", gain / len(devices), "-")


def accelerator(
    case: str, weather: str, sizes: Sequence[int], seconds: float
) -> Iterator[Row | str]:
    """Populations on the first device of JAX's default backend, each in one program."""
    found = problem(case, weather)
    platform = jax.devices()[0].platform
    for size in sizes:
        name = f"{case}.{platform}.b{size}"
        designs = found.designs(size)
        yield f"{size} designs: compiling"
        program = compiled(found.loads(), designs, found.weather)
        yield f"{size} designs: running"
        (times,) = alternate(
            lambda d=designs, p=program: p.program(d, found.weather), seconds=seconds
        )
        yield row(f"{name}.compile_s", program.seconds, "s")
        yield row(f"{name}.sims_per_s", size / times[:, 0], "1/s")
        yield row(f"{name}.memory", program.memory_mib, "MiB")
