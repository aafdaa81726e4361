"""The plain form of a building, as it stands in a JSON file."""

from __future__ import annotations

import json
from typing import Any

import pydantic

from fluxion.building._base import Description
from fluxion.building._field_docs import add_field_docs
from fluxion.building._messages import one_line, shorten
from fluxion.building._model import Building
from fluxion.errors import BuildingError

#: Name of the field that marks a file as a building and holds the version of its format.
FORMAT_KEY = "fluxion_building"
#: The version of the format written here.
FORMAT_VERSION = 1


def parse_building(source: str | bytes | dict[str, Any]) -> Building:
    """A building from JSON text or from its plain form.

    Args:
        source: JSON text, or the object it holds. The format version may be left out.

    Raises:
        BuildingError: The text is no JSON, the version is another one, or the building is at fault.
    """
    if isinstance(source, str | bytes):
        try:
            source = json.loads(source, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            raise BuildingError(
                f"malformed JSON at line {error.lineno}, column {error.colno}: "
                f"{error.msg.lower()}; correct the text there"
            ) from None
        except UnicodeDecodeError:
            raise BuildingError("the text is not UTF-8; save it as UTF-8") from None
    if not isinstance(source, dict):
        raise BuildingError(
            f"{shorten(source)} was given; a building is an object with name, zones and so on"
        )
    fields = dict(source)
    version = fields.pop(FORMAT_KEY, FORMAT_VERSION)
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise BuildingError(
            f"{FORMAT_KEY} is {shorten(version)}; this Fluxion reads version {FORMAT_VERSION}, "
            "install a Fluxion that knows the other or convert the file"
        )
    try:
        return Building.model_validate(fields)
    except pydantic.ValidationError as error:
        raise BuildingError(one_line(error, Building, fields)) from None


def dump_building(building: Building) -> dict[str, Any]:
    """The plain form of a building, with the version of the format."""
    return {FORMAT_KEY: FORMAT_VERSION, **building.to_dict()}


def building_schema() -> dict[str, Any]:
    """The JSON schema of a building file."""
    schema = Building.model_json_schema()
    add_field_docs(schema, Building, Description)
    version = {
        "const": FORMAT_VERSION,
        "type": "integer",
        "description": "Version of the format of this file.",
    }
    schema["properties"] = {FORMAT_KEY: version, **schema["properties"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _refuse(text: str) -> float:
    raise BuildingError(f"the text holds {text}, which is no JSON number; give a finite number")
