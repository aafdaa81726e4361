"""What an export holds, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fluxion import building as describe
from fluxion import energyplus
from fluxion.building import Adiabatic, AngularTable, Ground, IdealLoads, Thermostat
from fluxion.cases import ashrae140, list_ashrae140, office
from fluxion.energyplus import Settings, export
from fluxion.errors import BuildingError, InputError, SimulationError


def changed(building, *, surface=lambda s: s, zone=lambda z: z, **fields):
    """A building with every surface and every zone put through a function."""
    zones = tuple(
        zone(z.replace(surfaces=tuple(surface(s) for s in z.surfaces))) for z in building.zones
    )
    return building.replace(zones=zones, **fields)


def corners(fields):
    return np.array([[v[f"vertex_{a}_coordinate"] for a in "xyz"] for v in fields["vertices"]])


def area_vector(points):
    return 0.5 * sum(np.cross(a, b) for a, b in zip(points, np.roll(points, -1, 0), strict=True))


def test_every_case_and_the_office_fit_the_schema(schema_engine, weather) -> None:
    buildings = [*(ashrae140(name) for name in list_ashrae140()), office()]
    for building in buildings:
        model = export(building, weather=weather)
        energyplus.validate(model, schema_engine)
        assert json.loads(json.dumps(model, allow_nan=False)) == model


def test_the_schema_finds_faults(schema_engine) -> None:
    model = export(ashrae140("600"))
    wrong = {**model, "Timestep": {"timestep": {"number_of_timesteps_per_hour": 61}}}
    with pytest.raises(InputError, match="Timestep / timestep / number_of_timesteps_per_hour"):
        energyplus.validate(wrong, schema_engine)
    with pytest.raises(InputError, match="'Zones'.*check the spelling"):
        energyplus.validate({**model, "Zones": {}}, schema_engine)
    with pytest.raises(InputError, match="no Building object"):
        energyplus.validate({"Zone": {}}, schema_engine)


def test_algorithms_are_those_of_our_own_simulation() -> None:
    model = export(ashrae140("600"), settings=Settings(shading_days=0))
    assert model["Timestep"]["timestep"]["number_of_timesteps_per_hour"] == 12
    assert model["SurfaceConvectionAlgorithm:Inside"]["inside"]["algorithm"] == "TARP"
    assert model["SurfaceConvectionAlgorithm:Outside"]["outside"]["algorithm"] == "DOE-2"
    site = model["Site:HeightVariation"]["site"]
    assert site["wind_speed_profile_exponent"] == 0.14
    assert site["air_temperature_gradient_coefficient"] == 0.0
    shadows = model["ShadowCalculation"]["shadows"]
    assert shadows["shading_calculation_update_frequency_method"] == "Timestep"
    (period,) = model["RunPeriod"].values()
    assert period["use_weather_file_daylight_saving_period"] == "No"
    # 25 days of the year before, then the year; 7 December 2005 was a Wednesday.
    assert (period["begin_month"], period["begin_day_of_month"], period["begin_year"]) == (
        12,
        7,
        2005,
    )
    assert period["day_of_week_for_start_day"] == "Wednesday"


def test_surfaces_keep_area_and_direction_when_the_building_turns() -> None:
    plain = export(ashrae140("600"))["BuildingSurface:Detailed"]
    turned = export(ashrae140("600").replace(orientation=90.0))["BuildingSurface:Detailed"]
    for name, before in plain.items():
        x, y, z = area_vector(corners(before))
        np.testing.assert_allclose(
            area_vector(corners(turned[name])), [y, -x, z], atol=1e-9, err_msg=name
        )
    np.testing.assert_allclose(area_vector(corners(plain["south"])), [0.0, -21.6, 0.0], atol=1e-9)


def test_windows_lie_in_their_wall_where_they_were_put() -> None:
    window = export(ashrae140("600"))["FenestrationSurface:Detailed"]["south window east"]
    points = [[window[f"vertex_{k}_{a}_coordinate"] for a in "xyz"] for k in range(1, 5)]
    np.testing.assert_allclose(
        points, [[4.5, 0, 0.2], [7.5, 0, 0.2], [7.5, 0, 2.2], [4.5, 0, 2.2]], atol=1e-9
    )


def test_overhangs_and_fins_stick_out_of_their_wall() -> None:
    plates = export(ashrae140("630"))["Shading:Zone:Detailed"]
    assert len(plates) == 6
    plate = corners(plates["overhang east overhang of east"])
    np.testing.assert_allclose(plate[:, 2], 2.7)
    np.testing.assert_allclose([plate[:, 0].min(), plate[:, 0].max()], [8.0, 9.0])
    np.testing.assert_allclose([plate[:, 1].min(), plate[:, 1].max()], [1.5, 4.5])
    fin = corners(plates["fin east fin left of east"])
    np.testing.assert_allclose(np.ptp(fin, axis=0), [1.0, 0.0, 2.7], atol=1e-9)
    np.testing.assert_allclose(fin[:, 1], 1.5)
    assert plates["fin east fin left of east"]["base_surface_name"] == "east"


def test_a_wall_between_zones_is_two_surfaces_that_mirror_each_other(weather) -> None:
    model = export(office(), weather=weather)
    surfaces = model["BuildingSurface:Detailed"]
    own, other = (
        surfaces[name] for name in ("ground core ceiling", "ground core ceiling (other side)")
    )
    assert own["outside_boundary_condition_object"] == "ground core ceiling (other side)"
    assert other["outside_boundary_condition_object"] == "ground core ceiling"
    assert (own["surface_type"], other["surface_type"]) == ("Ceiling", "Floor")
    assert (own["zone_name"], other["zone_name"]) == ("ground core", "upper core")
    np.testing.assert_allclose(corners(own), corners(other)[::-1])
    layers = [
        list(model["Construction"][side["construction_name"]].values()) for side in (own, other)
    ]
    assert layers[0] == layers[1][::-1] != layers[1]


def test_a_layer_with_two_different_faces_is_split() -> None:
    model = export(
        changed(
            ashrae140("960"),
            surface=lambda s: (
                s.replace(inside_solar_absorptance=0.2) if s.construction == "common wall" else s
            ),
        )
    )
    wall = model["BuildingSurface:Detailed"]["back south"]["construction_name"]
    outer, inner = (model["Material"][name] for name in model["Construction"][wall].values())
    assert (outer["solar_absorptance"], inner["solar_absorptance"]) == (0.6, 0.2)
    np.testing.assert_allclose([outer["thickness"], inner["thickness"]], 0.1)


def test_finishes_of_a_surface_are_materials_of_their_own() -> None:
    model = export(ashrae140("195"))
    layers = model["Construction"][model["BuildingSurface:Detailed"]["south"]["construction_name"]]
    first, *middle, last = (model["Material"][name] for name in layers.values())
    assert first["thermal_absorptance"] == last["thermal_absorptance"] == 0.1
    assert [layer["thermal_absorptance"] for layer in middle] == [0.9]


def test_boundaries() -> None:
    kinds = {
        "floor": Ground(temperature=10.0),
        "north": Ground(temperature=tuple(float(month) for month in range(12))),
        "west": Adiabatic(),
    }
    model = export(
        changed(
            ashrae140("600"),
            surface=lambda s: s.replace(boundary=kinds[s.name]) if s.name in kinds else s,
        )
    )
    sides = model["SurfaceProperty:OtherSideCoefficients"]
    assert sides["floor"]["constant_temperature"] == 10.0
    assert sides["floor"]["combined_convective_radiative_film_coefficient"] == 0.0
    schedule = model["Schedule:Compact"][sides["north"]["constant_temperature_schedule_name"]]
    values = [item["field"] for item in schedule["data"]]
    assert values[3::4] == list(range(12))
    assert values[4] == "Through: 2/29"
    assert 0.0 < sides["west"]["combined_convective_radiative_film_coefficient"] < 1e-5
    for name in kinds:
        fields = model["BuildingSurface:Detailed"][name]
        assert fields["outside_boundary_condition"] == "OtherSideCoefficients"
        assert (fields["sun_exposure"], fields["wind_exposure"]) == ("NoSun", "NoWind")
    assert model["BuildingSurface:Detailed"]["south"]["sun_exposure"] == "SunExposed"


def test_raised_floors_get_neither_sun_nor_wind() -> None:
    floor = export(ashrae140("600"))["BuildingSurface:Detailed"]["floor"]
    assert floor["outside_boundary_condition"] == "Outdoors"
    assert (floor["sun_exposure"], floor["wind_exposure"]) == ("NoSun", "NoWind")


def test_a_gap_of_fixed_resistance_is_a_gas_that_stands_still() -> None:
    base = ashrae140("600")
    glazing = base.glazings[0]
    gap = glazing.gaps[0].replace(thermal_resistance=0.17)
    model = export(base.replace(glazings=(glazing.replace(gaps=(gap,)),)))
    (gas,) = model["WindowMaterial:Gas"].values()
    np.testing.assert_allclose(gas["thickness"] / gas["conductivity_coefficient_a"], 0.17)
    outer, inner = (model["WindowMaterial:Glazing"][f"pane {k} of double clear"] for k in (1, 2))
    assert outer["front_side_infrared_hemispherical_emissivity"] == 0.84
    assert outer["back_side_infrared_hemispherical_emissivity"] < 1e-4
    assert inner["front_side_infrared_hemispherical_emissivity"] < 1e-4
    assert inner["back_side_infrared_hemispherical_emissivity"] == 0.84


def test_fixed_films_stand_on_the_face_they_belong_to() -> None:
    model = export(
        changed(
            ashrae140("960"),
            surface=lambda s: (
                s.replace(inside_convection=2.0, outside_convection=5.0)
                if s.name in ("back south", "back roof")
                else s
            ),
        )
    )
    films = {
        fields["surface_name"]: [
            fields.get(f"convection_coefficient_{k}{part}")
            for k in (1, 2)
            for part in ("_location", "")
        ]
        for fields in model["SurfaceProperty:ConvectionCoefficients"].values()
    }
    assert films == {
        "back south": ["Inside", 2.0, None, None],
        "back south (other side)": ["Inside", 5.0, None, None],
        "back roof": ["Inside", 2.0, "Outside", 5.0],
    }


def test_a_film_below_the_engines_least_lowers_that() -> None:
    model = export(changed(ashrae140("600"), surface=lambda s: s.replace(inside_convection=0.02)))
    (layers,) = model["HeatBalanceAlgorithm"].values()
    assert layers["minimum_surface_convection_heat_transfer_coefficient_value"] == 0.02


def test_plants() -> None:
    def plant(**fields):
        return export(changed(ashrae140("600"), zone=lambda z: z.replace(**fields)))

    limited = plant(ideal_loads=IdealLoads(heating_capacity=2000.0, cooling_capacity=0.0))
    (system,) = limited["ZoneHVAC:IdealLoadsAirSystem"].values()
    assert system["heating_limit"] == "LimitCapacity"
    assert system["maximum_sensible_heating_capacity"] == 2000.0
    assert "ThermostatSetpoint:SingleHeating" in limited  # no capacity is no cooling
    assert "ThermostatSetpoint:DualSetpoint" not in limited
    assert system["dehumidification_control_type"] == "None"
    hot = plant(thermostat=Thermostat(heating_setpoint=44.0))
    (system,) = hot["ZoneHVAC:IdealLoadsAirSystem"].values()
    assert system["maximum_heating_supply_air_temperature"] == 54.0
    cold = plant(thermostat=Thermostat(cooling_setpoint=5.0))
    (system,) = cold["ZoneHVAC:IdealLoadsAirSystem"].values()
    assert system["minimum_cooling_supply_air_temperature"] == -5.0
    assert "ZoneHVAC:IdealLoadsAirSystem" not in export(ashrae140("600FF"))


def test_cooling_hours_become_availability() -> None:
    model = export(ashrae140("650"))
    (system,) = model["ZoneHVAC:IdealLoadsAirSystem"].values()
    name = system["cooling_availability_schedule_name"]
    values = [item["field"] for item in model["Schedule:Compact"][name]["data"]]
    assert values == [
        "Through: 12/31",
        "For: AllDays",
        *("Until: 07:00", 0.0, "Until: 18:00", 1.0, "Until: 24:00", 0.0),
    ]


def test_names_that_differ_in_case_alone_stay_apart() -> None:
    base = ashrae140("600")
    names = {"south": "WALL", "north": "wall", "east": "a" * 100, "west": "a" * 99}
    model = export(
        changed(
            base,
            surface=lambda s: s.replace(
                name=names.get(s.name, s.name),
                fenestrations=tuple(
                    w.replace(name=f"Wall, {i}" if i else "Wall")
                    for i, w in enumerate(s.fenestrations)
                ),
            ),
        )
    )
    walls, windows = model["BuildingSurface:Detailed"], model["FenestrationSurface:Detailed"]
    found = [name.upper() for name in (*walls, *windows)]
    assert len(set(found)) == len(found) == 8
    assert max(map(len, found)) < 100
    assert not any("," in name for name in found)
    assert {fields["building_surface_name"] for fields in windows.values()} == {"WALL"}


def _many_layers(base):
    stack = (*["plasterboard, wall"] * 11,)
    light = next(c for c in base.constructions if c.name == "light wall")
    others = tuple(c for c in base.constructions if c.name != "light wall")
    return base.replace(constructions=(*others, light.replace(layers=stack)))


def _light_material(base):
    return base.replace(
        materials=tuple(
            m.replace(specific_heat=60.0) if m.name == "wood siding" else m for m in base.materials
        )
    )


def _table(base):
    table = AngularTable(
        incidence=(0.0, 90.0), transmittance=(0.7, 0.0), absorptance=((0.1, 0.0), (0.1, 0.0))
    )
    return base.replace(glazings=(base.glazings[0].replace(angular=table),))


def _thin_film(base):
    film = describe.ResistiveMaterial(name="film", thermal_resistance=0.0005)
    layers = describe.Construction(name="light wall", layers=("film", "plasterboard, wall"))
    others = tuple(c for c in base.constructions if c.name != "light wall")
    return base.replace(materials=(*base.materials, film), constructions=(*others, layers))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_many_layers, "'light wall' of surface 'south' has 11 layers"),
        (_light_material, "'wood siding'.*specific_heat of 60"),
        (_thin_film, "'film'.*0.0005 m2 K/W"),
        (_table, "glazing 'double clear' has a table of optics by angle"),
        (lambda b: changed(b, zone=lambda z: z.replace(beam_to="all")), "beam_to.*'floor'"),
        (lambda b: changed(b, zone=lambda z: z.replace(diffuse_to="floor")), "diffuse_to"),
        (
            lambda b: changed(
                b,
                surface=lambda s: s.replace(boundary=Ground()) if s.name == "floor" else s,
            ),
            "'floor' lies on ground.*pass weather=",
        ),
    ],
)
def test_what_the_engine_cannot_express_is_refused_by_name(make, says) -> None:
    with pytest.raises(BuildingError, match=says):
        export(make(ashrae140("600")))


@pytest.mark.parametrize(
    ("beam_to", "distribution"),
    [("floor", "FullExterior"), ("traced", "FullInteriorAndExterior")],
)
def test_beam_falls_where_the_building_says(beam_to, distribution) -> None:
    model = export(changed(ashrae140("600"), zone=lambda z: z.replace(beam_to=beam_to)))
    assert model["Building"]["building"]["solar_distribution"] == distribution


def test_beam_falls_by_one_rule_in_all_zones_with_windows() -> None:
    def rules(windowed, other):
        return changed(
            ashrae140("960"),
            zone=lambda z: z.replace(beam_to=windowed if z.name == "sun zone" else other),
        )

    model = export(rules("floor", "traced"))  # no window, no beam
    assert model["Building"]["building"]["solar_distribution"] == "FullExterior"
    office_mixed = office().replace(
        zones=tuple(
            z.replace(beam_to="traced" if z.name == "upper south" else "floor")
            for z in office().zones
        )
    )
    with pytest.raises(BuildingError, match="give all zones the same"):
        export(office_mixed)


def test_beam_over_all_surfaces_may_be_traced_instead() -> None:
    spread = changed(ashrae140("600"), zone=lambda z: z.replace(beam_to="all"))
    model = export(spread, settings=Settings(solar_distribution="FullInteriorAndExterior"))
    assert model["Building"]["building"]["solar_distribution"] == "FullInteriorAndExterior"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"steps_per_hour": 7}, "divisor of 60"),
        ({"steps_per_hour": 0}, "divisor of 60"),
        ({"outputs": ("heat",)}, "unknown output 'heat'"),
        ({"outputs": ()}, "none given"),
        ({"solar_distribution": "Full"}, "solar_distribution 'Full'"),
        ({"conduction": "CTF"}, "conduction 'CTF'"),
        ({"days": 0}, "days 0"),
        ({"first_weekday": 7}, "first_weekday 7"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, says) -> None:
    with pytest.raises(SimulationError, match=says):
        Settings(**fields)


def test_days_that_the_weather_does_not_have_are_refused(weather) -> None:
    with pytest.raises(SimulationError, match="days from day 361"):
        export(ashrae140("600"), weather=weather, settings=Settings(start_day=360, days=10))
    turn = weather.select_days(0, 10)
    object.__setattr__(turn, "start_day", 360)
    with pytest.raises(SimulationError, match="turn of the year"):
        export(ashrae140("600"), weather=turn)
