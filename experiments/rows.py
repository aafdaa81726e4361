"""Tables that studies append to row by row, so that a study that was stopped goes on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def read_rows(table: Path) -> list[dict[str, str]]:
    """All rows so far, by the names of their columns."""
    if not table.is_file():
        return []
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def append_rows(table: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows behind those that there are; a new table gets its columns' names first."""
    new = not table.is_file()
    with table.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(columns)
        writer.writerows(rows)
