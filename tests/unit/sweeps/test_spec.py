"""A spec at fault is refused in one line before anything is read."""

from __future__ import annotations

import pytest

from fluxion.errors import InputError
from fluxion.sweeps import build_job, parse_spec, read_spec

GOOD = {"building": "office", "samples": 8, "parameters": {"orientation": [0, 360]}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, ["colour", "no such field"]),
        ({"sample": 3}, ["sample", "did you mean 'samples'"]),
        ({"samples": 0}, ["samples", "0"]),
        ({"samples": 1.5}, ["samples", "1.5"]),
        ({"samples": "many"}, ["samples", "'many'"]),
        ({"samples": True}, ["samples", "True"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"sampling": "dice"}, ["sampling", "sobol"]),
        ({"outputs": ["annual_heat"]}, ["annual_heat", "annual_heating"]),
        ({"outputs": []}, ["outputs", "empty"]),
        ({"weather": ["default", "default"]}, ["weather", "twice"]),
        ({"days": [5, 2]}, ["days 5 to 2"]),
        ({"days": [1, 2, 3]}, ["days"]),
        ({"precision": 16}, ["precision", "32"]),
        ({"batch": 0}, ["batch", "0"]),
        ({"parameters": {}}, ["no parameter"]),
        ({"parameters": {"orientation": [360, 0]}}, ["orientation", "360 to 0", "lower one first"]),
        ({"parameters": {"orientation": [1, 1]}}, ["orientation", "1 to 1"]),
        ({"parameters": {"orientation": [0, float("inf")]}}, ["orientation", "finite"]),
        ({"parameters": {"orientation": [0]}}, ["orientation"]),
        ({"parameters": {"orientation": "all"}}, ["orientation", "'all'"]),
        ({"parameters": {"orientation": [0, "x"]}}, ["orientation", "'x'", "lowest and highest"]),
        ({"parameters": [1]}, ["parameters"]),
    ],
)
def test_spec_at_fault(changes, words) -> None:
    with pytest.raises(InputError) as error:
        parse_spec({**GOOD, **changes})
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_missing_field() -> None:
    with pytest.raises(InputError, match="samples: this field is missing"):
        parse_spec({"building": "office", "parameters": {"orientation": [0, 360]}})


@pytest.mark.parametrize("name", ["oriantation", "name", "zones", "window.colour"])
def test_names_that_are_no_traced_numbers_are_refused_with_those_that_are(name) -> None:
    spec = parse_spec({**GOOD, "building": "ashrae140:600", "parameters": {name: [0, 1]}})
    with pytest.raises(InputError) as error:
        build_job(spec)
    for word in (repr(name), "traced", "orientation", "window.u_factor", "infiltration"):
        assert word in str(error.value)


def test_days_beyond_the_weather() -> None:
    with pytest.raises(InputError, match="days 360 to 370 .* 365 days"):
        build_job(parse_spec({**GOOD, "days": [360, 370]}))


def test_toml_is_read_with_paths_beside_it(tmp_path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        'building = "house.json"\nweather = "default"\nsamples = 4\n'
        '[parameters]\nwindow.u_factor = [1, 2]\n"zone.a b.volume" = [1, 2]\n'
    )
    (tmp_path / "house.json").write_text("{}")
    spec = read_spec(path)
    assert spec.building == str(tmp_path / "house.json")
    assert spec.weather == ("default",)
    assert spec.store == str(tmp_path / "study.zarr")
    assert list(spec.parameters) == ["window.u_factor", "zone.a b.volume"]


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"building = ", "malformed TOML"), (b"\xff", "UTF-8"), (b"x = 1", "bad.toml: Spec")],
)
def test_toml_at_fault(tmp_path, content, word) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word):
        read_spec(path)


def test_no_file(tmp_path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_spec(tmp_path / "none.toml")
