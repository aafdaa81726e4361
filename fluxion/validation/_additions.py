"""A validation with more beside it: EnergyPlus, mechanisms, sensitivities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fluxion.validation._ashrae140 import Validation
from fluxion.validation._engines import run_engine
from fluxion.validation._mechanisms import switch_mechanisms
from fluxion.validation._sensitivities import sensitivities_of

#: Cases of the table of sensitivities.
MAIN_CASES = tuple(
    [
        "600",
        "610",
        "620",
        "630",
        "640",
        "660",
        "670",
        "680",
        "685",
        "900",
        "920",
        "940",
        "960",
        "980",
    ]
)


def add_energyplus(
    found: Validation,
    *,
    dtype: Any = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    note: Callable[[str], None] = lambda _: None,
) -> Validation:
    """The same validation with EnergyPlus beside it, and mechanisms switched where they differ.

    Raises:
        MissingExtraError: EnergyPlus is not installed.
        FluxionError: The engine failed; the message names the case.
    """
    buildings = {case: reference.building for case, reference in found.references.items()}
    engine = run_engine(buildings, found.runs, found.file, progress=progress)
    switches = switch_mechanisms(
        buildings, found.runs, engine, found.file, options=found.options, dtype=dtype, note=note
    )
    return replace(found, engine=engine, switches=switches)


def add_sensitivities(
    found: Validation,
    *,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Validation:
    """The same validation with derivatives of the annual loads of its main cases."""
    buildings = {
        case: found.references[case].building for case in MAIN_CASES if case in found.references
    }
    slopes = sensitivities_of(buildings, found.file.weather, progress=progress)
    return replace(found, sensitivities=slopes)
