"""The smaller commands: what they print, and that help costs nothing."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module

import pytest

import fluxion.io as weather_files
from fluxion._version import __version__
from fluxion.building import parse_building
from fluxion.cases import ashrae140, list_ashrae140
from fluxion.cli import _environment
from fluxion.io import _weather_store
from fluxion.simulation import Options


@pytest.mark.parametrize(("module", "word"), [("fluxion", "--version"), ("fluxion.cli", "--help")])
def test_version_and_help_load_no_jax(module, word) -> None:
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['fluxion', {word!r}]\n"
        f"try:\n    runpy.run_module({module!r}, run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "else:\n    raise AssertionError('the command did not run')\n"
        "assert not {'jax', 'numpy', 'pydantic'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (__version__ if word == "--version" else "simulate") in done.stdout


def test_help_of_every_command_names_its_options(fluxion) -> None:
    listed = fluxion("--help").stdout
    for command in ("simulate", "cases", "building", "weather", "env"):
        assert command in listed
        result = fluxion(command, "--help")
        assert result.exit_code == 0 and "--help" in result.stdout
    assert fluxion().stdout == listed


def test_cases_lists_every_building(fluxion) -> None:
    found = json.loads(fluxion("cases", "--json").stdout)
    assert set(found) == {f"ashrae140:{name}" for name in list_ashrae140()} | {"office"}
    assert all(found.values())
    assert "ashrae140:900FF" in fluxion("cases").stdout


def test_building_shown_as_json_is_a_building_file(fluxion) -> None:
    result = fluxion("building", "show", "ashrae140:630", "--json")
    assert parse_building(result.stdout) == ashrae140("630")


def test_building_shown_to_people(fluxion) -> None:
    shown = fluxion("building", "show", "ashrae140:600").stdout
    assert "48.0" in shown and "129.6" in shown and "12.0" in shown  # floor, volume, windows
    assert "wood siding" in shown


def test_schema_is_that_of_buildings(fluxion) -> None:
    schema = json.loads(fluxion("building", "schema").stdout)
    assert "zones" in schema["properties"]


def test_check_says_what_it_found(fluxion) -> None:
    assert "1 zone, 6 surfaces, 48.0 m²" in fluxion("building", "check", "ashrae140:600").stdout


def test_weather_shown(fluxion) -> None:
    facts = json.loads(fluxion("weather", "show", "default", "--json").stdout)
    assert facts["days"] == 365 and facts["format"] == "tmy3"
    assert facts["latitude_deg"] == pytest.approx(36.1, abs=0.01)
    assert 1500.0 < facts["ghi_kWh_m2"] < 1650.0
    assert facts["temperature_min_C"] < facts["temperature_mean_C"] < facts["temperature_max_C"]
    shown = fluxion("weather", "show", "default").stdout
    assert "Greensboro" in shown and facts["sha256"] in shown and "note" in shown


def test_weather_listed(fluxion, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(_weather_store, "weather_cache", lambda: tmp_path)
    missing = json.loads(fluxion("weather", "list", "--json").stdout)
    assert missing.pop("default") is True and missing and not any(missing.values())
    shown = fluxion("weather", "list").stdout
    assert all(f"fluxion weather get {name}" in shown for name in missing)


def test_weather_fetched(fluxion, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(weather_files, "get_weather", lambda name: tmp_path / f"{name}.epw")
    assert fluxion("weather", "get", "golden").stdout == f"{tmp_path / 'golden.epw'}\n"


def test_environment_for_a_shell(fluxion, monkeypatch) -> None:
    monkeypatch.setattr(_environment, "wanted_flags", lambda: _environment.XLA_FLAGS)
    lines = fluxion("env", "--shell").stdout
    done = subprocess.run(
        ["sh", "-c", f'{lines}\nprintf %s "$XLA_FLAGS"'],
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == " ".join(_environment.XLA_FLAGS)
    assert json.loads(fluxion("env", "--json").stdout)["fluxion"] == __version__


@pytest.mark.parametrize("name", ["simulate", "optimize", "sweep"])
def test_commands_and_library_run_alike_by_default(name) -> None:
    command = getattr(import_module(f"fluxion.cli._{name}"), name)
    given = inspect.signature(command).parameters
    assert given["steps_per_hour"].default == Options.steps_per_hour
    assert given["warmup_days"].default == Options.warmup_days
