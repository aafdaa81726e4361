"""Designs as points of the unit box, in which descents move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from fluxion.errors import SimulationError
from fluxion.optimize._parameter_kinds import Continuous, Transform


class UnitBox:
    """The map between designs and points of the unit box, parameter by parameter.

    Args:
        lower: Lowest value of each parameter.
        upper: Highest value of each parameter.
        transforms: Of each parameter "linear" or "log"; all linear if there are none.

    Raises:
        SimulationError: Bounds or transforms of unequal length, bounds that are reversed, equal,
            not finite or not for the transform.
    """

    def __init__(
        self,
        lower: Float[np.ndarray, "parameter"],
        upper: Float[np.ndarray, "parameter"],
        transforms: Sequence[Transform] | None = None,
    ):
        if transforms is None:
            transforms = ("linear",) * len(lower)
        if len(transforms) != len(lower):
            raise SimulationError(
                f"{len(transforms)} transforms were given for {len(lower)} parameters; give as many"
            )
        if not (np.isfinite(lower) & np.isfinite(upper) & (lower < upper)).all():
            raise SimulationError(
                "bounds are reversed, equal or not finite; give the lower ones first"
            )
        self._lower, self._upper = lower, upper
        self._kinds = [
            Continuous(float(low), float(high), transform)
            for low, high, transform in zip(lower, upper, transforms, strict=True)
        ]

    def points(
        self, designs: Float[np.ndarray, "*design parameter"]
    ) -> Float[np.ndarray, "*design parameter"]:
        """Where designs lie in the box."""
        columns = [kind.to_unit(designs[..., i], np) for i, kind in enumerate(self._kinds)]
        return np.stack(columns, axis=-1)

    def design(self, point: Float[np.ndarray, "parameter"]) -> Float[np.ndarray, "parameter"]:
        """The design at a point; exactly at the bounds where the point is."""
        inside = np.array([kind.from_unit(point[i], np) for i, kind in enumerate(self._kinds)])
        inside = np.where(point <= 0.0, self._lower, np.where(point >= 1.0, self._upper, inside))
        return np.clip(inside, self._lower, self._upper)

    def slopes(
        self, design: Float[np.ndarray, "parameter"], gradient: Float[np.ndarray, "parameter"]
    ) -> Float[np.ndarray, "parameter"]:
        """Slopes along the sides of the box from those along the parameters."""
        return gradient * np.array([k.stretch(design[i]) for i, k in enumerate(self._kinds)])
