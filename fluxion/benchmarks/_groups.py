"""A group of figures, and which of them a user means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fluxion.errors import InputError


@dataclass(frozen=True)
class Group:
    """Figures that one process measures.

    Attributes:
        name: Of the group, for `--only`.
        what: In words.
        measure: Module of this package and function in it, `_forward:forward`.
        arguments: Of the function.
        rows: Names and units that it is relied on for; without value if it fails.
        environment: Of the process, in addition to that of all.
        pinned: Whether the process keeps to one core.
        timeout: After so long the process is ended. [s]
    """

    name: str
    what: str
    measure: str
    arguments: Mapping[str, Any]
    rows: tuple[tuple[str, str], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    pinned: bool = True
    timeout: float = 1200.0


def choose(known: Sequence[Group], only: Iterable[str] | None) -> list[Group]:
    """Groups that a user names: by their names, by a beginning of them, or by a row.

    Raises:
        InputError: A name that fits none.
    """
    if only is None:
        return list(known)
    chosen: set[str] = set()
    for text in only:
        fits = {
            group.name
            for group in known
            if group.name == text
            or group.name.startswith(f"{text}.")
            or any(name == text for name, _ in group.rows)
        }
        if not fits:
            raise InputError(
                f"nothing that is measured is called {text!r}; take "
                f"{', '.join(group.name for group in known)}, or leave out --quick for all groups"
            )
        chosen |= fits
    return [group for group in known if group.name in chosen]
