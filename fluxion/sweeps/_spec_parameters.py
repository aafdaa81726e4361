"""Parameters and constraints as a spec writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pydantic

from fluxion.building._messages import near, shorten
from fluxion.errors import InputError
from fluxion.optimize import Categorical, Continuous, Integer, LinearConstraint

Kind = Continuous | Integer | Categorical
#: Keys of a table that says what a parameter may be; other tables are parts of dotted names.
_TELLING = {"kind", "low", "high", "choices"}
_KEYS: dict[str, tuple[str, ...]] = {
    "continuous": ("low", "high", "transform", "unit"),
    "integer": ("low", "high", "transform", "unit"),
    "categorical": ("choices", "unit"),
}


def flattened(tables: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names of nested tables, since TOML reads `window.u_factor = [1, 2]` as a table."""
    for key, value in tables.items():
        if isinstance(value, Mapping) and not (_TELLING & set(value)):
            yield from flattened(value, f"{path}{key}.")
        else:
            yield path + key, value


def kind_of(name: str, given: Any) -> Kind:
    """What a parameter may be.

    Args:
        name: Of the parameter.
        given: `[low, high]`, or a table with `kind` and its keys.

    Raises:
        InputError: Saying what is at fault.
    """
    if isinstance(given, Continuous | Integer | Categorical):
        return given
    try:
        if isinstance(given, Mapping):
            return _kind_of_table(name, given)
        pair = isinstance(given, list | tuple) and len(given) == 2
        if not (pair and all(type(limit) in (int, float) for limit in given)):
            raise InputError(
                f"{name!r} is {shorten(given)}; give its lowest and highest number, as [18, 22], "
                "or a table such as { low = 1, high = 10, transform = 'log' }"
            )
        return Continuous(float(given[0]), float(given[1]))
    except InputError as error:
        said = str(error)
        raise InputError(said if said.startswith(repr(name)) else f"{name!r} has {said}") from None


def _kind_of_table(name: str, given: Mapping[str, Any]) -> Kind:
    kind = given.get("kind", "categorical" if "choices" in given else "continuous")
    if kind not in _KEYS:
        raise InputError(f"{name!r} has the kind {kind!r}; {near(str(kind), _KEYS)}")
    values = {key: value for key, value in given.items() if key != "kind"}
    for key in values:
        if key not in _KEYS[kind]:
            raise InputError(f"{name!r} has {key!r}, which no {kind} parameter has; "
                             f"{near(key, _KEYS[kind])}")  # fmt: skip
    needed = ("choices",) if kind == "categorical" else ("low", "high")
    for key in needed:
        if key not in values:
            raise InputError(f"{name!r} has no {key!r}; add it")
    if kind == "categorical":
        choices = values["choices"]
        if not isinstance(choices, Mapping):
            raise InputError(
                f"{name!r} has the choices {shorten(choices)}; give a table of names and numbers, "
                "as { single = 5.8, double = 2.7 }"
            )
        return Categorical(dict(choices), values.get("unit"))
    return (Integer if kind == "integer" else Continuous)(**values)


def plain(name: str, kind: Kind) -> list[Any]:
    """A parameter as a store's identity keeps it; a plain range as `[name, low, high]`."""
    if isinstance(kind, Categorical):
        return [name, "categorical", {key: float(value) for key, value in kind.choices.items()}]
    if isinstance(kind, Integer):
        return [name, "integer", float(kind.low), float(kind.high), kind.transform]
    extra = [] if kind.transform == "linear" else [kind.transform]
    return [name, float(kind.low), float(kind.high), *extra]


class LinearCondition(pydantic.BaseModel):
    """A linear constraint as a spec writes it."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str
    """What a refusal is called by"""
    terms: dict[str, Annotated[float, pydantic.Field(allow_inf_nan=False)]]
    """Factor of each parameter"""
    at_least: Annotated[float, pydantic.Field(allow_inf_nan=False)] | None = None
    """Least value of the sum"""
    at_most: Annotated[float, pydantic.Field(allow_inf_nan=False)] | None = None
    """Greatest value of the sum"""

    @pydantic.field_validator("terms", mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        return dict(flattened(value)) if isinstance(value, Mapping) else value

    @pydantic.model_validator(mode="after")
    def _whole(self) -> LinearCondition:
        self.constraint()
        return self

    def constraint(self) -> LinearConstraint:
        """The constraint itself."""
        return LinearConstraint(self.name, self.terms, self.at_least, self.at_most)
