"""Random buildings: valid, various, and the same for a seed."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from fluxion.building import build_for, dump_building, parse_building
from fluxion.energyplus import Settings, export
from fluxion.io import default_weather
from fluxion.simulation import simulate
from fluxion.validation import random_building

SEEDS = range(40)


@pytest.fixture(scope="module")
def buildings():
    return [random_building(seed) for seed in SEEDS]


def test_a_seed_gives_one_building(buildings):
    assert random_building(7) == buildings[7] != buildings[8]


def test_numbers_do_not_depend_on_the_machine(buildings):
    text = json.dumps([dump_building(building) for building in buildings[:5]])
    assert hashlib.sha256(text.encode()).hexdigest().startswith("c28258b9bc8efecb")


def test_each_survives_its_file(buildings):
    for building in buildings[::4]:
        assert parse_building(json.loads(json.dumps(dump_building(building)))) == building


def test_each_zone_is_a_box(buildings):
    for building in buildings:
        for zone in building.zones:
            assert len(building.enclosure(zone.name)) == 6


def test_each_can_be_exported(buildings):
    weather = default_weather()
    for building in buildings[::3]:
        model = export(building, weather=weather, settings=Settings(days=2, warmup_days=0))
        assert len(model["Zone"]) == len(building.zones)


def test_variety(buildings):
    zones = [zone for building in buildings for zone in building.zones]
    surfaces = [surface for building in buildings for surface in building.surfaces]
    assert {len(building.zones) for building in buildings} == set(range(1, 11))
    assert {surface.boundary.kind for surface in surfaces} == {
        "outdoors", "ground", "adiabatic", "interzone",
    }  # fmt: skip
    assert {len(glazing.panes) for b in buildings for glazing in b.glazings} == {1, 2, 3}
    assert {gap.gas for b in buildings for g in b.glazings for gap in g.gaps} == {
        "air", "argon", "krypton",
    }  # fmt: skip
    resistance = [building.thermal_resistance("wall") for building in buildings]
    assert min(resistance) < 0.5 and max(resistance) > 4.0
    turns = np.array([building.orientation for building in buildings])
    assert np.histogram(turns, bins=4, range=(0.0, 360.0))[0].min() > 0
    share = [s.window_area / s.area for s in surfaces if s.fenestrations and s.kind == "wall"]
    assert min(share) < 0.1 and max(share) > 0.6
    for some in (
        [s for s in surfaces if s.overhangs],
        [s for s in surfaces if s.fins],
        [s for s in surfaces if s.kind == "roof" and s.fenestrations],
        [s for s in surfaces if s.kind == "floor" and s.boundary.kind == "outdoors"],
        [zone for zone in zones if zone.floats],
        [zone for zone in zones if zone.ventilations],
        [zone for zone in zones if zone.ideal_loads.heating_capacity],
        [zone for zone in zones if zone.infiltrations[0].wind_squared],
        [building for building in buildings if building.air_exchanges],
    ):
        assert some


ONE_ZONE, MANY = 13, (3, 20)


@pytest.mark.parametrize(
    "seed", [ONE_ZONE, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MANY)]
)
def test_two_days_are_finite(seed):
    weather = default_weather().select_days(40, 2)
    year = simulate(build_for(random_building(seed), weather), weather, warmup_days=1)
    for values in year.values.values():
        assert np.isfinite(np.asarray(values)).all()
