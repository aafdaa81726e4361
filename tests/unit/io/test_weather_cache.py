"""Weather that was read before is the same to the bit, and a cache at fault is only slow."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from fluxion.errors import WeatherError
from fluxion.io import _weather_cache as cache
from fluxion.io import default_weather, read_epw_file, write_epw
from fluxion.io._epw import parse_epw


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setattr(cache, "weather_cache", lambda: tmp_path / "cache")
    return tmp_path / "cache" / "read"


@pytest.fixture
def file(tmp_path):
    """Two days."""
    write_epw(tmp_path / "days.epw", default_weather(dtype=float).select_days(3, 2))
    return tmp_path / "days.epw"


def parsed_only_once(path):
    raise AssertionError("parsed again")


def test_a_second_reading_parses_nothing_and_is_the_same(folder, file, tmp_path) -> None:
    first = read_epw_file(file, dtype=float)
    copy = tmp_path / "other.epw"
    copy.write_bytes(file.read_bytes())
    second = cache.read_file(copy, "epw", parsed_only_once, float)
    assert jax.tree.structure(first.weather) == jax.tree.structure(second.weather)
    for one, other in zip(*map(jax.tree.leaves, (first.weather, second.weather)), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert second.provenance.path == copy
    for name in ("format", "sha256", "station", "notes"):
        assert getattr(first.provenance, name) == getattr(second.provenance, name)


def test_other_content_is_read_and_the_oldest_is_forgotten(folder, file, monkeypatch) -> None:
    read_epw_file(file)
    (kept,) = folder.iterdir()
    monkeypatch.setattr(cache, "MOST_KEPT", 1)
    lines = file.read_text().splitlines()
    fields = lines[8].split(",")
    fields[6] = "9.5"  # the first temperature
    file.write_text("\n".join([*lines[:8], ",".join(fields), *lines[9:]]) + "\n")
    assert float(read_epw_file(file).weather.temp_air[0]) == pytest.approx(9.5)
    assert len(list(folder.iterdir())) == 1 and not kept.exists()


def test_a_damaged_cache_or_none_costs_only_time(folder, file, tmp_path, monkeypatch) -> None:
    good = read_epw_file(file).weather
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    np.testing.assert_array_equal(read_epw_file(file).weather.temp_air, good.temp_air)
    monkeypatch.setattr(cache, "weather_cache", lambda: file)  # a file where a folder should be
    np.testing.assert_array_equal(read_epw_file(file).weather.temp_air, good.temp_air)


def test_a_file_at_fault_is_refused_each_time(folder, file) -> None:
    file.write_text(file.read_text().replace("LOCATION", "LOCATION,", 1))
    for _ in range(2):
        with pytest.raises(WeatherError):
            cache.read_file(file, "epw", parse_epw, None)
    assert not folder.exists()
