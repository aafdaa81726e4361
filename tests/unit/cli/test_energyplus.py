"""`fluxion energyplus`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fluxion import energyplus, io
from fluxion.errors import MissingExtraError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a skip where there is no engine."""
    try:
        energyplus.find_engine()
    except MissingExtraError:
        pytest.skip("no EnergyPlus is installed (extra 'energyplus')")
    pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    monkeypatch.setattr("fluxion.energyplus._run.cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def days(tmp_path):
    """Two January days as an EPW file."""
    io.write_epw(tmp_path / "days.epw", io.default_weather().select_days(14, 2))
    return tmp_path / "days.epw"


_QUICK = ("--steps-per-hour", "4", "--warmup-days", "2")


def test_the_keys_are_those_of_simulate(fluxion, cache, days, tmp_path, check_report) -> None:
    words = ("energyplus", "ashrae140:600", "--weather", days, *_QUICK)
    result = fluxion(*words, "--json", "--out", tmp_path / "new" / "out")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    check_report(report, {"zone"})
    assert report["annual"]["heating_kWh"] > 1.0
    folder = tmp_path / "new" / "out"
    names = {path.name for path in folder.iterdir()}
    assert {"in.epJSON", "eplusout.sql", "eplusout.err", "summary.json", "results.nc"} <= names
    kept = io.load_results(folder / "results.nc")
    np.testing.assert_allclose(
        float(kept["heating_rate"].sum()) / 1000.0, report["annual"]["heating_kWh"]
    )
    made_by = json.loads((folder / "summary.json").read_text())["made_by"]
    assert made_by["source"].startswith("EnergyPlus ")

    again = fluxion(*words, "--json", "--out", folder)
    assert json.loads(again.stdout)["seconds"]["run"] == 0.0
    table = fluxion(*words)
    assert table.exit_code == 0
    assert "ASHRAE 140 case 600" in table.stdout
    assert "peak hour" in table.stdout


def test_faults_of_the_input_end_with_2(fluxion, cache, days) -> None:
    for words, says in (
        (("ashrae140:601", "--weather", days), "601"),
        (("ashrae140:600", "--weather", "nowhere.epw"), "neither a file"),
        (("ashrae140:600", "--weather", days, "--steps-per-hour", "7"), "divisor of 60"),
        (("ashrae140:600", "--weather", days, "--solar-distribution", "Sunny"), "Sunny"),
        (("ashrae140:600", "--weather", days, "--timeout", "0"), "timeout"),
    ):
        result = fluxion("energyplus", *words)
        assert result.exit_code == 2, result.stderr
        assert says in result.stderr
        assert result.stderr.count("\n") == 1
        assert result.stdout == ""


def test_a_failing_engine_ends_with_1_and_leaves_nothing(fluxion, cache, days, tmp_path) -> None:
    folder = tmp_path / "out"
    words = ("--weather", days, "--timeout", "0.02", "--out", folder)
    result = fluxion("energyplus", "ashrae140:600", *words)
    assert result.exit_code == 1
    assert "ended after 0.02 s" in result.stderr
    assert list(folder.iterdir()) == []


def test_without_the_engine_the_line_to_install_it(fluxion, monkeypatch) -> None:
    def none():
        raise MissingExtraError("EnergyPlus is not installed; run: pip install 'x[energyplus]'")

    monkeypatch.setattr("fluxion.energyplus.find_engine", none)
    result = fluxion("energyplus", "ashrae140:600")
    assert result.exit_code == 2
    assert "pip install" in result.stderr
