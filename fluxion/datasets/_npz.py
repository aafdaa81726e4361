"""Datasets in one file: plain arrays, and JSON that says what they are."""

from __future__ import annotations

import json
import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fluxion.datasets._dataset import Dataset
from fluxion.errors import InputError
from fluxion.io import whole_file

_ABOUT, _FORMAT = "about", 1
_SLOPE = "slope_"


def write_npz(path: str | PathLike[str], dataset: Dataset) -> None:
    """Write a dataset; equal datasets make equal files."""
    path = Path(path)
    if path.suffix != ".npz":
        raise InputError(f"{str(path)!r} was given; give a name that ends in .npz")
    about = {
        "format": _FORMAT,
        "sha256": dataset.sha256,
        **dataset.labels(),
        "values": list(dataset.values),
        "slopes": list(dataset.slopes),
        "attributes": dataset.attributes,
    }
    arrays: dict[str, Any] = {_ABOUT: np.array(json.dumps(about)), **dataset.arrays()}
    with whole_file(path) as partial, partial.open("wb") as stream:
        np.savez(stream, **arrays)


def read_npz(path: Path) -> Dataset:
    """Read what `write_npz` wrote.

    Raises:
        InputError: No such file, one of another kind, or damaged.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(str(arrays.pop(_ABOUT)))
        kind, digest = about.pop("format"), about.pop("sha256")
    except OSError as error:
        raise InputError(
            f"{str(path)!r} cannot be read ({error.strerror or error}); give the .npz file of a "
            "dataset"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):
        raise _foreign(path) from None
    if kind != _FORMAT:
        raise InputError(
            f"the dataset {str(path)!r} has format {kind!r}, this version reads {_FORMAT}; write "
            "it anew, or update Fluxion"
        )
    try:
        slopes = {name: arrays[_SLOPE + name] for name in about.pop("slopes")}
        values = {name: arrays[name] for name in about.pop("values")}
        own = {key: arrays[key] for key in ("low", "high", "designs", "sloped")}
        texts: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in about.items()
        }
        dataset = Dataset(values=values, slopes=slopes, **own, **texts)
    except (KeyError, TypeError):
        raise _foreign(path) from None
    if dataset.sha256 != digest:
        raise InputError(
            f"the dataset {str(path)!r} is damaged: its numbers are not those that were written; "
            "write it anew"
        )
    return dataset


def _foreign(path: Path) -> InputError:
    return InputError(
        f"{str(path)!r} is no dataset or is damaged; give one that 'fluxion dataset SPEC.toml "
        "--npz' wrote"
    )
