"""Ragged rows of parts laid out as rectangular tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def table(rows: Sequence[Sequence[Any]], pad: Any, width: int | None = None) -> list[list[Any]]:
    """Rows filled up to equal length.

    Args:
        rows: Rows of any length.
        pad: What fills them up.
        width: Length of the result's rows; by default that of the longest row.
    """
    width = max((len(row) for row in rows), default=0) if width is None else width
    return [list(row) + [pad] * (width - len(row)) for row in rows]
