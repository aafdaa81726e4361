"""Every input at fault ends in one line on standard error and exit code 2."""

from __future__ import annotations

import json

import pytest

from fluxion.building import dump_building
from fluxion.cases import ashrae140

_DRY, _DEW, _GHI, _DNI, _DHI, _PRESSURE = 6, 7, 13, 14, 15, 9


def refused(result, *words: str) -> None:
    """The result is a refusal in one line that holds these words."""
    lines = result.stderr.strip().splitlines()
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("fluxion: ")
    assert "Traceback" not in lines[0] and "Error:" not in lines[0]
    for word in words:
        assert word in lines[0], lines[0]


def fahrenheit(rows):
    for row in rows:
        for field in (_DRY, _DEW):
            row[field] = f"{float(row[field]) * 1.8 + 32.0:.1f}"


def kilojoules(rows):
    for row in rows:
        for field in (_GHI, _DNI, _DHI):
            row[field] = f"{float(row[field]) * 3.6:.0f}"


def hectopascals(rows):
    for row in rows:
        row[_PRESSURE] = f"{float(row[_PRESSURE]) / 100.0:.0f}"


def truncated(rows):
    del rows[5000:]


def cut_in_a_row(rows):
    del rows[5000:]
    rows[-1] = rows[-1][:9]


def reordered(rows):
    rows[100], rows[101] = rows[101], rows[100]


def repeated(rows):
    rows[200] = list(rows[199])


def with_nan(rows):
    rows[300][_DRY] = "nan"


def with_a_word(rows):
    rows[300][_DRY] = "cold"


def with_a_long_gap(rows):
    for row in rows[400:500]:
        row[_DRY] = "99.9"


def shifted_clock(rows):
    suns = [[row[field] for field in (_GHI, _DNI, _DHI)] for row in rows]
    for row, sun in zip(rows, suns[5:] + suns[:5], strict=True):
        row[_GHI], row[_DNI], row[_DHI] = sun


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (truncated, ["weather.epw"]),
        (cut_in_a_row, ["weather.epw"]),
        (reordered, ["line 109"]),
        (repeated, ["line 209"]),
        (with_nan, ["line 309", "nan", "temp_air"]),
        (with_a_word, ["line 309", "cold"]),
        (with_a_long_gap, ["temp_air"]),
        (fahrenheit, ["temp_air"]),
        (kilojoules, ["W"]),
        (hectopascals, ["pressure"]),
        (shifted_clock, ["weather.epw"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_weather_at_fault(fluxion, epw_rows, write_epw, spoil, words) -> None:
    spoil(epw_rows)
    path = write_epw(epw_rows)
    refused(fluxion("simulate", "ashrae140:600", "--weather", path, "--json"), *words)


def test_the_file_is_good_before_it_is_spoilt(fluxion, epw_rows, write_epw) -> None:
    result = fluxion("weather", "show", write_epw(epw_rows), "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["days"] == 365


def unknown_key(house):
    house["zones"][0]["colour"] = "red"


def no_zones(house):
    house["zones"] = []


def negative_thickness(house):
    house["materials"][0]["thickness"] = -0.1


def millimetres(house):
    house["materials"][0]["thickness"] = 9.0


def crossing_setpoints(house):
    house["zones"][0]["thermostat"] = {"heating_setpoint": 27.0, "cooling_setpoint": 20.0}


def kelvin_setpoint(house):
    house["zones"][0]["thermostat"] = {"heating_setpoint": 293.15}


def unknown_construction(house):
    house["zones"][0]["surfaces"][0]["construction"] = "straw"


def open_zone(house):
    del house["zones"][0]["surfaces"][0]


def large_window(house):
    for surface in house["zones"][0]["surfaces"]:
        for window in surface.get("fenestrations", []):
            window["width"] = 100.0


def other_version(house):
    house["fluxion_building"] = 99


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (unknown_key, ["colour"]),
        (no_zones, ["zones"]),
        (negative_thickness, ["thickness", "-0.1"]),
        (millimetres, ["millimetres"]),
        (crossing_setpoints, ["27", "20"]),
        (kelvin_setpoint, ["heating_setpoint"]),
        (unknown_construction, ["straw"]),
        (open_zone, ["zone"]),
        (large_window, ["window"]),
        (other_version, ["99"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_building_at_fault(fluxion, tmp_path, spoil, words) -> None:
    house = json.loads(json.dumps(dump_building(ashrae140("600"))))
    spoil(house)
    path = tmp_path / "house.json"
    path.write_text(json.dumps(house))
    refused(fluxion("simulate", path, "--json"), "house.json", *words)
    refused(fluxion("building", "check", path), "house.json", *words)


def test_interzone_surface_that_leads_nowhere(fluxion, tmp_path) -> None:
    house = json.loads(json.dumps(dump_building(ashrae140("960"))))
    boundaries = [
        surface["boundary"]
        for zone in house["zones"]
        for surface in zone["surfaces"]
        if surface.get("boundary", {}).get("kind") == "interzone"
    ]
    assert len(boundaries) == 1
    boundaries[0]["zone"] = "attic"
    path = tmp_path / "house.json"
    path.write_text(json.dumps(house))
    refused(fluxion("simulate", path), "attic")


def test_interzone_surface_that_is_missing(fluxion, tmp_path) -> None:
    house = json.loads(json.dumps(dump_building(ashrae140("960"))))
    for zone in house["zones"]:
        zone["surfaces"] = [
            surface
            for surface in zone["surfaces"]
            if surface.get("boundary", {}).get("kind") != "interzone"
        ]
    path = tmp_path / "house.json"
    path.write_text(json.dumps(house))
    refused(fluxion("simulate", path), "house.json")


@pytest.mark.parametrize("text", ["{", '{"name": NaN}', "[]", '"house"', ""])
def test_a_file_that_holds_no_building(fluxion, tmp_path, text) -> None:
    path = tmp_path / "house.json"
    path.write_text(text)
    refused(fluxion("simulate", path), "house.json")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["simulate", "ashrae140:601"], ["601", "600"]),
        (["simulate", "nothing.json"], ["nothing.json", "ashrae140:600"]),
        (["simulate", "office", "--weather", "nothing.epw"], ["nothing.epw"]),
        (["simulate", "office", "--precision", "16"], ["16", "32 or 64"]),
        (["simulate", "office", "--first-weekday", "someday"], ["someday", "monday"]),
        (["simulate", "office", "--week", "400"], ["400", "365"]),
        (["simulate", "ashrae140:600", "--steps-per-hour", "7"], ["7", "divide"]),
        (["simulate", "ashrae140:600", "--steps-per-hour", "0"], ["0"]),
        (["simulate", "ashrae140:600", "--warmup-days", "-1"], ["-1"]),
        (["simulate", "ashrae140:600", "--sky-model", "green"], ["green", "perez"]),
        (["simulate", "ashrae140:600", "--steps-per-hour", "many"], ["--steps-per-hour", "--help"]),
        (["simulate", "ashrae140:600", "--colour"], ["--colour", "--help"]),
        (["simulate"], ["BUILDING", "--help"]),
        (["paint"], ["paint", "--help"]),
        (["weather"], ["--help"]),
        (["weather", "get", "atlantis"], ["atlantis", "boulder"]),
        (["weather", "show", "nothing.epw"], ["nothing.epw"]),
    ],
    ids=lambda value: "-".join(value) if value and value[0] in ("simulate", "weather") else "",
)
def test_arguments_at_fault(fluxion, words, wanted) -> None:
    refused(fluxion(*words), *wanted)


def test_a_folder_that_cannot_be_made(fluxion, tmp_path) -> None:
    (tmp_path / "taken").write_text("a file")
    result = fluxion("simulate", "ashrae140:600", "--out", tmp_path / "taken" / "results")
    refused(result, "taken", "--out")
