"""Ways to doubt, side by side: an ensemble, masks of dropout, Laplace's approximation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from judging import Case, accuracy, calibrated, doubt, predicted

from fluxion.datasets import Dataset, climates_of, task_data
from fluxion.surrogates import Surrogate, hinge
from fluxion.uncertainty import EnsembleSurrogate, UncertainSurrogate, last_layer_laplace

_RESULTS = ("annual_heating", "annual_cooling", "peak_heating", "peak_cooling")
_SAMPLES = 30
#: Months of designs from which the curvature of the last layer is found.
_CASES = 24_000


def laplace(ensemble: Surrogate, data: Dataset) -> EnsembleSurrogate:
    """The first member with last layers drawn from their posterior."""
    signature, module = ensemble.signature, ensemble.module
    params = jax.tree.map(lambda leaf: leaf[0], ensemble.params)
    arrays = task_data(signature, data, climates_of(data))
    read = jax.jit(
        jax.vmap(lambda x, c: module.apply({"params": params}, x, c, method=module.features))
    )
    rows = np.asarray(read(arrays.designs, arrays.climates))
    rows = rows.reshape(-1, rows.shape[-1])
    targets = np.asarray(arrays.targets).reshape(len(rows), -1)
    some = np.random.default_rng(0).choice(len(rows), min(_CASES, len(rows)), replace=False)
    out = params["out"]
    found = jax.jit(last_layer_laplace, static_argnames=("link", "steps"))(
        jnp.asarray(rows[some]), jnp.asarray(targets[some]), out["kernel"], out["bias"], link=hinge
    )
    kernels, biases = found.sample(jax.random.key(0), _SAMPLES)
    several = {
        name: jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (_SAMPLES, *leaf.shape)), layer)
        for name, layer in params.items()
    }
    several["out"] = {"kernel": kernels, "bias": biases}
    return EnsembleSurrogate.of(Surrogate(signature, module, several))


def dropout(trained: Surrogate, rate: float) -> UncertainSurrogate:
    """A network that was trained with dropout, asked under several masks."""
    params = jax.tree.map(lambda leaf: leaf[0], trained.params)
    alone = Surrogate(trained.signature, trained.module, params)
    return UncertainSurrogate.of(alone, jax.random.key(0), rate, samples=_SAMPLES)


def compare_ways(
    ways: dict[str, Any], to_calibrate: Case, to_judge: Case, aside: Case, new: Case
) -> list[dict[str, Any]]:
    """Error, coverage and width of each, as its members disagree and calibrated.

    Args:
        ways: Models that doubt, by name.
        to_calibrate: Designs in known climates.
        to_judge: Others in the same climates.
        aside: Climates that calibrate intervals of new ones.
        new: Climates never seen.
    """
    rows = []
    for name, model in ways.items():
        for where, case, by, climates in (
            ("unseen designs", to_judge, to_calibrate, False),
            ("unseen climates", new, aside, True),
        ):
            errors = accuracy(model.signature, predicted(model, case).mean, case)
            raw, made = (
                doubt(each, case) for each in (model, calibrated(model, by, new_climates=climates))
            )
            rows += [
                {
                    "way": name,
                    "case": where,
                    "result": result,
                    "mae": errors[result]["mae"],
                    "cv_rmse": errors[result]["cv_rmse"],
                    "coverage": raw[result]["coverage"],
                    "calibrated_coverage": made[result]["coverage"],
                    "calibrated_width": made[result]["width"],
                    "crps": raw[result]["crps"],
                }
                for result in _RESULTS
            ]
    return rows


def ways_table(rows: list[dict[str, Any]]) -> str:
    """As Markdown."""
    head = "| way | case | result | mean error | CRPS | 90 % hold, raw | calibrated | width |"
    lines = [head, "|---|---|---|---:|---:|---:|---:|---:|"]
    for row in rows:
        shares = ("mae", "crps", "coverage", "calibrated_coverage", "calibrated_width")
        told = " | ".join(f"{100 * row[key]:.1f} %" for key in shares)
        result = row["result"].replace("_", " ")
        lines.append(f"| {row['way']} | {row['case']} | {result} | {told} |")
    return "\n".join(lines)
