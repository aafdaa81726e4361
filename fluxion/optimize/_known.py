"""What all starts of a search have found so far, and the surface through it near a point."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from fluxion.optimize._kriging_model import Scales, Surface, first_scales, fitted

#: Numbers (values and slopes) that a surface goes through at most, and those that scales are
#: fitted to; what it takes grows with their third power.
_NUMBERS, _FITTED = 1200, 400
#: Batches after which the scales are fitted again.
_FIT_EVERY = 4


class Known:
    """Points of the unit box with what was found there.

    Attributes:
        asked: Points that were asked for and are not answered yet.
    """

    def __init__(self, parameters: int):
        self.asked: list[np.ndarray] = []
        self._points = np.empty((0, parameters))
        self._slopes = np.empty((0, parameters))
        self._values = np.empty(0)
        self._scales: Scales = first_scales(parameters)
        self._batches, self._fitted_at = 0, -_FIT_EVERY
        self._surface: Surface | None = None

    def learn(
        self,
        points: Float[np.ndarray, "point parameter"],
        values: Float[np.ndarray, "point"],
        slopes: Float[np.ndarray, "point parameter"],
    ) -> None:
        """Take in the answers of a batch; those that are not finite are left out."""
        fine = np.isfinite(values) & np.isfinite(slopes).all(axis=1)
        self._points = np.concatenate([self._points, points[fine]])
        self._values = np.concatenate([self._values, values[fine]])
        self._slopes = np.concatenate([self._slopes, slopes[fine]])
        self._batches += 1
        self._surface = None
        self.asked = []

    def lower_near(
        self, point: Float[np.ndarray, "parameter"], value: float, distance: float
    ) -> bool:
        """Whether some point within a distance along each side has a lower value."""
        near = (np.abs(self._points - point) <= distance).all(axis=1)
        return bool((self._values[near] < value).any())

    def surface(self, around: Float[np.ndarray, "parameter"]) -> tuple[Surface, Scales]:
        """The surface through what is known around a point, and its scales.

        Raises:
            LinAlgError: The numbers are too far from any surface.
        """
        if self._batches - self._fitted_at >= _FIT_EVERY:
            best = self._points[np.argmin(self._values)]
            self._scales = fitted(*self._nearest(best, _FITTED), self._scales)
            self._fitted_at = self._batches
        whole = self._points.size + self._values.size <= _NUMBERS
        if self._surface is None or not whole:
            self._surface = Surface(*self._nearest(around, _NUMBERS), self._scales)
        return self._surface, self._scales

    def _nearest(
        self, point: np.ndarray, numbers: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As many as are allowed, two at least, measured by the lengths of the scales."""
        away = np.sum(((self._points - point) / self._scales.lengths) ** 2, axis=1)
        count = max(2, numbers // (len(point) + 1))
        rows = np.argsort(away, kind="stable")[:count]
        return self._points[rows], self._values[rows], self._slopes[rows]
