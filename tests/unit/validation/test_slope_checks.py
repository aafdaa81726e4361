"""Derivatives of annual loads held to central differences, and the changes both engines take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluxion.building import build_for
from fluxion.cases import ashrae140
from fluxion.io import read_weather_file
from fluxion.optimize import parameters
from fluxion.simulation import Options
from fluxion.validation import Sensitivities, check_slopes
from fluxion.validation._engine_slopes import CHANGES
from fluxion.validation._sensitivities import sensitivities_of
from fluxion.validation._slope_checks import FLOOR, STEPS, agreements

ONE = ("infiltration",)
SHORT = Options(steps_per_hour=1, warmup_days=1)


def _slopes(heating, cooling, names=("infiltration", "orientation")) -> Sensitivities:
    count = len(names)
    return Sensitivities(
        parameters=names,
        units=("m3/s", "deg")[:count],
        values=np.ones(count),
        heating=np.asarray(heating, float),
        cooling=np.asarray(cooling, float),
    )


def test_deviations_are_relative_to_slopes_and_to_a_part_of_the_largest():
    slopes = {"A": _slopes([100.0, 0.0], [10.0, 2.0]), "B": _slopes([0.1], [10.0], ONE)}
    short = {"A": _slopes([101.0, 0.0], [10.0, 2.0]), "B": _slopes([0.2], [10.0], ONE)}
    flow, turn = agreements(slopes, short, slopes)
    assert (flow.parameter, flow.count, flow.where) == ("infiltration", 4, "B")
    np.testing.assert_allclose(flow.worst, 0.1 / (FLOOR * 100.0))  # not 0.1 / 0.1
    np.testing.assert_allclose(flow.median, 0.5 * (0.0 + 0.01))
    assert flow.worst_wide == 0.0 and flow.step == STEPS["infiltration"]
    assert (turn.count, turn.worst, turn.unit) == (2, 0.0, "deg")


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_description_is_a_moved_parameter(name):
    building = ashrae140("630")
    weather = read_weather_file("default").weather
    step, change = CHANGES[name]
    before, after = (build_for(each, weather) for each in (building, change(building, step)))
    at, moved = (float(parameters(each)[name].value(each)) for each in (before, after))
    np.testing.assert_allclose(moved - at, step, rtol=1e-9)


@pytest.mark.slow
def test_all_slopes_of_several_cases_are_those_of_central_differences():
    year = read_weather_file("default")
    weather = replace(year, weather=year.weather.select_days(80, 2)).weather
    buildings = {case: ashrae140(case) for case in ("200", "600", "630", "960")}
    slopes = sensitivities_of(buildings, weather, options=SHORT)
    assert "gain.power" not in slopes["200"].parameters  # a gain that stands for none is not told
    found = {
        each.parameter: each for each in check_slopes(buildings, slopes, weather, options=SHORT)
    }
    assert set(found) == set(STEPS)
    for each in found.values():
        assert each.median < 1e-6 and each.worst < 1e-4, each
