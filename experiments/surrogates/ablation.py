"""What each term of the loss buys when designs are few."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from judging import Case, slopes

from fluxion.datasets import Dataset, climates_of, task_data, task_laws, task_signature
from fluxion.simulation import BALANCE
from fluxion.surrogates import DesignNet, Surrogate
from fluxion.training import DrawDesigns, Settings, design_loss, fit, init_members
from fluxion.validation import errors_of

#: Results whose terms close the balance of a zone's air, and its temperature.
BALANCED = (
    "monthly_heating", "monthly_cooling", "monthly_gain", "monthly_airflow", "monthly_surface",
    "monthly_storage", "monthly_temperature",
)  # fmt: skip
TERMS: dict[str, dict[str, float]] = {
    "data": {},
    "data + balance": {"balance": 0.3},
    "data, balance by construction": {},
    "data + slopes": {"sobolev": 0.3},
    "data + slopes + balance": {"sobolev": 0.3, "balance": 0.3},
    "data + slopes, balance by construction": {"sobolev": 0.3},
}
#: Of what flows in a zone's month; the validator lets no more pass.
_LIMIT = 0.01
SIZES = (100, 300, 1000)


def violation(values: dict[str, np.ndarray]) -> float:
    """What is left over in the balance of each zone's year, of what flows in it; the mean."""
    return float(_left_over({name: each.sum(axis=2) for name, each in values.items()}).mean())


def beyond(values: dict[str, np.ndarray]) -> float:
    """Share of zones' months that leave more over than the validator lets pass."""
    return float((_left_over(values) > _LIMIT).mean())


def _left_over(values: dict[str, np.ndarray]) -> np.ndarray:
    """Of each zone, as a part of what flows in it."""
    there = {f"monthly_{name}": sign for name, sign in BALANCE.items()}
    terms = [sign * values[name] for name, sign in there.items() if name in values]
    return np.abs(sum(terms)) / sum(np.abs(term) for term in terms)


def ablate(data: Dataset, test: Case, *, steps: int, seeds: int, tell) -> list[dict[str, Any]]:
    """Train on a few designs with each set of terms and judge on designs never seen.

    Args:
        data: Of climates with designs of their own; the first of each are taken, with slopes.
        test: In climates of the data.
        steps: Of each training.
        seeds: Networks of each, trained side by side; figures are means over them.
        tell: Told what is done.
    """
    measured = [name for name in data.climates if "@" not in name]
    data = data.climates_subset(measured)
    climates = climates_of(data)
    rows = []
    for size in SIZES:
        each = max(1, round(size / len(measured)))
        if each > data.count:
            tell(f"{size} designs are more than there are: left out")
            continue
        few = data.take(np.arange(each))
        signature = task_signature(few, climates, BALANCED)
        arrays = task_data(signature, few, climates)
        free = DesignNet(signature.width, hidden=64, blocks=1, tower=96, free=signature.free)
        kept = free.clone(laws=task_laws(signature, few))
        for name, terms in TERMS.items():
            module = kept if name.endswith("construction") else free
            draw = DrawDesigns(arrays, min(32, each), 6, 4 if "sobolev" in terms else 0)
            params = init_members(
                module, jax.random.key(1), seeds, arrays.designs[0, :1], arrays.climates[0]
            )
            state = fit(
                params, design_loss(module, signature, **terms, steps=steps), draw,
                key=jax.random.key(2), settings=Settings(steps=steps, epoch=steps, rate=3e-3),
            )  # fmt: skip
            found = []
            for member in range(seeds):
                own = jax.tree.map(lambda leaf, m=member: leaf[m], state.params)
                model = Surrogate(signature, module, own)
                said = [
                    np.asarray(model.values(x, c.astype(np.float32)))
                    for x, c in zip(test.designs, test.climates, strict=True)
                ]
                values = signature.split(np.stack(said))
                errors = errors_of(signature, values, test.wanted(signature))
                found.append(
                    {
                        "heating_cv_rmse": errors["annual_heating"]["cv_rmse"],
                        "cooling_cv_rmse": errors["annual_cooling"]["cv_rmse"],
                        "balance_violation": violation(values),
                        "beyond": beyond(values),
                        "slope_cosine": slopes(model, test)["building_heating_and_cooling"],
                    }
                )
            mean = {key: float(np.mean([f[key] for f in found])) for key in found[0]}
            rows.append({"designs": each * len(measured), "terms": name, **mean})
            tell(rows[-1])
    return rows
