"""Results of a population as a labelled dataset."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion._version import __version__
from fluxion.errors import SimulationError, require
from fluxion.io._results import time_stamps
from fluxion.simulation import OUTPUTS, REDUCTIONS, months_of

if TYPE_CHECKING:
    import xarray

    from fluxion.optimize import BatchOracle, Population


def population_to_xarray(
    population: Population, oracle: BatchOracle, attributes: Mapping[str, str] | None = None
) -> xarray.Dataset:
    """Results of designs with their axes, units and names, and what made them.

    Args:
        population: What the oracle answered.
        oracle: That answered.
        attributes: What else made the results, see `describe_run`.

    Returns:
        Results over `design`, `climate` and `zone`, hourly ones also over `time` before `zone`;
        `designs` over `design` and `parameter` with the `unit` of each; `failed` and `reason` of
        each design.

    Raises:
        MissingExtraError: xarray is not installed.
        SimulationError: The population is not of this oracle.
    """
    xr = require("xarray", "results")
    structure, space = oracle.network.structure, oracle.space
    count = population.designs.shape[-2]
    hours = oracle.climates[0].hours
    sizes = {"zone": len(structure.zones)}
    months = [month for month, *_ in months_of(oracle.climates[0])]
    variables: dict[str, Any] = {}
    for name, found in population.values.items():
        by_design = np.moveaxis(found, 0, 1) if oracle.several else found[:, None]
        hourly, reduction = OUTPUTS.get(name), REDUCTIONS.get(name)
        axes = ("zone",) if hourly is None else ("time", *hourly.axes)
        steps = (hours,) if hourly else ()
        if reduction is not None and reduction.monthly:
            axes, steps = ("month", "zone"), (len(months),)
        shape = (count, len(oracle.climates), *steps, sizes["zone"])
        if by_design.shape[: len(shape)] != shape or by_design.ndim != 2 + len(axes):
            raise SimulationError(
                f"{name} has the shape {found.shape}, which this oracle does not give for {count} "
                "designs; give the oracle that made the population"
            )
        told = hourly or REDUCTIONS[name]
        unit, title = told.unit, told.title
        facts = {"units": unit, "long_name": title}
        variables[name] = (("design", "climate", *axes), by_design, facts)
    if population.designs.shape[-1] != space.size:
        raise SimulationError(
            f"designs of {population.designs.shape[-1]} parameters were given for an oracle of "
            f"{space.size}; give the oracle that made the population"
        )
    reasons = np.full(count, "", dtype=object)
    reasons[list(population.failed)] = population.reasons
    failed = np.zeros(count, dtype=bool)
    failed[list(population.failed)] = True
    variables |= {
        "designs": (
            ("climate", "design", "parameter")[3 - population.designs.ndim :],
            population.designs,
            {"long_name": "Values of the parameters"},
        ),
        "failed": ("design", failed, {"long_name": "Whether the simulation was not finite"}),
        "reason": ("design", reasons, {"long_name": "What was not finite"}),
    }
    coordinates: dict[str, Any] = {
        "design": np.arange(count),
        "climate": np.asarray(_names([c.name for c in oracle.climates]), dtype=object),
        "zone": np.asarray(structure.zones, dtype=object),
        "parameter": np.asarray(space.names, dtype=object),
        "unit": ("parameter", np.asarray(space.units(oracle.network), dtype=object)),
    }
    used = {axis for axes, *_ in variables.values() for axis in axes if isinstance(axes, tuple)}
    if "month" in used:
        coordinates["month"] = np.asarray(months, dtype=object)
    if "time" in used:
        stamps = time_stamps(oracle.climates[0], structure.first_weekday)
        coordinates["time"] = (
            "time", stamps, {"long_name": "Start of the hour, local standard time"}
        )  # fmt: skip
    outside = tuple(e + w for e, w in zip(structure.envelope, structure.window, strict=True))
    for axis, labels in (("face", structure.face_names), ("outside", outside)):
        if axis in used:
            coordinates[f"{axis}_name"] = (("zone", axis), np.asarray(labels, dtype=object))
    return xr.Dataset(
        variables, coordinates, {**_provenance(population, oracle), **(attributes or {})}
    )


def _provenance(population: Population, oracle: BatchOracle) -> dict[str, str]:
    from fluxion.optimize import Categorical  # here, as only populations need it

    choices = {
        name: dict(kind.choices)
        for name, kind in oracle.space.kinds.items()
        if isinstance(kind, Categorical)
    }
    settings = {**dataclasses.asdict(oracle.options), "dtype": str(oracle.network.dtype)}
    return {
        "title": "Population of designs",
        "source": f"Fluxion {__version__}",
        "options": json.dumps(settings, sort_keys=True),
        "designs_sha256": hashlib.sha256(population.designs.tobytes()).hexdigest(),
        **({"choices": json.dumps(choices, sort_keys=True)} if choices else {}),
    }


def _names(given: list[str]) -> list[str]:
    """Names of climates, numbered where they have none or share one."""
    return [
        name if name and given.count(name) == 1 else f"{name} {number}".strip()
        for number, name in enumerate((each or "climate" for each in given), start=1)
    ]
