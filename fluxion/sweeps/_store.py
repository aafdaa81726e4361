"""Results on disk, chunk by chunk; a chunk counts once its mark is written.

All arrays of a chunk are written first, its mark last. The mark is a checksum of what was written,
so that a chunk that was cut short, or lost after the mark, is found out and simulated again.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from fluxion.errors import InputError, require
from fluxion.sweeps._arrays import DONE, FAILED, create_arrays
from fluxion.sweeps._job import Job, continued
from fluxion.sweeps._lock import locked
from fluxion.sweeps._results import slope_of

IDENTITY = "fluxion_sweep"


class Store:
    """An open store of a job.

    Args:
        path: Its folder.
        job: Of which it holds the results, in batches of the size that it was begun with.
    """

    def __init__(self, path: Path, job: Job):
        self.path, self.job = path, job
        with _one_line(path):
            self.group = require("zarr", "sweeps").open_group(str(path), mode="r+")
        self.marks = np.asarray(self.group["checksum"][:])

    def rows(self, chunk: int) -> slice:
        """Designs of a chunk."""
        start = chunk * self.job.chunk
        return slice(start, min(start + self.job.chunk, self.job.spec.samples))

    def done(self) -> list[int]:
        """Chunks that are marked."""
        return [int(chunk) for chunk in np.flatnonzero(self.marks)]

    def missing(self) -> list[int]:
        """Chunks that are not marked."""
        return [int(chunk) for chunk in np.flatnonzero(self.marks == 0)]

    def forget_broken(self) -> int:
        """Take the mark from chunks whose data are not what was written; returns how many."""
        broken = [c for c in self.done() if not self._is_whole(c)]
        self.marks[broken] = 0
        return len(broken)

    def designs_done(self) -> int:
        """Designs in marked chunks."""
        return sum(self.rows(c).stop - self.rows(c).start for c in self.done())

    def write(
        self,
        chunk: int,
        values: Mapping[str, np.ndarray],
        failed: Mapping[int, str],
        slopes: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Write a chunk, then its mark.

        Args:
            chunk: Its number.
            values: Each output, (weather, design, zone), or with months before the zones.
            failed: Reasons by row, counted from the chunk's first.
            slopes: Of each output that has some, of the chunk's first designs, parameters last.

        Raises:
            InputError: The disk is full or the folder cannot be written.
        """
        rows = self.rows(chunk)
        count = rows.stop - rows.start
        status = np.full(count, DONE, np.uint8)
        status[list(failed)] = FAILED
        reasons = np.array([failed.get(row, "") for row in range(count)], dtype=object)
        with _one_line(self.path, f"{self.designs_done():,} designs are kept"):
            self.group["designs"][..., rows, :] = self.job.rows(rows)
            for name, array in values.items():
                self.group[name][:, rows] = array
            sloped = self._sloped(chunk)
            steep = [] if sloped is None else [(n, (slopes or {})[n]) for n in self.job.spec.sloped]
            for name, array in steep:
                self.group[slope_of(name)][:, sloped] = array
            self.group["status"][rows] = status
            if failed:
                self.group["reason"][rows] = reasons
            arrays = [self.job.rows(rows), *values.values(), *(array for _, array in steep), status]
            mark = _mark(arrays, reasons)
            self.group["checksum"][chunk] = mark
        self.marks[chunk] = mark

    def read(self, chunk: int) -> dict[str, np.ndarray]:
        """All arrays of a chunk."""
        rows = self.rows(chunk)
        found = {name: self.group[name][:, rows] for name in self.job.spec.outputs}
        found["designs"] = self.group["designs"][..., rows, :]
        for name in ("status", "reason"):
            found[name] = self.group[name][rows]
        return found

    def read_slopes(self, chunk: int) -> dict[str, np.ndarray]:
        """Slopes of a chunk's first designs by output; nothing if none of it has some."""
        rows = self._sloped(chunk)
        if rows is None:
            return {}
        return {name: self.group[slope_of(name)][:, rows] for name in self.job.spec.sloped}

    def _sloped(self, chunk: int) -> slice | None:
        """Designs of a chunk that have slopes."""
        start = self.rows(chunk).start
        count = self.job.sloped(self.rows(chunk))
        return slice(start, start + count) if count else None

    def _is_whole(self, chunk: int) -> bool:
        try:
            found, slopes = self.read(chunk), self.read_slopes(chunk)
        except (OSError, ValueError, RuntimeError):
            return False
        outputs = [found[name] for name in self.job.spec.outputs]
        return self.marks[chunk] == _mark(
            [found["designs"], *outputs, *slopes.values(), found["status"]], found["reason"]
        )


def _mark(arrays: list[np.ndarray], reasons: np.ndarray) -> np.uint64:
    """A checksum that is never 0."""
    crc = 0
    for array in arrays:
        crc = zlib.crc32(np.ascontiguousarray(array).tobytes(), crc)
    crc = zlib.crc32("\n".join(map(str, reasons)).encode(), crc)
    return np.uint64((1 << 32) | crc)


def open_store(job: Job, provenance: Mapping[str, Any]) -> Store:
    """Open the store of a job, or make it.

    Args:
        job: Whose results it holds or shall hold.
        provenance: What made it, for the attributes of a new one.

    Raises:
        InputError: It cannot be made, is no store of a sweep, holds results of another spec, or
            is being written by another process.
        MissingExtraError: zarr is not installed.
    """
    zarr = require("zarr", "sweeps")
    path = Path(str(job.spec.store))
    with locked(path):
        return _open(zarr, path, job, provenance)


def _open(zarr: Any, path: Path, job: Job, provenance: Mapping[str, Any]) -> Store:
    if path.exists():
        found = _identity_of(zarr, path)
        same = continued(job, found)
        differences = _differences(found, same.identity)
        if not differences:
            return Store(path, same)
        if Store(path, job).marks.any():
            raise InputError(
                f"the store {str(path)!r} was made from another spec ({'; '.join(differences)}); "
                "give this one another store, or move that one away"
            )
        with _one_line(path):
            shutil.rmtree(path)  # nothing was simulated for that other spec
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _one_line(path):
            partial.parent.mkdir(parents=True, exist_ok=True)
            create_arrays(partial, job, {**provenance, IDENTITY: job.identity})
            partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Store(path, job)


def _identity_of(zarr: Any, path: Path) -> dict[str, Any]:
    try:
        found = dict(zarr.open_group(str(path), mode="r").attrs).get(IDENTITY)
    except (OSError, ValueError, KeyError):
        found = None
    if not isinstance(found, dict):
        raise InputError(
            f"{str(path)!r} is there and is no store of a sweep; give another path as store"
        )
    return found


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """What differs between two identities, the telling things first; hashes only if alone."""
    keys = [key for key in {**found, **wanted} if found.get(key) != wanted.get(key)]
    told = [key for key in keys if not key.endswith("_sha256")] or keys
    return [
        f"{key}: {_short(found.get(key))} there, {_short(wanted.get(key))} here" for key in told
    ]


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@contextmanager
def _one_line(path: Path, kept: str = "") -> Iterator[None]:
    """Say in one line what the disk refused, and what to do."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the store {str(path)!r} cannot be written ({error.strerror or error})"
            + (f"; {kept}; make room and run the same command again" if kept else "")
            + ("" if kept else "; give a path in a folder that is writable")
        ) from None
