"""The common base of every description: frozen, strict, and with one-line errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import pydantic

from fluxion.building._messages import near, one_line
from fluxion.errors import BuildingError


class Description(pydantic.BaseModel):
    """A frozen, validated piece of a building description.

    Unknown fields are refused, values are checked at construction, and equal descriptions compare
    and hash equal. Direct construction raises `BuildingError`; `replace` makes a checked variation.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    if not TYPE_CHECKING:

        def __init__(self, /, **data: Any) -> None:
            try:
                super().__init__(**data)
            except pydantic.ValidationError as error:
                raise BuildingError(one_line(error, type(self), data)) from None

        # Marks this as equal to pydantic's own constructor, so that nested models are still
        # validated in place and an error keeps its whole path.
        __init__.__pydantic_base_init__ = True

    def __eq__(self, other: object) -> bool:
        # By fields alone: pydantic also compares cached properties, some of which are arrays.
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, checked like a new description.

        Args:
            **changes: New values by field name.

        Raises:
            BuildingError: The result would not be valid.
        """
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**fields, **changes})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; one with an update is made by `replace`.

        Pydantic's own copies areas and other properties that were computed before along with the
        fields, and does not check.

        Args:
            update: New values by field name.
            deep: Whether to copy what the fields hold, too.

        Raises:
            BuildingError: The result would not be valid.
        """
        copied = super().model_copy(deep=deep)
        return copied.replace(**update) if update else copied

    def to_dict(self) -> dict[str, Any]:
        """This description as plain lists, numbers and strings, fit for JSON."""
        return self.model_dump(mode="json", exclude_none=True)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Item = TypeVar("_Item", bound=_Named)


def find(items: Iterable[_Item], name: str, what: str) -> _Item:
    """The item of this name.

    Args:
        items: Where to look.
        name: The name wanted.
        what: What the items are, for the message.

    Raises:
        BuildingError: There is none; the message lists near matches.
    """
    items = tuple(items)
    for item in items:
        if item.name == name:
            return item
    raise BuildingError(f"there is no {what} {name!r}; {near(name, [i.name for i in items])}")
