"""Terms of a physics-informed loss: pure functions of predictions and a batch, each one number.

A prediction is a dict. Results have their names and physical units, `(climate, design, month,
zone)`; `core` is the same in the units of the network, as the targets are, and `along` its slopes
along the batch's directions. Every term is dimensionless and has finite slopes everywhere: what it
is a part of is held fixed and never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fluxion.errors import InputError
from fluxion.signatures import Signature
from fluxion.simulation import BALANCE
from fluxion.training._design import by_climate
from fluxion.units import SECONDS_PER_HOUR

#: Results by name, with `core` and `along`.
Prediction = Mapping[str, Float[Array, "..."]]
#: Of a prediction and a batch: one number, 0 where all is well.
Term = Callable[[Prediction, Any], Float[Array, ""]]

#: A zone in which less flows than this part of the batch's mean counts as if so much did.
_LEAST = 1e-2
_TINY = 1e-6
_MAY_LACK = ("monthly_exchange", "monthly_storage")


class DesignPrediction(eqx.Module):
    """What a network of the design task says to a batch.

    Attributes:
        module: The network.
        signature: Its face.
        slopes: Whether to give slopes along the batch's directions.
    """

    module: Any = eqx.field(static=True)
    signature: Signature = eqx.field(static=True)
    slopes: bool = eqx.field(static=True, default=False)

    def __call__(self, params: Any, batch: Any) -> dict[str, Array]:
        """Results by name, `core`, and `along` if the batch has designs with slopes."""
        network = by_climate(lambda x, c, m: self.module.apply({"params": params}, x, c, m))
        core = network(batch.designs, batch.climates, batch.masks)
        found = {"core": core, **self.signature.split(self.signature.from_core(core))}
        if self.slopes and batch.sloped.shape[1]:
            _, found["along"] = jax.jvp(
                lambda x: network(x, batch.climates, batch.masks),
                (batch.sloped,),
                (batch.directions,),
            )
        return found


def data_term(found: Prediction, batch: Any) -> Float[Array, ""]:
    """Mean squared error of what the network gives, in its own units."""
    return jnp.mean((found["core"] - batch.targets) ** 2)


def annual_term(found: Prediction, batch: Any) -> Float[Array, ""]:
    """The same of means over the months, so that errors of months may not all point one way."""
    return jnp.mean(jnp.mean(found["core"] - batch.targets, axis=-2) ** 2)


def sobolev_term(found: Prediction, batch: Any) -> Float[Array, ""]:
    """Mean squared error of slopes along random directions; 0 of a batch without slopes.

    Source: Czarnecki and others, Sobolev training for neural networks, NeurIPS 2017, eq. 5.
    """
    if "along" not in found:
        return jnp.zeros((), found["core"].dtype)
    known = jnp.isfinite(batch.along)
    miss = jnp.where(known, found["along"] - jnp.where(known, batch.along, 0.0), 0.0)
    return jnp.sum(miss**2) / jnp.maximum(jnp.sum(known), 1)


class BalanceTerm(eqx.Module):
    """What predicted terms leave over in the balance of each zone's air, as a part of what flows.

    It needs no targets: designs that were never simulated can be held to it. Predictions of nothing
    close it too, so let data lead at first: give it a weight that rises.

    Attributes:
        names: Results and their signs, which sum to zero; by default those of the month.
        typical: What flows in a zone in a month, with both signs, `(zone,)`; without it that of the
            prediction itself, held fixed, over all months. [J]
    """

    names: tuple[tuple[str, float], ...] = eqx.field(
        static=True, default=tuple((f"monthly_{name}", sign) for name, sign in BALANCE.items())
    )
    typical: Any = None

    @staticmethod
    def of(signature: Signature) -> BalanceTerm:
        """With the terms that a network predicts and what typically flows in its training data.

        Raises:
            InputError: A term is lacking; only those that are nearly nothing in a month may be:
                what the air stores, and its exchange between zones where there is none.
        """
        scales = {output.name: np.array(output.scale) for output in signature.outputs}
        names = [(f"monthly_{name}", sign) for name, sign in BALANCE.items()]
        missing = [n for n, _ in names if n not in scales and n not in _MAY_LACK]
        if missing:
            raise InputError(
                f"the balance of the air lacks {', '.join(missing)}; train on these results too, "
                "or without the term of balance"
            )
        kept = tuple((name, sign) for name, sign in names if name in scales)
        return BalanceTerm(kept, sum(scales[name] for name, _ in kept))

    def __call__(self, found: Prediction, batch: Any) -> Float[Array, ""]:
        """Mean squared part.

        Raises:
            KeyError: A term is not predicted; leave out what there is none of by `names`.
        """
        del batch
        terms = [sign * found[name] for name, sign in self.names]
        if self.typical is None:
            flow = jax.lax.stop_gradient(sum(jnp.abs(term) for term in terms))
            usual = _with_floor(jnp.mean(flow, axis=-2, keepdims=True))
        else:
            usual = jnp.asarray(self.typical, terms[0].dtype)
        return jnp.mean((sum(terms) / usual) ** 2)


class CouplingTerm(eqx.Module):
    """What zones give one another cancels, and zones side by side differ as they should.

    Heat through walls cancels over a whole year, as walls end where they began; heat carried by air
    that goes both ways cancels in every month. Differences of temperature over each wall are held
    to those of the targets: an error that all zones share leaves what they exchange right.

    Attributes:
        adjacent: Pairs of zones, for the differences.
        yearly: Results that cancel over all months and zones together.
        monthly: Results that cancel over the zones in every month.
        temperature: Result whose differences count; its targets are found by the signature.
        signature: Of the network, needed for the differences.
        scale: Of differences. [K]
    """

    adjacent: tuple[tuple[int, int], ...] = eqx.field(static=True, default=())
    yearly: tuple[str, ...] = eqx.field(static=True, default=("monthly_partition",))
    monthly: tuple[str, ...] = eqx.field(static=True, default=())
    temperature: str = eqx.field(static=True, default="monthly_temperature")
    signature: Signature | None = eqx.field(static=True, default=None)
    scale: float = eqx.field(static=True, default=1.0)

    def __call__(self, found: Prediction, batch: Any) -> Float[Array, ""]:
        """Sum of the mean squared parts."""
        total = jnp.zeros((), found["core"].dtype)
        for names, axes in ((self.yearly, (-2, -1)), (self.monthly, (-1,))):
            for name in names:
                left = jnp.sum(found[name], axis=axes)
                flow = jax.lax.stop_gradient(jnp.sum(jnp.abs(found[name]), axis=axes))
                total = total + jnp.mean((left / _with_floor(flow)) ** 2)
        if self.adjacent and self.signature is not None and self.temperature in found:
            one, other = (np.array(side) for side in zip(*self.adjacent, strict=True))
            wanted = self.signature.split(self.signature.from_core(batch.targets))
            error = found[self.temperature] - wanted[self.temperature]
            apart = error[..., one] - error[..., other]
            total = total + jnp.mean((apart / self.scale) ** 2)
        return total


class BoundsTerm(eqx.Module):
    """How far predictions are beyond what a building and its plant can do.

    Attributes:
        low: Least value of results, by name; a number, by zone, or `(..., month, zone)`.
        high: Greatest value.
        scale: Of each of these results: a violation of this size counts as 1.
        hours: Of each month; where given, mean loads may not be above their peaks.
    """

    low: dict[str, Any] = eqx.field(default_factory=dict)
    high: dict[str, Any] = eqx.field(default_factory=dict)
    scale: dict[str, float] = eqx.field(default_factory=dict)
    hours: Any = None

    def __call__(self, found: Prediction, batch: Any) -> Float[Array, ""]:
        """Sum over results of the mean squared violation."""
        del batch
        total = jnp.zeros((), found["core"].dtype)
        for bounds, side in ((self.low, 1.0), (self.high, -1.0)):
            for name, bound in bounds.items():
                over = jnp.maximum(side * (bound - found[name]), 0.0) / self.scale[name]
                total = total + jnp.mean(over**2)
        if self.hours is None:
            return total
        for what in ("heating", "cooling"):
            load, peak = found.get(f"monthly_{what}"), found.get(f"monthly_peak_{what}")
            if load is not None and peak is not None:
                mean = load / (jnp.asarray(self.hours, load.dtype)[:, None] * SECONDS_PER_HOUR)
                usual = jax.lax.stop_gradient(jnp.mean(jnp.abs(peak))) + _TINY
                total = total + jnp.mean((jnp.maximum(mean - peak, 0.0) / usual) ** 2)
        return total


class ResidualTerm(eqx.Module):
    """A predicted next state against what the simulator makes of the same state.

    Attributes:
        physics: Of a batch: what the simulator's own step gives, such as air temperatures.
        name: Of what is predicted.
        scale: Of its error; in its unit.
    """

    physics: Callable[[Any], Float[Array, "..."]]
    name: str = eqx.field(static=True, default="temperature")
    scale: float = eqx.field(static=True, default=1.0)

    def __call__(self, found: Prediction, batch: Any) -> Float[Array, ""]:
        """Mean squared residual."""
        return jnp.mean(((found[self.name] - self.physics(batch)) / self.scale) ** 2)


def _with_floor(flow: Float[Array, "..."]) -> Float[Array, "..."]:
    return jnp.maximum(flow, _LEAST * jnp.mean(flow) + _TINY)


#: Of an optimiser's step: a weight.
Schedule = Callable[[Int[Array, ""]], Any]
