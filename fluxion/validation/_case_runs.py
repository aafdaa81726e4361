"""Years of many buildings: those of one structure side by side, structures compiled in parallel."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import numpy as np

from fluxion.building import Building, build_for
from fluxion.errors import NonFiniteError
from fluxion.networks import RCNetwork, Structure
from fluxion.optimize._structures import Structures
from fluxion.simulation import Options, simulate
from fluxion.validation._one_at_a_time import compile_and_run
from fluxion.weather import Weather

#: Hourly results that are kept of each case.
OUTPUTS = (
    "zone_temperature",
    "heating_rate",
    "cooling_rate",
    "incident_solar",
    "transmitted_solar",
)


@dataclass(frozen=True)
class CaseRun:
    """Hourly means of one building over a year.

    Attributes:
        structure: Names of zones and faces.
        area: Of each outside face: walls with their windows, then windows. [m2]
        window_area: Glazed area of each outside face that is a window, else 0. [m2]
        tilt: Of each outside face; 0 faces up, 90 is upright. [deg]
        azimuth: Of each outside face, north 0, east 90. [deg]
        values: `OUTPUTS` by name, by hour and zone (and outside face).
    """

    structure: Structure
    area: np.ndarray
    window_area: np.ndarray
    tilt: np.ndarray
    azimuth: np.ndarray
    values: Mapping[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.values[name]


def simulate_buildings(
    buildings: Mapping[str, Building],
    weather: Weather,
    *,
    options: Options | None = None,
    dtype: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, CaseRun]:
    """Simulate buildings over one weather.

    Args:
        buildings: By name.
        weather: For all.
        options: How to simulate.
        dtype: Precision; by default JAX's own.
        progress: Called with the buildings done and their number after each structure.

    Returns:
        Results by name, in the order given.
    """
    return simulate_networks(
        {name: build_for(b, weather, dtype=dtype) for name, b in buildings.items()},
        weather,
        options=options,
        progress=progress,
    )


def simulate_networks(
    networks: Mapping[str, RCNetwork],
    weather: Weather,
    *,
    options: Options | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, CaseRun]:
    """As `simulate_buildings`, of networks.

    Raises:
        NonFiniteError: A result is not finite; the message names the building.
    """
    options = Options() if options is None else options
    names = list(networks)
    structures = Structures(list(networks.values()))
    found: dict[str, CaseRun] = {}
    run = partial(_run_group, structures, weather.renamed(""), options)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in as_completed([pool.submit(run, group) for group in structures.groups]):
            indices, values = future.result()
            for k, name in enumerate(names[index] for index in indices):
                own = {key: value[k] for key, value in values.items()}
                for key, value in own.items():
                    if not np.isfinite(value).all():
                        raise NonFiniteError(
                            f"{key} of {name} became non-finite; check its parameters, "
                            "or take more steps per hour"
                        )
                found[name] = _case_run(networks[name], own)
            if progress is not None:
                progress(len(found), len(networks))
    return {name: found[name] for name in networks}


def _run_group(
    structures: Structures, weather: Weather, options: Options, indices: list[int]
) -> tuple[list[int], dict[str, np.ndarray]]:
    # Not `lane_map`: of few buildings it takes longer to compile than it saves.
    def many(stacked: RCNetwork, weather: Weather) -> dict[str, Any]:
        def one(network: RCNetwork) -> dict[str, Any]:
            return simulate(network, weather, outputs=OUTPUTS, options=options, throw=False).values

        return jax.vmap(one)(stacked)

    found = compile_and_run(many, structures.stacked(indices), weather)
    return indices, {key: np.asarray(value) for key, value in found.items()}


def _case_run(network: RCNetwork, values: Mapping[str, np.ndarray]) -> CaseRun:
    walls, glass = network.envelope, network.windows
    owner = np.asarray(network.structure.window_wall, dtype=int)

    def outside(of_walls: Any) -> np.ndarray:
        of_walls = np.asarray(of_walls)
        return np.concatenate([of_walls, np.take_along_axis(of_walls, owner, axis=1)], axis=1)

    window_area = np.asarray(glass.width * glass.height)
    return CaseRun(
        structure=network.structure,
        area=np.concatenate([np.asarray(walls.area), window_area], axis=1),
        window_area=np.concatenate([np.zeros(walls.area.shape), window_area], axis=1),
        tilt=outside(walls.tilt),
        azimuth=outside(walls.azimuth + network.orientation) % 360.0,
        values=values,
    )
