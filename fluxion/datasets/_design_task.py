"""A dataset as the task of a surrogate: its signature, its climates as features, its arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from fluxion.datasets._dataset import Dataset
from fluxion.errors import InputError, require
from fluxion.signatures import Signature

if TYPE_CHECKING:
    from fluxion.training import DesignData


def climates_of(dataset: Dataset) -> Float[np.ndarray, "climate month feature"]:
    """Features of each climate of a dataset, from its weather files.

    Args:
        dataset: Whose weather is still there.

    Raises:
        InputError: A weather file is not what it was.
        WeatherError: A weather is not there any more.
        MissingExtraError: flax is not installed.
    """
    require("flax", "train")
    import jax

    from fluxion.surrogates import climate_features

    features = jax.jit(climate_features)
    return np.stack([np.asarray(features(w.renamed(""))) for w in dataset.weathers()])


def task_signature(
    dataset: Dataset,
    climates: Float[np.ndarray, "climate month feature"],
    outputs: Sequence[str] | None = None,
) -> Signature:
    """The signature of a surrogate that is trained on a dataset.

    Args:
        dataset: Of monthly results.
        climates: As `climates_of` gives them.
        outputs: Results that the surrogate shall give; all that the dataset has by month if None.

    Raises:
        InputError: A result that the dataset has not, or none by month.
        MissingExtraError: flax is not installed.
    """
    require("flax", "train")
    from fluxion.surrogates import CLIMATE_FEATURES
    from fluxion.training import design_signature

    monthly = [name for name, values in dataset.values.items() if values.ndim == 4]
    wanted = monthly if outputs is None else list(outputs)
    missing = [name for name in wanted if name not in monthly]
    if missing or not wanted:
        raise InputError(
            f"the dataset has no monthly {', '.join(missing) or 'result'}; it has "
            f"{', '.join(monthly) or 'none'}; make it with 'outputs' of each month"
        )
    return design_signature(
        dataset.names,
        dataset.units,
        dataset.low,
        dataset.high,
        climates,
        CLIMATE_FEATURES,
        {name: dataset.values[name] for name in wanted},
        dataset.output_units,
        dataset.zones,
        dataset.months,
    )


def task_data(
    signature: Signature,
    dataset: Dataset,
    climates: Float[np.ndarray, "climate month feature"],
    dtype: Any = None,
) -> DesignData:
    """A dataset in the units of a signature's core.

    Args:
        signature: Of a surrogate that was, or will be, trained on this or another dataset.
        dataset: With the parameters and results that the signature names.
        climates: As `climates_of` gives them.
        dtype: Of the arrays; float32 if None.

    Raises:
        InputError: Other parameters or zones than the signature's, or a result that is missing.
    """
    import jax.numpy as jnp

    from fluxion.training import design_data

    names = signature.input("design").names
    if dataset.names != names or dataset.zones != signature.outputs[0].parts:
        raise InputError(
            f"the dataset is of {len(dataset.names)} parameters and {len(dataset.zones)} zones, "
            f"the surrogate of {len(names)} and {len(signature.outputs[0].parts)}, or they are "
            "called otherwise; give a dataset of the same building and parameters"
        )
    return design_data(
        signature,
        dataset.designs,
        climates,
        dataset.values,
        dataset.slopes,
        dataset.sloped,
        dtype=jnp.float32 if dtype is None else dtype,
    )
