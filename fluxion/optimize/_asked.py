"""A surrogate asked for a population: columns in its order, rows in pieces of one size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from fluxion.errors import SimulationError
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._doubt import PredictsResults
from fluxion.optimize._pieces import of_one_name, pieces
from fluxion.weather import Weather

#: Rows of a call of a compiled surrogate.
_ROWS = 1024
_FIELDS = ("mean", "std", "lower", "upper")
Results = dict[str, Float[np.ndarray, "climate design ..."]]


@dataclass(frozen=True)
class Answer:
    """What a surrogate said; each by name, climates and designs first.

    Attributes:
        mean: Expected results.
        std: Their standard deviations; empty if it does not doubt.
        lower: Lower ends of intervals.
        upper: Upper ends.
        outside: Designs beyond the range of the training data.
    """

    mean: Results
    std: Results
    lower: Results
    upper: Results
    outside: Bool[np.ndarray, "design"]


class Asked:
    """A surrogate that answers for the designs of a space in some climates.

    Args:
        surrogate: The model.
        space: What the columns of designs are.
        climates: Their features are what it sees.

    Raises:
        SimulationError: It has other parameters than the space, or cannot predict.
    """

    def __init__(self, surrogate: PredictsResults, space: DesignSpace, climates: Sequence[Weather]):
        if not callable(getattr(surrogate, "predict", None)):
            raise SimulationError(
                f"a surrogate of type {type(surrogate).__name__} was given, which has no predict; "
                "give a trained one, such as fluxion.uncertainty.EnsembleSurrogate"
            )
        self._surrogate, self._space = surrogate, space
        self._climates = tuple(climates)
        self._features: tuple[np.ndarray, ...] | None = None
        self._order = columns_of(surrogate, space)
        signature = getattr(surrogate, "signature", None)
        self._low, self._high = -np.inf, np.inf
        if signature is not None:
            self._low, self._high = signature.input("design").low, signature.input("design").high
        jitted = eqx.filter_jit(lambda model, x, climate: _fields(model.predict(x, climate)))
        self._jitted = jitted if isinstance(surrogate, eqx.Module) else None

    def answer(
        self,
        rows: Float[np.ndarray, "design parameter"],
        outputs: Sequence[str],
        progress: Callable[[int, int], None] | None = None,
    ) -> Answer:
        """What it says of designs.

        Args:
            rows: Checked designs, in the order of the space.
            outputs: Results to keep.
            progress: Called with the designs done and their number.

        Raises:
            SimulationError: A result that it does not give.
        """
        given = rows[:, self._order]
        outside = np.any((given < self._low) | (given > self._high), axis=1)
        whole = [self._in_climate(given, each, outputs) for each in self._seen()]
        if progress is not None:
            progress(len(rows), len(rows))
        kept = [
            {
                name: np.stack([np.asarray(one[field][name], float) for one in whole])
                for name in outputs
                if name in whole[0][field]
            }
            for field in _FIELDS
        ]
        return Answer(kept[0], kept[1], kept[2], kept[3], outside)

    def _in_climate(
        self, rows: np.ndarray, climate: np.ndarray, outputs: Sequence[str]
    ) -> dict[str, dict[str, np.ndarray]]:
        if self._jitted is None:
            found = [_fields(self._surrogate.predict(rows, climate))]
            counts = [len(rows)]
        else:
            size = min(_ROWS, 1 << (len(rows) - 1).bit_length())
            both = [
                (self._jitted(self._surrogate, piece, climate), n)
                for piece, n in pieces(rows, size)
            ]
            found, counts = [each for each, _ in both], [n for _, n in both]
        unknown = [name for name in outputs if name not in found[0]["mean"]]
        if unknown:
            raise SimulationError(
                f"the surrogate does not give {', '.join(unknown)}; it gives "
                f"{', '.join(found[0]['mean'])}; ask for these as outputs of the oracle"
            )
        return {
            field: {
                name: np.concatenate(
                    [np.asarray(one[field][name])[:n] for one, n in zip(found, counts, strict=True)]
                )
                for name in outputs
                if name in found[0][field]
            }
            for field in _FIELDS
        }

    def _seen(self) -> tuple[np.ndarray, ...]:
        """Features of the climates, computed once."""
        if self._features is None:
            from fluxion.surrogates import CLIMATE_FEATURES, climate_features  # flax is an extra

            inputs = getattr(getattr(self._surrogate, "signature", None), "inputs", ())
            names = next((each.names for each in inputs if each.name == "climate"), ())
            known = {name for name, _ in CLIMATE_FEATURES}
            # A model of features of its own counts on all of ours, in their order.
            asked = names if names and known.issuperset(names) else None
            features = jax.jit(partial(climate_features, names=asked))
            climates = of_one_name(self._climates)
            self._features = tuple(np.asarray(features(each)) for each in climates)
        return self._features


def columns_of(surrogate: Any, space: DesignSpace) -> Int[np.ndarray, "parameter"]:
    """Where the surrogate's parameters stand in the space.

    Raises:
        SimulationError: It has others.
    """
    signature = getattr(surrogate, "signature", None)
    if signature is None:
        return np.arange(space.size)
    names = signature.input("design").names
    if set(names) != set(space.names):
        raise SimulationError(
            f"the surrogate was trained on {', '.join(names)}; the space has "
            f"{', '.join(space.names)}; give a space of the same parameters"
        )
    return np.array([space.names.index(name) for name in names])


def _fields(found: Any) -> dict[str, dict[str, Any]]:
    """Fields of whatever a surrogate returned."""
    get = found.get if isinstance(found, Mapping) else lambda name: getattr(found, name, None)
    mean = get("mean")
    mean = get("values") if mean is None else mean
    if not isinstance(mean, Mapping):
        raise SimulationError(
            f"the surrogate's predict returned {type(found).__name__} without results by name as "
            "`mean` or `values`; let it return fluxion.uncertainty.Prediction, or alike"
        )
    return {"mean": dict(mean), **{name: dict(get(name) or {}) for name in _FIELDS[1:]}}
