"""Buildings as JSON: round trip, schema, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fluxion.building import (
    AirExchange,
    AngularTable,
    Building,
    Ground,
    Schedule,
    Surface,
    Zone,
    dump_building,
    parse_building,
)
from fluxion.cases import ashrae140, list_ashrae140, office
from fluxion.errors import BuildingError, InputError
from fluxion.io import read_building, write_building

CASES = [*list_ashrae140(), "office", "everything"]


def everything() -> Building:
    """Case 960 with whatever the cases leave out."""
    building = ashrae140("960")
    back, sun = building.zones
    surfaces = list(sun.surfaces)
    surfaces[-1] = surfaces[-1].replace(
        boundary=Ground(temperature=tuple(float(month) for month in range(12))),
        inside_convection=2.2,
        outside_emissivity=0.0,
    )
    table = AngularTable(
        incidence=(0.0, 60.0, 90.0),
        transmittance=(0.7, 0.6, 0.0),
        absorptance=((0.1, 0.1, 0.0), (0.05, 0.05, 0.0)),
        reflectance_back=(0.15, 0.3, 1.0),
    )
    return building.replace(
        zones=(back, sun.replace(surfaces=tuple(surfaces), volume=40.0, beam_to="all")),
        glazings=(building.glazings[0].replace(angular=table),),
        air_exchanges=(
            AirExchange(name="in", source="sun zone", target="back zone", flow=0.1, schedule="h"),
            AirExchange(name="out", source="back zone", target="sun zone", flow=0.1, schedule="h"),
        ),
        schedules=(Schedule.hourly("h", [0.25] * 8760),),
        orientation=-30.0,
    )


def made(name: str) -> Building:
    return {"office": office, "everything": everything}.get(name, lambda: ashrae140(name))()


@pytest.mark.parametrize("name", CASES)
def test_round_trip_by_json(name: str) -> None:
    building = made(name)
    text = json.dumps(dump_building(building), allow_nan=False)
    again = parse_building(text)
    assert again == building
    assert hash(again) == hash(building) == hash(made(name))
    assert dump_building(again) == dump_building(building)


def test_equality_sees_every_field() -> None:
    building = ashrae140("600")
    assert building != building.replace(orientation=1.0)
    assert building != ashrae140("900")
    assert building.zones[0] != building


def test_schema_accepts_the_cases_and_refuses_faults() -> None:
    schema = Building.json_schema()
    for name in ("600", "650", "960", "office", "everything"):
        assert list(_breaches(schema, schema, dump_building(made(name)))) == []
    plain = dump_building(ashrae140("600"))
    assert list(_breaches(schema, schema, {**plain, "fluxion_building": 2}))
    assert list(_breaches(schema, schema, {**plain, "colour": "red"}))
    assert list(_breaches(schema, schema, {**plain, "terrain": "moon"}))
    assert list(_breaches(schema, schema, {**plain, "zones": []}))
    plain["materials"][0]["conductivity"] = -1.0
    assert list(_breaches(schema, schema, plain))


def test_every_field_of_the_schema_is_described() -> None:
    schema = Building.json_schema()
    for model in (schema, *schema["$defs"].values()):
        for name, field in model.get("properties", {}).items():
            assert "description" in field or name in ("kind",), (model.get("title"), name)


def _breaches(root: dict, schema: dict, value: Any, path: str = "$") -> Any:
    """Where a value breaks a schema: the keywords that the building schema uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    types = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    if "type" in schema and not isinstance(value, types[schema["type"]]):
        yield f"{path}: not {schema['type']}"
        return
    for key in ("anyOf", "oneOf"):
        if key in schema:
            fits = [not list(_breaches(root, branch, value, path)) for branch in schema[key]]
            if not any(fits) or (key == "oneOf" and sum(fits) != 1):
                yield f"{path}: {sum(fits)} of {key}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not in {schema['enum']}"
    if isinstance(value, int | float):
        for key, holds in (
            ("minimum", lambda limit: value >= limit),
            ("maximum", lambda limit: value <= limit),
            ("exclusiveMinimum", lambda limit: value > limit),
        ):
            if key in schema and not holds(schema[key]):
                yield f"{path}: {key}"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{path}: {len(value)} items"
        first = schema.get("prefixItems", [])
        rest = [schema["items"]] * max(len(value) - len(first), 0) if "items" in schema else []
        for i, (part, item) in enumerate(zip([*first, *rest], value, strict=False)):
            yield from _breaches(root, part, item, f"{path}[{i}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{path}: {name} is missing"
        for name, item in value.items():
            if name in known:
                yield from _breaches(root, known[name], item, f"{path}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{path}: {name} is unknown"


def test_files_round_trip(tmp_path) -> None:
    path = tmp_path / "häuschen.json"
    write_building(ashrae140("600"), path)
    assert read_building(path) == read_building(str(path)) == ashrae140("600")
    assert json.loads(path.read_text(encoding="utf-8"))["fluxion_building"] == 1


def test_files_with_faults(tmp_path) -> None:
    with pytest.raises(InputError, match="there is no building file .*none.json"):
        read_building(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_building(tmp_path)
    with pytest.raises(InputError, match="cannot be written"):
        write_building(ashrae140("600"), tmp_path / "no" / "folder.json")
    path = tmp_path / "bad.json"
    path.write_text('{"name": ')
    with pytest.raises(BuildingError, match=r"bad.json: malformed JSON at line 1"):
        read_building(path)
    path.write_text('{"fluxion_building": 7}')
    with pytest.raises(BuildingError, match="fluxion_building is 7; this Fluxion reads version 1"):
        read_building(path)


def test_a_layer_that_gives_its_resistance_needs_no_kind() -> None:
    plain = dump_building(ashrae140("600"))
    for material in plain["materials"]:
        del material["kind"]
    assert parse_building(plain) == ashrae140("600")


def test_the_example_of_the_format_page_is_a_building() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "building-format.md"
    text = page.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    building = parse_building(text)
    np.testing.assert_allclose(building.zone_volume("room"), 60.0)
    assert not list(_breaches(schema := Building.json_schema(), schema, json.loads(text)))
    for model in (Building, Zone, Surface):
        missing = [
            name for name in model.model_fields if f"`{name}`" not in page.read_text("utf-8")
        ]
        assert not missing, (model.__name__, missing)
