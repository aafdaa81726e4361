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
from fluxion.errors import SimulationError
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
    """As `sensitivities`, of many buildings by name; equal structures are compiled once.

    Raises:
        SimulationError: A name that none of the buildings has.
    """
    options = Options() if options is None else options
    programs: dict[Any, Callable[..., Array]] = {}
    found: dict[str, Sensitivities] = {}
    left = set(parameters or ())
    asked = COMMON_PARAMETERS if parameters is None else parameters
    for name, building in buildings.items():
        network = network_of(building, weather, dtype)
        known = parameters_of(network)
        chosen = tuple(known[each] for each in asked if each in known)
        left -= {each.name for each in chosen}
        bare = replace(network, structure=network.structure.unnamed())
        shapes = tuple(leaf.shape for leaf in jax.tree.leaves(bare))
        masks = tuple((each.name, each.mask.tobytes()) for each in chosen)
        program = programs.setdefault((bare.structure, shapes, masks), _program(chosen, options))
        start = jnp.stack([each.value(network) for each in chosen]) if chosen else jnp.zeros(0)
        slopes = np.asarray(program(bare, weather.renamed(""), start))
        found[name] = Sensitivities(
            parameters=tuple(each.name for each in chosen),
            units=tuple(each.unit for each in chosen),
            values=np.asarray(start),
            heating=slopes[0],
            cooling=slopes[1],
        )
        progress(len(found), len(buildings))
    if left:
        raise SimulationError(
            f"no building has the parameter {', '.join(sorted(left))}; "
            "fluxion.optimize.parameters(network) lists what there is"
        )
    return found


def _program(chosen: tuple[Parameter, ...], options: Options) -> Callable[..., Array]:
    """Compiles on its first call: slopes of heating and cooling, (load, parameter)."""

    @jax.jit
    def slopes(network: RCNetwork, weather: Weather, start: Array) -> Array:
        def loads(x: Array) -> Array:
            changed = network
            for each, value, at in zip(chosen, x, start, strict=True):
                changed = _move(changed, each, value, at)
            year = simulate(changed, weather, options=options, throw=False)
            both = jnp.stack([year.annual_heating.sum(), year.annual_cooling.sum()])
            return both / JOULES_PER_KWH

        return jax.jacfwd(loads)(start)

    return slopes


def _move(network: RCNetwork, parameter: Parameter, value: Array, at: Array) -> RCNetwork:
    """The network with all that a parameter stands for moved by `value - at`.

    Places that differ keep their differences, unlike with `Parameter.set`. A parameter that needs
    another structure (the U-factor of windows fixes their gaps) is set.
    """
    moved, base = parameter.set(network, value), parameter.set(network, at)
    if moved.structure != network.structure:
        return moved
    return jax.tree.map(lambda now, m, b: now + (m - b), network, moved, base)
