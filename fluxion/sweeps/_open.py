"""Results of a sweep for further work."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from fluxion.errors import InputError, require
from fluxion.sweeps._arrays import FAILED
from fluxion.sweeps._store import IDENTITY, Store

if TYPE_CHECKING:
    import xarray


def open_sweep(path: str | PathLike[str]) -> xarray.Dataset:
    """The store of a sweep as a dataset, read when used.

    Args:
        path: The store's folder.

    Returns:
        Outputs over weather, design and zone, monthly ones with a month before the zone; their
        slopes, if there are some, over the first designs (`sloped`) and with parameters last;
        `designs` over design and parameter; `status` and `reason` of each design.

    Raises:
        InputError: There is no such store.
        MissingExtraError: zarr or xarray is not installed.
    """
    xr = require("xarray", "sweeps")
    require("zarr", "sweeps")
    try:
        dataset = xr.open_zarr(path, chunks=None)
    except (OSError, ValueError, KeyError):
        dataset = None
    if dataset is None or IDENTITY not in dataset.attrs:
        raise InputError(
            f"{str(path)!r} is no store of a sweep; give one that 'fluxion sweep SPEC.toml' made"
        )
    return dataset.set_coords("unit")


def failures(store: Store) -> Iterator[tuple[int, str, np.ndarray]]:
    """Index, reason and parameters of each design that failed, chunk by chunk.

    Where every weather has designs of its own the parameters are (weather, parameter).

    Args:
        store: Of a sweep; finished or not.
    """
    for chunk in store.done():
        found, start = store.read(chunk), store.rows(chunk).start
        for row in np.flatnonzero(found["status"] == FAILED):
            yield start + int(row), str(found["reason"][row]), found["designs"][..., row, :]
