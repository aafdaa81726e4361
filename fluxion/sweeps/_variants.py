"""Climates drawn around those of a spec: one line of TOML instead of dozens of names."""

from __future__ import annotations

from typing import Annotated

import pydantic

from fluxion.errors import FluxionError
from fluxion.optimize import DesignSpace
from fluxion.weather import Morph


def _check_end(name: str, value: float) -> None:
    try:
        Morph(**{name: value})
    except FluxionError as error:
        raise ValueError(str(error)) from None


class Variants(pydantic.BaseModel):
    """Other climates out of each weather that is none itself, drawn evenly; no unknown keys."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    count: Annotated[int, pydantic.Field(strict=True, ge=1, le=1000)]
    """Climates out of each weather"""
    seed: Annotated[int, pydantic.Field(strict=True, ge=0)] = 0
    """The same seed draws the same climates"""
    warmer: tuple[float, float] | None = None
    """Least and greatest shift of the temperature, in K"""
    seasons: tuple[float, float] | None = None
    """Least and greatest factor on the seasons"""
    days: tuple[float, float] | None = None
    """Least and greatest factor on how far a day is from its season"""
    swing: tuple[float, float] | None = None
    """Least and greatest factor on the swing of a day"""
    sunnier: tuple[float, float] | None = None
    """Least and greatest factor on the sun"""
    windier: tuple[float, float] | None = None
    """Least and greatest factor on the wind"""

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Variants:
        ranges = self._ranges()
        if not ranges:
            raise ValueError("variants change nothing; give a range such as warmer = [-3, 3]")
        for name, (low, high) in ranges.items():
            if not low < high:
                raise ValueError(f"{name} goes from {low:g} to {high:g}; give the lower one first")
            for end in (low, high):
                _check_end(name, end)
        return self

    def _ranges(self) -> dict[str, tuple[float, float]]:
        return {name: found for name, found in self if isinstance(found, tuple)}

    def of(self, weather: tuple[str, ...]) -> tuple[str, ...]:
        """Names such as `boulder@warmer=2.15,seasons=0.83`, `count` of each plain weather."""
        ranges = self._ranges()
        plain = [name for name in weather if "@" not in name]
        drawn = DesignSpace(ranges).sample(self.count * len(plain), seed=self.seed)
        told = (
            ",".join(f"{name}={value:.2f}" for name, value in zip(ranges, row, strict=True))
            for row in drawn
        )
        return tuple(f"{name}@{next(told)}" for _ in range(self.count) for name in plain)
