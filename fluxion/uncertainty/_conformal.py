"""Intervals that hold what they say, whatever the model: conformal calibration on other cases."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import InputError
from fluxion.uncertainty._quantiles import conformal_quantile

_FORMAT = 1
_KEYS = {"format", "level", "normalised", "quantile", "groups", "least_std"}


class Conformal(eqx.Module):
    """How wide an interval must be, learnt from cases that the model was not trained on.

    Attributes:
        quantile: Half the width: in standard deviations if `normalised`, else in the result's unit.
            It broadcasts with the results; with `groups` its first axis is the group.
        level: Probability that the interval holds the result.
        normalised: Whether the width follows the model's standard deviation.
        groups: Whose quantiles these are; None if there is one for all.
        least_std: Standard deviations below are taken for this.
    """

    quantile: Float[np.ndarray, "..."]
    level: float = eqx.field(static=True)
    normalised: bool = eqx.field(static=True, default=True)
    groups: tuple[str, ...] | None = eqx.field(static=True, default=None)
    least_std: float = eqx.field(static=True, default=0.0)

    def interval(
        self,
        mean: Float[Array, "..."],
        std: Float[Array, "..."] | None = None,
        *,
        group: str | None = None,
    ) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
        """Lower and upper end around predictions.

        Args:
            mean: What the model says.
            std: How sure it says it is; needed if `normalised`.
            group: Whose quantile to take, if there are several.

        Raises:
            InputError: No standard deviation, or no such group.
        """
        quantile = self.quantile
        if (self.groups is None) != (group is None) or group not in (self.groups or (None,)):
            known = ", ".join(self.groups or ()) or "no groups"
            raise InputError(f"group {group!r} was asked for; the calibration has {known}")
        if self.groups is not None:
            quantile = quantile[self.groups.index(group)]  # type: ignore[arg-type]
        half = jnp.asarray(quantile, mean.dtype)
        if self.normalised:
            if std is None:
                raise InputError("no standard deviation was given; this calibration scales it")
            half = half * jnp.maximum(std, self.least_std)
        return mean - half, mean + half

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers and lists, which `from_dict` reads, for JSON."""
        return {
            "format": _FORMAT,
            "level": self.level,
            "normalised": self.normalised,
            "quantile": np.asarray(self.quantile, float).tolist(),
            "groups": None if self.groups is None else list(self.groups),
            "least_std": self.least_std,
        }

    @staticmethod
    def from_dict(found: Mapping[str, Any]) -> Conformal:
        """A calibration from what `to_dict` gave.

        Raises:
            InputError: It is no such thing, or of a format that this version does not know.
        """
        if not isinstance(found, Mapping) or set(found) != _KEYS or found["format"] != _FORMAT:
            raise InputError(
                "the calibration is damaged, not Fluxion's, or of another version; calibrate anew"
            )
        try:
            quantile = np.array(found["quantile"], dtype=float)
            groups = None if found["groups"] is None else tuple(map(str, found["groups"]))
            level, least = float(found["level"]), float(found["least_std"])
        except (TypeError, ValueError):
            raise InputError("the calibration holds no numbers; calibrate anew") from None
        sound = (
            np.isfinite(quantile).all()
            and (quantile >= 0.0).all()
            and 0.0 < level < 1.0
            and 0.0 <= least < np.inf
            and (groups is None or quantile.shape[:1] == (len(groups),))
        )
        if not sound:
            raise InputError("the calibration holds numbers that cannot be; calibrate anew")
        return Conformal(quantile, level, bool(found["normalised"]), groups, least)


def calibrate(
    mean: Float[Any, "case ..."],
    std: Float[Any, "case ..."] | None,
    observed: Float[Any, "case ..."],
    level: float,
    *,
    groups: Sequence[Hashable] | None = None,
    by_group: bool = False,
    pool: Sequence[int] = (),
    finite_sample: bool = True,
    least_std: float = 0.0,
) -> Conformal:
    """Calibrate intervals on cases that the model was not trained on, for each output.

    The interval of a new case holds its result with probability `level` if that case is
    exchangeable with these (a design drawn alike). For climates never seen, let the predictions for
    each climate come from a model that was trained without it, and give the climates as `groups`.

    Args:
        mean: What the model says of each case.
        std: How sure it says it is: intervals are wide where it doubts. None: equally wide.
        observed: What is true.
        level: Probability, between 0 and 1.
        groups: The group of each case. A new case is then of a group that was never seen.
        by_group: Instead, a quantile for each group, for new cases of the groups that were seen.
        pool: Axes whose outputs share one quantile, such as that of the months.
        finite_sample: See `conformal_quantile`.
        least_std: Take standard deviations below for this.

    Raises:
        InputError: Arrays that do not fit, NaN, fewer cases or groups than the level needs, or
            standard deviations of 0 where the model errs.

    Source: see `conformal_quantile`; Papadopoulos, Vovk, Gammerman, Regression conformal prediction
    with nearest neighbours, J. Artif. Intell. Res. 40 (2011) 815 (normalised scores).
    """
    said, true = np.asarray(mean, float), np.asarray(observed, float)
    doubt = None if std is None else np.asarray(std, float)
    if said.shape != true.shape or (doubt is not None and doubt.shape != said.shape):
        shapes = (said.shape, None if doubt is None else doubt.shape, true.shape)
        raise InputError(f"mean, std and observed have shapes {shapes}; give equal ones")
    if not 0.0 <= least_std < np.inf:
        raise InputError(f"least_std={least_std} was given; give 0 or more")
    scores = np.abs(true - said)
    if doubt is not None:
        floor = np.maximum(doubt, least_std)
        some = floor > 0.0
        scores = np.where(
            some, scores / np.where(some, floor, 1.0), np.where(scores > 0.0, np.inf, scores)
        )
    names: tuple[str, ...] | None = None
    options: dict[str, Any] = {"pool": pool, "finite_sample": finite_sample}
    if by_group:
        if groups is None or len(groups) != len(scores):
            raise InputError("by_group was asked for; give the group of each case")
        names = tuple(dict.fromkeys(map(str, groups)))
        of = np.array([names.index(str(group)) for group in groups])
        each = [conformal_quantile(scores[of == i], level, **options) for i in range(len(names))]
        # Pooled axes stay, one long, so that every quantile broadcasts with the results.
        quantile = np.stack([_spread(q, scores.ndim, pool) for q in each])
    else:
        found = conformal_quantile(scores, level, groups=groups, **options)
        quantile = _spread(found, scores.ndim, pool)
    if not np.isfinite(quantile).all():
        raise InputError(
            "the model gives a standard deviation of 0, or errs without end, in too many cases; "
            "give a least_std above 0, or calibrate with std=None"
        )
    return Conformal(quantile, float(level), doubt is not None, names, float(least_std))


def _spread(quantile: np.ndarray, ndim: int, pool: Sequence[int]) -> np.ndarray:
    pooled = sorted({axis % ndim for axis in pool} - {0})
    return np.expand_dims(quantile, tuple(axis - 1 for axis in pooled)) if pooled else quantile
