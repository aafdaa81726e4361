"""Networks that have not seen one place, for intervals that hold in places never seen.

Climates drawn around one place share its sequence of days, so that what a network misses of one it
misses of all: places are what intervals of new ones are drawn from, not climates. Few places are
left for calibration alone; each place of the training becomes one more when networks are trained
without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
from judging import Case, place_of

from fluxion.datasets import Dataset, climates_of, task_data, task_signature
from fluxion.io import load_surrogate, save_surrogate
from fluxion.surrogates import DesignNet, Surrogate
from fluxion.training import DrawDesigns, Settings, design_loss, fit, init_members
from fluxion.uncertainty import EnsembleSurrogate

_SLOPED, _WEIGHT = 4, 0.1
#: Designs of each climate on which a place is judged.
_DESIGNS = 32


def without_each_place(
    data: Dataset, like: Surrogate, folder: Path, *, steps: int, members: int, tell: Any
) -> list[tuple[EnsembleSurrogate, Case]]:
    """For each place of the training an ensemble that never saw it, and the place's designs.

    Args:
        data: That the ensemble was trained on.
        like: The ensemble, whose results and networks these have.
        folder: Where they are kept; those that are there are not trained again.
        steps: Of each training.
        members: Of each ensemble.
        tell: Told what is done.
    """
    names = [output.name for output in like.signature.outputs]
    features = climates_of(data)
    found = []
    for place in dict.fromkeys(map(place_of, data.climates)):
        inside = np.array([place_of(climate) != place for climate in data.climates])
        kept = folder / place
        if (kept / "model.json").exists():
            model, _ = load_surrogate(kept)
        else:
            seen = data.climates_subset([c for c in data.climates if place_of(c) != place])
            model = _trained(seen, features[inside], names, like, steps, members)
            save_surrogate(kept, model, training={"without": place, "steps": steps})
            tell(f"trained without {place}")
        left = data.climates_subset([c for c in data.climates if place_of(c) == place])
        few = left.take(np.arange(min(_DESIGNS, left.count)))
        found.append((EnsembleSurrogate.of(model), Case(few)))
    return found


def _trained(
    data: Dataset, features: np.ndarray, names: list[str], like: Surrogate, steps: int, members: int
) -> Surrogate:
    signature = task_signature(data, features, names)
    arrays = task_data(signature, data, features)
    sloped = _SLOPED if arrays.sloped.shape[1] else 0
    key, init = jax.random.split(jax.random.key(11))
    module: DesignNet = like.module.clone(free=signature.free)  # type: ignore[assignment]
    params = init_members(module, init, members, arrays.designs[0, :1], arrays.climates[0])
    loss = design_loss(module, signature, sobolev=_WEIGHT if sloped else 0.0, steps=steps)
    settings = Settings(steps, min(steps, 250), 0.012, optimiser="muon")
    state = fit(params, loss, DrawDesigns(arrays, sloped=sloped), key=key, settings=settings)
    return Surrogate(signature, module, state.params)
