"""The command line: parse, call the layers below, format.

Importing this package loads neither JAX nor any other heavy part; a command loads what it needs
when it runs.
"""

from __future__ import annotations

from fluxion.cli._app import app as app
from fluxion.cli._app import main as main

__all__ = ["app", "main"]
