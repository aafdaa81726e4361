"""What a parameter of a design may be: any number of a range, a whole one, or one of some choices.

Each kind maps the unit interval onto its values and back. The maps of numbers in a range are
differentiable; whole numbers and choices own equal parts of the interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeAlias

import numpy as np

from fluxion.errors import SimulationError

Transform = Literal["linear", "log"]


@dataclass(frozen=True)
class Continuous:
    """Any number of a range.

    Attributes:
        low: Lowest value.
        high: Highest value.
        transform: "linear" spreads values evenly, "log" their logarithms; the range of "log"
            lies above 0.
        unit: Of the bounds; if given, it must be the parameter's own.

    Raises:
        SimulationError: Bounds that are reversed, equal, not finite, or not for the transform.
    """

    low: float
    high: float
    transform: Transform = "linear"
    unit: str | None = None

    def __post_init__(self) -> None:
        _check_range(self.low, self.high)
        _check_transform(self.transform, self.low)

    def from_unit(self, u: Any, xp: ModuleType) -> Any:
        """Values at places of the unit interval."""
        if self.transform == "log":
            return self.low * xp.exp(u * math.log(self.high / self.low))
        return self.low + u * (self.high - self.low)

    def to_unit(self, value: Any, xp: ModuleType) -> Any:
        """Places of values in the unit interval; outside of it for values beyond the bounds."""
        if self.transform == "log":
            return xp.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def stretch(self, value: Any) -> Any:
        """How much values change along the unit interval: the slope of `from_unit` there."""
        if self.transform == "log":
            return value * math.log(self.high / self.low)
        return self.high - self.low

    def nearest(self, value: Any, xp: ModuleType) -> Any:
        """The nearest values within the bounds."""
        return xp.clip(value, self.low, self.high)

    def fault(self, value: float) -> str:
        """Why a value is none of this parameter, or nothing."""
        return "" if self.low <= value <= self.high else f"outside {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Integer:
    """A whole number of a range, both ends included.

    Attributes:
        low: Lowest value.
        high: Highest value.
        transform: "linear" makes all equally likely, "log" spreads their logarithms evenly.
        unit: Of the bounds; if given, it must be the parameter's own.

    Raises:
        SimulationError: Bounds that are no whole numbers, reversed or equal.
    """

    low: int
    high: int
    transform: Transform = "linear"
    unit: str | None = None

    def __post_init__(self) -> None:
        _check_range(self.low, self.high)
        if self.low != int(self.low) or self.high != int(self.high):
            raise SimulationError(
                f"the bounds {self.low:g} to {self.high:g} of a whole number; give whole ones"
            )
        _check_transform(self.transform, self.low)

    @property
    def _wide(self) -> Continuous:
        # Every number owns half a unit to both sides.
        return Continuous(self.low - 0.5, self.high + 0.5, self.transform)

    def from_unit(self, u: Any, xp: ModuleType) -> Any:
        """Values at places of the unit interval."""
        return self.nearest(self._wide.from_unit(u, xp), xp)

    def to_unit(self, value: Any, xp: ModuleType) -> Any:
        """Places of values in the unit interval, inside the part that each owns."""
        return self._wide.to_unit(value, xp)

    def nearest(self, value: Any, xp: ModuleType) -> Any:
        """The nearest values that are allowed."""
        return xp.clip(xp.round(value), self.low, self.high)

    def fault(self, value: float) -> str:
        """Why a value is none of this parameter, or nothing."""
        if value != round(value):
            return "no whole number"
        return "" if self.low <= value <= self.high else f"outside {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Categorical:
    """One of some named choices, each of which stands for a number.

    Attributes:
        choices: Numbers by name, such as `{"single": 5.8, "double": 2.7}`; at least two.
        unit: Of the numbers; if given, it must be the parameter's own.

    Raises:
        SimulationError: Fewer than two choices, or numbers that are equal or not finite.
    """

    choices: Mapping[str, float]
    unit: str | None = None

    def __post_init__(self) -> None:
        if len(self.choices) < 2:
            raise SimulationError(f"{len(self.choices)} choices; give at least two")
        seen: dict[float, str] = {}
        for name, number in self.choices.items():
            if not _is_number(number) or not math.isfinite(number):
                raise SimulationError(f"the choice {name!r} of {number!r}; give a finite number")
            if number in seen:
                raise SimulationError(
                    f"the choices {seen[number]!r} and {name!r} of the same number {number:g}; "
                    "leave one out"
                )
            seen[number] = name

    @property
    def low(self) -> float:
        """Least number."""
        return min(self.choices.values())

    @property
    def high(self) -> float:
        """Greatest number."""
        return max(self.choices.values())

    @property
    def _numbers(self) -> np.ndarray:
        return np.array(list(self.choices.values()), dtype=float)

    def from_unit(self, u: Any, xp: ModuleType) -> Any:
        """Values at places of the unit interval."""
        count = len(self.choices)
        at = xp.clip(xp.floor(u * count), 0, count - 1).astype(int)
        return xp.asarray(self._numbers)[at]

    def to_unit(self, value: Any, xp: ModuleType) -> Any:
        """Middles of the parts of the unit interval that the nearest choices own."""
        return (self._index(value, xp) + 0.5) / len(self.choices)

    def nearest(self, value: Any, xp: ModuleType) -> Any:
        """The nearest numbers that are choices."""
        return xp.asarray(self._numbers)[self._index(value, xp)]

    def fault(self, value: float) -> str:
        """Why a value is none of this parameter, or nothing."""
        return "" if value in self.choices.values() else f"none of {', '.join(self.choices)}"

    def name_of(self, value: float) -> str:
        """The choice nearest to a number."""
        return list(self.choices)[int(self._index(np.asarray(value, dtype=float), np))]

    def _index(self, value: Any, xp: ModuleType) -> Any:
        return xp.argmin(xp.abs(xp.asarray(value)[..., None] - xp.asarray(self._numbers)), axis=-1)


Kind: TypeAlias = Continuous | Integer | Categorical


def as_kind(given: Any) -> Kind:
    """A kind from what a user writes: a kind, `(low, high)`, or numbers by name.

    Raises:
        SimulationError: It is none of these; the message follows "has".
    """
    if isinstance(given, Continuous | Integer | Categorical):
        return given
    if isinstance(given, Mapping):
        return Categorical(dict(given))
    try:
        low, high = (float(limit) for limit in given)
    except (TypeError, ValueError):
        raise SimulationError(f"the bounds {given!r}; give a lowest and a highest value") from None
    return Continuous(low, high)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _check_range(low: Any, high: Any) -> None:
    if not (_is_number(low) and _is_number(high)):
        raise SimulationError(f"the bounds {low!r} to {high!r}; give a lowest and a highest value")
    if not (math.isfinite(low) and math.isfinite(high)):
        raise SimulationError(f"the bounds {low:g} to {high:g}; give finite ones")
    if not low < high:
        raise SimulationError(f"the bounds {low:g} to {high:g}; give the lower one first")


def _check_transform(transform: str, low: float) -> None:
    if transform not in ("linear", "log"):
        raise SimulationError(f"the transform {transform!r}; take linear or log")
    if transform == "log" and not low > 0:
        raise SimulationError(f"a log transform and the lower bound {low:g}; give one above 0")
