"""What a design is judged by: weighted annual results, or any function of a trajectory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.simulation import LOADS, REDUCTIONS, Trajectory, hourly_of, result_of
from fluxion.weather import Weather

#: A pure function of a trajectory and the design that it is of.
Function = Callable[[Trajectory, Float[Array, "parameter"]], Any]
#: The same, and of the weather that it was simulated over.
InWeather = Callable[[Trajectory, Float[Array, "parameter"], Weather], Any]
Objective = str | Mapping[str, float] | Function
Results = str | Sequence[str] | Function
#: Hourly results that functions of a trajectory get if they ask for no others.
_USUAL = ("zone_temperature", "heating_rate", "cooling_rate")
Cost = Callable[[Float[Array, "parameter"]], Float[Array, ""]]


def objective_function(objective: Objective) -> Function:
    """A scalar function of a trajectory and its design.

    Args:
        objective: Name of an annual result, weights by names of annual results (sums over zones in
            J or W, times the weights), or a function that is used as it is.

    Raises:
        SimulationError: An unknown name, no name, or a weight that is not finite.
    """
    if callable(objective):
        return objective
    weights = {objective: 1.0} if isinstance(objective, str) else dict(objective)
    _check_names(tuple(weights))
    for name, weight in weights.items():
        if not np.isfinite(weight):
            raise SimulationError(f"the weight of {name} is {weight}; give a finite number")

    def weighted(year: Trajectory, x: Float[Array, "parameter"]) -> Float[Array, ""]:
        del x
        terms = [weight * jnp.sum(getattr(year, name)) for name, weight in weights.items()]
        return jnp.sum(jnp.stack(terms))

    return weighted


def with_cost(function: Function, cost: Cost | None) -> Function:
    """The sum of an objective and a cost of the design alone."""
    if cost is None:
        return function
    return lambda year, x: function(year, x) + cost(x)


def results_function(results: Results) -> InWeather:
    """Annual and monthly results by name, each by zone, or a function that is used as it is.

    Raises:
        SimulationError: An unknown name, none, or a count, which has no slope.
    """
    if callable(results):
        return in_any_weather(results)
    names = (results,) if isinstance(results, str) else tuple(results)
    _check_names(names, REDUCTIONS)
    counts = [name for name in names if REDUCTIONS[name].counted]
    if counts:
        raise SimulationError(
            f"{', '.join(counts)} counts hours: its slopes are zero nearly everywhere and say "
            "nothing; leave it out"
        )

    def named(year: Trajectory, x: Float[Array, "parameter"], weather: Weather) -> dict[str, Array]:
        del x
        return {name: result_of(year, weather, name) for name in names}

    return named


def in_any_weather(function: Function) -> InWeather:
    """A function that does not ask for the weather, as one that is given it."""
    return lambda year, x, weather: function(year, x)


def outputs_of(function: Objective | Results, outputs: Sequence[str] | None) -> tuple[str, ...]:
    """Hourly results that a function needs: as few as its names say, or those that were given."""
    if outputs is not None:
        return tuple(outputs)
    if callable(function):
        return _USUAL
    names = (function,) if isinstance(function, str) else tuple(function)
    return hourly_of(names)


def check_space(space: DesignSpace, network: RCNetwork) -> None:
    """Refuse what has no derivative: names that the network does not have.

    Raises:
        SimulationError: An unknown name, with the nearest ones.
    """
    space.check(network)


def check_scalar(value: Any) -> None:
    """Refuse an objective that is not one number.

    Raises:
        SimulationError: Saying what came back.
    """
    leaves = jax.tree.leaves(value)
    if len(leaves) != 1 or jnp.ndim(leaves[0]) != 0 or leaves[0] is not value:
        shapes = ", ".join(str(jnp.shape(leaf)) for leaf in leaves) or "nothing"
        raise SimulationError(
            f"the objective gave {shapes}; it must give one number: sum over zones, or take "
            "jacobian for several results"
        )


def _check_names(names: Sequence[str], known: Collection[str] = LOADS) -> None:
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise SimulationError(
            f"unknown result {', '.join(map(repr, unknown)) or '(none was given)'}; "
            f"take {', '.join(known)}, or give a function of (trajectory, design)"
        )
