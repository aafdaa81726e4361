"""Results of many buildings: those of one structure side by side in one compiled program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from fluxion.errors import FluxionError, SimulationError
from fluxion.lanes import default_devices, lane_map
from fluxion.networks import RCNetwork
from fluxion.optimize._piece_size import piece_size
from fluxion.optimize._pieces import (
    check_batch_size,
    climates_of,
    of_one_name,
    on_devices,
    pieces,
    rows_at_once,
)
from fluxion.optimize._structures import Structures
from fluxion.simulation import LOADS, Options, hourly_of, result_of, simulate
from fluxion.weather import Weather


@dataclass(frozen=True)
class NetworkResults:
    """Results of buildings, in the order they were given.

    Attributes:
        values: Of each building each result that was asked for, by zone; where several climates
            were given, by climate first. Annual loads in J, peaks in W, hourly results by hour
            first, as `fluxion.simulation.OUTPUTS` has them. NaN where the building failed.
        failed: Buildings whose simulation was not finite in some climate.
        reasons: Of each of these: which results were not.
        programs: Compiled programs that it took, one for each structure.
    """

    values: tuple[dict[str, Float[np.ndarray, "..."]], ...]
    failed: tuple[int, ...]
    reasons: tuple[str, ...]
    programs: int


def evaluate_networks(
    networks: Sequence[RCNetwork],
    weather: Weather | Sequence[Weather],
    *,
    options: Options | None = None,
    outputs: Sequence[str] = LOADS,
    batch_size: int | None = None,
    devices: Sequence[Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NetworkResults:
    """Simulate buildings of any structures over every climate.

    Buildings that differ in numbers alone (names, too, do not matter) are stacked and run side by
    side; each other structure compiles once, several at a time.

    Args:
        networks: As `build` makes them.
        weather: For all buildings, or several climates of equal days.
        options: How to simulate.
        outputs: What to keep of each year: annual loads and peaks, or hourly results by name.
        batch_size: Buildings side by side on each device; None takes what suits their structure.
        devices: Where to simulate; by default as `BatchOracle`.
        progress: Called with the buildings done and their number.

    Raises:
        SimulationError: No building, an unknown output, or a building that does not suit the
            weather or the options; the message names it by its index.
    """
    if not networks:
        raise SimulationError("no building was given; give at least one network")
    check_batch_size(batch_size, "buildings")
    hourly = hourly_of(outputs)
    options = Options() if options is None else options
    climates = of_one_name(climates_of(weather))
    several = not isinstance(weather, Weather)
    devices = tuple(default_devices() if devices is None else devices)
    structures = Structures(networks)

    def one(network: RCNetwork, climate: Weather) -> dict[str, Any]:
        year = simulate(network, climate, outputs=hourly, options=options, throw=False)
        return {name: result_of(year, climate, name) for name in outputs}

    def compiled(indices: list[int]) -> tuple[list[int], int, Any]:
        size = piece_size(networks[indices[0]], devices) if batch_size is None else batch_size
        rows = rows_at_once(len(indices), size, devices)
        many = on_devices(lane_map(one, in_axes=(0, None)), devices, split=(True, False))
        first, _ = next(pieces(np.array(indices), rows))
        try:
            lowered = jax.jit(many).lower(structures.stacked(first), climates[0])
            return indices, rows, lowered.compile()
        except FluxionError as error:
            raise type(error)(f"building {indices[0]}: {error}") from error

    found: dict[int, dict[str, np.ndarray]] = {}
    # Programs are compiled side by side and run one after another, each on all devices.
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(compiled, indices) for indices in structures.groups]
        try:
            for future in as_completed(futures):
                indices, rows, program = future.result()
                for part, count in pieces(np.array(indices), rows):
                    stacked = structures.stacked(part)
                    answers = [
                        jax.tree.map(np.asarray, program(stacked, each)) for each in climates
                    ]
                    for row, index in enumerate(part[:count].tolist()):
                        of_climates = {n: [a[n][row] for a in answers] for n in outputs}
                        found[index] = {
                            name: np.stack(all_) if several else np.array(all_[0])
                            for name, all_ in of_climates.items()
                        }
                    if progress is not None:
                        progress(len(found), len(networks))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return _sorted(found, len(structures.groups))


def _sorted(found: dict[int, dict[str, np.ndarray]], programs: int) -> NetworkResults:
    """In the order given, with failed buildings blanked."""
    failed, reasons = [], []
    for index in range(len(found)):
        bad = [name for name, value in found[index].items() if not np.isfinite(value).all()]
        if bad:
            failed.append(index)
            reasons.append(f"not finite: {', '.join(bad)}")
            found[index] = {n: np.full_like(value, np.nan) for n, value in found[index].items()}
    values = tuple(found[index] for index in range(len(found)))
    return NetworkResults(values, tuple(failed), tuple(reasons), programs)
