"""The packaged files of figures, read once."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@functools.cache
def packaged(name: str) -> Any:
    """The content of a JSON file of this package; not to be changed."""
    return json.loads(files("fluxion.data").joinpath(name).read_text(encoding="utf-8"))


def frozen(items: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    """A read-only view of a mapping."""
    return MappingProxyType(dict(items))
