"""Derivatives held to central differences of forward runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.building import Building
from fluxion.networks import RCNetwork
from fluxion.simulation import Options
from fluxion.validation._one_at_a_time import run_alone
from fluxion.validation._parameter_loads import Family, Loads, loads_of
from fluxion.validation._sensitivities import Sensitivities, by_family
from fluxion.weather import Weather

#: How far to either side a parameter is moved, in its unit: so short that hardly an hour
#: changes from heating to none, or from sun to shade, in between.
STEPS: Mapping[str, float] = {
    "heating_setpoint": 1e-4,
    "cooling_setpoint": 1e-4,
    "infiltration": 1e-7,
    "gain.power": 1e-3,
    "orientation": 1e-4,
    "ground_reflectance": 1e-6,
    "surface.outside_solar_absorptance": 1e-6,
    "surface.inside_solar_absorptance": 1e-6,
    "window.height": 1e-6,
    "window.u_factor": 1e-5,
    "overhang.depth": 1e-6,
}
#: Slopes below this part of a parameter's largest are judged against that part. [-]
FLOOR = 0.01
#: Of the steps that show what kinks and curvature do.
WIDE = 1000.0


@dataclass(frozen=True)
class Agreement:
    """How far derivatives with respect to one parameter lie from central differences.

    Attributes:
        parameter: Its name.
        unit: Its unit.
        step: How far it was moved to either side.
        count: Derivatives compared: cases times loads.
        median: Of the absolute relative deviations. [-]
        worst: The greatest of them. [-]
        where: Case of the greatest.
        worst_wide: The greatest with steps `WIDE` times as long, across more kinks. [-]
    """

    parameter: str
    unit: str
    step: float
    count: int
    median: float
    worst: float
    where: str
    worst_wide: float


def central_differences_of(
    buildings: Mapping[str, Building],
    weather: Weather,
    parameters: Sequence[str] | None = None,
    *,
    steps: Sequence[Mapping[str, float]] = (STEPS,),
    options: Options | None = None,
    dtype: Any = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[dict[str, Sensitivities], ...]:
    """As `sensitivities_of`, by forward runs with each parameter moved up and down.

    Args:
        buildings: By name.
        weather: A year or whole days.
        parameters: Names; none takes those of `COMMON_PARAMETERS` that there are.
        steps: How far a parameter is moved to either side, by name; each once more.
        options: How to simulate.
        dtype: Precision; double is wanted.
        progress: Called with the programs done and their number.

    Returns:
        Slopes by building, for each of the steps.
    """
    options = Options() if options is None else options
    programs: dict[Any, Callable[..., Array]] = {}

    def slopes(step: Mapping[str, float], family: Family) -> np.ndarray:
        names = tuple(each.name for each in family.parameters)
        moves = jnp.asarray([step[name] for name in names], family.network.dtype)
        given = (family.network, weather.renamed(""), family.values, moves)
        if (family.names, names) not in programs:
            program = jax.jit(_differences(loads_of(family.parameters, options)))
            programs[family.names, names] = program.lower(*given).compile()
        return np.asarray(run_alone(programs[family.names, names], *given))

    return tuple(
        by_family(
            partial(slopes, step), buildings, weather, parameters, dtype=dtype, progress=progress
        )
        for step in steps
    )


def _differences(loads: Loads) -> Callable[..., Array]:
    """Of stacked networks, with steps: differences, (building, load, parameter)."""

    def one(network: RCNetwork, weather: Weather, start: Array, step: Array) -> Array:
        def moved(by: Array) -> Array:
            return loads(network, weather, start, start + by)

        moves = jnp.concatenate([jnp.diag(step), -jnp.diag(step)])
        up, down = jnp.split(jax.vmap(moved)(moves), 2)
        return ((up - down) / (2.0 * step[:, None])).T

    return jax.vmap(one, in_axes=(0, None, 0, None))


def check_slopes(
    buildings: Mapping[str, Building],
    slopes: Mapping[str, Sensitivities],
    weather: Weather,
    *,
    options: Options | None = None,
    dtype: Any = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Agreement, ...]:
    """Hold every derivative to central differences of short and of long steps.

    Args:
        buildings: By name.
        slopes: Their derivatives.
        weather: That these are of.
        options: As of the derivatives.
        dtype: Precision; double is wanted.
        progress: Called with the programs done and their number.
    """
    wide = {name: WIDE * step for name, step in STEPS.items()}
    short, long = central_differences_of(
        buildings, weather, steps=(STEPS, wide), options=options, dtype=dtype, progress=progress
    )
    return agreements(slopes, short, long)


def agreements(
    slopes: Mapping[str, Sensitivities],
    short: Mapping[str, Sensitivities],
    long: Mapping[str, Sensitivities],
) -> tuple[Agreement, ...]:
    """Derivatives of all cases and loads beside differences, parameter by parameter.

    A deviation is relative to the slope, or to `FLOOR` of the largest slope of that parameter and
    load where that is more.

    Args:
        slopes: The derivatives.
        short: Central differences with `STEPS`.
        long: The same with steps `WIDE` times as long.
    """
    units: dict[str, str] = {}
    for found in slopes.values():
        units |= dict(zip(found.parameters, found.units, strict=True))
    return tuple(_agreement(name, unit, slopes, short, long) for name, unit in units.items())


def _agreement(
    name: str,
    unit: str,
    slopes: Mapping[str, Sensitivities],
    short: Mapping[str, Sensitivities],
    long: Mapping[str, Sensitivities],
) -> Agreement:
    cases = [case for case, found in slopes.items() if name in found.parameters]
    ours, near, far = (
        np.array([each[case].of(name) for case in cases]) for each in (slopes, short, long)
    )
    scale = np.maximum(np.abs(ours), FLOOR * np.abs(ours).max(axis=0))
    apart, apart_wide = (
        np.abs(ours - other) / np.where(scale > 0.0, scale, 1.0) for other in (near, far)
    )
    return Agreement(
        parameter=name,
        unit=unit,
        step=STEPS[name],
        count=apart.size,
        median=float(np.median(apart)),
        worst=float(apart.max()),
        where=cases[int(apart.max(axis=1).argmax())],
        worst_wide=float(apart_wide.max()),
    )
