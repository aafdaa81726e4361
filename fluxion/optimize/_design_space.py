"""A box of named parameters: sampled on the host, applied to a network in the trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from jaxtyping import Array, Float
from scipy.stats import qmc

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.optimize._parameters import find_parameter, parameters

Method = Literal["sobol", "latin_hypercube", "random"]


class DesignSpace:
    """Named parameters with bounds.

    Example:
        >>> space = DesignSpace({"orientation": (0, 360), "heating_setpoint": (18, 22)})
        >>> designs = space.sample(16, seed=0)
        >>> designs.shape
        (16, 2)

    Args:
        bounds: Lowest and highest value of each parameter, see `parameters` for the names.

    Raises:
        SimulationError: No parameter, or bounds that are reversed, equal or not finite.
    """

    def __init__(self, bounds: Mapping[str, tuple[float, float]]):
        if not bounds:
            raise SimulationError("a design space needs a parameter; none was given")
        for name, given in bounds.items():
            try:
                low, high = (float(limit) for limit in given)
            except (TypeError, ValueError):
                raise SimulationError(
                    f"the bounds of {name!r} are {given!r}; give a lowest and a highest value"
                ) from None
            if not (np.isfinite(low) and np.isfinite(high) and low < high):
                raise SimulationError(
                    f"the bounds of {name!r} are {low:g} to {high:g}; "
                    "give finite numbers, the lower one first"
                )
        self.names = tuple(bounds)
        self.lower = np.array([float(low) for low, _ in bounds.values()])
        self.upper = np.array([float(high) for _, high in bounds.values()])

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.names)

    def __repr__(self) -> str:
        inside = ", ".join(
            f"{name!r}: ({low:g}, {high:g})"
            for name, low, high in zip(self.names, self.lower, self.upper, strict=True)
        )
        return f"DesignSpace({{{inside}}})"

    def sample(
        self, count: int, *, seed: int = 0, method: Method = "sobol"
    ) -> Float[np.ndarray, "design parameter"]:
        """Designs spread over the space.

        Args:
            count: How many.
            seed: The same seed gives the same designs.
            method: "sobol" (scrambled), "latin_hypercube" or "random".

        Returns:
            A row for each design, within the bounds.

        Raises:
            SimulationError: An unknown method or a count below 1.
        """
        if count < 1:
            raise SimulationError(f"{count} designs were asked for; ask for 1 or more")
        if method == "sobol":
            # Points of a Sobol sequence are balanced in powers of two; a part of one is fine.
            power = int(np.ceil(np.log2(max(count, 2))))
            unit = qmc.Sobol(self.size, rng=np.random.default_rng(seed)).random_base2(power)
        elif method == "latin_hypercube":
            unit = qmc.LatinHypercube(self.size, rng=np.random.default_rng(seed)).random(count)
        elif method == "random":
            unit = np.random.default_rng(seed).random((count, self.size))
        else:
            raise SimulationError(
                f"unknown sampling {method!r}; take sobol, latin_hypercube or random"
            )
        return self.lower + unit[:count] * (self.upper - self.lower)

    def check(self, network: RCNetwork) -> None:
        """Refuse names that the network does not have.

        Raises:
            SimulationError: Naming the nearest names.
        """
        known = parameters(network)
        for name in self.names:
            find_parameter(known, name)

    def units(self, network: RCNetwork) -> tuple[str, ...]:
        """Unit of each parameter."""
        known = parameters(network)
        return tuple(find_parameter(known, name).unit for name in self.names)

    def values(self, network: RCNetwork) -> Float[np.ndarray, "parameter"]:
        """What the parameters are in a network; the mean where one stands for several numbers."""
        known = parameters(network)
        return np.array([float(find_parameter(known, n).value(network)) for n in self.names])

    def apply(self, network: RCNetwork, x: Float[Array, "parameter"]) -> RCNetwork:
        """The network with the parameters at these values; a pure function of both.

        Args:
            network: A network with concrete values (as `build` makes it).
            x: A value for each parameter, traced or not; not held to the bounds.

        Raises:
            SimulationError: Unknown names, or as many values as there are not parameters.
        """
        if x.ndim != 1 or x.shape[0] != self.size:
            raise SimulationError(
                f"a design of shape {x.shape} was given for {self.size} parameters; "
                f"give one value for each of {', '.join(self.names)}, and use jax.vmap for many"
            )
        known = parameters(network)
        for i, name in enumerate(self.names):
            network = find_parameter(known, name).set(network, x[i])
        return network
