"""Buildings to start from: the ASHRAE 140 test cases and an office."""

from __future__ import annotations

from fluxion.cases._ashrae140 import ashrae140 as ashrae140
from fluxion.cases._ashrae140 import describe_ashrae140 as describe_ashrae140
from fluxion.cases._ashrae140 import list_ashrae140 as list_ashrae140
from fluxion.cases._office import office as office
from fluxion.cases._resolve import resolve_building as resolve_building

__all__ = ["ashrae140", "describe_ashrae140", "list_ashrae140", "office", "resolve_building"]
