"""Samples dealt to folds without one telling of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluxion.errors import InputError

Inputs = Any
Predict = Callable[[Inputs], Any]
Fit = Callable[[Inputs, np.ndarray], Predict]


@dataclass(frozen=True)
class FoldData:
    """Samples to fit to and to predict.

    Attributes:
        inputs: An array or a mapping of arrays, samples first.
        targets: What is to be predicted, `(sample,)` or `(sample, zone)`.
        groups: A label for each sample, such as its building; those of one label stay together.
            None lets every sample stand alone, or in its block of time.
    """

    inputs: Inputs
    targets: np.ndarray
    groups: Sequence[Any] | None = None


def input_parts(inputs: Inputs) -> list[Any]:
    return list(inputs.values()) if isinstance(inputs, Mapping) else [inputs]


def take(inputs: Inputs, places: np.ndarray) -> Inputs:
    if isinstance(inputs, Mapping):
        return {name: np.asarray(values)[places] for name, values in inputs.items()}
    return np.asarray(inputs)[places]


def fold_labels(data: FoldData, count: int, block: int | None, gap: int) -> np.ndarray:
    """The number of the group, block or sample that each sample belongs to."""
    if data.groups is not None:
        if block is not None or gap:
            raise InputError("groups were given with block or gap; give either, not both")
        if len(data.groups) != count:
            raise InputError(
                f"{len(data.groups)} groups were given for {count} samples; give one for each"
            )
        return np.unique(np.asarray(data.groups), return_inverse=True)[1]
    if block is not None and block < 1 or gap < 0 or (gap and block is None):
        raise InputError(
            f"block {block} and gap {gap} were given; take a block of 1 sample or more, "
            "and a gap of 0 or more only with blocks"
        )
    return np.arange(count) // (block or 1)


def deal(labels: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The fold of each sample: units are shuffled and dealt out in turn."""
    units = int(labels.max()) + 1 if len(labels) else 0
    if not 2 <= k <= units:
        raise InputError(
            f"{k} folds were asked of {units} groups, blocks or samples; take 2 to {units}"
        )
    dealt = np.empty(units, int)
    dealt[np.random.Generator(np.random.PCG64(seed)).permutation(units)] = np.arange(units) % k
    return dealt[labels]


def training_places(fold_of: np.ndarray, number: int, gap: int) -> np.ndarray:
    """Places outside the fold, and not within the gap of any place in it."""
    near = fold_of == number
    for shift in range(1, gap + 1):
        near[shift:] |= fold_of[:-shift] == number
        near[:-shift] |= fold_of[shift:] == number
    train = np.flatnonzero(~near)
    if not len(train):
        raise InputError(
            f"a gap of {gap} samples leaves nothing to fit to; take a smaller one, "
            "longer blocks or more folds"
        )
    return train


def fitted(model: Any, inputs: Inputs, targets: np.ndarray) -> Predict:
    if hasattr(model, "fit") and hasattr(model, "predict"):
        fresh = deepcopy(model)
        fresh.fit(inputs, targets)
        return fresh.predict
    return model(inputs, targets)
