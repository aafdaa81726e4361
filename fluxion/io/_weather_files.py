"""One door for weather files of any known kind, and the year that is always at hand."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from pathlib import Path

from fluxion.errors import WeatherError
from fluxion.io._epw import read_epw_file
from fluxion.io._tmy3 import read_tmy3_file
from fluxion.io._weather_store import default_weather_path, resolve_weather
from fluxion.io._weather_table import WeatherFile
from fluxion.weather import Weather, morphed, read_morph


def read_weather_file(source: str | Path, *, dtype=None) -> WeatherFile:
    """Read a weather by path, by the name of a stored one, or "default".

    Args:
        source: Path of an EPW or TMY3 file (told apart by their content), a name that
            `list_weather` knows and `get_weather` has stored, or "default". With changes behind an
            `@` it is `morphed`: `boulder@warmer=3,seasons=0.8`.
        dtype: Of all arrays; None takes JAX's default float.

    Returns:
        The weather with its provenance.

    Raises:
        WeatherError: No such weather, or a file at fault.
    """
    base, at, changes = str(source).rpartition("@")
    if at and not Path(source).exists():
        return _morphed_file(read_weather_file(base, dtype=dtype), changes)
    path = resolve_weather(source)
    try:
        with path.open("rb") as stream:
            start = stream.read(64)
    except OSError as error:
        raise WeatherError(
            f"{path}: cannot be read ({error.strerror}); give the path of an EPW or TMY3 file"
        ) from error
    is_epw = start.removeprefix(b"\xef\xbb\xbf").lstrip().upper().startswith(b"LOCATION")
    reader = read_epw_file if is_epw or path.suffix.lower() == ".epw" else read_tmy3_file
    return reader(path, dtype=dtype)


def _morphed_file(file: WeatherFile, changes: str) -> WeatherFile:
    weather = morphed(file.weather, read_morph(changes))
    digest = hashlib.sha256(f"{file.provenance.sha256}@{changes}".encode()).hexdigest()
    provenance = dataclasses.replace(
        file.provenance,
        sha256=digest,
        notes=(*file.provenance.notes, f"changed by {changes}"),
    )
    weather = weather.renamed(f"{file.weather.name}@{changes}")
    return dataclasses.replace(file, weather=weather, provenance=provenance)


def read_weather(source: str | Path, *, dtype=None) -> Weather:
    """The weather of `read_weather_file`, without its provenance."""
    return read_weather_file(source, dtype=dtype).weather


@functools.cache
def _default_weather(dtype: str) -> Weather:
    return read_tmy3_file(default_weather_path(), dtype=dtype).weather


def default_weather(*, dtype=None) -> Weather:
    """The TMY3 year of Greensboro that pvlib installs, read once for each precision.

    Args:
        dtype: Of all arrays; None takes JAX's default float.
    """
    import jax.numpy as jnp

    chosen = jnp.result_type(float) if dtype is None else jnp.dtype(dtype)
    return _default_weather(str(chosen))
