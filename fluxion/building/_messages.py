"""Validation errors as one line: where, what was given, what was wanted, what to do."""

from __future__ import annotations

import difflib
import math
import types
import typing
from collections.abc import Iterable, Sequence
from typing import Any

import pydantic

from fluxion.building._field_docs import field_docs

_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}
_LENGTHS = {"too_short": ("min_length", "least"), "too_long": ("max_length", "most")}
_TYPES = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a text",
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "model_type": "an object with fields",
    "model_attributes_type": "an object with fields",
    "none_required": "null",
}


def near(given: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or the list of what there is."""
    names = list(known)
    matches = difflib.get_close_matches(given, names, n=3, cutoff=0.6)
    if matches:
        return "did you mean " + " or ".join(repr(match) for match in matches) + "?"
    if not names:
        return "there is none"
    shown = ", ".join(repr(name) for name in names[:12])
    return f"there is {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def one_line(error: pydantic.ValidationError, model: type, data: Any) -> str:
    """The first fault of a pydantic error, on one line.

    Args:
        error: What pydantic raised.
        model: The description that was being made.
        data: What it was made from; names in it make the path readable.
    """
    faults = [(_Place(model, data, i["loc"]), i) for i in error.errors() if not _echo(i)]
    first = faults[0][0]
    branches = [item for place, item in faults if place.path == first.path]
    # Of the branches of a union, a value that is refused says more than a type that is not met.
    telling = [item for item in branches if item["type"] not in _TYPES] or branches
    if telling is branches and len(branches) > 1:
        wanted = " or ".join(dict.fromkeys(_TYPES[item["type"]] for item in branches))
        text = f"{shorten(branches[0]['input'])} was given, {wanted} is wanted"
    else:
        text = _sentence(telling[0], first)
    more = len({place.path for place, _ in faults}) - 1
    also = f" (and {more} more {'faults' if more > 1 else 'fault'})" if more else ""
    return f"{first.path}: {text}{also}"


def _echo(item: Any) -> bool:
    """Whether pydantic calls a list too short only because its entries are at fault."""
    return item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]


def shorten(value: Any, width: int = 60) -> str:
    """The value as it would be typed, cut to a readable width."""
    if isinstance(value, pydantic.BaseModel):
        return f"a {type(value).__name__}"
    text = " ".join(repr(value).split())
    return text if len(text) <= width else text[: width - 3] + "..."


class _Place:
    """Where a fault is: a path for people, and the descriptions that could stand there."""

    def __init__(self, model: type, data: Any, loc: Sequence[int | str]) -> None:
        label = getattr(model, "__name__", str(model))
        name = _name_of(data)
        self.path = f"{label} {name!r}" if name else label
        self.models: list[type] = [model]
        self.field: pydantic.fields.FieldInfo | None = None
        self.owner: type | None = None
        self.key = ""
        for position, key in enumerate(loc):
            last = position == len(loc) - 1
            if isinstance(key, int):
                data = _item(data, key)
                name = _name_of(data)
                self.path += f"[{key}]" + (f" {name!r}" if name else "")
                continue
            tagged = [m for m in self.models if _tag(m) == key]
            known = [m for m in self.models if key in _fields(m)]
            if tagged and not known:
                self.models = tagged
                continue
            if not known and not (last and _is_mapping(data)):
                continue  # pydantic's own name of a branch of a union
            self.path += f".{key}"
            self.key = key
            if known:
                self.field, self.owner = _fields(known[0])[key], known[0]
                if not (last and _item(data, key) is None):
                    self.models = _models_in(_fields(known[0])[key].annotation)
                data = _item(data, key)

    @property
    def meaning(self) -> str:
        """Of the field, or nothing."""
        if self.field is None or self.owner is None:
            return ""
        return self.field.description or field_docs(self.owner).get(self.key, "")

    @property
    def unit(self) -> str:
        for item in getattr(self.field, "metadata", ()):
            if hasattr(item, "symbol"):
                return f" [{item.symbol}]"
        for symbol in _symbols(getattr(self.field, "annotation", None)):
            return f" [{symbol}]"
        return ""


def _sentence(item: Any, place: _Place) -> str:
    kind, given, context = item["type"], shorten(item["input"]), item.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing" and isinstance(item["loc"][-1], int):
        return "an entry is missing at the end; add it"
    if kind == "missing":
        about = place.meaning.split("\n")[0]
        return f"this field is missing; add it{f': {about}' if about else ''}"
    if kind == "extra_forbidden":
        fields = dict.fromkeys(field for model in place.models for field in _fields(model))
        return f"there is no such field; {near(place.key, fields)}"
    if isinstance(item["input"], float) and not math.isfinite(item["input"]):
        return f"{given} was given, a finite number{place.unit} is wanted"
    if kind in _LENGTHS:
        limit, word = _LENGTHS[kind]
        count = context[limit]
        items = "entry is" if count == 1 else "entries are"
        return f"{given} was given, at {word} {count} {items} wanted"
    if kind in _BOUNDS:
        limit, word = _BOUNDS[kind]
        return f"{given} was given, a number {word} {context[limit]:g}{place.unit} is wanted"
    if kind in _TYPES:
        return f"{given} was given, {_TYPES[kind]}{place.unit} is wanted"
    if kind == "literal_error":
        choices = _literals(getattr(place.field, "annotation", None))
        return f"{given} was given; {near(str(item['input']), choices)}"
    if kind == "union_tag_invalid":
        choices = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
        return f"the kind {context['tag']!r} was given; {near(context['tag'], choices)}"
    if kind == "union_tag_not_found":
        choices = ", ".join(tag for model in place.models if (tag := _tag(model)))
        return f"the field 'kind' is missing; add one of {choices}"
    if kind == "string_pattern_mismatch":
        return f"{given} was given, a name without spaces at its ends is wanted"
    return f"{given} was given: {item['msg'][:1].lower()}{item['msg'][1:]}"


def _fields(model: type) -> dict[str, Any]:
    return getattr(model, "model_fields", {})


def _tag(model: type) -> str | None:
    kind = _fields(model).get("kind")
    return None if kind is None else kind.default


def _is_mapping(data: Any) -> bool:
    return isinstance(data, dict | pydantic.BaseModel)


def _item(data: Any, key: int | str) -> Any:
    if isinstance(key, str):
        return data.get(key) if isinstance(data, dict) else getattr(data, key, None)
    if isinstance(data, list | tuple) and -len(data) <= key < len(data):
        return data[key]
    return None


def _name_of(data: Any) -> str | None:
    name = _item(data, "name") if _is_mapping(data) else None
    return name if isinstance(name, str) else None


def _arguments(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation)


def _models_in(annotation: Any) -> list[type]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, pydantic.BaseModel) else []
    return [model for part in _arguments(annotation) for model in _models_in(part)]


def _symbols(annotation: Any) -> list[str]:
    if hasattr(annotation, "symbol"):
        return [annotation.symbol]
    return [symbol for part in _arguments(annotation) for symbol in _symbols(part)]


def _literals(annotation: Any) -> list[str]:
    if typing.get_origin(annotation) is typing.Literal:
        return [str(value) for value in _arguments(annotation)]
    return [text for part in _arguments(annotation) for text in _literals(part)]
