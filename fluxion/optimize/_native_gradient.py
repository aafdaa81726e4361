"""The gradient of an objective of many designs, by native code over each day and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.lanes import lane_map
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._fused import choose_kernel, settings_of
from fluxion.optimize._objective import InWeather
from fluxion.simulation import Options, Trajectory, lane_years
from fluxion.weather import Weather

Gradient = Callable[[Weather, Float[Array, "design parameter"]], tuple[Array, Array]]


def chosen(kernel: str, network: RCNetwork, platform: str) -> str:
    """The kernel for gradients on such a platform: "scan" or "native".

    Raises:
        SimulationError: A kernel that has no gradient of its own, or cannot run here.
    """
    found = choose_kernel(kernel, network.dtype, platform)
    if found not in ("scan", "native"):
        raise SimulationError(
            f"kernel={kernel!r} has no gradient of its own; take kernel='auto', 'scan' or 'native'"
        )
    return found


def native_gradient(
    network: RCNetwork,
    space: DesignSpace,
    function: InWeather,
    hourly: tuple[str, ...],
    options: Options,
) -> Gradient:
    """An objective of designs side by side and its slopes.

    Args:
        network: What the designs vary.
        space: The parameters to differentiate by.
        function: One number of a trajectory, its design and its weather.
        hourly: Results that the trajectory has.
        options: How to simulate.
    """
    example = np.asarray(space.values(network))

    def years(weather: Weather, designs: Float[Array, "design parameter"]) -> dict[str, Array]:
        return lane_years(
            lambda x: space.apply(network, x), weather, designs, example,
            hourly=hourly, options=options, **settings_of("native", network.dtype),
        ).hourly  # fmt: skip

    def call(weather: Weather, designs: Float[Array, "design parameter"]) -> tuple[Array, Array]:
        found, back = jax.vjp(lambda x: years(weather, x), designs)

        def of_one(values: dict[str, Array], x: Float[Array, "parameter"]):
            def objective(values: dict[str, Array], x: Float[Array, "parameter"]) -> Array:
                year = Trajectory(network.structure, values, _Unknown(), None)  # pyright: ignore[reportArgumentType]
                return function(year, x, weather)

            return jax.value_and_grad(objective, argnums=(0, 1))(values, x)

        values, (matters, direct) = lane_map(of_one)(found, designs)
        return values, back(matters)[0] + jnp.asarray(direct)

    return call


class NeedsFinalState(SimulationError):
    """An objective asks for the state at the end, which native code does not keep as a whole."""


class _Unknown:
    """Stands for the final state, which native code does not keep as a whole."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NeedsFinalState(
            f"the objective asks for {name} of the final state, which kernel='native' does not "
            "keep; give kernel='scan'"
        )
