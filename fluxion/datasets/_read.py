"""Datasets read back, from the store that the simulations filled or from one file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fluxion.datasets._dataset import Dataset
from fluxion.datasets._npz import read_npz
from fluxion.errors import InputError
from fluxion.sweeps import DONE, FAILED, IDENTITY, SLOPE, open_sweep

if TYPE_CHECKING:
    import xarray

_BESIDE = {"designs", "status", "reason", "checksum"}


def read_dataset(path: str | PathLike[str], *, partial: bool = False) -> Dataset:
    """Read a dataset into memory.

    Args:
        path: The store that `fluxion dataset SPEC.toml` filled, or an .npz file made from it.
        partial: Take what is there of a store that is not finished.

    Raises:
        InputError: No such dataset, one that is damaged or not finished, or none of whose designs
            could be simulated.
        MissingExtraError: zarr or xarray is not installed, which stores need.
    """
    if Path(path).suffix == ".npz":
        return read_npz(Path(path))
    with open_sweep(path) as store:
        return _from_store(store, str(path), partial)


def _from_store(store: xarray.Dataset, path: str, partial: bool) -> Dataset:
    status = store["status"].values
    done, failed = np.flatnonzero(status == DONE), int(np.sum(status == FAILED))
    if len(done) + failed < len(status) and not partial:
        raise InputError(
            f"the dataset {path!r} holds {len(done) + failed:,} of {len(status):,} designs; run "
            "the command that began it again to complete it, or read it with partial=True"
        )
    if not len(done):
        raise InputError(
            f"the dataset {path!r} holds no design that was simulated"
            + (f": all {failed:,} failed; see their reasons there" if failed else "")
        )
    outputs = [str(n) for n in store.data_vars if str(n) not in _BESIDE and SLOPE not in str(n)]
    identity = store.attrs[IDENTITY]
    outputs = [name for name in identity["outputs"] if name in outputs]
    steep = [name for name in outputs if SLOPE + name in store]
    most = store.sizes.get("sloped", 0)
    sloped = np.flatnonzero(done < most)
    bounds = [(kind[1], kind[2]) for kind in map(_range, identity["parameters"])]
    low, high = np.array(bounds, dtype=float).T
    return Dataset(
        names=_texts(store, "parameter"),
        units=_texts(store, "unit"),
        low=low,
        high=high,
        designs=store["designs"].values[..., done, :],
        values={name: store[name].values[:, done] for name in outputs},
        output_units={name: store[name].attrs["units"] for name in outputs},
        slopes={name: store[SLOPE + name].values[:, done[sloped]] for name in steep},
        sloped=sloped,
        climates=_texts(store, "weather"),
        climate_sha256=tuple(identity["weather_sha256"]),
        zones=_texts(store, "zone"),
        months=_texts(store, "month") if "month" in store else (),
        failed=failed,
        attributes=dict(store.attrs),
    )


def _range(kind: list) -> tuple[str, float, float]:
    """Name, least and greatest value of a parameter as a store's identity keeps it."""
    if kind[1] == "categorical":
        return kind[0], min(kind[2].values()), max(kind[2].values())
    low, high = kind[2:4] if kind[1] == "integer" else kind[1:3]
    return kind[0], low, high


def _texts(store: xarray.Dataset, name: str) -> tuple[str, ...]:
    return tuple(map(str, store[name].values))
