"""What each parameter does to the annual loads: derivatives through the whole year."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from fluxion.building import Building
from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.simulation import Options
from fluxion.validation._one_at_a_time import compile_and_run
from fluxion.validation._parameter_loads import Family, families, loads_of
from fluxion.weather import Weather

#: Parameters of the report, by name in `fluxion.optimize.parameters`.
COMMON_PARAMETERS = (
    "heating_setpoint",
    "cooling_setpoint",
    "infiltration",
    "gain.power",
    "orientation",
    "ground_reflectance",
    "surface.outside_solar_absorptance",
    "surface.inside_solar_absorptance",
    "window.height",
    "window.u_factor",
    "overhang.depth",
)


@dataclass(frozen=True)
class Sensitivities:
    """Derivatives of one building's annual loads.

    Attributes:
        parameters: Names, as of `fluxion.optimize.parameters`.
        units: Of the parameters.
        values: Of the parameters.
        heating: d(annual heating)/d(parameter). [kWh per unit]
        cooling: d(annual cooling)/d(parameter). [kWh per unit]
    """

    parameters: tuple[str, ...]
    units: tuple[str, ...]
    values: np.ndarray
    heating: np.ndarray
    cooling: np.ndarray

    def of(self, parameter: str) -> tuple[float, float]:
        """Derivatives of heating and cooling with respect to one parameter. [kWh per unit]"""
        k = self.parameters.index(parameter)
        return float(self.heating[k]), float(self.cooling[k])


def sensitivities(
    building: Building,
    weather: Weather,
    parameters: Sequence[str] | None = None,
    *,
    options: Options | None = None,
    dtype: Any = None,
) -> Sensitivities:
    """Derivatives of annual heating and cooling with respect to named parameters.

    Forward mode, all parameters side by side: one pass over the year whatever the number of
    loads.

    Args:
        building: The building.
        weather: A year or whole days.
        parameters: Names, as of `fluxion.optimize.parameters`; None takes those of
            `COMMON_PARAMETERS` that the building has.
        options: How to simulate.
        dtype: Precision; by default JAX's own.

    Raises:
        SimulationError: The building has no such parameter.
    """
    found = sensitivities_of(
        {building.name: building}, weather, parameters, options=options, dtype=dtype
    )
    return found[building.name]


def sensitivities_of(
    buildings: Mapping[str, Building],
    weather: Weather,
    parameters: Sequence[str] | None = None,
    *,
    options: Options | None = None,
    dtype: Any = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Sensitivities]:
    """As `sensitivities`, of many buildings by name; equal structures share a program.

    Raises:
        SimulationError: A name that none of the buildings has.
    """
    options = Options() if options is None else options

    def slopes(family: Family) -> np.ndarray:
        loads = loads_of(family.parameters, options)

        def one(network: RCNetwork, weather: Weather, start: Array) -> Array:
            return jax.jacfwd(loads, argnums=3)(network, weather, start, start)

        program = jax.vmap(one, in_axes=(0, None, 0))
        bare = weather.renamed("")
        return np.asarray(compile_and_run(program, family.network, bare, family.values))

    return by_family(slopes, buildings, weather, parameters, dtype=dtype, progress=progress)


def by_family(
    slopes: Callable[[Family], np.ndarray],
    buildings: Mapping[str, Building],
    weather: Weather,
    parameters: Sequence[str] | None,
    *,
    dtype: Any,
    progress: Callable[[int, int], None],
) -> dict[str, Sensitivities]:
    """Derivatives of buildings, found family by family, two or more at a time.

    Args:
        slopes: From a family to its derivatives, (building, load, parameter).
        buildings: By name.
        weather: That gives the calendar.
        parameters: Names; none takes those of `COMMON_PARAMETERS` that there are.
        dtype: Precision; by default JAX's own.
        progress: Called with the families done and their number.

    Raises:
        SimulationError: A name that none of the buildings has.
    """
    asked = COMMON_PARAMETERS if parameters is None else tuple(parameters)
    groups, owned = families(buildings, weather, asked, dtype)
    left = set(parameters or ()).difference(*owned.values())
    if left:
        raise SimulationError(
            f"no building has the parameter {', '.join(sorted(left))}; "
            "fluxion.optimize.parameters(network) lists what there is"
        )
    found: dict[tuple[str, str], tuple[str, float, np.ndarray]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = {pool.submit(slopes, family): family for family in groups}
        for done, future in enumerate(as_completed(waiting), 1):
            family, values = waiting[future], future.result()
            for i, building in enumerate(family.names):
                for k, each in enumerate(family.parameters):
                    at = float(family.values[i, k])
                    found[building, each.name] = each.unit, at, values[i, :, k]
            progress(done, len(groups))
    return {
        building: _gathered(names, [found[building, name] for name in names])
        for building, names in owned.items()
    }


def _gathered(
    names: tuple[str, ...], rows: Sequence[tuple[str, float, np.ndarray]]
) -> Sensitivities:
    slopes = np.reshape([slope for _, _, slope in rows], (-1, 2))
    return Sensitivities(
        parameters=names,
        units=tuple(unit for unit, _, _ in rows),
        values=np.asarray([value for _, value, _ in rows]),
        heating=slopes[:, 0],
        cooling=slopes[:, 1],
    )
