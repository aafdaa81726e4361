"""A spec at fault is refused in one line before anything is read."""

from __future__ import annotations

import pytest

from fluxion.errors import InputError
from fluxion.sweeps import build_job, parse_spec, read_spec
from fluxion.weather import read_morph

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
        ({"variants": {"count": 2}}, ["variants", "change nothing"]),
        ({"variants": {"count": 2, "warmer": [3, -3]}}, ["warmer", "3 to -3"]),
        ({"variants": {"count": 2, "warmer": [-50, 3]}}, ["warmer is -50", "-20 to 20"]),
        ({"variants": {"count": 0, "warmer": [-3, 3]}}, ["count", "0"]),
        ({"parameters": {}}, ["no parameter"]),
        ({"parameters": {"orientation": [360, 0]}}, ["orientation", "360 to 0", "lower one first"]),
        ({"parameters": {"orientation": [1, 1]}}, ["orientation", "1 to 1"]),
        ({"parameters": {"orientation": [0, float("inf")]}}, ["orientation", "finite"]),
        ({"parameters": {"orientation": [0]}}, ["orientation"]),
        ({"parameters": {"orientation": "all"}}, ["orientation", "'all'"]),
        ({"parameters": {"orientation": [0, "x"]}}, ["orientation", "'x'", "lowest and highest"]),
        ({"parameters": [1]}, ["parameters"]),
        ({"parameters": {"orientation": {"low": 1}}}, ["orientation", "no 'high'"]),
        ({"parameters": {"orientation": {"low": 1, "high": "x"}}}, ["orientation", "'x'"]),
        ({"parameters": {"orientation": {"low": 1, "high": 2, "transfrom": "log"}}}, ["transform"]),
        ({"parameters": {"orientation": {"kind": "whole"}}}, ["'whole'", "integer"]),
        (
            {"parameters": {"orientation": {"low": 0, "high": 2, "transform": "log"}}},
            ["orientation", "above 0"],
        ),
        ({"parameters": {"orientation": {"choices": [1, 2]}}}, ["table of names and numbers"]),
        ({"parameters": {"orientation": {"choices": {"south": 0}}}}, ["at least two"]),
        (
            {"parameters": {"orientation": {"kind": "integer", "low": 0.5, "high": 2}}},
            ["whole ones"],
        ),
        ({"constraints": [{"name": "c", "terms": {"orientation": 1}}]}, ["at_least or at_most"]),
        (
            {"constraints": [{"name": "c", "terms": {"window": {"width": 1}}, "at_most": 2}]},
            ["'c'", "window.width", "there is orientation"],
        ),
        ({"constraints": [{"name": "c", "term": {}, "at_most": 2}]}, ["'c'.terms", "missing"]),
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
        'building = "house.json"\nweather = ["default", "here.epw@warmer=1"]\nsamples = 4\n'
        '[parameters]\nwindow.u_factor = [1, 2]\n"zone.a b.volume" = [1, 2]\n'
    )
    (tmp_path / "house.json").write_text("{}")
    (tmp_path / "here.epw").write_text("")
    spec = read_spec(path)
    assert spec.building == str(tmp_path / "house.json")
    assert spec.weather == ("default", str(tmp_path / "here.epw") + "@warmer=1")
    assert spec.store == str(tmp_path / "study.zarr")
    assert list(spec.parameters) == ["window.u_factor", "zone.a b.volume"]


def test_variants_are_drawn_around_each_weather_the_same_every_time() -> None:
    asked = {"count": 3, "warmer": [-2, 4], "days": [0.5, 1.5]}
    given = ["default", "boulder", "miami@warmer=1"]
    names = parse_spec({**GOOD, "weather": given, "variants": asked}).weather
    assert names[:3] == tuple(given)
    drawn = [name.partition("@")[::2] for name in names[3:]]
    assert [place for place, _ in drawn] == ["default", "boulder"] * 3
    morphs = [read_morph(change) for _, change in drawn]
    assert len(set(morphs)) == 6
    assert all(-2 <= morph.warmer <= 4 and 0.5 <= morph.days <= 1.5 for morph in morphs)
    assert min(m.warmer for m in morphs) < 0 and max(m.warmer for m in morphs) > 2
    assert parse_spec({**GOOD, "weather": given, "variants": asked}).weather == names
    other = parse_spec({**GOOD, "weather": given, "variants": {**asked, "seed": 1}}).weather
    assert not set(other[3:]) & set(names)


def test_kinds_and_constraints_reach_the_designs(tmp_path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        """
        building = "ashrae140:600"
        samples = 64
        days = [1, 2]
        [parameters]
        heating_setpoint = [18, 22]
        cooling_setpoint = { low = 20, high = 27, unit = "degC" }
        infiltration = { low = 0.001, high = 0.1, transform = "log" }
        zone.capacitance_multiplier = { kind = "integer", low = 1, high = 4 }
        window.u_factor = { choices = { single = 5.8, double = 2.7 } }
        [[constraints]]
        name = "setpoints apart"
        terms = { cooling_setpoint = 1, heating_setpoint = -1 }
        at_least = 2
        """
    )
    job = build_job(read_spec(path))
    heat, cool, air, mass, glass = job.designs.T
    assert (cool - heat >= 2).all() and (air > 0).all() and 15 < (air < 0.01).sum() < 50
    assert set(mass) == {1, 2, 3, 4} and set(glass) == {5.8, 2.7}
    assert job.identity["constraints"][0]["at_least"] == 2
    assert job.identity["parameters"][2] == ["infiltration", 0.001, 0.1, "log"]
    wrong = path.read_text().replace("degC", "degF")
    path.write_text(wrong)
    with pytest.raises(InputError, match="'degF', its unit is 'degC'"):
        build_job(read_spec(path))


def test_a_plain_spec_has_the_identity_it_always_had() -> None:
    small = {**GOOD, "building": "ashrae140:600", "days": [1, 2]}
    identity = build_job(parse_spec(small)).identity
    assert identity["parameters"] == [["orientation", 0.0, 360.0]]
    assert "constraints" not in identity
    assert identity["batch"] == 64  # that the spec leaves out


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
