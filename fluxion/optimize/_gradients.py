"""Derivatives of results by the parameters of a design space, as pure functions.

They are to designs what `jax.value_and_grad` and `jax.jacobian` are to arrays:

    cost = value_and_gradient(network, space, {"annual_heating": 1.0, "annual_cooling": 0.5})
    values, gradients = jax.jit(cost)(weather, designs)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import jax
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.lanes import lane_map
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._native_gradient import NeedsFinalState, chosen, native_gradient
from fluxion.optimize._objective import (
    InWeather,
    Objective,
    Results,
    check_scalar,
    check_space,
    in_any_weather,
    objective_function,
    outputs_of,
    results_function,
)
from fluxion.simulation import Options, simulate
from fluxion.weather import Weather

Adjoint = Literal["stored", "checkpointed", "direct", "forward"]
_ADJOINTS = ("stored", "checkpointed", "direct", "forward")
Derivative = Callable[[Weather, Float[Array, "*design parameter"]], tuple[Any, Any]]
_Transform = Callable[[Callable[[Array], Any]], Callable[[Array], tuple[Any, Any]]]


def value_and_gradient(
    network: RCNetwork,
    space: DesignSpace,
    objective: Objective,
    *,
    adjoint: Adjoint | None = None,
    outputs: Sequence[str] | None = None,
    options: Options | None = None,
    kernel: str = "scan",
) -> Derivative:
    """An objective and its slopes, as a pure function of the weather and a design or several.

    Args:
        network: What the designs vary.
        space: The parameters to differentiate by.
        objective: One of `annual_heating`, `annual_cooling` [J], `peak_heating`, `peak_cooling`
            [W], summed over zones; weights by these names; or a pure function of (trajectory,
            design) that gives one number.
        adjoint: How to differentiate: "stored", "checkpointed" or "direct" in reverse, as
            `Options.adjoint` has them and which it takes by default; or "forward", which needs
            no memory of the past and whose cost grows with the number of parameters.
        outputs: Hourly results that a function of your own needs, see `OUTPUTS`.
        options: How to simulate.
        kernel: How the loop over a year of several designs runs, "scan", "native" or "auto", see
            `population_function`; derivatives of what comes back need "scan". Native code goes
            back over each day from its midnight, whatever the adjoint; forward mode is always that
            of "scan". A function of your own that asks for the final state needs "scan".

    Returns:
        A function of (weather, designs). Of one design `(parameter,)` it gives the objective and
        its gradient `(parameter,)`; of several `(design, parameter)` the same with a row each.
        The gradient's unit is the objective's over the parameter's.

    Raises:
        SimulationError: Unknown names, weights that are not finite, or (when called) an objective
            that is not one number.
    """
    platform = jax.default_backend()
    return gradient_on(platform, network, space, objective, adjoint, outputs, options, kernel)


def gradient_on(
    platform: str,
    network: RCNetwork,
    space: DesignSpace,
    objective: Objective,
    adjoint: Adjoint | None,
    outputs: Sequence[str] | None,
    options: Options | None,
    kernel: str,
) -> Derivative:
    """`value_and_gradient` for devices of a platform."""
    function = objective_function(objective)

    def scalar(year: Any, x: Float[Array, "parameter"]) -> Array:
        value = function(year, x)
        check_scalar(value)
        return value

    transform = _forward if adjoint == "forward" else jax.value_and_grad
    of_year = in_any_weather(scalar)
    call = _derivative(network, space, of_year, transform, objective, adjoint, outputs, options)
    if adjoint == "forward" or chosen(kernel, network, platform) == "scan":
        return call
    hourly = outputs_of(objective, outputs)
    many = native_gradient(network, space, of_year, hourly, options or Options())

    def native(weather: Weather, designs: Float[Array, "*design parameter"]) -> tuple[Any, Any]:
        if designs.ndim != 2:
            return call(weather, designs)
        try:
            return many(weather, designs)
        except NeedsFinalState:
            if kernel != "auto":
                raise
            return call(weather, designs)

    return native


def jacobian(
    network: RCNetwork,
    space: DesignSpace,
    results: Results,
    *,
    adjoint: Adjoint | None = None,
    outputs: Sequence[str] | None = None,
    options: Options | None = None,
) -> Derivative:
    """Results and their slopes, as a pure function of the weather and a design or several.

    Args:
        network: What the designs vary.
        space: The parameters to differentiate by.
        results: Names of annual or monthly results (`fluxion.simulation.REDUCTIONS`, but no
            counts), each by zone, or a pure function of (trajectory, design) that gives a pytree
            of arrays.
        adjoint: As for `value_and_gradient`. Reverse mode costs a backward run for each result,
            forward mode one for each parameter.
        outputs: Hourly results that a function of your own needs.
        options: How to simulate.

    Returns:
        A function of (weather, designs) that gives the results and, in the same pytree, their
        slopes with an axis of parameters last. Several designs lie on the first axis.

    Raises:
        SimulationError: Unknown names.
    """
    function = results_function(results)
    transform = _forward if adjoint == "forward" else _reverse
    return _derivative(network, space, function, transform, results, adjoint, outputs, options)


def _forward(function: Callable[[Array], Any]) -> Callable[[Array], tuple[Any, Any]]:
    return _with_values(jax.jacfwd, function)


def _reverse(function: Callable[[Array], Any]) -> Callable[[Array], tuple[Any, Any]]:
    return _with_values(jax.jacrev, function)


def _with_values(transform: Callable, function: Callable) -> Callable:
    def call(x: Array) -> tuple[Any, Any]:
        slopes, values = transform(lambda x: (function(x),) * 2, has_aux=True)(x)
        return values, slopes

    return call


def _derivative(
    network: RCNetwork,
    space: DesignSpace,
    function: InWeather,
    transform: _Transform,
    asked: Objective | Results,
    adjoint: Adjoint | None,
    outputs: Sequence[str] | None,
    options: Options | None,
) -> Derivative:
    if adjoint is not None and adjoint not in _ADJOINTS:
        raise SimulationError(f"unknown adjoint {adjoint!r}; take one of {', '.join(_ADJOINTS)}")
    check_space(space, network)
    hourly = outputs_of(asked, outputs)
    options = Options() if options is None else options
    if adjoint is not None:  # forward mode runs nothing again, so nothing need be marked for it
        options = replace(options, adjoint="direct" if adjoint == "forward" else adjoint)

    def of_one(weather: Weather, x: Float[Array, "parameter"]) -> tuple[Any, Any]:
        def results(x: Float[Array, "parameter"]) -> Any:
            year = simulate(
                space.apply(network, x), weather, outputs=hourly, options=options, throw=False
            )
            return function(year, x, weather)

        return transform(results)(x)

    def call(weather: Weather, designs: Float[Array, "*design parameter"]) -> tuple[Any, Any]:
        if designs.ndim == 1:
            return of_one(weather, designs)
        if designs.ndim != 2:
            raise SimulationError(
                f"designs of shape {designs.shape} were given; give (parameter,) or "
                "(design, parameter)"
            )
        return lane_map(of_one, in_axes=(None, 0))(weather, designs)

    return call
