"""The office as a whole, and building names as a user types them."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion.cases import ashrae140, office, resolve_building
from fluxion.errors import BuildingError, InputError
from fluxion.io import write_building


@pytest.fixture(scope="module")
def building():
    return office()


def test_totals(building):
    assert len(building.zones) == 10
    np.testing.assert_allclose(building.floor_area(), 1200.0)
    np.testing.assert_allclose(sum(building.zone_volume(z.name) for z in building.zones), 3600.0)
    outside = [s for s in building.surfaces if s.boundary.kind == "outdoors" and s.kind == "wall"]
    assert len(outside) == 8
    np.testing.assert_allclose(sum(s.area for s in outside), 2 * 2 * (30.0 + 20.0) * 3.0)
    for surface in outside:
        np.testing.assert_allclose(surface.window_area / surface.area, 0.35)


def test_every_zone_is_closed(building):
    for zone in building.zones:
        sides = building.enclosure(zone.name)
        vectors = np.stack([sign * surface.area_vector for surface, sign in sides])
        np.testing.assert_allclose(vectors.sum(axis=0), 0.0, atol=1e-9)
        assert len(sides) == 6
        np.testing.assert_allclose(
            building.zone_volume(zone.name), 3.0 * building.floor_area(zone.name)
        )


def test_zones_are_coupled_one_to_one(building):
    pairs = [
        frozenset((zone.name, surface.boundary.zone))
        for zone in building.zones
        for surface in zone.surfaces
        if surface.boundary.kind == "interzone"
    ]
    assert len(pairs) == len(set(pairs)) == 2 * 8 + 5
    assert frozenset(("ground core", "upper core")) in pairs
    assert frozenset(("ground south", "ground east")) in pairs
    assert frozenset(("ground south", "ground north")) not in pairs


def test_boundaries_of_the_storeys(building):
    def kinds(storey):
        zones = [zone for zone in building.zones if zone.name.startswith(storey)]
        return {surface.boundary.kind for zone in zones for surface in zone.surfaces}

    assert kinds("ground") == {"outdoors", "interzone", "ground"}
    assert kinds("upper") == {"outdoors", "interzone"}
    core = building.zone("upper core")
    assert [surface.kind for surface in core.surfaces] == ["roof"]


def test_hours_are_those_of_weekdays(building):
    occupancy = building.schedule("occupancy").expand(7, first_weekday=0)[:, 0].reshape(7, 24)
    assert occupancy[0, 10] == 0.95 and occupancy[6].max() == 0.0 and occupancy[5].max() == 0.1
    heating = building.schedule("heating setpoint").expand(7, first_weekday=0).reshape(7, 24, 2)
    np.testing.assert_array_equal(heating[0, 5:7], [(16.0, 18.5), (18.5, 21.0)])
    np.testing.assert_array_equal(heating[6], 16.0)


def test_names_resolve(tmp_path, building):
    assert resolve_building("ashrae140:900FF") == ashrae140("900FF")
    assert resolve_building(" ASHRAE140:600 ") == ashrae140("600")
    assert resolve_building("office") == building
    path = tmp_path / "house.json"
    write_building(building, path)
    assert resolve_building(str(path)) == building


def test_names_that_do_not_resolve(tmp_path):
    with pytest.raises(BuildingError, match="case '123' is not known"):
        resolve_building("ashrae140:123")
    with pytest.raises(InputError, match="'offce' is no building: give ashrae140:CASE"):
        resolve_building("offce")
