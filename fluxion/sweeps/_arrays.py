"""The arrays of a store: their names, axes, units and pieces."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fluxion.errors import require
from fluxion.simulation import REDUCTIONS
from fluxion.sweeps._job import Job
from fluxion.sweeps._results import axes_of, slope_of

#: Values of `status`.
WAITING, DONE, FAILED = 0, 1, 2


def create_arrays(path: Path, job: Job, attributes: Mapping[str, Any]) -> None:
    """Make a store of empty arrays, with names along their axes.

    Args:
        path: The folder to make; one that is there is emptied.
        job: Whose results it shall hold.
        attributes: What it says about itself.
    """
    zarr = require("zarr", "sweeps")
    group = zarr.open_group(str(path), mode="w", zarr_format=3)
    n, chunk, dtype = job.spec.samples, job.chunk, job.network.dtype
    for name in job.spec.outputs:
        shape, pieces = job.shape(name, n), job.shape(name, chunk)
        about = REDUCTIONS[name]
        _array(
            group, name, axes_of(name), shape, pieces, dtype, np.nan, units=about.unit,
            long_name=about.title,
        )  # fmt: skip
    for name in job.spec.sloped:
        # Slopes of the first designs only: an axis of their own, in pieces that chunks fill alone.
        shape = job.slope_shape(name, job.spec.gradients)
        pieces = job.slope_shape(name, min(chunk, job.spec.gradients))
        axes = ("sloped" if axis == "design" else axis for axis in axes_of(name))
        _array(
            group, slope_of(name), (*axes, "parameter"), shape, pieces, dtype, np.nan,
            units=f"{REDUCTIONS[name].unit} per unit of the parameter",
            long_name=f"Slope of {name} by each parameter, of the first designs",
        )  # fmt: skip
    p = job.space.size
    own = (len(job.climates),) if job.spec.own_designs else ()
    axes = ("weather", "design", "parameter")[1 - len(own) :]
    _array(
        group, "designs", axes, (*own, n, p), (*own, chunk, p), "float64", np.nan,
        long_name="Values of the parameters",
    )  # fmt: skip
    _array(
        group, "status", ("design",), (n,), (chunk,), "uint8", WAITING,
        flag_values=[WAITING, DONE, FAILED], flag_meanings="waiting done failed",
    )  # fmt: skip
    _array(
        group, "reason", ("design",), (n,), (chunk,), str, "",
        long_name="Why a design failed, empty if it did not",
    )  # fmt: skip
    _array(
        group, "checksum", ("chunk",), (job.chunks,), (1,), "uint64", 0,
        long_name="Of the data of a chunk that is whole, 0 before",
    )  # fmt: skip
    _label(group, job)
    group.attrs.update({"title": "Design sweep", **attributes})
    with warnings.catch_warnings():  # readers need it, though zarr 3 does not specify it yet
        warnings.simplefilter("ignore")
        zarr.consolidate_metadata(group.store)


def _label(group: Any, job: Job) -> None:
    """Names along the axes."""
    labels = {
        "parameter": job.space.names,
        "unit": job.space.units(job.network),
        "weather": job.spec.weather,
        "zone": job.network.structure.zones,
    }
    if any("month" in axes_of(name) for name in job.spec.outputs):
        labels["month"] = job.months
    for name, texts in labels.items():
        axis = "parameter" if name == "unit" else name
        array = _array(group, name, (axis,), (len(texts),), (len(texts),), str, "")
        array[:] = np.array(texts, dtype=object)


def _array(
    group: Any, name: str, axes: tuple[str, ...], shape: tuple[int, ...], chunks: tuple[int, ...],
    dtype: Any, fill: Any, **attributes: Any,
) -> Any:  # fmt: skip
    return group.create_array(
        name, shape=shape, chunks=chunks, dtype=dtype, fill_value=fill,
        dimension_names=axes, attributes=attributes,
    )  # fmt: skip
