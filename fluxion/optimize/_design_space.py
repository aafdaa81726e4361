"""Named parameters and the designs they span: sampled on the host, applied in the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.optimize._constraints import (
    AnyConstraint,
    Feasibility,
    check_constraints,
    margins_of,
)
from fluxion.optimize._draws import draw
from fluxion.optimize._parameter_kinds import Categorical, Kind, as_kind
from fluxion.optimize._parameters import find_parameter, parameters

Method = Literal["sobol", "latin_hypercube", "random"]
#: Sampling gives up where fewer designs than this share are allowed, once so many were drawn.
_LEAST_SHARE, _LEAST_DRAWS = 0.01, 4096


class DesignSpace:
    """Named parameters with bounds, and conditions that designs must meet.

    Example:
        >>> space = DesignSpace({"orientation": (0, 360), "heating_setpoint": (18, 22)})
        >>> designs = space.sample(16, seed=0)
        >>> designs.shape
        (16, 2)

    Args:
        bounds: Of each parameter what it may be: `(low, high)`, numbers by name for choices, or
            `Continuous`, `Integer` or `Categorical`. See `parameters` for the names.
        constraints: Conditions that every design meets, `LinearConstraint` or `Constraint`.

    Raises:
        SimulationError: No parameter, bounds or choices at fault, or a constraint that speaks of
            other parameters.
    """

    def __init__(
        self,
        bounds: Mapping[str, tuple[float, float] | Mapping[str, float] | Kind],
        constraints: Sequence[AnyConstraint] = (),
    ):
        if not bounds:
            raise SimulationError("a design space needs a parameter; none was given")
        self.kinds: dict[str, Kind] = {}
        for name, given in bounds.items():
            try:
                self.kinds[name] = as_kind(given)
            except SimulationError as error:
                raise SimulationError(f"{name!r} has {error}") from None
        self.names = tuple(bounds)
        self.constraints = tuple(constraints)
        check_constraints(self.constraints, self.names)
        self.lower = np.array([float(kind.low) for kind in self.kinds.values()])
        self.upper = np.array([float(kind.high) for kind in self.kinds.values()])

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.names)

    def __repr__(self) -> str:
        inside = ", ".join(
            f"{name!r}: ({kind.low:g}, {kind.high:g})"
            if kind == as_kind((kind.low, kind.high))
            else f"{name!r}: {kind!r}"
            for name, kind in self.kinds.items()
        )
        also = f", constraints={list(self.constraints)}" if self.constraints else ""
        return f"DesignSpace({{{inside}}}{also})"

    def sample(
        self, count: int, *, seed: int = 0, method: Method = "sobol"
    ) -> Float[np.ndarray, "design parameter"]:
        """Designs spread over the space; those that break a constraint are drawn again.

        Args:
            count: How many.
            seed: The same seed gives the same designs.
            method: "sobol" (scrambled), "latin_hypercube" or "random".

        Returns:
            A row for each design, within the bounds; choices stand as their numbers.

        Raises:
            SimulationError: An unknown method, a count below 1, or constraints that hardly any
                design meets.
        """
        if count < 1:
            raise SimulationError(f"{count} designs were asked for; ask for 1 or more")
        found: list[np.ndarray] = []
        allowed = drawn = 0
        refused = np.zeros(len(self.constraints), dtype=int)
        for unit in draw(self.size, count, seed=seed, method=method):
            designs = np.clip(self.from_unit(unit), self.lower, self.upper)
            if not self.constraints:
                return designs[:count]
            broken = ~(self._margins(designs) >= 0)
            found.append(designs[~broken.any(axis=1)])
            drawn, allowed = drawn + len(designs), allowed + len(found[-1])
            refused += broken.sum(axis=0)
            if allowed >= count:
                break
            if drawn >= _LEAST_DRAWS and allowed < _LEAST_SHARE * drawn:
                each = ", ".join(
                    f"{constraint.name!r} refuses {number / drawn:.0%}"
                    for constraint, number in zip(self.constraints, refused, strict=True)
                )
                raise SimulationError(
                    f"of {drawn} designs drawn {allowed} meet all constraints ({each}); loosen "
                    "the constraints or move the bounds"
                )
        return np.concatenate(found)[:count]

    def from_unit(self, u: Float[Any, "*designs parameter"]) -> Any:
        """Values at points of the unit cube; differentiable in continuous parameters.

        Args:
            u: Points, parameters last; NumPy in gives NumPy out, JAX in gives JAX out.

        Returns:
            Values in the same shape. Whole numbers and choices jump, their derivative is zero.
        """
        return self._columns("from_unit", u)

    def to_unit(self, values: Float[Any, "*designs parameter"]) -> Any:
        """Points of the unit cube at values, the inverse of `from_unit`.

        Args:
            values: Parameters last. Beyond the bounds they map to points outside the cube.
        """
        return self._columns("to_unit", values)

    def nearest(self, values: Float[Any, "*designs parameter"]) -> Any:
        """The nearest values that are allowed, parameter by parameter; constraints left aside.

        Args:
            values: Parameters last.
        """
        return self._columns("nearest", values)

    def _columns(self, method: str, array: Any) -> Any:
        xp: Any = np if isinstance(array, np.ndarray) else jnp
        array = xp.asarray(array)
        if array.ndim < 1 or array.shape[-1] != self.size:
            raise SimulationError(
                f"an array of shape {array.shape} was given for {self.size} parameters; "
                f"give {', '.join(self.names)} along the last axis"
            )
        dtype = array.dtype if xp.issubdtype(array.dtype, xp.floating) else float
        columns = [
            getattr(kind, method)(array[..., i], xp) for i, kind in enumerate(self.kinds.values())
        ]
        return xp.stack(columns, axis=-1).astype(dtype)

    def margins(self, x: Float[Array, "parameter"]) -> Float[Array, "constraint"]:
        """How far a design is inside each constraint, negative outside; differentiable.

        Args:
            x: A value for each parameter.
        """
        values = {name: x[i] for i, name in enumerate(self.names)}
        return jnp.array([each(values) for each in self.constraints])

    def feasible(self, designs: Float[np.ndarray, "design parameter"]) -> Feasibility:
        """Which designs are allowed, and why the others are not.

        Args:
            designs: A row for each design.

        Raises:
            SimulationError: Rows of another width.
        """
        rows = np.asarray(designs, dtype=float)
        if rows.ndim != 2 or rows.shape[1] != self.size:
            raise SimulationError(
                f"designs of shape {rows.shape} were given; give rows of {self.size} values: "
                f"{', '.join(self.names)}"
            )
        inside = np.ones(rows.shape, dtype=bool)
        for i, kind in enumerate(self.kinds.values()):
            distinct, place = np.unique(rows[:, i], return_inverse=True)
            inside[:, i] = np.array([not kind.fault(value) for value in distinct])[place]
        margins = self._margins(rows)
        allowed = np.asarray(inside.all(axis=1) & (margins >= 0).all(axis=1))
        reasons = [""] * len(rows)
        for row in np.flatnonzero(~allowed):
            why = [
                f"{name} is {value:g}, {kind.fault(value)}"
                for (name, kind), value in zip(self.kinds.items(), rows[row], strict=True)
                if kind.fault(value)
            ]
            why += [
                f"{constraint.name} is broken by {-margin:g}"
                for constraint, margin in zip(self.constraints, margins[row], strict=True)
                if not margin >= 0
            ]
            reasons[row] = "; ".join(why)
        return Feasibility(allowed, tuple(reasons))

    def _margins(self, designs: np.ndarray) -> np.ndarray:
        found = [margins_of(each, self.names, designs) for each in self.constraints]
        return np.stack(found, axis=1) if found else np.zeros((len(designs), 0))

    def describe(self, x: Float[np.ndarray, "parameter"]) -> dict[str, float | str]:
        """A design by names; choices by their names as well."""
        return {
            name: kind.name_of(float(value)) if isinstance(kind, Categorical) else float(value)
            for (name, kind), value in zip(self.kinds.items(), x, strict=True)
        }

    def check(self, network: RCNetwork) -> None:
        """Refuse names that the network does not have, and bounds in another unit.

        Raises:
            SimulationError: Naming the nearest names, or both units.
        """
        known = parameters(network)
        for name, kind in self.kinds.items():
            unit = find_parameter(known, name).unit
            if kind.unit is not None and kind.unit != unit:
                raise SimulationError(
                    f"{name!r} has bounds in {kind.unit!r}, its unit is {unit!r}; give them in that"
                )

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
