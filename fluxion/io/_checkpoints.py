"""States of a training run on disk, from which it goes on after a stop."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import jax

from fluxion.errors import InputError, require
from fluxion.io._atomic import whole_file

_IDENTITY, _STATES = "run.json", "states"


class Checkpoints:
    """The states of one training run; the last two are kept.

    Args:
        folder: Made if need be.
        identity: All that the run depends on; a folder with states of another run is refused.

    Raises:
        InputError: The folder holds states of another run, or cannot be written.
        MissingExtraError: orbax is not installed.
    """

    def __init__(self, folder: str | PathLike[str], identity: Mapping[str, Any]):
        ocp = require("orbax.checkpoint", "train")
        logging.getLogger("absl").setLevel(logging.ERROR)
        self.folder = Path(folder).absolute()
        told = json.loads(json.dumps(dict(identity)))
        found = _identity_of(self.folder)
        if found is not None and found != told:
            differ = [k for k in {**found, **told} if found.get(k) != told.get(k)]
            raise InputError(
                f"{str(self.folder)!r} holds a run with other {', '.join(differ)}; go on with what "
                "it was begun with, or give another folder"
            )
        if found is None:
            with whole_file(self.folder / _IDENTITY) as part:
                part.write_text(json.dumps(told, indent=1))
        options = ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=False)
        self._ocp = ocp
        self._manager = ocp.CheckpointManager(self.folder / _STATES, options=options)

    def keep(self, step: int, state: Any) -> None:
        """Write a state; it counts once it is whole.

        Args:
            step: Its number, above those kept.
            state: A pytree of arrays, keys of random numbers among them.

        Raises:
            InputError: The disk is full or the folder cannot be written.
        """
        try:
            self._manager.save(step, args=self._ocp.args.StandardSave(_plain(state)))
        except OSError as error:
            raise InputError(
                f"{str(self.folder)!r} cannot be written ({error.strerror or error}); the states "
                "before are kept; make room and run the same command again"
            ) from None

    def latest(self, like: Any) -> Any | None:
        """The last whole state, None if there is none.

        Args:
            like: A state of the same shapes.

        Raises:
            InputError: The state is damaged.
        """
        step = self._manager.latest_step()
        if step is None:
            return None
        try:
            found = self._manager.restore(step, args=self._ocp.args.StandardRestore(_plain(like)))
        except (OSError, ValueError, KeyError) as error:
            raise InputError(
                f"the state of step {step} in {str(self.folder)!r} cannot be read "
                f"({str(error).splitlines()[0][:120]}); remove that folder to begin anew"
            ) from None
        return _like(found, like)

    def close(self, *, remove: bool = False) -> None:
        """End writing; with `remove` the states are no longer needed."""
        self._manager.close()
        if remove:
            shutil.rmtree(self.folder, ignore_errors=True)


def _identity_of(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / _IDENTITY).read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise InputError(
            f"{str(folder)!r} holds no states of a training run that can be read; remove it to "
            "begin anew"
        ) from None
    return found


def _is_key(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _plain(state: Any) -> dict[str, Any]:
    """A state as names and plain arrays."""
    leaves = jax.tree.leaves(state)
    return {
        f"{i:04d}": jax.random.key_data(leaf) if _is_key(leaf) else leaf
        for i, leaf in enumerate(leaves)
    }


def _like(found: Mapping[str, Any], like: Any) -> Any:
    leaves, shape = jax.tree.flatten(like)
    back = [
        jax.random.wrap_key_data(found[f"{i:04d}"]) if _is_key(leaf) else found[f"{i:04d}"]
        for i, leaf in enumerate(leaves)
    ]
    return jax.tree.unflatten(shape, back)
