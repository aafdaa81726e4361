"""A weighted sum of terms, with weights that are fixed, scheduled, learned or balanced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fluxion.errors import InputError
from fluxion.training._physics import Prediction, Schedule, Term

#: Logarithms of variances stay within this. [-]
_WIDEST = 12.0
_MOST = 1e4


@dataclass(frozen=True)
class Learned:
    """A weight that is trained along: 1/(2 s2), at the price of log(s).

    Source: Kendall, Gal and Cipolla, Multi-task learning using uncertainty to weigh losses, CVPR
    2018, eq. 7.
    """


@dataclass(frozen=True)
class Balanced:
    """A weight such that the term pulls at the network as hard as another one, times a share.

    Source: Wang, Teng and Perdikaris, Understanding and mitigating gradient flow pathologies in
    physics-informed neural networks, SIAM J. Sci. Comput. 43 (2021), eq. 2.30, with norms.

    Attributes:
        share: Of the other's pull. [-]
        to: The other term, whose weight is a number or a schedule.
    """

    share: float = 0.1
    to: str = "data"


Weight = float | Schedule | Learned | Balanced


class PhysicsInformedLoss(eqx.Module):
    """A loss for `fit`: terms of data and of physics, summed with weights.

    Attributes:
        predict: Of parameters and a batch: the prediction that the terms judge, such as a
            `DesignPrediction`.
        terms: By name.
        weights: Of each term: a number, a function of the step such as an optax schedule, or
            `Learned` or `Balanced`.

    Raises:
        InputError: A term without a weight or the reverse, or balanced to one that is not there.
    """

    predict: Callable[[Any, Any], Prediction]
    terms: dict[str, Term]
    weights: dict[str, Any]

    def __init__(
        self,
        predict: Callable[[Any, Any], Prediction],
        terms: Mapping[str, Term],
        weights: Mapping[str, Weight],
    ):
        if set(terms) != set(weights) or not terms:
            raise InputError(
                f"terms {', '.join(terms) or '(none)'} have weights "
                f"{', '.join(weights) or '(none)'}; give every term one"
            )
        for name, weight in weights.items():
            if isinstance(weight, Balanced) and (
                weight.to not in weights or isinstance(weights[weight.to], (Learned, Balanced))
            ):
                raise InputError(
                    f"{name} is balanced to {weight.to!r}; balance it to a term whose weight is a "
                    "number or a schedule"
                )
        self.predict, self.terms, self.weights = predict, dict(terms), dict(weights)

    @property
    def learned(self) -> tuple[str, ...]:
        """Terms whose weights are learned."""
        return tuple(n for n, weight in self.weights.items() if isinstance(weight, Learned))

    def begin(self, params: Any) -> Any:
        """What to train: the network's parameters, with those of weights if any are learned.

        Args:
            params: Of networks, members along the first axis of every array.
        """
        if not self.learned:
            return params
        first = jax.tree.leaves(params)[0]
        none = jnp.zeros(first.shape[:1], first.dtype)
        return {"network": params, "log_variance": {name: none for name in self.learned}}

    def network(self, params: Any) -> Any:
        """The network's parameters, of what is trained."""
        return params["network"] if self.learned else params

    def __call__(
        self, params: Any, batch: Any, step: Int[Array, ""]
    ) -> tuple[Float[Array, ""], dict[str, Array]]:
        """What to lower, and every term without its weight; weights that move as `weight_...`."""
        network = self.network(params)
        found = self.predict(network, batch)
        terms = {name: term(found, batch) for name, term in self.terms.items()}
        total, told = jnp.zeros((), next(iter(terms.values())).dtype), dict(terms)
        for name, weight in self.weights.items():
            if isinstance(weight, Learned):
                spread = params["log_variance"][name]
                spread = _WIDEST * jnp.tanh(spread / _WIDEST)
                factor = 0.5 * jnp.exp(-spread)
                total = total + factor * terms[name] + 0.5 * spread
            else:
                factor = self._factor(name, weight, network, batch, step)
                total = total + factor * terms[name]
            if isinstance(weight, (Learned, Balanced)) or callable(weight):
                told[f"weight_{name}"] = jnp.asarray(factor, total.dtype)
        return total, told

    def _factor(self, name: str, weight: Any, network: Any, batch: Any, step: Array) -> Any:
        if callable(weight):
            return weight(step)
        if not isinstance(weight, Balanced):
            return weight

        network = jax.lax.stop_gradient(network)

        def pull(term: str) -> Array:
            slope = jax.grad(lambda p: self.terms[term](self.predict(p, batch), batch))(network)
            return jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(slope)))

        other = self._factor(weight.to, self.weights[weight.to], network, batch, step)
        most = jnp.minimum(weight.share * other * pull(weight.to) / (pull(name) + 1e-12), _MOST)
        return jax.lax.stop_gradient(most)
