"""Comparing engines, with both of them played by stand-ins."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fluxion.energyplus import EngineError
from fluxion.errors import MissingExtraError
from fluxion.validation import (
    ZoneComparison,
    _random_comparison,
    compare_with_energyplus,
    packaged_climates,
    random_building,
    spread,
)

TWO_ZONES = 11


def results(zones, heating):
    hours = np.ones((48, zones))
    return {
        "zone_temperature": 20.0 * hours,
        "heating_rate": heating * hours,
        "cooling_rate": 0.0 * hours,
    }


@pytest.fixture
def engines(monkeypatch):
    """EnergyPlus finds 1000 W in all zones, Fluxion 1100 W and half a kelvin more."""
    file = _random_comparison.WeatherFile.__new__(_random_comparison.WeatherFile)
    weather = SimpleNamespace(name="here", first_weekday=0, start_day=0, leap_year=False)
    object.__setattr__(file, "weather", weather)

    def ours(network, weather, **_):
        found = results(2, 1100.0)
        return found | {"zone_temperature": found["zone_temperature"] + 0.5}

    def theirs(building, file, **_):
        if building.name != f"random {TWO_ZONES}":
            raise EngineError("the engine crashed")
        return SimpleNamespace(results=results(2, 1000.0))

    monkeypatch.setattr(_random_comparison, "find_engine", lambda: None)
    monkeypatch.setattr(_random_comparison, "build_for", lambda *_, **__: None)
    monkeypatch.setattr(_random_comparison, "simulate", ours)
    monkeypatch.setattr(_random_comparison, "run_energyplus", theirs)
    return file


def test_zones_are_compared_and_failures_named(engines):
    told = []
    found = compare_with_energyplus(
        [random_building(TWO_ZONES), random_building(TWO_ZONES + 1)],
        [engines],
        progress=lambda done, of: told.append((done, of)),
    )
    assert [zone.zone for zone in found.zones] == [
        zone.name for zone in random_building(TWO_ZONES).zones
    ]
    zone = found.zones[0]
    np.testing.assert_allclose(zone.fluxion["heating"], 48 * 1.1e-3)
    np.testing.assert_allclose(zone.relative("heating"), 0.1)
    np.testing.assert_allclose(zone.difference("peak_heating"), 0.1)
    np.testing.assert_allclose(zone.temperature_rmse, 0.5)
    assert zone.relative("cooling") == 0.0
    failed = found.failures[0]
    assert (failed.index, failed.building, failed.weather) == (1, "random 12", "here")
    assert failed.reason == "the engine crashed"
    assert told == [(1, 2), (2, 2)]


def test_spread_by_hand():
    found = spread([1.1, 2.0, 4.0, 0.5, 0.2, 0.0], [1.0, 2.0, 5.0, 0.46, 0.1, 0.0])
    assert (found.count, found.small_count, found.small_within) == (3, 2, 1)
    np.testing.assert_allclose(found.median, 0.1)
    np.testing.assert_allclose(found.worst, 0.2)
    np.testing.assert_allclose(found.bias, (0.1 + 0.0 - 0.2) / 3)
    np.testing.assert_allclose(found.percentile_95, 0.19)


def test_spread_of_small_loads_alone():
    found = spread([0.5], [0.7])
    assert (found.count, found.small_within) == (0, 0) and np.isnan(found.median)


def test_a_load_where_there_was_none_is_infinitely_more():
    zone = ZoneComparison(0, "b", "w", "z", {"cooling": 1.0}, {"cooling": 0.0}, 0.0)
    assert zone.relative("cooling") == np.inf


def test_missing_climates_say_what_to_install(monkeypatch):
    monkeypatch.setattr(_random_comparison.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="pip install pyenergyplus-lbnl"):
        packaged_climates()


@pytest.mark.reference
def test_the_package_brings_sixteen_climates():
    try:
        found = packaged_climates()
    except MissingExtraError as error:
        pytest.skip(str(error))
    assert len(found) == 16 and all(path.is_file() for path in found.values())
    assert "IL_Chicago-OHare.Intl.AP" in found
