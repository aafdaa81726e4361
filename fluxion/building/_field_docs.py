"""What a field of a description means, from the string below it in the source.

Pydantic can put these strings into fields itself, but then it parses the source of every class on
every import; they are asked for rarely, by schemas and messages.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

import pydantic


def field_docs(owner: type) -> dict[str, str]:
    """The string below each field of a class, by the field's name; empty without a source."""
    found: dict[str, str] = {}
    for each in reversed(owner.__mro__):
        if not issubclass(each, pydantic.BaseModel) or each is pydantic.BaseModel:
            continue
        try:
            parsed = ast.parse(textwrap.dedent(inspect.getsource(each))).body[0]
        except OSError:
            continue
        body = parsed.body if isinstance(parsed, ast.ClassDef) else []
        for field, below in zip(body, body[1:], strict=False):
            if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
                continue
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                found[field.target.id] = inspect.cleandoc(str(below.value.value))
    return found


def add_field_docs(schema: dict[str, Any], root: type, base: type) -> None:
    """Put what fields mean into the JSON schema of a description and of those that it holds.

    Args:
        schema: Of pydantic; changed in place.
        root: Whose schema it is.
        base: Of all descriptions.
    """
    classes = {each.__name__: each for each in _below(base)}
    parts = {root.__name__: schema, **schema.get("$defs", {})}
    for name, part in parts.items():
        docs = field_docs(classes[name]) if name in classes else {}
        for field, entry in part.get("properties", {}).items():
            if field in docs:
                entry.setdefault("description", docs[field])


def _below(owner: type) -> list[type]:
    below = owner.__subclasses__()
    return below + [deeper for each in below for deeper in _below(each)]
