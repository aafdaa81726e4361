"""Every evaluation of a search, in the order in which they were made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class History:
    """Every evaluation, in the order in which they were made. Enough to go on from.

    Attributes:
        designs: Where.
        values: The objective there.
        gradients: Its slopes there.
        start: Which start asked for it.
        seconds: When it was answered, since the beginning; compiling included. [s]
    """

    designs: Float[np.ndarray, "evaluation parameter"]
    values: Float[np.ndarray, "evaluation"]
    gradients: Float[np.ndarray, "evaluation parameter"]
    start: Int[np.ndarray, "evaluation"]
    seconds: Float[np.ndarray, "evaluation"]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def best_so_far(self) -> Float[np.ndarray, "evaluation"]:
        """The least value of all evaluations up to each."""
        return np.minimum.accumulate(np.where(np.isfinite(self.values), self.values, np.inf))


class Log:
    """Grows a history."""

    def __init__(self, parameters: int, earlier: History | None):
        self._parameters, self._earlier = parameters, earlier
        self._rows: list[tuple[np.ndarray, float, np.ndarray, int, float]] = []

    def add(
        self, design: np.ndarray, value: float, gradient: np.ndarray, start: int, seconds: float
    ) -> None:
        self._rows.append((design, value, gradient, start, seconds))

    def history(self) -> History:
        shape = (len(self._rows), self._parameters)
        new = History(
            np.array([row[0] for row in self._rows], float).reshape(shape),
            np.array([row[1] for row in self._rows], float),
            np.array([row[2] for row in self._rows], float).reshape(shape),
            np.array([row[3] for row in self._rows], int),
            np.array([row[4] for row in self._rows], float),
        )
        if self._earlier is None:
            return new
        both = {
            name: np.concatenate([getattr(self._earlier, name), getattr(new, name)])
            for name in vars(new)
        }
        return History(**both)
