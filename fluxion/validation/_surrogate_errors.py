"""How far a surrogate is from the physics on designs that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from fluxion.signatures import Signature

if TYPE_CHECKING:
    from fluxion.datasets import Dataset
    from fluxion.surrogates import Surrogate


def held_out_errors(
    surrogate: Surrogate, held: Dataset, climates: Float[np.ndarray, "climate month feature"]
) -> dict[str, dict[str, float]]:
    """Errors of the mean of the members, of the whole year and by zone.

    Args:
        surrogate: An ensemble.
        held: Designs that training did not see.
        climates: Of these.

    Returns:
        By result: mean absolute error and root mean square error as parts of the mean over
        designs and climates of each zone, or of its months where these cancel (`mae`, `cv_rmse`:
        means over the zones; and of the worst zone), and the same of the months
        (`monthly_cv_rmse`).
    """
    import jax
    import jax.numpy as jnp

    from fluxion.uncertainty import EnsembleSurrogate

    ensemble = EnsembleSurrogate.of(surrogate)
    ask = jax.jit(lambda x, climate: ensemble.predict(x, climate).mean)
    names = [output.name for output in surrogate.signature.outputs]
    each = np.broadcast_to(held.designs, (len(climates), *held.designs.shape[-2:]))
    said = [
        ask(jnp.asarray(x, jnp.float32), jnp.asarray(c, jnp.float32))
        for x, c in zip(each, climates, strict=True)
    ]
    predicted = {name: np.stack([np.asarray(one[name]) for one in said]) for name in names}
    return errors_of(surrogate.signature, predicted, {name: held.values[name] for name in names})


def errors_of(
    signature: Signature, predicted: dict[str, np.ndarray], wanted: dict[str, np.ndarray]
) -> dict[str, dict[str, float]]:
    """Errors of results by month, (climate, design, month, part), as `held_out_errors` has them."""
    found = {}
    reduce_predicted, reduce_wanted = signature.reduced(predicted), signature.reduced(wanted)
    for output in signature.outputs:
        if output.reduction is None or output.name not in wanted:
            continue
        name = output.reduction[0]
        error, truth = reduce_predicted[name] - reduce_wanted[name], reduce_wanted[name]
        months = wanted[output.name]
        # What cancels over the year, as storage does, is a part of what it is in a month.
        size = np.maximum(np.abs(truth).mean(axis=(0, 1)), np.abs(months).mean(axis=(0, 1, 2)))
        size = np.maximum(size, 1e-9)
        mae = np.abs(error).mean(axis=(0, 1)) / size
        cv = np.sqrt((error**2).mean(axis=(0, 1))) / size
        monthly = np.sqrt(((predicted[output.name] - months) ** 2).mean(axis=(0, 1, 2)))
        found[name] = {
            "mae": float(mae.mean()),
            "mae_worst_zone": float(mae.max()),
            "cv_rmse": float(cv.mean()),
            "cv_rmse_worst_zone": float(cv.max()),
            "monthly_cv_rmse": float(
                (monthly / np.maximum(np.abs(months).mean(axis=(0, 1, 2)), 1e-9)).mean()
            ),
        }
    return found
