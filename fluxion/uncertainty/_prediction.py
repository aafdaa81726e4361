"""What a model with doubt says: results by name, each with its spread and an interval."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from fluxion.errors import InputError
from fluxion.signatures import Signature
from fluxion.uncertainty._conformal import Conformal, calibrate
from fluxion.uncertainty._moments import ensemble_moments

#: Level of intervals where none is given by a calibration.
LEVEL = 0.9


class Prediction(NamedTuple):
    """Results by name, in physical units: `(..., month, part)`, those of the year `(..., part)`.

    Attributes:
        mean: What is expected.
        std: How far members are from it.
        lower: Lower end of the interval.
        upper: Upper end.
    """

    mean: dict[str, Float[Array, "..."]]
    std: dict[str, Float[Array, "..."]]
    lower: dict[str, Float[Array, "..."]]
    upper: dict[str, Float[Array, "..."]]


def prediction_of(
    members: Mapping[str, Float[Array, "member ..."]],
    conformal: Mapping[str, Conformal],
    nonnegative: Sequence[str] = (),
    level: float = LEVEL,
) -> Prediction:
    """Mean, spread and interval of results of members.

    Args:
        members: Results by name, members first.
        conformal: Calibrations by result. Others get the interval of a normal distribution, which
            nothing warrants.
        nonnegative: Results of which no interval begins below 0.
        level: Of the intervals without calibration.
    """
    found = Prediction({}, {}, {}, {})
    normal = norm.ppf(0.5 + 0.5 * level)
    for name, values in members.items():
        mean, std = ensemble_moments(values)
        if name in conformal:
            lower, upper = conformal[name].interval(mean, std)
        else:
            half = normal.astype(mean.dtype) * std
            lower, upper = mean - half, mean + half
        if name in nonnegative:
            lower, upper = jnp.maximum(lower, 0.0), jnp.maximum(upper, 0.0)
        for place, value in zip(found, (mean, std, lower, upper), strict=True):
            place[name] = value
    return found


def calibrate_results(
    prediction: Prediction,
    observed: Mapping[str, Float[Any, "case ..."]],
    level: float = LEVEL,
    *,
    groups: Sequence[Hashable] | None = None,
    pool_months: bool = False,
    finite_sample: bool = True,
    least_share: float = 1e-3,
    least_spread: float = 0.0,
) -> dict[str, Conformal]:
    """Calibrations of all results that were observed, those of the year as well as of months.

    Args:
        prediction: Of cases that the model was not trained on, cases along the first axis.
        observed: What is true, by name.
        level: Probability, between 0 and 1.
        groups: The group (climate) of each case; new cases are then of a group never seen, see
            `calibrate`.
        pool_months: One quantile for all months instead of one for each.
        finite_sample: See `conformal_quantile`.
        least_share: Standard deviations are taken for at least this share of the root mean square
            of the result.
        least_spread: And for at least so many times their median over the cases. In climates never
            seen members err together, so that a small spread says little: with 1 or 2 intervals
            become narrower for the same level.

    Raises:
        InputError: A result that the model does not give, or as `calibrate`.
    """
    unknown = [name for name in observed if name not in prediction.mean]
    if unknown or not observed:
        raise InputError(
            f"observed results {', '.join(map(repr, unknown)) or '(none)'} were given; the model "
            f"gives {', '.join(prediction.mean)}"
        )
    found = {}
    for name, true in observed.items():
        months = (1,) if pool_months and name.startswith("monthly_") else ()
        usual = float(np.sqrt(np.mean(np.square(np.asarray(true, float)))))
        typical = float(np.median(prediction.std[name]))
        found[name] = calibrate(
            prediction.mean[name], prediction.std[name], true, level,
            groups=groups, pool=months, finite_sample=finite_sample,
            least_std=max(least_share * usual, least_spread * typical),
        )  # fmt: skip
    return found


def conformal_record(
    signature: Signature, conformal: Mapping[str, Conformal], nonnegative: Sequence[str] = ()
) -> dict[str, Any] | None:
    """Calibrations as a model file carries them, along the core's last axis.

    Args:
        signature: Of the model.
        conformal: By result; of all of the signature's, and of all or none of the year's.
        nonnegative: Results of which no interval begins below 0, as `EnsembleSurrogate` has them.

    Returns:
        `level`; `quantile`, half the interval in standard deviations if `normalised`, else in units
        of the core, after an axis of months if those differ; `least_std` in units of the core; and
        `reduced_quantile` and `reduced_least_std` of the year's results; `nonnegative`. None if
        there is no calibration.

    Raises:
        InputError: Results that lack a calibration, or ones that a model file cannot carry.
    """
    if not conformal:
        return None
    kinds = {(each.level, each.normalised, each.groups) for each in conformal.values()}
    level, normalised, groups = next(iter(kinds))
    if len(kinds) > 1 or groups is not None:
        raise InputError(
            "a model file carries calibrations of one level and one kind, without groups; "
            "calibrate all results alike"
        )

    def joined(names: Sequence[str], periods: tuple[int, ...]) -> tuple[list, list]:
        missing = [name for name in names if name not in conformal]
        if missing:
            raise InputError(f"{', '.join(missing)} lack a calibration; calibrate all results")
        quantiles, least = [], []
        for name, output in zip(names, signature.outputs, strict=True):
            scale = np.asarray(output.scale)
            found = np.broadcast_to(conformal[name].quantile, (*periods, len(output.parts)))
            quantiles.append(found if normalised else found / scale)
            least.append(conformal[name].least_std / scale)
        whole = np.concatenate(quantiles, axis=-1)
        if whole.ndim == 2 and (whole == whole[:1]).all():
            whole = whole[0]
        return whole.tolist(), np.concatenate(least).tolist()

    periods = (len(signature.periods),) if signature.periods else ()
    own = [output.name for output in signature.outputs]
    quantile, least = joined(own, periods)
    found = {
        "level": level,
        "normalised": normalised,
        "quantile": quantile,
        "least_std": least,
        "nonnegative": list(nonnegative),
    }
    reduced = [output.reduction[0] for output in signature.outputs if output.reduction]
    if any(name in conformal for name in reduced) and len(reduced) == len(own):
        quantile, least = joined(reduced, ())
        found |= {"reduced_quantile": quantile, "reduced_least_std": least}
    return found
