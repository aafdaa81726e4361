"""How far a surrogate is from the physics on designs that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

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
        designs and climates of each zone (`mae`, `cv_rmse`: means over the zones; and of the worst
        zone), and the same of the months (`monthly_cv_rmse`).
    """
    predicted = member_means(surrogate, held.designs, climates)
    names = [output.name for output in surrogate.signature.outputs]
    wanted = {name: held.values[name] for name in names}
    return errors_of(surrogate.signature, predicted, wanted)


def member_means(
    surrogate: Surrogate,
    designs: Float[np.ndarray, "*climate design parameter"],
    climates: Float[np.ndarray, "climate month feature"],
) -> dict[str, np.ndarray]:
    """Results by month, (climate, design, month, part), meaned over the members."""
    import jax
    import jax.numpy as jnp

    from fluxion.surrogates import Surrogate

    def one(params: Any, x: Any, climate: Any) -> Any:
        return Surrogate(surrogate.signature, surrogate.module, params).values(x, climate)

    @jax.jit
    def mean(x: Any, climate: Any) -> Any:
        return jnp.mean(jax.vmap(one, (0, None, None))(surrogate.params, x, climate), axis=0)

    each = np.broadcast_to(designs, (len(climates), *designs.shape[-2:]))
    rows = [
        np.asarray(mean(jnp.asarray(x, jnp.float32), jnp.asarray(c, jnp.float32)))
        for x, c in zip(each, climates, strict=True)
    ]
    return surrogate.signature.split(np.stack(rows))


def errors_of(
    signature: Any, predicted: dict[str, np.ndarray], wanted: dict[str, np.ndarray]
) -> dict[str, dict[str, float]]:
    """Errors of results by month, (climate, design, month, part), as `held_out_errors` has them."""
    found = {}
    reduce_predicted, reduce_wanted = signature.reduced(predicted), signature.reduced(wanted)
    for output in signature.outputs:
        if output.reduction is None or output.name not in wanted:
            continue
        name = output.reduction[0]
        error, truth = reduce_predicted[name] - reduce_wanted[name], reduce_wanted[name]
        size = np.maximum(np.abs(truth).mean(axis=(0, 1)), 1e-9)
        mae = np.abs(error).mean(axis=(0, 1)) / size
        cv = np.sqrt((error**2).mean(axis=(0, 1))) / size
        months = wanted[output.name]
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
