"""A building from what a user types: a case, `office`, or a file."""

from __future__ import annotations

from pathlib import Path

from fluxion.building import Building
from fluxion.cases._ashrae140 import ashrae140
from fluxion.cases._office import office
from fluxion.errors import InputError
from fluxion.io._building import read_building

_PREFIX = "ashrae140:"


def resolve_building(text: str) -> Building:
    """The building that a text stands for.

    Args:
        text: `ashrae140:600` and the like, `office`, or the path of a building file.

    Raises:
        BuildingError: There is no such case, or the file holds no valid building.
        InputError: It is none of these, and there is no such file.
    """
    text = text.strip()
    if text.lower().startswith(_PREFIX):
        return ashrae140(text[len(_PREFIX) :])
    if text.lower() == "office":
        return office()
    if not Path(text).exists():
        raise InputError(
            f"{text!r} is no building: give ashrae140:CASE (such as ashrae140:600), office, "
            "or the path of a building file"
        )
    return read_building(text)
