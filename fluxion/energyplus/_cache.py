"""Finished runs by their content, so that nothing is run twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import platformdirs

from fluxion.energyplus._engine import Engine
from fluxion.energyplus._labels import Labels
from fluxion.errors import InputError

#: What a finished run has.
_DONE = ("eplusout.end", "eplusout.sql", "labels.json")
#: How folders of unfinished runs begin, and when nobody can be working in one any more. [s]
_PARTIAL, _STALE_SECONDS = ".run-", 2 * 86400.0


def cache_folder() -> Path:
    """Where finished runs are kept; may be deleted at any time."""
    return Path(platformdirs.user_cache_dir("fluxion")) / "energyplus"


def clear_cache() -> None:
    """Delete all finished runs that are kept."""
    shutil.rmtree(cache_folder(), ignore_errors=True)


def run_key(model: dict[str, Any], labels: Labels, weather: bytes, engine: Engine) -> str:
    """SHA-256 of all that decides a result: model, names, weather, engine."""
    text = json.dumps([model, labels.to_dict(), engine.version], sort_keys=True)
    return hashlib.sha256(text.encode() + hashlib.sha256(weather).digest()).hexdigest()


def is_finished(folder: Path) -> bool:
    """Whether a folder holds a finished run."""
    return all((folder / name).is_file() for name in _DONE)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder beside `target`, moved to it when the block ends without an error.

    Args:
        target: Where the folder shall be; if another process was faster, its finished run stays.

    Raises:
        InputError: It cannot be made there.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.glob(f"{_PARTIAL}*"):  # of processes that were killed
            with suppress(OSError):  # another process may be moving it
                if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=target.parent))
    except OSError as error:
        raise InputError(
            f"the folder {str(target.parent)!r} cannot be written ({error.strerror or error}); "
            "make it writable or choose another one"
        ) from None
    try:
        yield partial
        if target.is_dir() and not is_finished(target):  # somebody took files out of it
            shutil.rmtree(target, ignore_errors=True)
        with suppress(OSError):
            os.replace(partial, target)
        if not target.is_dir():
            raise InputError(f"the folder {str(target)!r} cannot be made; choose another one")
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def copy_files(source: Path, target: Path) -> None:
    """Copy the files of a run into a folder, each whole or not at all.

    Raises:
        InputError: It cannot be written there.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.iterdir()):
            partial = target / f".{path.name}.{os.getpid()}"
            try:
                shutil.copyfile(path, partial)
                partial.replace(target / path.name)
            finally:
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder {str(target)!r} cannot be written ({error.strerror or error}); "
            "make it writable or choose another one"
        ) from None
