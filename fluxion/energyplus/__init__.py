"""EnergyPlus for any building: write its input, run it, read its results.

    from fluxion import cases, energyplus

    done = energyplus.run(cases.ashrae140("600"), "denver.epw")
    done.summary()["annual"]        # the keys of `fluxion simulate --json`
    done.results                    # hourly, as `fluxion.to_xarray` gives them

Needs the extra `energyplus`, which brings the real engine.
"""

from __future__ import annotations

from fluxion.energyplus._batch import run_many as run_many
from fluxion.energyplus._cache import cache_folder as cache_folder
from fluxion.energyplus._cache import clear_cache as clear_cache
from fluxion.energyplus._engine import Engine as Engine
from fluxion.energyplus._engine import find_engine as find_engine
from fluxion.energyplus._export import export as export
from fluxion.energyplus._problems import EngineError as EngineError
from fluxion.energyplus._results import read_results as read_results
from fluxion.energyplus._results import summarize as summarize
from fluxion.energyplus._run import Run as Run
from fluxion.energyplus._run import run as run
from fluxion.energyplus._settings import Settings as Settings
from fluxion.energyplus._validate import validate as validate

__all__ = [
    "Engine",
    "EngineError",
    "Run",
    "Settings",
    "cache_folder",
    "clear_cache",
    "export",
    "find_engine",
    "read_results",
    "run",
    "run_many",
    "summarize",
    "validate",
]
