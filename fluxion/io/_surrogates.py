"""Trained models on disk: what they are as JSON, their numbers as plain arrays; never pickled code.

A folder holds `model.json` (signature, network, what made it, checksum) and `params.npz`.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion._version import __version__
from fluxion.errors import InputError, require
from fluxion.io._atomic import whole_file
from fluxion.signatures import Signature

if TYPE_CHECKING:
    from fluxion.surrogates import Surrogate

_FORMAT = 1
_MODEL, _PARAMS = "model.json", "params.npz"


def save_surrogate(
    folder: str | PathLike[str],
    surrogate: Surrogate,
    *,
    training: Mapping[str, Any],
    climates: Mapping[str, np.ndarray] | None = None,
) -> Path:
    """Write a trained model.

    Args:
        folder: Made if need be; a model that is there is replaced.
        surrogate: One network or an ensemble.
        training: What made it, as JSON can hold it.
        climates: Features of each climate by its name, (month, feature).

    Returns:
        The folder.

    Raises:
        InputError: It cannot be written.
        MissingExtraError: flax is not installed.
    """
    require("flax", "train")
    from fluxion.surrogates import module_fields

    folder = Path(folder)
    flat = _flatten(surrogate.params)
    facts = {
        "format": _FORMAT,
        "version": __version__,
        "signature": json.loads(surrogate.signature.to_json()),
        "network": {
            "name": type(surrogate.module).__name__,
            **module_fields(surrogate.module),
        },
        "members": _members(surrogate),
        "params_sha256": _sha256(flat),
        "training": dict(training),
        "climates": {k: np.asarray(v, float).tolist() for k, v in (climates or {}).items()},
    }
    with whole_file(folder / _PARAMS) as part, part.open("wb") as file:
        np.savez(file, **flat)  # pyright: ignore[reportArgumentType]
    with whole_file(folder / _MODEL) as part:
        part.write_text(json.dumps(facts, indent=1))
    return folder


def load_surrogate(folder: str | PathLike[str]) -> tuple[Surrogate, dict[str, Any]]:
    """Read a trained model.

    Args:
        folder: That `save_surrogate` wrote.

    Returns:
        The model, and its facts: "training", "climates", "version".

    Raises:
        InputError: No model is there, or it is damaged or of another format.
        MissingExtraError: flax is not installed.
    """
    require("flax", "train")
    from fluxion import surrogates

    folder = Path(folder)
    try:
        facts = json.loads((folder / _MODEL).read_text())
        with np.load(folder / _PARAMS, allow_pickle=False) as file:
            flat = {name: file[name] for name in file.files}
    except OSError as error:
        raise InputError(
            f"{str(folder)!r} holds no trained model ({error.strerror or error}); give a folder "
            "that 'fluxion train' wrote"
        ) from None
    except (ValueError, zipfile.BadZipFile, EOFError, KeyError):
        raise InputError(f"the model in {str(folder)!r} is damaged; train it again") from None
    if not isinstance(facts, dict) or facts.get("format") != _FORMAT:
        raise InputError(
            f"the model in {str(folder)!r} has format "
            f"{facts.get('format') if isinstance(facts, dict) else None!r}, this version reads "
            f"{_FORMAT}; train it again"
        )
    if _sha256(flat) != facts.get("params_sha256"):
        raise InputError(
            f"the numbers in {str(folder / _PARAMS)!r} are not those that were trained (their "
            "checksum differs); copy the folder again, or train it again"
        )
    network = dict(facts["network"])
    name = network.pop("name")
    if name not in surrogates.MODULES:
        known = ", ".join(surrogates.MODULES)
        raise InputError(f"the model in {str(folder)!r} is a {name!r}; this version knows {known}")
    module = surrogates.module_of(name, network)
    signature = Signature.from_json(json.dumps(facts["signature"]))
    facts["climates"] = {k: np.asarray(v) for k, v in facts["climates"].items()}
    return surrogates.Surrogate(signature, module, _unflatten(flat)), facts


def _members(surrogate: Surrogate) -> int | None:
    """Members of an ensemble, None of one network."""
    kernel = surrogate.params["out"]["kernel"]
    return int(kernel.shape[0]) if kernel.ndim == 3 else None


def _flatten(params: Mapping[str, Any], path: str = "") -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for name, value in params.items():
        if isinstance(value, Mapping):
            found |= _flatten(value, f"{path}{name}/")
        else:
            found[path + name] = np.asarray(value)
    return found


def _unflatten(flat: Mapping[str, np.ndarray]) -> dict[str, Any]:
    import jax.numpy as jnp

    found: dict[str, Any] = {}
    for path, value in flat.items():
        *folders, name = path.split("/")
        place = found
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = jnp.asarray(value)
    return found


def _sha256(flat: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(flat):
        array = np.ascontiguousarray(flat[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
