"""Training on simulated and measured data together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
from jaxtyping import Array, Float, Int, Key

from fluxion.errors import InputError
from fluxion.signatures import Signature
from fluxion.surrogates import Surrogate
from fluxion.training._design import DesignBatch, DesignData, DesignScore, DrawDesigns
from fluxion.training._design_loss import design_loss
from fluxion.training._fit import Loss, Report, Settings, TrainState, fit, init_members


class DrawBoth(eqx.Module):
    """A batch of simulated and one of measured data."""

    simulated: DrawDesigns
    measured: DrawDesigns

    def __call__(self, key: Key[Array, ""]) -> tuple[DesignBatch, DesignBatch]:
        """Both, from keys of their own."""
        one, other = jax.random.split(key)
        return self.simulated(one), self.measured(other)


class MixedLoss(eqx.Module):
    """A loss of both kinds of data.

    Attributes:
        loss: Of one batch.
        ratio: Share of the measured data in it.
    """

    loss: Loss
    ratio: float

    def __call__(
        self, params: Any, batch: tuple[DesignBatch, DesignBatch], step: Int[Array, ""]
    ) -> tuple[Float[Array, ""], dict[str, Array]]:
        """The mean of both, weighted; the terms of the measured data are called `measured_...`."""
        simulated, terms = self.loss(params, batch[0], step)
        measured, other = self.loss(params, batch[1], step)
        told = {**terms, **{f"measured_{name}": value for name, value in other.items()}}
        return (1 - self.ratio) * simulated + self.ratio * measured, told


@dataclass(frozen=True)
class RealDataTrainer:
    """Trains a surrogate of designs on simulations and on measured buildings of the same task.

    Measured buildings are few and noisy, simulations many and biased: the mixing ratio says how
    much the measured ones count.

    Attributes:
        module: The network.
        signature: Of both kinds of data.
        mixing_ratio: Share of measured data in the loss, from 0 (none) to 1 (nothing else).
        settings: How to train.
        members: Networks trained side by side.
        sobolev: Weight of slopes, where designs have them.
        balance: Weight of the zones' energy balance.

    Raises:
        InputError: A ratio that is no share, or no member.
    """

    module: Any
    signature: Signature
    mixing_ratio: float = 0.3
    settings: Settings = field(default_factory=Settings)
    members: int = 1
    sobolev: float = 0.0
    balance: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.mixing_ratio <= 1.0:
            raise InputError(
                f"mixing_ratio={self.mixing_ratio} was given; give a share from 0 to 1"
            )
        if self.members < 1:
            raise InputError(f"{self.members} members were asked for; train 1 or more")

    def train(
        self,
        simulated: DesignData,
        measured: DesignData | None = None,
        *,
        key: Key[Array, ""],
        held: DesignData | None = None,
        start: TrainState | None = None,
        report: Callable[[Report], None] | None = None,
        keep: Callable[[TrainState], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> tuple[Surrogate, TrainState]:
        """Train, or go on from a state.

        Args:
            simulated: In the units of the core, as `design_data` gives it.
            measured: Likewise; needed if the mixing ratio is above 0.
            key: The same key gives the same networks.
            held: Designs that choose the best state; without them the loss does.
            start: State to go on from.
            report: Told how each epoch went.
            keep: Handed the state after each epoch.
            stop: Asked after each epoch.

        Returns:
            The networks at their best, members first, and the state at the end.

        Raises:
            InputError: No measured data though they shall count.
            NonFiniteError: As `fit`.
        """
        if measured is None and self.mixing_ratio > 0:
            raise InputError(
                f"mixing_ratio={self.mixing_ratio} was given without measured data; give some, or "
                "a ratio of 0"
            )
        begin, go = jax.random.split(key)
        params = init_members(
            self.module, begin, self.members, simulated.designs[0, :1], simulated.climates[0]
        )
        sloped = 4 if self.sobolev and simulated.sloped.shape[1] else 0
        loss: Any = design_loss(
            self.module, self.signature, sobolev=self.sobolev if sloped else 0.0,
            balance=self.balance, steps=self.settings.steps,
        )  # fmt: skip
        draw: Any = DrawDesigns(simulated, sloped=sloped)
        if measured is not None and self.mixing_ratio > 0:
            loss, draw = MixedLoss(loss, self.mixing_ratio), DrawBoth(draw, DrawDesigns(measured))
        state = fit(
            params, loss, draw, key=go, settings=self.settings, start=start,
            score=None if held is None else DesignScore(self.module, held),
            report=report, keep=keep, stop=stop,
        )  # fmt: skip
        return Surrogate(self.signature, self.module, state.best), state
