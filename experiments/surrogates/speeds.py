"""How many designs a second: the surrogate at run time, the physics, and EnergyPlus, in one run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

_REPEATS = 5


def _rate(run, rows: int) -> float:
    """Best of some runs. [rows/s]"""
    run()
    best = np.inf
    for _ in range(_REPEATS):
        started = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - started)
    return rows / best


def surrogate_speed(files: dict[str, Path]) -> dict[str, Any]:
    """Designs a second through ONNX Runtime, the graph alone and with everything around it."""
    from fluxion.serving import DistributedSurrogateManager, SurrogateManager

    found: dict[str, Any] = {}
    rng = np.random.default_rng(0)
    for name, path in files.items():
        manager = SurrogateManager(path)
        told = manager.signature.input("design")
        rows = {"annual": 1_000_000, "design": 200_000}.get(name, 50_000)
        x = rng.uniform(told.low, told.high, (rows, len(told.columns)))
        climate = manager.climates[0]
        found[f"{name}_designs_per_s"] = _rate(
            lambda m=manager, x=x, c=climate: m.predict_loads_batched(x, c), rows
        )
        both = DistributedSurrogateManager(path, sessions=2)
        found[f"{name}_designs_per_s_two_sessions"] = _rate(
            lambda m=both, x=x, c=climate: m.evaluate_population_distributed(x, c), rows
        )
        found[f"{name}_graph_designs_per_s"] = _graph_rate(manager, told.to_unit(x), climate)
    return found


def _graph_rate(manager, unit: np.ndarray, climate: str) -> float:
    """The graph alone on one thread, in chunks that stay in the cache."""
    features = np.asarray(manager.file.metadata["climates"][climate])
    climate_unit = manager.signature.input("climate").to_unit(features).astype(np.float32)
    pieces = [
        np.ascontiguousarray(piece, np.float32)
        for piece in np.array_split(unit[:50_000], max(1, 50_000 // 256))
    ]
    names = [each.name for each in manager._session.get_outputs()]

    def run() -> None:
        for piece in pieces:
            manager._session.run(names, {"design": piece, "climate": climate_unit})

    return _rate(run, sum(map(len, pieces)))


def physics_speed() -> dict[str, Any]:
    """Annual simulations of the surrogate's own designs a second, all cores."""
    import fluxion as fx
    from fluxion.sweeps import build_job, read_spec

    spec = read_spec(Path(__file__).with_name("office_unseen_designs.toml"))
    job = build_job(spec)
    oracle = fx.BatchOracle(job.network, job.climates[0], job.space)
    designs = job.space.sample(oracle.batch_size * len(oracle.devices), seed=0)
    rate = _rate(lambda: oracle.evaluate_population(designs), len(designs))
    return {"physics_designs_per_s": rate, "physics_kernel": oracle.kernel}


def engine_speed() -> dict[str, Any]:
    """Annual runs of the office by EnergyPlus a second on one core; none where it is not there."""
    import fluxion as fx
    from fluxion.errors import FluxionError
    from fluxion.io import resolve_weather

    try:
        from fluxion import energyplus

        started = time.perf_counter()
        energyplus.run(fx.cases.office(), resolve_weather("boulder"), cache=False)
        return {"energyplus_designs_per_s": 1 / (time.perf_counter() - started)}
    except FluxionError as error:
        return {"energyplus_designs_per_s": None, "energyplus": str(error)[:200]}
