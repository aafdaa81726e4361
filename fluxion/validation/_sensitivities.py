"""What each parameter does to the annual loads: derivatives through the whole year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.building import Building
from fluxion.networks import RCNetwork
from fluxion.optimize import Parameter
from fluxion.optimize import parameters as parameters_of
from fluxion.simulation import Options, simulate
from fluxion.units import JOULES_PER_KWH
from fluxion.validation._case_runs import network_of
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


def sensitivities(
    building: Building,
    weather: Weather,
    parameters: Sequence[str] = COMMON_PARAMETERS,
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
        parameters: Names; those that the building does not have are left out.
        options: How to simulate.
        dtype: Precision; by default JAX's own.
    """
    options = Options() if options is None else options
    network = network_of(building, weather, dtype)
    known = parameters_of(network)
    chosen = [known[name] for name in parameters if name in known]
    bare = replace(network, structure=network.structure.unnamed())
    start = jnp.stack([each.value(network) for each in chosen])

    @jax.jit
    def slopes(network, weather, x):
        def loads(x):
            changed = network
            for each, value, at in zip(chosen, x, start, strict=True):
                changed = _move(changed, each, value, at)
            year = simulate(changed, weather, options=options, throw=False)
            both = jnp.stack([year.annual_heating.sum(), year.annual_cooling.sum()])
            return both / JOULES_PER_KWH

        return jax.jacfwd(loads)(x)

    found = np.asarray(slopes(bare, weather.renamed(""), start))
    return Sensitivities(
        parameters=tuple(each.name for each in chosen),
        units=tuple(each.unit for each in chosen),
        values=np.asarray(start),
        heating=found[0],
        cooling=found[1],
    )


def _move(network: RCNetwork, parameter: Parameter, value: Array, at: Array) -> RCNetwork:
    """The network with all that a parameter stands for moved by `value - at`.

    Places that differ keep their differences, unlike with `Parameter.set`. A parameter that needs
    another structure (the U-factor of windows fixes their gaps) is set.
    """
    moved, base = parameter.set(network, value), parameter.set(network, at)
    if moved.structure != network.structure:
        return moved
    return jax.tree.map(lambda now, m, b: now + (m - b), network, moved, base)


def sensitivities_of(
    buildings: Mapping[str, Building],
    weather: Weather,
    parameters: Sequence[str] = COMMON_PARAMETERS,
    *,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Sensitivities]:
    """As `sensitivities`, of many buildings by name."""
    found = {}
    for name, building in buildings.items():
        found[name] = sensitivities(building, weather, parameters)
        progress(len(found), len(buildings))
    return found
