"""Years of many buildings: those of one structure side by side, structures compiled in parallel."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.building import Building, build
from fluxion.networks import RCNetwork, Structure
from fluxion.simulation import Options, simulate
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
        window_area: Glazed area of each outside face that is a window, else 0. [m2]
        values: `OUTPUTS` by name, by hour and zone (and outside face).
    """

    structure: Structure
    window_area: np.ndarray
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
    options = Options() if options is None else options
    first = (weather.first_weekday - weather.start_day) % 7
    networks = {
        name: build(b, dtype=dtype, first_weekday=first, leap_year=weather.leap_year)
        for name, b in buildings.items()
    }
    groups: dict[Any, list[str]] = {}
    for name, network in networks.items():
        shapes = tuple(leaf.shape for leaf in jax.tree.leaves(network))
        groups.setdefault((network.structure.unnamed(), shapes), []).append(name)

    found: dict[str, CaseRun] = {}
    run = partial(_run_group, networks, weather.renamed(""), options)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for members, values in pool.map(lambda names: (names, run(names)), groups.values()):
            for k, name in enumerate(members):
                own = {key: value[k] for key, value in values.items()}
                structure = networks[name].structure
                found[name] = CaseRun(structure, _window_area(networks[name]), own)
            if progress is not None:
                progress(len(found), len(networks))
    return {name: found[name] for name in buildings}


def _run_group(
    networks: Mapping[str, RCNetwork], weather: Weather, options: Options, names: list[str]
) -> dict[str, np.ndarray]:
    bare = [replace(networks[n], structure=networks[n].structure.unnamed()) for n in names]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *bare)

    @jax.jit
    def many(stacked, weather):
        def one(network):
            return simulate(network, weather, outputs=OUTPUTS, options=options, throw=False).values

        return jax.vmap(one)(stacked)

    return {key: np.asarray(value) for key, value in many(stacked, weather).items()}


def _window_area(network: RCNetwork) -> np.ndarray:
    walls = np.zeros(network.envelope.area.shape)
    glass = np.asarray(network.windows.width * network.windows.height)
    return np.concatenate([walls, glass], axis=1)
