"""The ASHRAE 140 buildings against the figures of the standard's tables."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion.building import Building, Interzone, Outdoors
from fluxion.cases import ashrae140, describe_ashrae140, list_ashrae140
from fluxion.errors import BuildingError


@pytest.fixture(scope="module")
def base() -> Building:
    return ashrae140("600")


@pytest.mark.parametrize(
    ("name", "area", "azimuth", "tilt", "kind"),
    [
        ("south", 21.6, 180.0, 90.0, "wall"),
        ("east", 16.2, 90.0, 90.0, "wall"),
        ("north", 21.6, 0.0, 90.0, "wall"),
        ("west", 16.2, 270.0, 90.0, "wall"),
        ("roof", 48.0, 180.0, 0.0, "roof"),
        ("floor", 48.0, 180.0, 180.0, "floor"),
    ],
)
def test_faces_of_the_base_case(base, name, area, azimuth, tilt, kind):
    surface = base.surface(name)
    np.testing.assert_allclose(
        (surface.area, surface.azimuth, surface.tilt), (area, azimuth, tilt), rtol=1e-12
    )
    assert surface.kind == kind
    np.testing.assert_allclose(base.azimuth(name), azimuth, atol=1e-9)


def test_volume_floor_and_windows_of_the_base_case(base):
    np.testing.assert_allclose(base.zone_volume("zone"), 129.6)
    np.testing.assert_allclose(base.floor_area(), 48.0)
    walls = [surface for surface in base.surfaces if surface.kind == "wall"]
    np.testing.assert_allclose(sum(wall.area for wall in walls), 75.6)
    np.testing.assert_allclose(sum(wall.net_area for wall in walls), 63.6)
    np.testing.assert_allclose(base.surface("south").window_area, 12.0)
    edges = [(w.u, w.u + w.width, w.v, w.v + w.height) for w in base.surface("south").fenestrations]
    np.testing.assert_allclose(edges, [(0.5, 3.5, 0.2, 2.2), (4.5, 7.5, 0.2, 2.2)])


# Published resistances, air to air, with the published combined films outside and inside. The
# films are rounded to a tenth, which moves a resistance by some thousandths.
@pytest.mark.parametrize(
    ("case", "face", "outside", "inside", "resistance"),
    [
        ("600", "south", 21.6, 1.8, 2.391),
        ("600", "roof", 21.8, 1.7, 3.626),
        ("600", "floor", 5.2, 3.7, 25.716),
        ("900", "south", 21.6, 1.8, 2.399),
        ("900", "roof", 21.8, 1.7, 3.626),
        ("900", "floor", 5.2, 3.7, 25.708),
        ("680", "south", 21.6, 1.8, 6.991),
        ("680", "roof", 21.8, 1.7, 10.832),
        ("680", "floor", 5.2, 3.7, 25.716),
        ("980", "south", 21.6, 1.8, 6.992),
        ("980", "roof", 21.8, 1.7, 10.832),
        ("980", "floor", 5.2, 3.7, 25.708),
    ],
)
def test_air_to_air_resistances(case, face, outside, inside, resistance):
    building = ashrae140(case)
    u_factor = building.u_factor(
        building.surface(face).construction, inside_film=inside, outside_film=outside
    )
    np.testing.assert_allclose(1.0 / u_factor, resistance, atol=1.5e-3)


def test_the_base_case_leaks_gains_and_controls(base):
    zone = base.zone("zone")
    assert zone.infiltrations[0].air_changes_per_hour == 0.5
    assert (zone.internal_gains[0].power, zone.internal_gains[0].radiant_fraction) == (200.0, 0.6)
    assert (zone.thermostat.heating_setpoint, zone.thermostat.cooling_setpoint) == (20.0, 27.0)
    assert base.surface("floor").boundary == Outdoors(sun_exposed=False, wind_exposed=False)
    assert base.surface("south").boundary == Outdoors()
    assert base.terrain == "country" and base.ground_reflectance == 0.2


def test_glazing_is_described_by_its_panes(base):
    glazing = base.glazing("double clear")
    assert [pane.solar_transmittance for pane in glazing.panes] == [0.834, 0.834]
    assert glazing.gaps[0].thickness == 0.012 and glazing.gaps[0].gas == "air"
    assert ashrae140("670").glazings[0].gaps == ()
    low_e = ashrae140("660").glazings[0]
    assert low_e.gaps[0].gas == "argon"
    outer = low_e.panes[0]
    assert (outer.emissivity_front, outer.emissivity_back) == (0.84, 0.047) and outer.coated
    assert (outer.solar_reflectance_front, outer.solar_reflectance_back) == (0.359, 0.397)


@pytest.mark.parametrize("case", ["610", "910"])
def test_south_overhang(case):
    (overhang,) = ashrae140(case).surface("south").overhangs
    assert (overhang.height, overhang.left, overhang.right, overhang.depth) == (2.7, 0.0, 8.0, 1.0)


@pytest.mark.parametrize("case", ["620", "630", "920", "930"])
def test_east_and_west_windows(case):
    building = ashrae140(case)
    assert not building.surface("south").fenestrations
    for face in ("east", "west"):
        wall = building.surface(face)
        (window,) = wall.fenestrations
        assert (window.u, window.v, window.width, window.height) == (1.5, 0.2, 3.0, 2.0)
        shaded = case.endswith("30")
        assert [fin.offset for fin in wall.fins] == ([1.5, 4.5] if shaded else [])
        assert [(fin.bottom, fin.top) for fin in wall.fins] == ([(0.0, 2.7)] * 2 if shaded else [])
        assert [(o.left, o.right) for o in wall.overhangs] == ([(1.5, 4.5)] if shaded else [])


def test_setback_follows_the_ramp():
    building = ashrae140("640")
    day = building.schedule("setback").expand(1)
    np.testing.assert_array_equal(day[:7], 10.0)
    np.testing.assert_array_equal(day[7], (10.0, 20.0))
    np.testing.assert_array_equal(day[8:23], 20.0)
    np.testing.assert_array_equal(day[23], 10.0)
    assert building.zones[0].thermostat.heating_setpoint == "setback"


@pytest.mark.parametrize("case", ["650", "950", "650FF", "950FF"])
def test_night_fan_and_day_cooling(case):
    building = ashrae140(case)
    zone = building.zones[0]
    (fan,) = zone.ventilations
    np.testing.assert_allclose(fan.flow * 3600.0 / building.zone_volume("zone"), 13.117, atol=1e-3)
    running = building.schedule(fan.schedule).expand(1)[:, 0]
    np.testing.assert_array_equal(np.flatnonzero(running == 0.0), np.arange(7, 18))
    if case.endswith("FF"):
        assert zone.floats
        return
    assert zone.thermostat.heating_setpoint is None
    cooling = building.schedule(zone.ideal_loads.cooling_availability).expand(1)[:, 0]
    np.testing.assert_array_equal(np.flatnonzero(cooling > 0.0), np.arange(7, 18))


def test_heavy_cases_differ_in_walls_and_floor_only():
    light, heavy = ashrae140("600"), ashrae140("900")
    for one, two in zip(light.surfaces, heavy.surfaces, strict=True):
        assert one.replace(construction="x") == two.replace(construction="x")
    different = [
        one.name
        for one, two in zip(light.surfaces, heavy.surfaces, strict=True)
        if one.construction != two.construction
    ]
    assert different == ["south", "east", "north", "west", "floor"]


def test_floating_cases_only_lose_their_thermostat():
    for name in ("600", "680", "900", "980"):
        controlled, floating = ashrae140(name).zones[0], ashrae140(f"{name}FF").zones[0]
        assert floating.floats and not controlled.floats
        assert controlled.replace(thermostat=None) == floating


def test_the_sunspace():
    building = ashrae140("960")
    volumes = [building.zone_volume(zone.name) for zone in building.zones]
    np.testing.assert_allclose(volumes, (129.6, 43.2))
    np.testing.assert_allclose([building.floor_area(z.name) for z in building.zones], (48.0, 16.0))
    common = building.surface("back south")
    assert common.boundary == Interzone(zone="sun zone") and common.construction == "common wall"
    np.testing.assert_allclose(common.area, 21.6)
    np.testing.assert_allclose(building.thermal_resistance("common wall"), 0.2 / 0.51)
    assert (common, -1.0) in building.enclosure("sun zone")
    assert (common, 1.0) in building.enclosure("back zone")
    south = building.surface("sun south")
    np.testing.assert_allclose(south.window_area, 12.0)
    assert [window.v for window in south.fenestrations] == [0.5, 0.5]
    assert building.zone("sun zone").floats and not building.zone("sun zone").internal_gains
    assert not building.zone("back zone").floats


def test_every_case_builds_under_its_name():
    names = list_ashrae140()
    assert len(set(names)) == len(names) and {"600", "900", "600FF", "900FF", "960"} <= set(names)
    for name in names:
        assert ashrae140(name).name == f"ASHRAE 140 case {name}"
    assert ashrae140(" 600ff ") == ashrae140("600FF")


def test_an_unknown_case_lists_those_there_are():
    for function in (ashrae140, describe_ashrae140):
        with pytest.raises(
            BuildingError, match=r"case '601' is not known; the cases are .*600, 600FF"
        ):
            function("601")


def test_every_case_is_described_in_a_sentence_of_its_own():
    sentences = {name: describe_ashrae140(name) for name in list_ashrae140()}
    assert len(set(sentences.values())) == len(sentences)
    for name, sentence in sentences.items():
        assert sentence.endswith(".") and sentence.count(". ") == 0 and sentence[0].isupper()
        assert ashrae140(name).description.startswith(f"{sentence} Source: ")
    assert describe_ashrae140("310") == "Case 300 with overhangs and fins."


def test_unused_constructions_and_glazings_stay_out():
    assert ashrae140("395").glazings == ()
    assert [item.name for item in ashrae140("980").constructions] == [
        "heavy floor",
        "thick heavy wall",
        "thick roof",
    ]
