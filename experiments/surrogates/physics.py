"""Whether a network that predicts every term of the balance keeps to physics."""

from __future__ import annotations

from typing import Any

import numpy as np
from ablation import violation
from judging import Case, accuracy, predicted

import fluxion as fx
from fluxion.io import read_weather_file
from fluxion.surrogates import Surrogate
from fluxion.uncertainty import EnsembleSurrogate
from fluxion.validation import PhysicsValidator, PlantLimits, plant_limits


def physics_kept(model: Surrogate, case: Case) -> dict[str, Any]:
    """Errors, what is left over, and the validator's counts over all designs and climates.

    Args:
        model: Of every term of the balance and air temperature by month.
        case: Designs that it was not trained on.
    """
    said = predicted(EnsembleSurrogate.of(model), case).mean
    monthly = {o.name: said[o.name] for o in model.signature.outputs}
    counts: dict[str, list[int]] = {}
    for number in range(len(case.climates)):
        validator = _validator(case, number)
        report = validator.validate({name: each[number] for name, each in monthly.items()})
        for finding in report.findings:
            kept = counts.setdefault(f"{finding.check}: {finding.result}", [0, 0])
            kept[0] += finding.violations
            kept[1] += finding.total
    errors = accuracy(model.signature, said, case)
    return {
        "left_over": violation(monthly),
        "left_over_of_the_physics": violation(case.wanted(model.signature)),
        "heating_cv_rmse": errors["annual_heating"]["cv_rmse"],
        "cooling_cv_rmse": errors["annual_cooling"]["cv_rmse"],
        "violations": {name: {"count": a, "of": b} for name, (a, b) in counts.items()},
    }


def _validator(case: Case, number: int) -> PhysicsValidator:
    """With the setpoints of each design."""
    weather = read_weather_file(case.data.climates[number]).weather
    network = fx.build(fx.cases.office(), first_weekday=weather.first_weekday)
    base = plant_limits(network, weather)
    names = list(case.data.names)
    shifts = []
    for name in ("heating_setpoint", "cooling_setpoint"):
        own = np.asarray(getattr(network.zones, name), float)
        wanted = case.designs[number][:, names.index(name)].astype(float)
        shifts.append(wanted[:, None, None] - own)
    limits = PlantLimits(
        base.heating_setpoint + shifts[0],
        base.cooling_setpoint + shifts[1],
        base.heating_capacity,
        base.cooling_capacity,
    )
    return PhysicsValidator.of(network, weather, limits=limits)
