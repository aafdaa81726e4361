"""The quantile that makes intervals hold: of scores, with room for the case to come."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from fluxion.errors import InputError

#: Against 0.9 * 10 being above 9.
_ROOM = 1e-9


def conformal_quantile(
    scores: Float[Any, "case ..."],
    level: float,
    *,
    groups: Sequence[Hashable] | None = None,
    pool: Sequence[int] = (),
    finite_sample: bool = True,
) -> Float[np.ndarray, "..."]:
    """The score that a new case stays below with this probability.

    Without groups it is the score of rank `(n + 1) * level`, rounded up, of n cases. With groups
    the new case belongs to a group that was never seen (a new climate, say): each group counts the
    same whatever its size, and the new one counts as one group more, of endless scores.

    Args:
        scores: How far each case was off, cases along the first axis.
        level: Probability, between 0 and 1.
        groups: The group of each case.
        pool: Further axes whose scores are thrown together (months, say): one quantile for all, and
            the probability is that of one of them by chance.
        finite_sample: Leave room for the new case. False gives the plain quantile of what was seen,
            which holds a little less than its level, most so with few groups.

    Returns:
        The quantile for each output, without the first and the pooled axes.

    Raises:
        InputError: A level out of range, groups that do not fit, a score that is NaN or below 0, or
            fewer cases or groups than the level needs.

    Source: Vovk, Gammerman, Shafer, Algorithmic learning in a random world, 2005; Lei et al.,
    Distribution-free predictive inference for regression, 2018, DOI 10.1080/01621459.2017.1307116;
    groups as in Lee, Barber, Willett, Distribution-free inference with hierarchical data, 2023,
    arXiv:2306.06342.
    """
    values = np.asarray(scores, dtype=float)
    if not 0.0 < level < 1.0:
        raise InputError(f"a level of {level} was given; give a probability between 0 and 1")
    if values.ndim < 1 or not len(values):
        raise InputError(f"scores of shape {values.shape} were given; give one case or more")
    if not (values >= 0.0).all():
        raise InputError("scores hold NaN or numbers below 0; leave out cases without a result")
    count = len(values)
    names = range(count) if groups is None else groups
    if len(names) != count:
        raise InputError(f"{len(names)} groups were given for {count} cases; give one for each")
    _, group, sizes = np.unique(_numbered(names), return_inverse=True, return_counts=True)
    number = len(sizes)
    rows = 1.0 / (sizes[group] * (number + finite_sample))

    axes = tuple(axis % values.ndim for axis in pool)
    if 0 in axes:
        raise InputError("axis 0 was given to pool; it holds the cases and is always pooled")
    kept = [size for axis, size in enumerate(values.shape) if axis not in (0, *axes)]
    order = (0, *axes, *(axis for axis in range(1, values.ndim) if axis not in axes))
    pooled = values.transpose(order).reshape(count, -1, int(np.prod(kept, dtype=int)))
    each = pooled.shape[1]
    weights = np.repeat(rows / each, each)
    flat = pooled.reshape(count * each, -1)
    places = np.argsort(flat, axis=0, kind="stable")
    reached = np.cumsum(weights[places], axis=0) >= level - _ROOM
    if not reached[-1].all():
        what = "cases" if groups is None else "groups"
        raise InputError(
            f"{number} {what} are too few for a level of {level:g}; give "
            f"{int(np.ceil(level / (1.0 - level) - _ROOM))} or more, or a lower level"
        )
    first = places[reached.argmax(axis=0), np.arange(flat.shape[1])]
    return flat[first, np.arange(flat.shape[1])].reshape(kept)


def _numbered(names: Sequence[Hashable]) -> np.ndarray:
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names])
