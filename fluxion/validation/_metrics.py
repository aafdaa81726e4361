"""How far predictions lie from measurements: the measures of ASHRAE Guideline 14, and balances.

Pure functions of numpy arrays. The first axis is that of samples (hours, buildings); the others,
such as zones, stay unless `overall` pools them. Everything is as a part, not in percent. A measure
relative to a mean of zero is NaN.

Source: ASHRAE Guideline 14-2014, Measurement of Energy, Demand, and Water Savings: definitions of
CV(RMSE) and NMBE. Their signs and degrees of freedom are discussed by G. R. Ruiz and C. F. Bandera,
Validation of Calibrated Energy Models: Common Errors, Energies 10 (2017) 1587,
doi:10.3390/en10101587.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from fluxion.errors import InputError


@dataclass(frozen=True)
class Errors:
    """How far predictions lie from measurements.

    Attributes:
        mae: Mean absolute error, in the unit of the data.
        rmse: Root mean square error, in the unit of the data.
        cv_rmse: Coefficient of variation of the RMSE. [-]
        nmbe: Normalised mean bias error; above zero where predictions are too low. [-]
        energy_balance: What predicted heat flows leave over in a balance that the measured ones
            close, as a part of the measured flows, see `energy_balance_error`. [-]
        count: Number of samples.
    """

    mae: float
    rmse: float
    cv_rmse: float
    nmbe: float
    energy_balance: float
    count: int


@dataclass(frozen=True)
class ZoneErrors:
    """Errors zone by zone, and in all.

    Attributes:
        zones: By name of the zone (or of another output).
        overall: Of all samples of all zones together.
    """

    zones: Mapping[str, Errors]
    overall: Errors


def mean_absolute_error(measured: ArrayLike, predicted: ArrayLike) -> Float[np.ndarray, "*zone"]:
    """Mean of the absolute differences, in the unit of the data."""
    y, f = _pair(measured, predicted)
    return np.mean(np.abs(y - f), axis=0)


def root_mean_square_error(
    measured: ArrayLike, predicted: ArrayLike, *, parameters: int = 0
) -> Float[np.ndarray, "*zone"]:
    """Root of the mean squared difference, in the unit of the data.

    Args:
        measured: Samples first.
        predicted: Of the same shape.
        parameters: Number p of the model's adjustable parameters; the sum is divided by n - p.
    """
    y, f = _pair(measured, predicted)
    return np.sqrt(np.sum((y - f) ** 2, axis=0) / _freedom(len(y), parameters))


def cv_rmse(
    measured: ArrayLike, predicted: ArrayLike, *, parameters: int = 1
) -> Float[np.ndarray, "*zone"]:
    """Coefficient of variation of the root mean square error. [-]

    `sqrt(sum((y - f)^2) / (n - p)) / mean(y)`.

    Args:
        measured: y, samples first.
        predicted: f, of the same shape.
        parameters: p; the Guideline takes 1 for a calibrated simulation.
    """
    y, f = _pair(measured, predicted)
    return _over(root_mean_square_error(y, f, parameters=parameters), np.mean(y, axis=0))


def nmbe(
    measured: ArrayLike, predicted: ArrayLike, *, parameters: int = 1
) -> Float[np.ndarray, "*zone"]:
    """Normalised mean bias error; above zero where predictions are too low. [-]

    `sum(y - f) / ((n - p) mean(y))`.

    Args:
        measured: y, samples first.
        predicted: f, of the same shape.
        parameters: p; the Guideline takes 1 for a calibrated simulation.
    """
    y, f = _pair(measured, predicted)
    return _over(np.sum(y - f, axis=0) / _freedom(len(y), parameters), np.mean(y, axis=0))


def energy_balance_error(
    measured: ArrayLike, predicted: ArrayLike, signs: ArrayLike = 1.0
) -> Float[np.ndarray, "*zone"]:
    """What predicted flows leave over in a balance that the measured ones close. [-]

    If the measured flows close a balance of heat together with all that is not predicted (weather,
    gains, storage), then putting the predictions in their place leaves `sum(s (f - y))` over. That
    is given as a part of `sum(|y|)`; above zero, the predictions bring in too much heat.

    Args:
        measured: y, heat flows or energies, samples first.
        predicted: f, of the same shape.
        signs: s, +1 where a flow brings heat in (heating) and -1 where it takes heat away
            (cooling); broadcast over the arrays.
    """
    y, f = _pair(measured, predicted)
    left_over = np.sum(np.asarray(signs, float) * (f - y), axis=0)
    return _over(left_over, np.sum(np.abs(y), axis=0))


def heat_balance_residual(flows: ArrayLike, stored: ArrayLike = 0.0) -> Float[np.ndarray, "*zone"]:
    """What the first law leaves unexplained, as a part of all that flowed. [-]

    Args:
        flows: Energies into a zone by every way, `(way, sample, ...)`; what leaves is negative. [J]
        stored: What the zone has stored more at the end than at the beginning. [J]

    Returns:
        `(sum of flows - stored) / sum of |flows|`; zero for a closed balance.
    """
    flows = np.asarray(flows, float)
    net = np.sum(flows, axis=(0, 1)) - np.asarray(stored, float)
    return _over(net, np.sum(np.abs(flows), axis=(0, 1)))


def zone_errors(
    measured: ArrayLike,
    predicted: ArrayLike,
    *,
    zones: Sequence[str] | None = None,
    parameters: int = 1,
    signs: ArrayLike = 1.0,
) -> ZoneErrors:
    """All measures, zone by zone and pooled.

    Args:
        measured: Samples by zones, or samples alone.
        predicted: Of the same shape.
        zones: Their names; by default their numbers.
        parameters: Of the model, for CV(RMSE) and NMBE.
        signs: Of the zones' flows, see `energy_balance_error`.

    Raises:
        InputError: Shapes differ, values are not finite, or there are too few samples.
    """
    y, f = _pair(measured, predicted)
    y, f = y.reshape(len(y), -1), f.reshape(len(f), -1)
    names = [str(k) for k in range(y.shape[1])] if zones is None else list(zones)
    if len(names) != y.shape[1]:
        raise InputError(
            f"{len(names)} names were given for {y.shape[1]} zones; give a name for each"
        )
    sign = np.broadcast_to(np.asarray(signs, float), (y.shape[1],))
    own = {name: _errors(y[:, k], f[:, k], parameters, sign[k]) for k, name in enumerate(names)}
    every = np.broadcast_to(sign, y.shape).reshape(-1)
    return ZoneErrors(own, _errors(y.reshape(-1), f.reshape(-1), parameters, every))


def _errors(y: np.ndarray, f: np.ndarray, parameters: int, signs: ArrayLike) -> Errors:
    return Errors(
        mae=float(mean_absolute_error(y, f)),
        rmse=float(root_mean_square_error(y, f)),
        cv_rmse=float(cv_rmse(y, f, parameters=parameters)),
        nmbe=float(nmbe(y, f, parameters=parameters)),
        energy_balance=float(energy_balance_error(y, f, signs)),
        count=len(y),
    )


def _pair(measured: ArrayLike, predicted: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    y, f = np.asarray(measured, float), np.asarray(predicted, float)
    if y.shape != f.shape or y.ndim == 0 or len(y) == 0:
        raise InputError(
            f"measured has the shape {y.shape} and predicted {f.shape}; "
            "give two arrays of one shape with the samples first, one sample at least"
        )
    for name, values in (("measured", y), ("predicted", f)):
        if not np.isfinite(values).all():
            wrong = int(np.size(values) - np.isfinite(values).sum())
            raise InputError(
                f"{name} has {wrong} values that are not finite; leave those samples out"
            )
    return y, f


def _freedom(count: int, parameters: int) -> int:
    if not 0 <= parameters < count:
        raise InputError(
            f"{parameters} parameters were given for {count} samples; "
            "take more samples than the model has parameters"
        )
    return count - parameters


def _over(value: np.ndarray, by: np.ndarray) -> np.ndarray:
    """The quotient, NaN where the divisor is zero."""
    safe = np.where(by == 0.0, 1.0, by)
    return np.where(by == 0.0, np.nan, value / safe)
