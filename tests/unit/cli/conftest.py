"""A command line run in process, and an EPW file of the default year to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from fluxion.cli import app
from fluxion.io import default_weather

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIELDS = {
    6: ("temp_air", 1.0, 1),
    7: ("temp_dew", 1.0, 1),
    8: ("relative_humidity", 1.0, 0),
    9: ("pressure", 1.0, 0),
    12: ("horizontal_infrared", 1.0, 0),
    13: ("ghi", 1.0, 0),
    14: ("dni", 1.0, 0),
    15: ("dhi", 1.0, 0),
    20: ("wind_direction", 1.0, 0),
    21: ("wind_speed", 1.0, 1),
    22: ("total_sky_cover", 10.0, 0),
    23: ("opaque_sky_cover", 10.0, 0),
}


@pytest.fixture(scope="session")
def fluxion() -> Callable[..., Result]:
    """Runs the command line in process: fluxion("simulate", "office", "--json")."""
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words])


@pytest.fixture(scope="session")
def check_report() -> Callable[[dict, set[str]], None]:
    """Holds the object that `simulate` and `energyplus` print to its keys."""

    def check(report: dict, zones: set[str]) -> None:
        assert set(report) == {"building", "annual", "zones", "result", "seconds", "version"}
        loads = {"heating_kWh", "cooling_kWh"}
        assert set(report["annual"]) == loads | {"peak_heating_kW", "peak_cooling_kW"}
        assert set(report["zones"]) == zones
        temperatures = {f"temperature_{name}_C" for name in ("min", "mean", "max")}
        for zone in report["zones"].values():
            assert set(zone) == loads | temperatures
        assert set(report["seconds"]) == {"compile", "run"}

    return check


@pytest.fixture(scope="session")
def _epw_rows() -> tuple[tuple[str, ...], ...]:
    year = default_weather()
    columns = {
        field: [f"{value * factor:.{digits}f}" for value in np.asarray(getattr(year, name))]
        for field, (name, factor, digits) in _FIELDS.items()
    }
    rows = []
    dates = [(m + 1, d + 1) for m, length in enumerate(_LENGTHS) for d in range(length)]
    for index in range(year.hours):
        month, day = dates[index // 24]
        row = ["2001", str(month), str(day), str(index % 24 + 1), "0", "?"] + ["0"] * 29
        for field, texts in columns.items():
            row[field] = texts[index]
        rows.append(tuple(row))
    return tuple(rows)


@pytest.fixture
def epw_rows(_epw_rows) -> list[list[str]]:
    """Hourly rows of the default year in the columns of an EPW file; a copy to spoil."""
    return [list(row) for row in _epw_rows]


@pytest.fixture
def write_epw(tmp_path: Path) -> Callable[[list[list[str]]], Path]:
    """Writes rows as an EPW file and gives its path."""

    def write(rows: list[list[str]]) -> Path:
        header = [
            "LOCATION,Greensboro,NC,USA,TMY3,723170,36.1,-79.95,-5.0,273.0",
            "DESIGN CONDITIONS,0",
            "TYPICAL/EXTREME PERIODS,0",
            "GROUND TEMPERATURES,0",
            "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
            "COMMENTS 1,",
            "COMMENTS 2,",
            "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
        ]
        path = tmp_path / "weather.epw"
        path.write_text("\n".join([*header, *(",".join(row) for row in rows)]) + "\n")
        return path

    return write
