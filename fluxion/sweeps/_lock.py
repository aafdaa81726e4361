"""One process at a time writes to a store.

The operating system holds the lock and drops it when its holder ends, however that happens, so a
lock is never stale: what a dead process leaves behind is an empty promise that the next one takes.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from fluxion.errors import InputError

#: Locks that this process holds.
_HELD: set[Path] = set()


@contextmanager
def locked(path: str | Path) -> Iterator[None]:
    """Keep other processes from writing to a store; this one may lock it again meanwhile.

    Args:
        path: The store's folder, there or not; the lock is a hidden file beside it.

    Raises:
        InputError: Another process writes to it, or the lock cannot be made.
    """
    path = Path(path)
    file = path.with_name(f".{path.name}.lock")
    if file.absolute() in _HELD:
        yield
        return
    handle = _take(path, file)
    _HELD.add(file.absolute())
    try:
        handle.truncate(0)
        handle.write(json.dumps({"process": os.getpid(), "machine": platform.node()}))
        handle.flush()
        yield
    finally:
        _HELD.discard(file.absolute())
        if os.name == "posix":  # elsewhere an open file cannot be removed; it stays and is harmless
            with suppress(OSError):
                file.unlink()
        handle.close()


def _take(path: Path, file: Path) -> IO[str]:
    while True:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle = open(file, "a+", encoding="utf-8")  # noqa: SIM115 (held while writing)
        except OSError as error:
            raise InputError(
                f"the store {str(path)!r} cannot be written ({error.strerror or error}); give a "
                "path in a folder that is writable"
            ) from None
        if not _try_lock(handle):
            holder = _holder(file)
            handle.close()
            raise InputError(
                f"the store {str(path)!r} is being written by another process{holder}; wait until "
                "it is done or stop it, or give another store"
            )
        # The holder before may have removed the file between opening and locking it.
        with suppress(OSError):
            if os.path.samestat(os.fstat(handle.fileno()), os.stat(file)):
                return handle
        handle.close()


def _holder(file: Path) -> str:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return f" ({found['process']} on {found['machine']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _try_lock(handle: IO[str]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(1 << 20)  # past what is read, which Windows would refuse to others
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            handle.seek(0)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
