"""Weather files that were read before: their checked columns, kept in the user's cache.

Reading a file costs a second: what parses it and where the sun stood. What is kept goes by the
content of the file and by all that turns it into columns, so that it never needs to be forgotten.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jax
import numpy as np

from fluxion.errors import FluxionError
from fluxion.io._atomic import whole_file
from fluxion.io._weather_checks import check_table
from fluxion.io._weather_fill import fill_missing
from fluxion.io._weather_store import weather_cache
from fluxion.io._weather_table import (
    COLUMNS,
    WeatherFile,
    WeatherProvenance,
    WeatherTable,
    build_weather,
    file_sha256,
)

#: Files that are kept, 1.2 MB each; of more, those that were not used for longest go.
MOST_KEPT = 32
#: Sources that turn a file into columns, from the package's folder.
_SOURCES = ("io/_epw*.py", "io/_tmy3.py", "io/_weather_*.py", "physics/*.py")
_PACKAGES = ("numpy", "pandas", "pvlib")
_SUN = ("sun_declination", "sun_equation", "sun_extra")
_PLAIN = (
    "latitude",
    "longitude",
    "elevation",
    "utc_offset",
    "start_day",
    "leap_year",
    "first_weekday",
    "year",
    "name",
    "notes",
)

Parse = Callable[[Path], tuple[WeatherTable, str]]


def read_file(path: str | Path, form: str, parse: Parse, dtype: Any) -> WeatherFile:
    """A weather file of one format, from the cache if the same content was read before.

    A cache that cannot be read or written costs the time of reading, and nothing else.

    Args:
        path: Of the file.
        form: Its format.
        parse: Gives the table, unjudged, and the station's name.
        dtype: Of all arrays; None takes JAX's default float.

    Raises:
        WeatherError: The file is at fault; such a file is not kept.
    """
    path = Path(path)
    try:
        kept = weather_cache() / "read" / f"{_key(path, form)}.npz"
        found = _load(kept, path)
    except Exception:  # whatever is wrong with the cache, the file itself is there
        kept, found = None, None
    if found is None:
        table, station = parse(path)
        fill_missing(table)
        check_table(table)
        if kept is not None:
            with suppress(OSError, FluxionError):
                _keep(kept, table, station)
    else:
        table, station = found
    provenance = WeatherProvenance(
        path=path,
        format=form,
        sha256=file_sha256(path),
        station=station,
        notes=tuple(table.notes),
    )
    return WeatherFile(build_weather(table, dtype), provenance)


def _key(path: Path, form: str) -> str:
    """Of a file's content and all that its columns depend on."""
    folder = Path(__file__).parent.parent
    found = hashlib.sha256(f"{file_sha256(path)} {form}".encode())
    for source in sorted(each for pattern in _SOURCES for each in folder.glob(pattern)):
        found.update(source.read_bytes())
    versions = [importlib.metadata.version(name) for name in _PACKAGES]
    x64 = jax.config.jax_enable_x64  # type: ignore[attr-defined]
    found.update(json.dumps([versions, bool(x64)]).encode())
    return found.hexdigest()


def _load(kept: Path, path: Path) -> tuple[WeatherTable, str] | None:
    if not kept.is_file():
        return None
    with kept.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        facts: dict[str, Any] = json.loads(str(stored["facts"]))
        station, ground = facts.pop("station"), stored["ground_temperature"]
        table = WeatherTable(
            source=path.name,
            columns={name: stored[name] for name in COLUMNS},
            where=lambda hour: f"hour {hour} of the data",
            ground_temperature=ground,
            **facts,
        )
        table.__dict__["sun"] = tuple(stored[name] for name in _SUN)
    kept.touch()
    return table, station


def _keep(kept: Path, table: WeatherTable, station: str) -> None:
    fields = {field.name: getattr(table, field.name) for field in dataclasses.fields(table)}
    facts = {name: fields[name] for name in _PLAIN} | {"station": station}
    arrays: dict[str, Any] = {name: table.columns[name] for name in COLUMNS}
    arrays |= dict(zip(_SUN, table.sun, strict=True))
    kept.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(kept) as partial, partial.open("wb") as stream:
        np.savez(
            stream,
            facts=np.array(json.dumps(facts)),
            ground_temperature=np.asarray(table.ground_temperature, float),
            **arrays,
        )
    by_use = sorted(kept.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime)
    for old in by_use[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
