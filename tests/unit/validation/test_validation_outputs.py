"""Outputs of the standard out of hourly runs, without simulating anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluxion.building import build_for
from fluxion.cases import ashrae140
from fluxion.data import PROGRAMS, criteria, published_results
from fluxion.io import default_weather
from fluxion.networks import with_idle_parts
from fluxion.simulation import simulate
from fluxion.validation import complete, published_differences, published_outputs
from fluxion.validation._case_runs import OUTPUTS, CaseRun, _case_run
from fluxion.validation._engines import compare_zones

HOURS = 8760


@pytest.fixture(scope="module")
def weather():
    return default_weather()


@pytest.fixture(scope="module")
def blank(weather):
    """A run of a case in which nothing happens."""

    def make(case: str) -> CaseRun:
        network = build_for(ashrae140(case), weather)
        zones, outside = np.asarray(network.envelope.area).shape
        outside += network.windows.width.shape[1]
        shapes = {"incident_solar": (HOURS, zones, outside)}
        values = {name: np.zeros(shapes.get(name, (HOURS, zones))) for name in OUTPUTS}
        return _case_run(network, values)

    return make


def test_loads_are_sums_and_peaks_hourly_means(blank, weather):
    run = blank("600")
    run["heating_rate"][: 31 * 24] = 1000.0
    run["heating_rate"][5] = 3000.0
    run["cooling_rate"][-24:] = 500.0
    found = published_outputs("600", run, weather)
    np.testing.assert_allclose(found["annual_heating"], (31 * 24 + 2) / 1000.0)
    np.testing.assert_allclose(found["peak_heating"], 3.0)
    np.testing.assert_allclose(found["monthly_heating_01"], 31 * 24 + 2.0)
    np.testing.assert_allclose(found["monthly_heating_02"], 0.0)
    np.testing.assert_allclose(found["monthly_cooling_12"], 12.0)
    np.testing.assert_allclose(found["monthly_peak_cooling_12"], 0.5)


def test_peaks_of_several_zones_are_of_their_sum(blank, weather):
    run = blank("960")
    run["heating_rate"][10] = [700.0, 200.0]
    run["heating_rate"][20] = [0.0, 800.0]
    assert published_outputs("960", run, weather)["peak_heating"] == pytest.approx(0.9)


def test_sun_zone_is_not_the_back_zone(blank, weather):
    run = blank("960")
    sun = run.structure.zones.index("sun zone")
    run["zone_temperature"][:, sun] = 30.0
    run["zone_temperature"][7, sun] = 40.0
    found = published_outputs("960", run, weather)
    assert found["sunzone_temp_max"] == 40.0
    assert found["sunzone_temp_min"] == 30.0


def test_floating_cases_have_temperatures_and_no_loads(blank, weather):
    run = blank("900FF")
    run["zone_temperature"][: 12 * 365] = 10.0
    found = published_outputs("900FF", run, weather)
    assert set(found) == {"zone_temp_mean", "zone_temp_min", "zone_temp_max"}
    np.testing.assert_allclose(found["zone_temp_mean"], 5.0)


def test_sides_are_told_by_where_they_face(blank, weather):
    run = blank("600")
    outside = run["incident_solar"]
    names = run.structure.envelope[0]
    for number, name in enumerate(names):
        outside[:, 0, number] = {"north": 1, "east": 2, "south": 3, "west": 4, "roof": 5}.get(
            name, 9
        )
    outside[:, 0, len(names) :] = 7.0
    run["transmitted_solar"][:] = 12.0 * 1.5
    found = published_outputs("600", run, weather)
    for name, value in {"north": 1, "east": 2, "south": 3, "west": 4, "horizontal": 5}.items():
        np.testing.assert_allclose(found[f"incident_solar_annual_{name}"], value * HOURS / 1000.0)
    np.testing.assert_allclose(found["transmitted_solar_annual_south_unshaded"], 1.5 * 8.76)
    np.testing.assert_allclose(found["transmissivity_coefficient_south"], 0.5)


def test_west_windows_count_alone(blank, weather):
    run = blank("620")
    run["transmitted_solar"][:] = 100.0
    assert "transmitted_solar_annual_west_unshaded" not in published_outputs("620", run, weather)
    west = np.full_like(run["transmitted_solar"], 60.0)
    run = replace(run, values={**run.values, "transmitted_solar_west": west})
    found = published_outputs("620", run, weather)
    np.testing.assert_allclose(found["transmitted_solar_annual_west_unshaded"], 60.0 * 8.76 / 6.0)


@pytest.mark.parametrize("program", PROGRAMS)
def test_coefficients_are_those_that_programs_publish(program):
    published = published_results(program)
    derived = ("shading_coefficient_south", "shading_coefficient_west")
    bare = {c: {k: v for k, v in o.items() if k not in derived} for c, o in published.items()}
    found = complete(bare)
    for case in ("610", "630"):
        for name in derived:
            if name in published[case]:
                np.testing.assert_allclose(found[case][name], published[case][name], rtol=1e-6)


def test_differences_are_first_minus_second():
    found = complete(
        {"600": {"annual_heating": 4.0, "annual_cooling": 6.0},
         "620": {"annual_heating": 4.5}, "650": {"annual_heating": 0.0, "annual_cooling": 5.0}}
    )  # fmt: skip
    assert found["620-600"] == {"delta_annual_heating": 0.5}
    assert found["650-600"] == {"delta_annual_cooling": -1.0}


def test_every_criterion_of_two_cases_is_among_the_differences_or_their_negatives():
    known = published_differences()
    for row in criteria():
        if "-" in row.case:
            one, other = row.case.split("-")
            names = {row.case: row.output, f"{other}-{one}": row.output}
            assert any(name in known.get(pair, {}) for pair, name in names.items()), row.row


def test_spans_of_differences_hold_every_program():
    spans = published_differences()["610-600"]["delta_annual_cooling"]
    one = published_results("EnergyPlus")
    own = one["610"]["annual_cooling"] - one["600"]["annual_cooling"]
    assert spans[0] <= own <= spans[1] < 0.0


def test_two_engines_are_compared_zone_by_zone(blank):
    ours, theirs = blank("600"), blank("600")
    ours["heating_rate"][:] = 103.0
    theirs["heating_rate"][:] = 100.0
    ours["zone_temperature"][::2] = 1.0
    (zone,) = compare_zones("600", ours, theirs)
    np.testing.assert_allclose(zone.difference("heating"), 0.03)
    np.testing.assert_allclose(zone.factor("heating"), 100.0 / 103.0)
    np.testing.assert_allclose(zone.temperature_rmse, np.sqrt(0.5))
    np.testing.assert_allclose(zone.temperature_bias, 0.5)
    np.testing.assert_allclose(zone.load_cv_rmse, 0.03)
    assert zone.difference("cooling") is None


@pytest.mark.slow
def test_idle_gains_and_leaks_change_nothing(weather):
    network = build_for(ashrae140("195"), weather)
    padded = with_idle_parts(network)
    assert not network.structure.gains and not network.structure.airflows
    assert padded.structure.gains == padded.structure.airflows == ("idle",)
    days = weather.select_days(0, 3)
    one, other = (
        simulate(each, days, steps_per_hour=2, warmup_days=1) for each in (network, padded)
    )
    np.testing.assert_allclose(one.heating_rate, other.heating_rate, rtol=1e-12)
