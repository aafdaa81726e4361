"""A smooth surface through values and slopes: a Gaussian process, and the scales that suit it.

A design that was evaluated with its gradient says as much as many without. A Gaussian process takes
the slopes in as they are, since the derivative of such a process is one too. A surface through a
few dozen designs then says where the lowest point near them is.

Source: Rasmussen, Williams, Gaussian processes for machine learning, MIT Press 2006, eq. 2.30, 5.8
and 5.9, section 9.4; Morris, Mitchell, Ylvisaker, Bayesian design and analysis of computer
experiments: use of derivatives in surface prediction, Technometrics 35 (1993) 243.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

#: What is expected of lengths before there are data, and how sure that is (of its logarithm). The
#: box is 1 wide. [-]
_LENGTH, _LENGTH_SPREAD = 1.5, 0.7
_LENGTHS = (0.05, 20.0)
#: The same of the noise of slopes, as a share of their variance.
_NOISE, _NOISE_SPREAD = 1e-5, 1.5
_NOISES = (1e-7, 1e-1)
#: Noise of values beside that of slopes, both as shares of variances.
_NOISE_OF_VALUES = 0.01
_ITERATIONS = 15


@dataclass(frozen=True)
class Scales:
    """What a surface is like.

    Attributes:
        lengths: How far along each side of the unit box it bends once. [-]
        noise: Of the slopes: the share of their variance that no surface explains. [-]
    """

    lengths: Float[np.ndarray, "parameter"]
    noise: float


def first_scales(parameters: int) -> Scales:
    """Before there are data."""
    return Scales(np.full(parameters, _LENGTH), _NOISE)


class Surface:
    """A Gaussian process with a squared exponential kernel through values and slopes.

    Args:
        points: Where, in the unit box.
        values: What is there.
        slopes: How it changes along the sides of the box.
        scales: Of the process.
    """

    def __init__(
        self,
        points: Float[np.ndarray, "point parameter"],
        values: Float[np.ndarray, "point"],
        slopes: Float[np.ndarray, "point parameter"],
        scales: Scales,
    ):
        self._points, self._sharpness = points, scales.lengths**-2.0
        self._middle = values.mean()
        data = _Data(points, values - self._middle, slopes)
        solved = _solve(data, _Kernel(points, self._sharpness), scales)
        self._middle += solved.constant
        weights = _backwards(solved.factor, solved.residual).reshape(len(points), -1)
        self._of_values, self._of_slopes = weights[:, 0], weights[:, 1:]

    def __call__(
        self, point: Float[np.ndarray, "parameter"]
    ) -> tuple[float, Float[np.ndarray, "parameter"]]:
        """Its height at a point and its slopes."""
        away = point - self._points
        near = np.exp(-0.5 * away**2 @ self._sharpness)
        along = away * self._sharpness
        share = near * (self._of_values + np.sum(along * self._of_slopes, axis=1))
        slopes = self._sharpness * (near @ self._of_slopes) - share @ along
        return float(self._middle + share.sum()), slopes


def fitted(
    points: Float[np.ndarray, "point parameter"],
    values: Float[np.ndarray, "point"],
    slopes: Float[np.ndarray, "point parameter"],
    guess: Scales,
) -> Scales:
    """The scales under which the data are likeliest, beginning with a guess."""
    from scipy.optimize import minimize  # takes long to import, and a simulation needs it not

    data = _Data(points, values - values.mean(), slopes)
    middle = np.log(np.append(np.full(points.shape[1], _LENGTH), _NOISE))
    spread = np.append(np.full(points.shape[1], _LENGTH_SPREAD), _NOISE_SPREAD)

    def unlikely(logs: np.ndarray) -> tuple[float, np.ndarray]:
        try:
            found, slope = _unlikelihood(data, Scales(np.exp(logs[:-1]), float(np.exp(logs[-1]))))
        except np.linalg.LinAlgError:
            return 1e10, np.zeros_like(logs)
        away = (logs - middle) / spread
        return found + 0.5 * float(away @ away), slope + away / spread

    sides = [_LENGTHS] * points.shape[1] + [_NOISES]
    found = minimize(
        unlikely,
        np.log(np.append(guess.lengths, guess.noise)),
        jac=True,
        method="L-BFGS-B",
        bounds=np.log(sides),
        options={"maxiter": _ITERATIONS, "maxfun": 2 * _ITERATIONS},
    ).x
    return Scales(np.exp(found[:-1]), float(np.exp(found[-1])))


@dataclass(frozen=True)
class _Data:
    """Values less their mean, and slopes."""

    points: np.ndarray
    values: np.ndarray
    slopes: np.ndarray

    def column(self) -> np.ndarray:
        """Of each point its value, then its slopes."""
        return np.concatenate([self.values[:, None], self.slopes], axis=1).ravel()

    def constant(self) -> np.ndarray:
        """What a constant adds to the column: 1 to values, nothing to slopes."""
        ones = np.zeros((len(self.points), self.points.shape[1] + 1))
        ones[:, 0] = 1.0
        return ones.ravel()


class _Kernel:
    """Covariances of a process of variance 1, `(point, 1 + parameter, point, 1 + parameter)`."""

    def __init__(self, points: np.ndarray, sharpness: np.ndarray):
        count, size = points.shape
        self.away = points[:, None] - points[None]
        self.near = np.exp(-0.5 * self.away**2 @ sharpness)
        self.along = self.away * sharpness
        value_slope = self.near[..., None] * self.along
        every = np.empty((count, size + 1, count, size + 1))
        every[:, 0, :, 0] = self.near
        every[:, 0, :, 1:] = value_slope
        every[:, 1:, :, 0] = -value_slope.transpose(0, 2, 1)
        every[:, 1:, :, 1:] = (
            -value_slope.transpose(0, 2, 1)[:, :, :, None] * self.along[:, None, :, :]
        )
        each = np.arange(1, size + 1)
        every[:, each, :, each] += sharpness[:, None, None] * self.near
        self.every = every


@dataclass(frozen=True)
class _Solved:
    """A Cholesky factor, the data in its terms less their constant, and their variance."""

    factor: np.ndarray
    residual: np.ndarray
    constant: float
    variance: float


def _solve(data: _Data, kernel: _Kernel, scales: Scales) -> _Solved:
    column = data.column()
    matrix = kernel.every.reshape(len(column), len(column)).copy()
    noise = np.append(_NOISE_OF_VALUES, scales.lengths**-2.0) * scales.noise
    matrix[np.diag_indices(len(column))] += np.tile(noise, len(data.points))
    factor = np.linalg.cholesky(matrix)
    constant, known = _forwards(factor, data.constant()), _forwards(factor, column)
    level = (constant @ known) / (constant @ constant)
    residual = known - level * constant
    variance = max(residual @ residual / len(column), np.finfo(float).tiny)
    return _Solved(factor, residual, float(level), float(variance))


def _unlikelihood(data: _Data, scales: Scales) -> tuple[float, np.ndarray]:
    """Less the logarithm of the likelihood, and its slopes by the logarithms of the scales."""
    sharpness = scales.lengths**-2.0
    kernel = _Kernel(data.points, sharpness)
    solved = _solve(data, kernel, scales)
    size = len(solved.residual)
    value = float(0.5 * size * np.log(solved.variance) + np.log(np.diag(solved.factor)).sum())
    inverse = _forwards(solved.factor, np.eye(size))
    weights = inverse.T @ solved.residual
    pull = np.outer(weights, weights) / solved.variance - inverse.T @ inverse
    pull = pull.reshape(kernel.every.shape)
    between = pull[:, 1:, :, 1:]
    # By each sharpness: that in the exponential, then those in front of it.
    near_away = kernel.near[..., None] * kernel.away
    by = -0.5 * np.einsum(
        "abm,ab->m", kernel.away**2, np.einsum("aibj,aibj->ab", pull, kernel.every)
    )
    by += 2.0 * np.einsum("abm,abm->m", pull[:, 0, :, 1:], near_away)
    by += np.einsum("ambm,ab->m", between, kernel.near)
    by -= 2.0 * np.einsum(
        "abm,abm->m", np.einsum("ambj,abj->abm", between, kernel.along), near_away
    )
    own = np.einsum("amam->m", between)
    by += scales.noise * own
    by_noise = _NOISE_OF_VALUES * np.einsum("aa->", pull[:, 0, :, 0]) + own @ sharpness
    return value, np.append(by * sharpness, -0.5 * by_noise * scales.noise)


def _forwards(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    from scipy.linalg import solve_triangular

    return solve_triangular(factor, right, lower=True, check_finite=False)


def _backwards(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    from scipy.linalg import solve_triangular

    return solve_triangular(factor.T, right, lower=False, check_finite=False)
