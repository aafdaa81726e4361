"""Which designs are allowed: linear conditions, and any function that must not be negative."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool

from fluxion.errors import SimulationError


@dataclass(frozen=True)
class LinearConstraint:
    """A weighted sum of parameters that has a least or a greatest value.

    Example:
        >>> apart = LinearConstraint(
        ...     "setpoints apart", {"cooling_setpoint": 1, "heating_setpoint": -1}, at_least=2
        ... )

    Attributes:
        name: What a refusal is called by.
        terms: Factor of each parameter.
        at_least: Least value of the sum.
        at_most: Greatest value of the sum.

    Raises:
        SimulationError: No term, no limit, or numbers that are not finite.
    """

    name: str
    terms: Mapping[str, float]
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        if not self.terms:
            raise SimulationError(f"the constraint {self.name!r} has no terms; give some")
        if not limits:
            raise SimulationError(
                f"the constraint {self.name!r} has no limit; give at_least or at_most"
            )
        if not all(math.isfinite(number) for number in (*limits, *self.terms.values())):
            raise SimulationError(
                f"the constraint {self.name!r} has a number that is not finite; give finite ones"
            )
        if len(limits) == 2 and not limits[0] <= limits[1]:
            raise SimulationError(
                f"the constraint {self.name!r} wants at least {limits[0]:g} and at most "
                f"{limits[1]:g}; give the lower one as at_least"
            )

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """How far the sum is inside its limits; negative where it is outside."""
        total: Any = sum(factor * values[name] for name, factor in self.terms.items())
        low, high = self.at_least, self.at_most
        if low is not None and high is not None:
            half = (high - low) / 2
            return half - abs(total - (low + half))
        return total - low if low is not None else high - total


@dataclass(frozen=True)
class Constraint:
    """Any pure function of the parameters that must not be negative.

    Example:
        >>> compact = Constraint("compact", lambda v: 200 - v["zone.volume"] * v["orientation"])

    Attributes:
        name: What a refusal is called by.
        function: Of a mapping from names to values, which are numbers, or arrays with an entry
            for each design; gives numbers of the same shape. Differentiable if it is written in
            `jax.numpy`.
    """

    name: str
    function: Callable[[Mapping[str, Any]], Any]

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The function's value; negative where a design is not allowed."""
        return self.function(values)


AnyConstraint: TypeAlias = LinearConstraint | Constraint


@dataclass(frozen=True)
class Feasibility:
    """Which designs are allowed.

    Attributes:
        allowed: By design.
        reasons: By design why it is not, empty where it is.
    """

    allowed: Bool[np.ndarray, "design"]
    reasons: tuple[str, ...]


def check_constraints(constraints: tuple[AnyConstraint, ...], names: tuple[str, ...]) -> None:
    """Refuse constraints that share a name or speak of other parameters.

    Raises:
        SimulationError: Saying which.
    """
    called = [each.name for each in constraints]
    for name in called:
        if called.count(name) > 1:
            raise SimulationError(f"two constraints are named {name!r}; give each its own name")
    for each in constraints:
        for term in each.terms if isinstance(each, LinearConstraint) else ():
            if term not in names:
                raise SimulationError(
                    f"the constraint {each.name!r} speaks of {term!r}, which is no parameter of "
                    f"this space; there is {', '.join(names)}"
                )


def margins_of(
    constraint: AnyConstraint, names: tuple[str, ...], designs: np.ndarray
) -> np.ndarray:
    """A constraint's value for each design.

    Raises:
        SimulationError: Its function asks for another parameter, or gives another shape.
    """
    try:
        found = constraint(dict(zip(names, designs.T, strict=True)))
    except KeyError as error:
        raise SimulationError(
            f"the constraint {constraint.name!r} asks for {error}, which is no parameter of this "
            f"space; there is {', '.join(names)}"
        ) from None
    found = np.asarray(found, dtype=float)
    if found.shape != (len(designs),):
        raise SimulationError(
            f"the constraint {constraint.name!r} gave the shape {found.shape} for {len(designs)} "
            "designs; write it so that each value may be an array"
        )
    return found
