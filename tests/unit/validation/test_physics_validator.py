"""The simulator's own results pass every check, and each fault is found where it was put."""

from __future__ import annotations

import json

import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import InputError
from fluxion.simulation import REDUCTIONS, hourly_of, result_of
from fluxion.validation import PHYSICS_CHECKS, PhysicsValidator

MONTHLY = tuple(name for name in REDUCTIONS if name.startswith("monthly"))
YEARLY = ("annual_heating", "annual_cooling", "peak_heating", "peak_cooling")


@pytest.fixture(scope="module")
def simulated():
    """A year of a room with a sunspace: a validator, hourly and monthly results."""
    weather = fx.default_weather(dtype=float)
    building = fx.cases.ashrae140("960")
    network = fx.build(building, dtype=float, first_weekday=weather.first_weekday)
    year = fx.simulate(network, weather, outputs=hourly_of((*MONTHLY, *YEARLY)))
    hourly = {name: np.asarray(values) for name, values in year.values.items()}
    monthly = {n: np.asarray(result_of(year, weather, n)) for n in (*MONTHLY, *YEARLY)}
    monthly |= {
        f"building_{name}": monthly[name].sum(axis=-1)
        for name in ("annual_heating", "monthly_gain")
    }
    return PhysicsValidator.of(network, weather), hourly, monthly


def designs(results, count=3):
    return {name: np.repeat(values[None], count, axis=0) for name, values in results.items()}


def test_what_the_simulator_gives_passes_every_check(simulated):
    validator, hourly, monthly = simulated
    assert validator.adjacent == ((0, 1),)
    found = validator.validate(designs(monthly))
    assert found.passed and not found.skipped, str(found)
    assert {finding.check for finding in found.findings} == set(PHYSICS_CHECKS)
    over_hours = validator.validate(hourly)
    assert over_hours.passed and set(over_hours.skipped) == {"sums"}, str(over_hours)
    # In 32 bits, too.
    small = {name: values.astype(np.float32) for name, values in monthly.items()}
    assert validator.validate(small).passed


def add(name, amount):
    def fault(results):
        results[name][1, 4, 0] += amount

    return fault


def scale(name, by, month=4):
    def fault(results):
        results[name][1, month, 0] *= by

    return fault


def unbalance_walls(results):
    results["monthly_partition"][1, :, 0] *= 1.2


FAULTS = {
    "finite": (add("monthly_gain", np.nan), {"design": 1, "month": "May", "zone": 0}),
    "non_negative": (add("monthly_cooling", -1e9), {"design": 1, "month": "May", "zone": 0}),
    "energy_balance": (scale("monthly_gain", 1.2), {"design": 1, "month": "May", "zone": 0}),
    "peak": (
        scale("monthly_peak_heating", 0.1, month=0),
        {"design": 1, "month": "January", "zone": 0},
    ),
    "temperature": (add("monthly_temperature", 9.0), {"design": 1, "month": "May", "zone": 0}),
    "sums": (add("monthly_gain", 1e9), {"design": 1, "month": "May"}),
    "exchange": (unbalance_walls, {"design": 1}),
    "neighbours": (
        add("monthly_temperature", -60.0),
        {"design": 1, "month": "May", "pair": None},
    ),
}


@pytest.mark.parametrize("check", PHYSICS_CHECKS)
def test_a_fault_is_found_where_it_was_put(simulated, check):
    validator, _, monthly = simulated
    results = {name: values.copy() for name, values in designs(monthly).items()}
    fault, place = FAULTS[check]
    fault(results)
    if "zone" in place:
        place = {**place, "zone": validator.zones[0]}
    if "pair" in place:
        place = {**place, "pair": " and ".join(validator.zones)}
    found = validator.only(check).validate(results)
    assert not found.passed and found.violations == 1, str(found)
    (bad,) = (finding for finding in found.findings if finding.violations)
    assert bad.check == check and bad.places == (place,)
    assert bad.worst > bad.tolerance
    told = json.loads(json.dumps(found.to_dict()))
    assert told["violations"] == 1 and not told["passed"]
    for word in (check, bad.result, *map(str, place.values())):
        assert word in str(found)


def test_a_plant_at_its_limit_may_miss_its_setpoint_and_one_with_capacity_may_not(simulated):
    validator, hourly, _ = simulated
    zone = int(np.argmax(hourly["heating_rate"].sum(axis=0)))
    hour = int(np.argmax(hourly["heating_rate"][:, zone]))
    cold = {name: values.copy() for name, values in hourly.items()}
    cold["zone_temperature"][hour, zone] -= 3.0
    checked = validator.only("temperature")
    (bad,) = (f for f in checked.validate(cold).findings if f.violations)
    assert bad.places == ({"hour": hour, "zone": validator.zones[zone]},)
    np.testing.assert_allclose(bad.worst, 3.0, atol=0.01)
    cold["heating_rate"][hour, zone] = float(validator.limits.heating_capacity[hour, zone])
    assert checked.validate(cold).passed


def test_air_that_goes_both_ways_brings_nothing_to_the_building():
    validator = PhysicsValidator(("room", "loft"), both_ways=True, checks=("exchange",))
    values = np.tile([[5e6, -5e6]], (12, 1))
    assert validator.validate({"monthly_exchange": values}).passed
    values[2, 0] = 5.5e6
    (found,) = validator.validate({"monthly_exchange": values}).findings
    assert found.places == ({"month": "March"},) and found.violations == 1
    nothing = validator.validate({"monthly_heating": values})
    assert not nothing.passed and "exchange" in nothing.skipped


def test_a_balance_that_lacks_a_term_is_told_and_not_judged(simulated):
    whole, hourly, monthly = simulated
    validator = whole.only("energy_balance")
    for given, name in ((hourly, "storage_rate"), (monthly, "monthly_surface")):
        found = validator.validate({n: v for n, v in given.items() if n != name})
        assert name in found.skipped["energy_balance"] and not found.findings
    # What the air stores in a month is too little to matter.
    without = {n: v for n, v in monthly.items() if n != "monthly_storage"}
    assert validator.validate(without).passed


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ({"heat": np.ones((12, 1))}, "no result 'heat'"),
        ({"monthly_heating": np.ones((12, 2))}, "12 months, 1 zones"),
        ({"monthly_heating": np.array([["a"]] * 12)}, "give numbers"),
    ],
)
def test_what_cannot_be_read_is_refused(results, says):
    with pytest.raises(InputError, match=says):
        PhysicsValidator(("room",)).validate(results)


def test_an_unknown_check_is_refused():
    with pytest.raises(InputError, match="unknown check 'energy'.*energy_balance"):
        PhysicsValidator(("room",), checks=("energy",))
