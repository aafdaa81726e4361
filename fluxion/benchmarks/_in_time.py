"""One building alone, as fast as it goes: its year in chunks of time, against the serial run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from fluxion.benchmarks._problems import problem
from fluxion.benchmarks._rows import Row, row
from fluxion.benchmarks._timing import alternate, compiled
from fluxion.simulation import Options, Trajectory, simulate


def in_time(case: str, weather: str, seconds: float, gradients: bool) -> Iterator[Row | str]:
    """Years a second of one building on all devices, on one, and serially; the error beside.

    Args:
        case: One of `CASES`.
        weather: By path or name.
        seconds: For each figure. [s]
        gradients: Whether to time a value with twenty derivatives as well, on one device.
    """
    found = problem(case, weather)
    devices = jax.devices()
    ways: dict[str, dict[str, Any]] = {
        "all": {"time_chunks": "auto", "devices": devices},
        "one": {"time_chunks": "auto", "devices": devices[:1]},
        "serial": {},
    }

    def run(way: str) -> Trajectory:
        return simulate(found.network, found.weather, **ways[way])

    yield "compiling one building, in chunks of time and serially"
    chunks, serial = run("all"), run("serial")
    yield "running both"
    times = alternate(*(lambda w=way: run(w) for way in ways), seconds=3 * seconds)
    every, one, plain = times
    name = f"{case}.b1"
    best = min(every, one, key=lambda each: float(np.median(each[:, 0])))
    yield row(f"{name}.sims_per_s", 1 / best[:, 0], "1/s")
    yield row(f"{name}.all_devices.sims_per_s", 1 / every[:, 0], "1/s")
    yield row(f"{name}.sims_per_s_core", 1 / one[:, 1], "1/s")
    yield row(f"{name}.one_device.sims_per_s", 1 / one[:, 0], "1/s")
    yield row(f"{name}.serial.sims_per_s", 1 / plain[:, 0], "1/s")
    yield row(f"{name}.serial.sims_per_s_core", 1 / plain[:, 1], "1/s")
    yield row(f"{name}.devices", len(devices), "-")
    for field in ("annual_heating", "annual_cooling"):
        values = [float(np.sum(np.asarray(getattr(year, field)))) for year in (chunks, serial)]
        off = 100 * abs(values[0] / values[1] - 1) if values[1] else 0.0
        yield row(f"{name}.{field}_error", off, "%")
    apart = np.asarray(chunks.zone_temperature) - np.asarray(serial.zone_temperature)
    yield row(f"{name}.temperature_error", float(np.max(np.abs(apart))), "K")
    if not gradients:
        return
    yield "compiling its gradient in chunks of time"
    load = found.load(Options(time_chunks="auto"))
    program = compiled(jax.value_and_grad(load), found.values, found.weather)
    yield row(f"{case}.grad20.b1.in_time.compile_s", program.seconds, "s")
    (times,) = alternate(lambda: program.program(found.values, found.weather), seconds=seconds)
    yield row(f"{case}.grad20.b1.in_time.per_s_core", 1 / times[:, 1], "1/s")
    yield row(f"{case}.grad20.b1.in_time.memory", program.memory_mib, "MiB")
