"""Numbers and tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fluxion.benchmarks._results import Results

#: Names of cases for people.
CASES = {"case600": "Case 600", "case900": "Case 900", "tenzone": "ten-zone office"}


def number(value: float | None) -> str:
    """Three digits that matter, or a dash for nothing."""
    if value is None:
        return "–"
    if value and (abs(value) >= 1e7 or abs(value) < 1e-3):
        return f"{value:.2e}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}".replace("-", "−")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table, the first column to the left; nothing if there are no rows."""
    body = [f"| {' | '.join(cells)} |" for cells in rows]
    align = [":---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(head)} |", f"| {' | '.join(align)} |", *body] if body else []


def with_spread(found: Results, name: str) -> str:
    row = found.row(name)
    if row is None:
        return "–"
    return number(row.value) + (f" ± {number(row.spread)}" if row.spread else "")
