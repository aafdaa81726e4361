"""A validation with more beside it: EnergyPlus, mechanisms, sensitivities."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fluxion.validation import _engine_slopes
from fluxion.validation._ashrae140 import Validation
from fluxion.validation._engines import run_engine
from fluxion.validation._mechanisms import switch_mechanisms
from fluxion.validation._sensitivities import sensitivities_of
from fluxion.validation._slope_checks import check_slopes
from fluxion.validation._span_variants import run_variants
from fluxion.validation._tables import outside_cases


def add_energyplus(
    found: Validation,
    *,
    dtype: Any = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    note: Callable[[str], None] = lambda _: None,
    client: Any = None,
) -> Validation:
    """The same validation with EnergyPlus beside it.

    Where the two differ mechanisms are switched; where values lie outside the published spans,
    EnergyPlus is run once more with the settings of its published results.

    Args:
        found: The validation.
        dtype: Precision; double is wanted.
        progress: Called with the runs of EnergyPlus done and their number.
        note: Told what is being done.
        client: A `distributed.Client`, on whose cluster EnergyPlus runs instead of here.

    Raises:
        MissingExtraError: EnergyPlus is not installed.
        FluxionError: The engine failed; the message names the case.
    """
    buildings = {case: reference.building for case, reference in found.references.items()}
    engine = run_engine(buildings, found.runs, found.file, progress=progress, client=client)
    switches = switch_mechanisms(
        buildings,
        found.runs,
        engine,
        found.file,
        options=found.options,
        dtype=dtype,
        note=note,
        client=client,
    )
    found = replace(found, engine=engine, switches=switches)
    outside = {case: buildings[case] for case in outside_cases(found)}
    return replace(
        found, variants=run_variants(outside, found.runs, found.file, note=note, client=client)
    )


def add_sensitivities(
    found: Validation,
    *,
    dtype: Any = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    note: Callable[[str], None] = lambda _: None,
    client: Any = None,
) -> Validation:
    """The same validation with derivatives of the annual loads of all cases that have any.

    Each is held to a central difference; with EnergyPlus beside, some to reruns of it.

    Args:
        found: The validation.
        dtype: Precision; double is wanted.
        progress: Called with the programs done and their number.
        note: Told what is being done.
        client: A `distributed.Client`, on whose cluster EnergyPlus runs instead of here.
    """
    buildings = {
        case: reference.building
        for case, reference in found.references.items()
        if not all(zone.floats for zone in reference.building.zones)
    }
    weather, how = found.file.weather, {"options": found.options, "dtype": dtype}
    times = [time.perf_counter()]
    note("differentiating")
    slopes = sensitivities_of(buildings, weather, progress=progress, **how)
    times.append(time.perf_counter())
    note("taking central differences")
    agreements = check_slopes(buildings, slopes, weather, progress=progress, **how)
    times.append(time.perf_counter())
    found = replace(
        found,
        sensitivities=slopes,
        agreements=agreements,
        slope_seconds=(times[1] - times[0], times[2] - times[1]),
    )
    again = {case: buildings[case] for case in _engine_slopes.CASES if case in buildings}
    if found.engine is None or not again:
        return found
    note(f"changing the descriptions of {', '.join(again)} in EnergyPlus")
    rerun = _engine_slopes.engine_slopes(again, slopes, found.file, client=client, **how)
    return replace(found, engine_slopes=rerun)
