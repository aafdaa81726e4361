"""A model against the schema that the engine ships."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fluxion.energyplus._engine import Engine, find_engine
from fluxion.errors import InputError, require


def validate(model: Mapping[str, Any], engine: Engine | None = None) -> None:
    """Check a model against the engine's own schema of its input.

    An engine without a schema (that of `pyenergyplus-lbnl`) checks the model when it reads it.

    Args:
        model: epJSON.
        engine: Whose schema; None takes the installed one.

    Raises:
        InputError: Something does not fit; the message names the object and the field.
        MissingExtraError: EnergyPlus or jsonschema is not installed.
    """
    engine = engine or find_engine()
    if engine.schema is None:
        return
    kinds, required = _validators(engine.schema)
    for kind in required:
        if kind not in model:
            raise InputError(f"the EnergyPlus model has no {kind} object; add one")
    for kind, objects in model.items():
        if kind not in kinds:
            raise InputError(
                f"the EnergyPlus model has objects {kind!r}, which EnergyPlus {engine.version} "
                "does not know; check the spelling"
            )
        for error in kinds[kind].iter_errors(objects):
            place = " / ".join(str(part) for part in error.absolute_path)
            raise InputError(
                f"the EnergyPlus model does not fit EnergyPlus {engine.version}: "
                f"{kind} / {place}: {error.message}"
            )


@functools.cache
def _validators(schema: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    jsonschema = require("jsonschema", "energyplus")
    whole = json.loads(schema.read_text(encoding="utf-8"))
    kinds = {kind: jsonschema.Draft7Validator(part) for kind, part in whole["properties"].items()}
    return kinds, tuple(whole.get("required", ()))
