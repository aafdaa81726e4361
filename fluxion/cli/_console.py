"""Where output goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from rich.table import Table


def results() -> Console:
    """For tables and other results that people read."""
    return Console(highlight=False)


def messages() -> Console:
    """For progress and remarks; never mixed into results."""
    return Console(stderr=True, highlight=False)


def titled_table(title: str, caption: str, **settings: Any) -> Table:
    """An empty table with its title above and its caption below, both at the left."""
    from rich.table import Table

    return Table(
        title=title,
        caption=caption,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        **settings,
    )


def print_json(value: Any) -> None:
    """Print one JSON object, whatever the width and the encoding of the terminal."""
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def name_files(files: Iterable[Any]) -> None:
    """Say which files were written."""
    for path in files:
        messages().print(f"wrote {path}", soft_wrap=True, markup=False)
