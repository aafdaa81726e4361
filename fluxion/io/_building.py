"""Building files: one JSON object with the format version and the building."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path

from fluxion.building import Building, dump_building, parse_building
from fluxion.errors import BuildingError, InputError


def read_building(path: str | PathLike[str]) -> Building:
    """Read a building file.

    Args:
        path: A JSON file, such as `write_building` writes.

    Raises:
        InputError: There is no such file, or it cannot be read.
        BuildingError: It is no JSON, of another format version, or the building is at fault.
    """
    path = Path(path)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"there is no building file {str(path)!r}; check the path or write one with "
            "write_building"
        ) from None
    except OSError as error:
        raise InputError(
            f"the building file {str(path)!r} cannot be read ({error.strerror}); "
            "give the path of a readable JSON file"
        ) from None
    try:
        return parse_building(text)
    except BuildingError as error:
        raise BuildingError(f"{path}: {error}") from None


def write_building(building: Building, path: str | PathLike[str]) -> None:
    """Write a building file that `read_building` reads back as an equal building.

    Args:
        building: What to write.
        path: Where to; an existing file is replaced.

    Raises:
        InputError: The file cannot be written.
    """
    text = json.dumps(dump_building(building), indent=2, ensure_ascii=False, allow_nan=False)
    try:
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"the building file {str(path)!r} cannot be written ({error.strerror}); "
            "give a path in a folder that exists and is writable"
        ) from None
