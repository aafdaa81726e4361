"""How good a surrogate is against the physics: errors, slopes, doubt, physics kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.datasets import Dataset, climates_of
from fluxion.surrogates import Surrogate
from fluxion.uncertainty import (
    EnsembleSurrogate,
    calibrate_results,
    coverage,
    gaussian_crps,
    gaussian_nll,
    gaussian_pit,
    interval_score,
    mean_width,
    reliability,
)
from fluxion.validation import errors_of

#: In places never seen standard deviations are taken for at least so many times their median: what
#: members do not know of a place they do not know together. Of 0, 1, 2 and 4 the narrowest on the
#: cases that calibrate.
_LEAST_SPREAD = 2.0


class Case:
    """Designs in climates with what the physics says of them."""

    def __init__(self, data: Dataset):
        self.data = data
        self.climates = climates_of(data)
        designs = np.broadcast_to(data.designs, (len(self.climates), *data.designs.shape[-2:]))
        self.designs = designs.astype(np.float32)

    def wanted(self, signature) -> dict[str, np.ndarray]:
        """Results by month, (climate, design, month, zone)."""
        return {o.name: self.data.values[o.name] for o in signature.outputs}

    def year(self) -> dict[str, np.ndarray]:
        """Results of the year, (climate, design, zone)."""
        found = {}
        for name, values in self.data.values.items():
            if name.startswith("monthly_peak_"):
                found[name.removeprefix("monthly_")] = values.max(axis=2)
            else:
                found[name.replace("monthly_", "annual_")] = values.sum(axis=2)
        return found


def predicted(ensemble: EnsembleSurrogate, case: Case):
    """Prediction of every design in its climate, climates first; with the year's results."""
    ask = jax.jit(lambda x, c: ensemble.predict(x, c))
    rows = [
        jax.tree.map(np.asarray, ask(jnp.asarray(x), jnp.asarray(c, jnp.float32)))
        for x, c in zip(case.designs, case.climates, strict=True)
    ]
    return jax.tree.map(lambda *each: np.stack(each), *rows)


def accuracy(signature, mean: dict[str, np.ndarray], case: Case) -> dict[str, Any]:
    """Errors of the year's results by zone, of the months, and of the whole building."""
    wanted = case.wanted(signature)
    found = errors_of(signature, {n: mean[n] for n in wanted}, wanted)
    for name, truth in signature.reduced(wanted).items():
        error = signature.reduced({n: mean[n] for n in wanted})[name] - truth
        whole, size = error.sum(axis=-1), truth.sum(axis=-1)
        found[name]["building_cv_rmse"] = float(np.sqrt((whole**2).mean()) / size.mean())
        by = np.sqrt((whole**2).mean(axis=1)) / max(float(size.mean()), 1e-9)
        found[name]["building_rmse_by_climate"] = {
            climate: float(value) for climate, value in zip(case.data.climates, by, strict=True)
        }
    return found


def slopes(model: Surrogate, case: Case) -> dict[str, float]:
    """Cosines of the slopes of the year's results by the parameters, each over its range.

    Of each design, climate and zone; means over those whose slopes are not nearly nothing.
    """
    signature = model.signature
    names = [o.name for o in signature.outputs if o.name in case.data.slopes]
    span = case.data.high - case.data.low
    members = jax.tree.leaves(model.params)[0].ndim and model.params["out"]["kernel"].ndim == 3

    def values(x, climate):
        def one(params):
            return Surrogate(signature, model.module, params).values(x, climate)

        if members:
            return jnp.mean(jax.vmap(one)(model.params), axis=0)
        return one(model.params)

    slope = jax.jit(jax.vmap(jax.jacrev(lambda x, c: signature.split(values(x, c))), (0, None)))
    found: dict[str, list[np.ndarray]] = {name: [] for name in names}
    totals: list[np.ndarray] = []
    for number, climate in enumerate(case.climates):
        x = case.designs[number][case.data.sloped]
        said = slope(jnp.asarray(x), jnp.asarray(climate, jnp.float32))
        both = []
        for name in names:
            if "peak" in name:
                continue
            mine = np.asarray(said[name]).sum(axis=1) * span
            true = case.data.slopes[name][number].sum(axis=1) * span
            size = np.linalg.norm(true, axis=-1)
            usual = np.linalg.norm(case.data.slopes[name].sum(axis=2) * span, axis=-1).mean()
            cosine = (mine * true).sum(-1) / np.maximum(np.linalg.norm(mine, axis=-1) * size, 1e-9)
            found[name].append(cosine[size > 0.05 * usual])
            if name in ("monthly_heating", "monthly_cooling"):
                both.append((mine.sum(axis=1), true.sum(axis=1)))
        mine, true = (np.sum(each, axis=0) for each in zip(*both, strict=True))
        totals.append(
            (mine * true).sum(-1) / (np.linalg.norm(mine, axis=-1) * np.linalg.norm(true, axis=-1))
        )
    answer = {n: float(np.concatenate(c).mean()) for n, c in found.items() if c}
    whole = np.concatenate(totals)
    return {
        **answer,
        "building_heating_and_cooling": float(whole.mean()),
        "building_heating_and_cooling_least": float(whole.min()),
    }


def flat(values: dict[str, np.ndarray], names: list[str]) -> dict[str, np.ndarray]:
    """Climates and designs as one axis of cases."""
    return {n: values[n].reshape(-1, *values[n].shape[2:]) for n in names}


def place_of(climate: str) -> str:
    """The place around which a climate was drawn, or where it was measured."""
    return climate.partition("@")[0]


def calibrated(
    ensemble: EnsembleSurrogate,
    case: Case,
    *,
    new_climates: bool,
    others: Sequence[tuple[EnsembleSurrogate, Case]] = (),
) -> EnsembleSurrogate:
    """The ensemble with intervals that hold on these cases.

    Args:
        ensemble: To be calibrated.
        case: That it was not trained on.
        new_climates: Whether intervals shall hold in places beyond these: places then count, each
            the same, however many climates were drawn around it.
        others: Ensembles alike with places that they were not trained on.
    """
    saids, truths, groups = [], [], []
    for model, each in ((ensemble, case), *others):
        truth = each.wanted(model.signature)
        truth |= model.signature.reduced(truth)
        said = predicted(model, each)
        saids.append(type(said)(*(flat(part, list(truth)) for part in said)))
        truths.append(flat(truth, list(truth)))
        groups += [place_of(c) for c in each.data.climates for _ in range(each.designs.shape[1])]
    joined = jax.tree.map(lambda *parts: np.concatenate(parts), *saids)
    observed = jax.tree.map(lambda *parts: np.concatenate(parts), *truths)
    conformal = calibrate_results(
        joined, observed, 0.9, groups=groups if new_climates else None, pool_months=True,
        finite_sample=not new_climates, least_spread=_LEAST_SPREAD if new_climates else 0.0,
    )  # fmt: skip
    return ensemble.calibrated(conformal)


def doubt(ensemble: EnsembleSurrogate, case: Case) -> dict[str, Any]:
    """Scores of the predictions' doubt, by result: of the year, and of months."""
    said = predicted(ensemble, case)
    truth = case.wanted(ensemble.signature)
    truth |= ensemble.signature.reduced(truth)
    found = {}
    for name, true in truth.items():
        mean, std = said.mean[name], np.maximum(said.std[name], 1e-9)
        lower, upper = said.lower[name], said.upper[name]
        size = float(np.abs(true).mean())
        pit = gaussian_pit(jnp.asarray(mean), jnp.asarray(std), jnp.asarray(true))
        found[name] = {
            "coverage": float(coverage(lower, upper, true)),
            "width": float(mean_width(lower, upper)) / size,
            "crps": float(jnp.mean(gaussian_crps(mean, std, true))) / size,
            "nll": float(jnp.median(gaussian_nll(mean, std, true))),
            "interval_score": float(jnp.mean(interval_score(lower, upper, true, 0.9))) / size,
            "reliability": [float(v) for v in reliability(pit.ravel()).coverage],
        }
    return found
