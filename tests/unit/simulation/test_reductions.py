"""Results of months and of the whole period, against plain sums of the hours."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.simulation import BALANCE, REDUCTIONS, hourly_of, months_of, result_of, simulate


@pytest.fixture(scope="module")
def weather():
    return fx.default_weather()


@pytest.fixture(scope="module")
def some_weeks(weather):
    """From the end of January to March, and the building over it."""
    days = weather.select_days(27, 36)
    network = fx.build(fx.cases.ashrae140("900"), first_weekday=days.first_weekday)
    names = hourly_of(tuple(REDUCTIONS))
    return days, simulate(network, days, outputs=names)


def test_months_cover_the_weather_once(weather):
    year = months_of(weather)
    assert [end - first for _, first, end in year] == [
        24 * n for n in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    ]
    leap = months_of(dataclasses.replace(weather, leap_year=True))
    assert leap[1] == ("February", 744, 744 + 24 * 29)
    assert months_of(weather.select_days(364, 1)) == (("December", 0, 24),)


def test_monthly_results_are_those_of_the_hours(some_weeks):
    days, year = some_weeks
    assert [month for month, *_ in months_of(days)] == ["January", "February", "March"]
    edges = [0, 4 * 24, 32 * 24, 36 * 24]
    for name in ("heating", "cooling"):
        rate = np.asarray(year[f"{name}_rate"])
        parts = [rate[a:b] for a, b in zip(edges, edges[1:], strict=False)]
        monthly = result_of(year, days, f"monthly_{name}")
        np.testing.assert_allclose(monthly, [part.sum(0) * 3600 for part in parts], rtol=1e-12)
        np.testing.assert_allclose(
            result_of(year, days, f"monthly_peak_{name}"), [part.max(0) for part in parts]
        )
        whole = result_of(year, days, f"annual_{name}")
        np.testing.assert_allclose(monthly.sum(0), whole, rtol=1e-12)
        np.testing.assert_allclose(whole, getattr(year, f"annual_{name}"), rtol=1e-12)


def test_the_air_balances_in_every_month(some_weeks):
    days, year = some_weeks
    terms = {
        name: sign * np.asarray(result_of(year, days, f"monthly_{name}"))
        for name, sign in BALANCE.items()
    }
    # Case 900 has no other zone, and every other term matters somewhere.
    assert {name for name, term in terms.items() if not term.any()} == {"exchange"}
    throughput = sum(abs(term) for term in terms.values())
    np.testing.assert_allclose(sum(terms.values()) / throughput, 0.0, atol=1e-13)


def test_discomfort_counts_attended_hours_only(some_weeks):
    days, year = some_weeks
    count = np.zeros((3, 1))
    for hour in range(days.hours):
        day = hour // 24
        operative = 0.5 * float(year["zone_temperature"][hour, 0])
        operative += 0.5 * float(year["radiant_temperature"][hour, 0])
        attended = (days.first_weekday + day) % 7 < 5 and 8 <= hour % 24 < 18
        if attended and not 20.0 <= operative <= 26.0:
            count[0 if day < 4 else 1 if day < 32 else 2] += 1
    assert count.sum() > 10
    np.testing.assert_array_equal(result_of(year, days, "monthly_discomfort"), count)


def test_unknown_results_are_refused_with_those_that_there_are():
    with pytest.raises(SimulationError, match="unknown result 'loads'.*monthly_heating"):
        hourly_of(["loads"])


def test_patterns_and_factors_set_what_they_name():
    from fluxion.optimize import DesignSpace

    network = fx.build(fx.cases.office())
    space = DesignSpace(
        {"window.* south window.height": (0.5, 2.0), "scale.gain.*.lights.power": (0.5, 1.5)}
    )
    assert space.units(network) == ("m", "-")
    before = space.values(network)
    np.testing.assert_allclose(before[1], 1.0)
    changed = space.apply(network, jnp.array([1.7, 0.5]))
    found = np.asarray(changed.windows.height)
    names = np.array([[str(n) for n in row] for row in network.structure.window])
    south = np.char.find(names, "south") >= 0
    assert south.sum() == 2
    np.testing.assert_allclose(found[south], 1.7)
    np.testing.assert_array_equal(found[~south], np.asarray(network.windows.height)[~south])
    lights = np.array(["lights" in name for name in network.structure.gains])
    ratio = np.asarray(changed.gains.power) / np.asarray(network.gains.power)
    np.testing.assert_allclose(ratio, np.where(lights, 0.5, 1.0))
    with pytest.raises(SimulationError, match="matches window.*height and window.*width"):
        DesignSpace({"window.*h*": (0, 1)}).check(network)
    with pytest.raises(SimulationError, match="matches nothing"):
        DesignSpace({"window.*.colour": (0, 1)}).check(network)
