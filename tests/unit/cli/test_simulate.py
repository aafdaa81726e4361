"""`fluxion simulate`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import fluxion.cli._run as run_module
from fluxion._version import __version__
from fluxion.errors import MissingExtraError, NonFiniteError

#: Coarse, and one program for all tests of this file.
_QUICK = ["--steps-per-hour", "1", "--warmup-days", "3"]


@pytest.fixture(scope="module")
def finished(fluxion, tmp_path_factory):
    """A year of two zones with files."""
    folder = tmp_path_factory.mktemp("run") / "new" / "results"
    result = fluxion("simulate", "ashrae140:960", "--json", "--out", folder, *_QUICK)
    assert result.exit_code == 0, result.stderr
    return SimpleNamespace(result=result, folder=folder, report=json.loads(result.stdout))


def test_one_object_with_the_agreed_keys(finished, check_report) -> None:
    report = finished.report
    check_report(report, {"back zone", "sun zone"})
    assert (report["building"], report["result"]) == ("ASHRAE 140 case 960", "ok")
    assert report["version"] == __version__


def test_the_floating_zone_takes_no_energy_and_the_other_all(finished) -> None:
    zones, annual = finished.report["zones"], finished.report["annual"]
    assert zones["sun zone"]["heating_kWh"] == zones["sun zone"]["cooling_kWh"] == 0.0
    assert zones["back zone"]["heating_kWh"] == pytest.approx(annual["heating_kWh"])
    assert annual["heating_kWh"] > 100.0
    assert zones["back zone"]["temperature_min_C"] == pytest.approx(20.0, abs=0.01)


def test_files_say_what_made_them_and_nothing_else_is_left(finished) -> None:
    names = {path.name for path in finished.folder.iterdir()}
    assert names == {"summary.json", "hourly.csv", "results.nc", "year.png", "week.png"}
    summary = json.loads((finished.folder / "summary.json").read_text())
    made_by = summary.pop("made_by")
    assert summary == finished.report
    assert made_by["source"] == f"Fluxion {__version__}"
    assert len(made_by["building_sha256"]) == len(made_by["weather_sha256"]) == 64
    assert json.loads(made_by["options"])["steps_per_hour"] == 1
    first = (finished.folder / "hourly.csv").read_text().splitlines()[: len(made_by)]
    assert first == [f"# {key}: {value}" for key, value in made_by.items()]
    for name in names:
        assert f"wrote {finished.folder / name}" in finished.result.stderr


def test_hourly_rows_add_up_to_the_summary(finished) -> None:
    with (finished.folder / "hourly.csv").open() as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    assert len(rows) == 8760
    for name in ("heating", "cooling"):
        column = [float(row[f"{name}_rate back zone [W]"]) for row in rows]
        np.testing.assert_allclose(
            np.sum(column) / 1000.0, finished.report["annual"][f"{name}_kWh"], rtol=1e-4
        )
        np.testing.assert_allclose(
            np.max(column) / 1000.0, finished.report["annual"][f"peak_{name}_kW"], rtol=1e-4
        )
    coldest = min(float(row["zone_temperature sun zone [degC]"]) for row in rows)
    expected = finished.report["zones"]["sun zone"]["temperature_min_C"]
    np.testing.assert_allclose(coldest, expected, atol=1e-3)


def test_without_json_a_table(fluxion, finished, tmp_path) -> None:
    result = fluxion("simulate", "ashrae140:960", "--out", tmp_path, *_QUICK)
    assert result.exit_code == 0, result.stderr
    for text in ("ASHRAE 140 case 960", "back zone", "sun zone", "kWh", "peak hour", "compiled in"):
        assert text in result.stdout
    assert f"{finished.report['annual']['heating_kWh']:,.0f}" in result.stdout


def test_without_extras_it_says_what_is_left_out(fluxion, finished, tmp_path, monkeypatch) -> None:
    for module in ("xarray", "h5netcdf", "matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    result = fluxion("simulate", "ashrae140:960", "--json", "--out", tmp_path, *_QUICK)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["annual"] == finished.report["annual"]
    assert {path.name for path in tmp_path.iterdir()} == {"summary.json", "hourly.csv"}
    assert "fluxion-bem[viz]" in result.stderr and "fluxion-bem[results]" in result.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RuntimeError("the roof\nis on fire"), 1, "internal error: RuntimeError: the roof is on"),
        (NonFiniteError("zone 'a' from hour 3"), 1, "zone 'a' from hour 3"),
        (MissingExtraError("run: pip install x"), 2, "pip install x"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exit_codes(fluxion, monkeypatch, error, code, said) -> None:
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(run_module, "run_building", fail)
    result = fluxion("simulate", "ashrae140:600")
    assert result.exit_code == code
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    monkeypatch.setenv("FLUXION_TRACEBACK", "1")
    told = fluxion("simulate", "ashrae140:600")
    assert told.exit_code == code
    assert ("test_simulate.py" in told.stderr) == (code != 130)


def test_a_process_of_its_own(pytestconfig, finished, tmp_path) -> None:
    """Finds the program that `finished` traced and compiled, and the same year."""
    environment = {**os.environ, "FLUXION_TUNE": "off"}
    folder, traced = None, set()
    if pytestconfig.cache is not None:
        folder = pytestconfig.cache.mkdir("jax-compiled")
        environment["JAX_COMPILATION_CACHE_DIR"] = str(folder)
        traced = set((folder / "traced").iterdir())
        assert traced
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from fluxion.cli import main; main()",
            "simulate",
            "ashrae140:960",
            "--json",
            "--out",
            tmp_path,
            *_QUICK,
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["annual"] == pytest.approx(finished.report["annual"], rel=1e-9)
    assert report["zones"]["sun zone"]["heating_kWh"] == 0.0
    assert report["zones"]["sun zone"]["temperature_max_C"] > 40.0
    assert "Traceback" not in done.stderr
    if folder is not None:
        assert set((folder / "traced").iterdir()) == traced
