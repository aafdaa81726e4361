"""EnergyPlus run as its published results were, where values lie outside the programs' spans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fluxion.building import Building
from fluxion.io import WeatherFile
from fluxion.validation._case_runs import CaseRun
from fluxion.validation._engines import default_settings, run_engine
from fluxion.validation._outputs import Results

#: Fields of `fluxion.energyplus.Settings` that bring it step by step to how the published results
#: were made: six steps an hour, and a year before which its first day is repeated.
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "6 steps an hour": {"steps_per_hour": 6},
    "6 steps an hour, 1 January repeated before": {"steps_per_hour": 6, "warmup_days": 0},
}


@dataclass(frozen=True)
class Variant:
    """Some cases by EnergyPlus with other settings.

    Attributes:
        name: What is other.
        results: Outputs by case.
    """

    name: str
    results: Results


def run_variants(
    buildings: Mapping[str, Building],
    runs: Mapping[str, CaseRun],
    file: WeatherFile,
    *,
    note: Callable[[str], None] = lambda _: None,
    client: Any = None,
) -> tuple[Variant, ...]:
    """Run cases by EnergyPlus once for each of `VARIANTS`.

    Args:
        buildings: By case.
        runs: Ours, by case.
        file: An EPW file.
        note: Told what is being done.
        client: A `distributed.Client`, on whose cluster EnergyPlus runs instead of here.
    """
    found = []
    for name, fields in VARIANTS.items() if buildings else ():
        note(f"EnergyPlus with {name}: {len(buildings)} cases")
        settings = replace(default_settings(), **fields)
        done = run_engine(buildings, runs, file, settings=settings, client=client)
        found.append(Variant(name, done.results))
    return tuple(found)
