"""Several datasets as one: more designs, or more climates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from os import PathLike
from typing import Any

import numpy as np

from fluxion.datasets._dataset import Dataset
from fluxion.datasets._read import read_dataset
from fluxion.errors import InputError

#: What must be the same, and how it is called; of `attributes` what results depend on.
_SAME = ("names", "units", "zones", "months", "output_units")
_SETTINGS = ("fluxion", "building", "building_sha256", "days", "steps_per_hour", "warmup_days")


class DataPreprocessor:
    """Makes one dataset of several.

    DataPreprocessor.combine("warm.zarr", "cold.npz").save("all.npz")
    """

    @staticmethod
    def combine(*datasets: Dataset | str | PathLike[str]) -> Dataset:
        """Datasets of the same parameters and results as one.

        Those over the same climates add their designs; those of the same designs, or of climates
        that each have their own, add their climates.

        Args:
            datasets: Datasets, or paths as for `read_dataset`.

        Raises:
            InputError: None, ones that do not go together (with what differs), or the same twice.
        """
        if not datasets:
            raise InputError("no dataset was given to combine; give two or more")
        read = [each if isinstance(each, Dataset) else read_dataset(each) for each in datasets]
        return reduce(_joined, read)


def _joined(one: Dataset, other: Dataset) -> Dataset:
    _check_same(one, other)
    if one.climates == other.climates:
        return _more_designs(one, other)
    twice = [name for name in one.climates if name in other.climates]
    if twice:
        raise InputError(
            f"the climate {twice[0]!r} is in both datasets, other climates are not; give datasets "
            "over the same climates, or over different ones"
        )
    return _more_climates(one, other)


def _check_same(one: Dataset, other: Dataset) -> None:
    pairs: list[tuple[str, Any, Any]] = [
        (key, getattr(one, key), getattr(other, key)) for key in _SAME
    ]
    pairs.append(("outputs with slopes", sorted(one.slopes), sorted(other.slopes)))
    pairs.append(("own_designs", one.own_designs, other.own_designs))
    settings = [each.attributes.get("fluxion_sweep", {}) for each in (one, other)]
    pairs += [(key, settings[0].get(key), settings[1].get(key)) for key in _SETTINGS]
    for key, here, there in pairs:
        if here != there:
            raise InputError(
                f"datasets that differ cannot be combined: {key} is {_short(here)} in one, "
                f"{_short(there)} in the other"
            )
    shared = {*zip(one.climates, one.climate_sha256, strict=True)}
    for name, digest in zip(other.climates, other.climate_sha256, strict=True):
        if name in one.climates and (name, digest) not in shared:
            raise InputError(
                f"datasets that differ cannot be combined: the weather file of {name!r} is another"
            )


def _more_designs(one: Dataset, other: Dataset) -> Dataset:
    rows = np.concatenate([one.designs, other.designs], axis=-2)
    each = rows.reshape(-1, *rows.shape[-2:])
    if any(len(np.unique(part, axis=0)) < len(part) for part in each):
        raise InputError(
            "the same designs are in both datasets; give specs with different seeds, or one only"
        )
    return replace(
        _both(one, other, lambda *arrays: np.concatenate(arrays, axis=1)),
        designs=rows,
        sloped=np.concatenate([one.sloped, one.count + other.sloped]),
    )


def _more_climates(one: Dataset, other: Dataset) -> Dataset:
    if one.own_designs:
        if one.count != other.count:
            raise InputError(
                f"datasets of {one.count} and {other.count} designs over different climates cannot "
                "be combined; take() as many of each"
            )
        designs = np.concatenate([one.designs, other.designs])
    elif not np.array_equal(one.designs, other.designs):
        raise InputError(
            "datasets of other designs over other climates cannot be combined; give ones that "
            "share their designs or their climates"
        )
    else:
        designs = one.designs
    if not np.array_equal(one.sloped, other.sloped):
        raise InputError(
            "datasets over different climates have slopes of different designs; give ones with "
            "slopes of the same"
        )
    return replace(
        _both(one, other, lambda *arrays: np.concatenate(arrays)),
        designs=designs,
        climates=one.climates + other.climates,
        climate_sha256=one.climate_sha256 + other.climate_sha256,
    )


def _both(one: Dataset, other: Dataset, join: Callable[..., np.ndarray]) -> Dataset:
    """Values and slopes joined; bounds that hold both, and what made each."""
    return replace(
        one,
        low=np.minimum(one.low, other.low),
        high=np.maximum(one.high, other.high),
        values={name: join(one.values[name], other.values[name]) for name in one.values},
        slopes={name: join(one.slopes[name], other.slopes[name]) for name in one.slopes},
        failed=one.failed + other.failed,
        attributes={
            **one.attributes,
            "combined_with": [*one.attributes.get("combined_with", ()), other.attributes],
        },
    )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
