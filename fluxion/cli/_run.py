"""One building, one weather, one run: compiled ahead, timed apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluxion.cli._environment import program_folder

if TYPE_CHECKING:
    from fluxion.building import Building
    from fluxion.io import WeatherFile
    from fluxion.networks import RCNetwork
    from fluxion.simulation import Options, Trajectory


@dataclass(frozen=True)
class Run:
    """A finished run with what went into it; seconds of compiling and of running apart."""

    building: Building
    weather: WeatherFile
    network: RCNetwork
    trajectory: Trajectory
    options: Options
    precision: int
    compile_seconds: float
    run_seconds: float


def set_precision(bits: int) -> str:
    """Let JAX compute in this many bits; returns the name of the dtype."""
    if bits == 64:
        import jax

        jax.config.update("jax_enable_x64", True)
    return f"float{bits}"


def run_building(
    building: Building,
    weather: WeatherFile,
    options: Options,
    *,
    precision: int,
    first_weekday: int | None = None,
    outputs: tuple[str, ...],
    progress: Callable[[str], None] = lambda _: None,
) -> Run:
    """Build and simulate.

    Args:
        building: The building.
        weather: The weather, in the precision to compute in.
        options: How to simulate.
        precision: 32 or 64 bits.
        first_weekday: Of 1 January, Monday 0; None takes the weather's.
        outputs: Hourly results to keep.
        progress: Told what is being done.
    """
    import jax

    from fluxion.building import build, build_for
    from fluxion.io import stored_simulation

    days = weather.weather
    dtype = f"float{precision}"
    if first_weekday is None:
        network = build_for(building, days, dtype=dtype)
    else:
        network = build(
            building, dtype=dtype, first_weekday=first_weekday, leap_year=days.leap_year
        )

    progress("compiling")
    started = time.perf_counter()
    year = stored_simulation(program_folder(), network, days, outputs=outputs, options=options)
    compile_seconds = time.perf_counter() - started
    progress("simulating")
    started = time.perf_counter()
    trajectory = jax.block_until_ready(year(network, days, throw=False))
    run_seconds = time.perf_counter() - started
    trajectory.raise_if_failed()
    return Run(
        building,
        weather,
        network,
        trajectory,
        options,
        precision,
        compile_seconds,
        run_seconds,
    )
