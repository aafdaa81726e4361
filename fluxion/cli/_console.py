"""Where output goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console


def results() -> Console:
    """For tables and other results that people read."""
    return Console(highlight=False)


def messages() -> Console:
    """For progress and remarks; never mixed into results."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Print one JSON object, whatever the width and the encoding of the terminal."""
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")
