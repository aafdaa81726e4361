"""Published figures: the packaged files against the workbook's rows beside the repository."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import FrozenInstanceError
from importlib.resources import files

import pytest

from fluxion.building import Building
from fluxion.cases import ashrae140, describe_ashrae140, list_ashrae140
from fluxion.data import PROGRAMS, ASHRAELoader, published_results
from fluxion.errors import BuildingError, InputError

FILES = ("ashrae140_results.json", "ashrae140_profiles.json", "ashrae140_limits.json")
ALTERNATIVE = "TestSpecAlt"


@pytest.fixture(scope="module")
def cases():
    return ASHRAELoader().load_140_buildings()


def rows(shared_dir, name):
    with (shared_dir / "ashrae140" / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_case_has_its_description_and_figures(cases):
    assert tuple(cases) == list_ashrae140()
    for name, case in cases.items():
        assert isinstance(case.building, Building) and case.building == ashrae140(name)
        assert case.summary == describe_ashrae140(name)
        wanted = "zone_temp_mean" if name.endswith("FF") else "annual_heating"
        assert len(case.outputs[wanted].values) == (5 if case_lacks_bsimac(name) else 6)
        for output, (lower, upper) in case.spans.items():
            assert lower <= case.outputs[output].mean <= upper
    assert {name for name, case in cases.items() if case.months} == {"600", "900"}
    assert cases["960"].outputs["sunzone_temp_max"].unit == "C"


def case_lacks_bsimac(name):
    return name in {"270", "280", "290", "300", "310", "320", "440", "810", "960"}


def test_figures_cannot_be_changed(cases):
    output = cases["600"].outputs["annual_heating"]
    with pytest.raises(FrozenInstanceError):
        output.unit = "kWh"
    with pytest.raises(TypeError):
        output.values["CSE"] = 0.0
    with pytest.raises(TypeError):
        cases["600"].outputs["new"] = output


def test_some_cases_only_and_unknown_ones():
    assert list(ASHRAELoader().load_140_buildings(["900ff", "600"])) == ["900FF", "600"]
    with pytest.raises(BuildingError, match="'601' is not known"):
        ASHRAELoader().load_140_buildings(["601"])


def test_profiles_and_bins(cases):
    load = cases["600"].profile("zone_load", "02-01")
    assert load.unit == "kWh" and len(load.values["ESP-r"]) == 24
    with pytest.raises(
        InputError, match=r"no profile zone_load 05-04 .* case 600; there are: .*02-01"
    ):
        cases["600"].profile("zone_load", "05-04")
    assert not cases["195"].profiles
    bins = ASHRAELoader().temperature_bins()
    outputs = cases["900FF"].outputs
    for program, hours in bins.hours.items():
        assert sum(hours) == 8760
        full = [lower for lower, count in zip(bins.lower, hours, strict=True) if count]
        low, high = (outputs[f"zone_temp_{end}"].values[program] for end in ("min", "max"))
        assert abs(full[0] + 0.5 - low) < 1.6 and abs(full[-1] + 0.5 - high) < 1.6


def test_files_say_what_they_are_and_are_small():
    package = files("fluxion.data")
    texts = [package.joinpath(name).read_text(encoding="utf-8") for name in FILES]
    assert sum(map(len, texts)) < 300_000
    results, profiles, limits = map(json.loads, texts)
    assert results["programs"] == profiles["programs"] == dict(PROGRAMS)
    for each in (results, profiles):
        assert "RESULTS5-2A" in each["source"] and "no input of any calculation" in each["source"]
    assert "Annex A3" in limits["source"] and "A minus B" in limits["meaning"]


def test_values_and_spans_equal_those_of_the_workbook(cases, shared_dir):
    """Every value, stamp and span; differences follow from the values."""
    given = rows(shared_dir, "reference_results.csv")
    spans, count = defaultdict(list), 0
    results = {program: published_results(program) for program in PROGRAMS}
    for row in given:
        case, output, program, value = (row[k] for k in ("case", "output", "program", "value"))
        if output.startswith("delta_monthly"):
            continue
        if output.startswith("delta_"):
            one, two = (results[program][c][output[6:]] for c in case.split("-"))
            assert one - two == pytest.approx(float(value), abs=1e-6)
            continue
        count += 1
        if output.startswith("monthly"):
            months = cases[case].months[output]
            month = int(row["when"][:2]) - 1
            assert months.values[program][month] == float(value)
            assert months.unit == row["unit"]
            if len(row["when"]) > 2:
                assert months.stamps[program][month] == row["when"]
        elif program == ALTERNATIVE:
            assert cases[case].outputs[output].alternative == float(value)
        else:
            published = cases[case].outputs[output]
            assert published.values[program] == float(value)
            assert published.stamps.get(program, "") == row["when"]
            assert published.unit == row["unit"]
            spans[case, output].append(float(value))
    assert count == 1879
    assert {
        (name, output): span for name, case in cases.items() for output, span in case.spans.items()
    } == {key: (min(values), max(values)) for key, values in spans.items()}


def test_profiles_equal_those_of_the_workbook(cases, shared_dir):
    given = rows(shared_dir, "reference_hourly.csv")
    bins = ASHRAELoader().temperature_bins()
    seen = 0
    for row in given:
        case, output, program, value = (row[k] for k in ("case", "output", "program", "value"))
        if row["date"] == "annual":
            degree = int(row["bin_c"])
            found = dict(zip(bins.lower, bins.hours[program], strict=True)).get(degree, 0)
            assert found == float(value)
            continue
        profile = cases[case].profile(output, row["date"])
        series = profile.alternative if program == ALTERNATIVE else profile.values[program]
        assert series is not None and series[int(row["hour"]) - 1] == float(value)
        assert profile.unit == row["unit"]
        seen += 1
    stored = [
        value
        for case in cases.values()
        for profile in case.profiles
        for series in (*profile.values.values(), profile.alternative or ())
        for value in series
    ]
    assert seen == sum(value is not None for value in stored)
