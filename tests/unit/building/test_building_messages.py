"""Every fault of a description ends in one clear line that says where, what and what to do."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from fluxion.building import (
    AirExchange,
    AngularTable,
    Building,
    Fin,
    GasGap,
    Glazing,
    GlazingPane,
    Infiltration,
    Material,
    Overhang,
    ResistiveMaterial,
    Schedule,
    Surface,
    Thermostat,
    dump_building,
    parse_building,
)
from fluxion.cases import ashrae140
from fluxion.errors import BuildingError

MATERIAL = {
    "name": "wool",
    "thickness": 0.1,
    "conductivity": 0.04,
    "density": 12.0,
    "specific_heat": 840.0,
}
GONE = object()
ZONE = ("zones", 0)
SOUTH = (*ZONE, "surfaces", 0)
WINDOW = (*SOUTH, "fenestrations", 0)


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return dump_building(ashrae140("600"))


@pytest.fixture(scope="module")
def two_zones() -> dict[str, Any]:
    return dump_building(ashrae140("960"))


def changed(plain: dict[str, Any], path: tuple, value: Any) -> dict[str, Any]:
    whole = copy.deepcopy(plain)
    node: Any = whole
    for key in path[:-1]:
        node = node[key]
    if value is GONE:
        del node[path[-1]]
    elif callable(value):
        node[path[-1]] = value(node[path[-1]])
    else:
        node[path[-1]] = value
    return whole


def message(plain: dict[str, Any]) -> str:
    with pytest.raises(BuildingError) as caught:
        parse_building(plain)
    text = str(caught.value)
    assert "\n" not in text and "pydantic" not in text and "Input should" not in text
    return text


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"thickness": 200}, "millimetres, so write 0.2"),
        ({"thickness": -0.1}, "-0.1 was given, a number above 0 [m] is wanted"),
        ({"thickness": 0.0}, "above 0 [m]"),
        ({"thickness": None}, "None was given, a number [m] is wanted"),
        ({"thickness": "0.1"}, "'0.1' was given, a number [m] is wanted"),
        ({"thickness": float("inf")}, "finite number [m]"),
        ({"conductivity": 40.0}, "mW/(m K), so write 0.04"),
        ({"conductivity": 1000.0}, "W/(m K), not mW/(m K)"),
        ({"density": True}, "True was given, a number [kg/m3]"),
        ({"density": float("nan")}, "finite number [kg/m3]"),
        ({"specific_heat": 0.84}, "kJ/(kg K), so write 840"),
        ({"specific_heat": 840000.0}, "give J/(kg K)"),
        ({"solar_absorptance": 60}, "60 was given, a number of at most 1 [-]"),
        ({"thermal_absorptance": -0.9}, "of at least 0 [-]"),
        ({"roughness": "smoth"}, "did you mean 'smooth'"),
        ({"conductivty": 1.0}, "no such field; did you mean 'conductivity'?"),
        ({"name": " wool"}, "without spaces at its ends"),
    ],
)
def test_material_faults_name_the_field_and_the_unit(change: dict, wanted: str) -> None:
    with pytest.raises(BuildingError) as caught:
        Material(**{**MATERIAL, **change})
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)
    assert next(iter(change)) in str(caught.value)


def test_metals_are_no_unit_errors() -> None:
    steel = Material(**{**MATERIAL, "conductivity": 45.0, "density": 7800.0, "specific_heat": 480})
    assert steel.conductivity == 45.0


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        (("name",), GONE, "Building.name: this field is missing; add it: Name of the building"),
        (("zones",), [], "zones: [] was given, at least 1 entry is wanted"),
        (("orientation",), "90", "'90' was given, a number [deg] is wanted"),
        (("terrain",), "subrubs", "did you mean 'suburbs'?"),
        (("zonez",), [], "zonez: there is no such field; did you mean 'zones'?"),
        ((*ZONE, "thermstat"), {}, "did you mean 'thermostat'?"),
        ((*ZONE, "volume"), 0.0, "above 0 [m3]"),
        ((*WINDOW, "widht"), 3.0, "fenestrations[0] 'south window west'.widht: there is no such"),
        ((*WINDOW, "width"), GONE, "width: this field is missing; add it: Width. [m]"),
        ((*WINDOW, "width"), 9.0, "u 0.5 to 9.5, v 0.2 to 2.2 m) reaches beyond its surface"),
        ((*WINDOW, "height"), 20.0, "has 60 m2, its surface 'south' only 21.6 m2"),
        ((*WINDOW, "width"), 5.0, "overlap by 1 x 2 m"),
        ((*WINDOW, "u"), -0.1, "-0.1 was given, a number of at least 0 [m]"),
        ((*WINDOW, "glazing"), "double claer", "did you mean 'double clear'?"),
        ((*WINDOW, "name"), "south window east", "2 windows have the name 'south window east'"),
        ((*SOUTH, "construction"), "light wal", "did you mean 'light wall'"),
        ((*SOUTH, "name"), "north", "2 surfaces have the name 'north'"),
        ((*SOUTH, "vertices"), [[0, 0, 0], [1, 0, 0]], "at least 3 entries are wanted"),
        ((*SOUTH, "vertices", 0), [1, 2], "vertices[0][2]: an entry is missing"),
        ((*SOUTH, "vertices", 0, 1), "a", "vertices[0][1]: 'a' was given, a number [m] is wanted"),
        ((*SOUTH, "vertices", 0, 1), 1.0, "is not plane"),
        ((*SOUTH, "vertices"), lambda v: v[::-1], "'south' seems to be inside out"),
        ((*SOUTH, "vertices"), lambda v: [v[0], *v], "same vertex twice"),
        ((*SOUTH, "vertices"), [[0, 0, 0], [1, 0, 0], [2, 0, 0]], "has no area"),
        (
            (*SOUTH, "vertices"),
            [[0, 0, 0], [8, 0, 0], [2, 0, 2.5], [6, 0, 2.5]],
            "crosses itself",
        ),
        ((*SOUTH, "boundary"), {"kind": "outdors"}, "did you mean 'outdoors'?"),
        ((*SOUTH, "boundary"), {"sun_exposed": True}, "'kind' is missing; add one of outdoors"),
        ((*SOUTH, "boundary"), {"kind": "adiabatic"}, "windows are for surfaces to the outdoors"),
        (
            (*ZONE, "surfaces", 5, "boundary"),
            {"kind": "ground", "temperature": [10.0] * 11},
            "boundary.temperature: ",
        ),
        (
            (*ZONE, "surfaces", 1, "boundary"),
            {"kind": "interzone", "zone": "zone"},
            "disconnected interzone surface: 'east' of zone 'zone' leads to its own zone",
        ),
        (
            (*ZONE, "surfaces", 1, "boundary"),
            {"kind": "interzone", "zone": "attic"},
            "leads to the zone 'attic', which does not exist",
        ),
        (
            (*ZONE, "surfaces", 4, "overhangs"),
            [{"name": "o", "height": 1.0, "left": 0.0, "right": 1.0, "depth": 1.0}],
            "they belong on vertical surfaces",
        ),
        ((*ZONE, "surfaces"), lambda s: s[1:], "about 21.6 m2 facing south is missing"),
        ((*ZONE, "surfaces"), lambda s: s[:4], "129.6, 129.6 and 0.0 m3"),
        ((*ZONE, "thermostat", "heating_setpoint"), 72, "Fahrenheit, so write 22.2 degC"),
        ((*ZONE, "thermostat", "heating_setpoint"), 293.15, "kelvin, so write 20 degC"),
        ((*ZONE, "thermostat", "heating_setpoint"), True, "a number or a text"),
        ((*ZONE, "thermostat", "heating_setpoint"), 30, "30 is above the cooling setpoint 27"),
        ((*ZONE, "thermostat", "heating_setpoint"), "night", "the schedule 'night', which does"),
        ((*ZONE, "internal_gains", 0, "power"), 0.2, "kilowatt, so write 200"),
        ((*ZONE, "internal_gains", 0, "power"), -5, "of at least 0 [W]"),
        ((*ZONE, "internal_gains", 0, "schedule"), "office", "'office', which does not exist"),
        ((*ZONE, "internal_gains"), lambda g: g * 2, "2 internal gains of zone 'zone'"),
        ((*ZONE, "ideal_loads", "heating_capacity"), 5, "kilowatt, so write 5000"),
        ((*ZONE, "infiltrations", 0), {}, "neither of flow and air_changes_per_hour"),
        ((*ZONE, "infiltrations", 0, "flow"), 0.018, "both of flow and air_changes_per_hour"),
        ((*ZONE, "infiltrations", 0), {"flow": 64.8}, "so write 0.018 or 0.0648"),
        ((*ZONE, "infiltrations", 0, "air_changes_per_hour"), 500, "of at most 200 [1/h]"),
        (("materials", 0, "kind"), "massiv", "did you mean 'massive'?"),
        (("materials", 0, "conductivity"), GONE, "materials[0] 'wood siding'.conductivity: this"),
        (("materials", 0, "thickness"), 9, "millimetres, so write 0.009"),
        (("materials", 0), 3, "materials[0]: 3 was given, an object with fields is wanted"),
        (("materials", 0, "name"), "wood sidng", "did you mean 'wood sidng'?"),
        (("materials", 0, "name"), "roof deck", "2 materials have the name 'roof deck'"),
        (("constructions", 0, "layers"), [], "at least 1 entry is wanted"),
        (("glazings", 0, "gaps"), [], "2 panes and 0 gaps; give one gap between each two panes"),
        (("glazings", 0, "panes", 0, "thickness"), 3, "millimetres, so write 0.003"),
        (("glazings", 0, "panes", 0, "solar_reflectance_back"), 0.5, "add up to 1.334"),
        (("fluxion_building",), 2, "fluxion_building is 2; this Fluxion reads version 1"),
    ],
)
def test_a_fault_anywhere_is_one_line(
    plain: dict[str, Any], path: tuple, value: Any, wanted: str
) -> None:
    assert wanted in message(changed(plain, path, value))


def test_all_surfaces_turned_inside_out(plain: dict[str, Any]) -> None:
    def turn(surfaces: list) -> list:
        return [
            {**surface, "vertices": surface["vertices"][::-1], "fenestrations": []}
            for surface in surfaces
        ]

    assert "all its surfaces are inside out" in message(changed(plain, (*ZONE, "surfaces"), turn))


def test_a_wall_between_zones_counts_for_both(two_zones: dict[str, Any]) -> None:
    walls = (*ZONE, "surfaces", 0, "vertices")
    lower = [[x, y, min(z, 2.0)] for x, y, z in two_zones["zones"][0]["surfaces"][0]["vertices"]]
    assert "facing south is missing" in message(changed(two_zones, walls, lower))
    away = (*ZONE, "surfaces", 0, "boundary")
    text = message(changed(two_zones, away, {"kind": "outdoors"}))
    assert "zone 'sun zone' is not closed: about 21.6 m2 facing north is missing" in text


def test_air_exchange_faults(two_zones: dict[str, Any]) -> None:
    exchange = {"name": "door", "source": "sun zone", "target": "back zne", "flow": 0.1}
    text = message(changed(two_zones, ("air_exchanges",), [exchange]))
    assert "air exchange 'door' names the zone 'back zne'" in text and "'back zone'" in text
    with pytest.raises(BuildingError, match="to itself"):
        AirExchange(name="door", source="a", target="a", flow=0.1)


@pytest.mark.parametrize(
    ("heating", "cooling", "hour"),
    [
        ([(24, 20.0)], [(12, 27.0), (13, 19.0), (24, 27.0)], "hour 12 of the year (1 January, 12:"),
        ([(6, 16.0), (8, 16.0, 28.0), (24, 21.0)], [(24, 24.0)], "28 is above"),
    ],
)
def test_setpoints_cross_at_an_hour(
    plain: dict[str, Any], heating: list, cooling: list, hour: str
) -> None:
    schedules = [Schedule.daily("h", heating).to_dict(), Schedule.daily("c", cooling).to_dict()]
    control = {"heating_setpoint": "h", "cooling_setpoint": "c"}
    whole = changed(plain, ("schedules",), schedules)
    assert hour in message(changed(whole, (*ZONE, "thermostat"), control))


def test_setpoints_cross_on_sundays_only(plain: dict[str, Any]) -> None:
    cooling = Schedule.week("c", weekdays=[(24, 26.0)], sunday=[(24, 19.0)])
    whole = changed(plain, ("schedules",), [cooling.to_dict()])
    control = {"heating_setpoint": 20.0, "cooling_setpoint": "c"}
    assert "20 is above the cooling setpoint 19" in message(
        changed(whole, (*ZONE, "thermostat"), control)
    )


def test_equal_setpoints_are_allowed(plain: dict[str, Any]) -> None:
    control = {"heating_setpoint": 20, "cooling_setpoint": 20}
    building = parse_building(changed(plain, (*ZONE, "thermostat"), control))
    assert building.zones[0].thermostat == Thermostat(heating_setpoint=20, cooling_setpoint=20.0)


@pytest.mark.parametrize(
    ("path", "values", "wanted"),
    [
        ((*ZONE, "thermostat", "heating_setpoint"), 68.0, "reaches 68; a setpoint is -40 to 45"),
        ((*ZONE, "internal_gains", 0, "schedule"), -1.0, "falls to -1"),
        ((*ZONE, "ideal_loads", "cooling_availability"), -0.5, "falls to -0.5"),
    ],
)
def test_schedules_fit_their_use(
    plain: dict[str, Any], path: tuple, values: float, wanted: str
) -> None:
    whole = changed(plain, ("schedules",), [{"name": "s", "value": values}])
    assert wanted in message(changed(whole, path, "s"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{", "malformed JSON at line 1, column 2"),
        ('{"name": NaN}', "NaN, which is no JSON number"),
        ("[]", "[] was given; a building is an object"),
        (b"\xff\xfe{", "not UTF-8"),
        ("{}", "Building.name: this field is missing"),
        ('{"fluxion_building": true}', "fluxion_building is True"),
    ],
)
def test_text_that_is_no_building(text: str | bytes, wanted: str) -> None:
    with pytest.raises(BuildingError) as caught:
        parse_building(text)
    assert wanted in str(caught.value)


def test_direct_construction_in_python_says_the_same() -> None:
    with pytest.raises(BuildingError, match=r"Surface 'w'.vertices: this field is missing"):
        Surface(name="w", construction="c")  # pyright: ignore
    with pytest.raises(BuildingError, match="right must be greater than left"):
        Overhang(name="o", height=1.0, left=1.0, right=0.0, depth=1.0)
    with pytest.raises(BuildingError, match="top must be greater than bottom"):
        Fin(name="f", offset=0.0, bottom=1.0, top=1.0, depth=1.0)
    with pytest.raises(BuildingError, match="thermal_resistance"):
        ResistiveMaterial(name="r", thermal_resistance=-1.0)
    with pytest.raises(BuildingError, match="gas: 'argn' was given; did you mean 'argon'"):
        GasGap(name="g", thickness=0.01, gas="argn")  # pyright: ignore
    with pytest.raises(BuildingError, match="neither"):
        Infiltration()


def test_a_description_cannot_be_edited() -> None:
    with pytest.raises(ValueError, match="frozen"):
        ashrae140("600").orientation = 90.0  # pyright: ignore


def test_replace_checks_again() -> None:
    material = Material(**MATERIAL)
    assert material.replace(thickness=0.2).thickness == 0.2
    with pytest.raises(BuildingError, match="thickness"):
        material.replace(thickness=-0.2)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"incidence": (0.0, 45.0, 80.0)}, "from 0 to 80; give increasing angles"),
        ({"transmittance": (0.8, 0.7)}, "2 values for 3 angles"),
        ({"transmittance": (0.95, 0.7, 0.0)}, "at 0 degrees transmittance and absorptances"),
        ({"reflectance_back": (0.1, 0.2)}, "2 values for 3 angles"),
        ({"reflectance_back": (0.1, 0.4, 1.0)}, "at 60 degrees transmittance and reflectance_back"),
    ],
)
def test_angular_tables_are_checked(change: dict, wanted: str) -> None:
    table = {
        "incidence": (0.0, 60.0, 90.0),
        "transmittance": (0.8, 0.7, 0.0),
        "absorptance": ((0.1, 0.1, 0.0),),
    }
    with pytest.raises(BuildingError) as caught:
        AngularTable(**{**table, **change})  # pyright: ignore
    assert wanted in str(caught.value)
    pane = GlazingPane(
        name="p",
        thickness=0.003,
        solar_transmittance=0.8,
        solar_reflectance_front=0.1,
        solar_reflectance_back=0.1,
    )
    gap = GasGap(name="g", thickness=0.01)
    with pytest.raises(BuildingError, match="absorptances of 1 panes; it has 2 panes"):
        Glazing(name="g", panes=(pane, pane), gaps=(gap,), angular=table)  # pyright: ignore


def test_lookups_list_near_matches() -> None:
    building = ashrae140("600")
    with pytest.raises(BuildingError, match="no construction 'light wal'; did you mean"):
        building.construction("light wal")
    with pytest.raises(BuildingError, match="no schedule 'x'; there is none"):
        building.schedule("x")


def test_validation_error_of_pydantic_never_escapes(plain: dict[str, Any]) -> None:
    """Any JSON value in any place ends in a building or in a `BuildingError`."""

    def places(node: Any, path: tuple = ()) -> Any:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            yield (*path, key)
            if isinstance(value, dict | list):
                yield from places(value, (*path, key))

    seen = set()
    for path in places(plain):
        form = tuple(key for key in path if isinstance(key, str))
        if form in seen:
            continue
        seen.add(form)
        for value in (None, -1, "text", [], {}, [1, "a"], {"kind": "x"}, True, 1e300):
            whole = json.loads(json.dumps(changed(plain, path, value)))
            try:
                assert isinstance(parse_building(whole), Building)
            except BuildingError as error:
                assert "\n" not in str(error)
