"""The training loop: many steps compiled as one, for one network or an ensemble side by side.

What is trained, on what and how well it does are functions that are handed in, so that a data loss,
a physics-informed one and a rollout go through the same loop. The loop opens no file: it hands its
state to the caller, who may keep it and give it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int, Key
from optax import contrib

from fluxion.errors import InputError, NonFiniteError
from fluxion.uncertainty import init_ensemble

#: Root of the mean square of Adam's usual step, so that one learning rate means one thing.
_RMS_OF_ADAM = 0.2

#: Of parameters, a batch and the step: what to lower, and the terms it is made of.
Loss = Callable[[Any, Any, Int[Array, ""]], tuple[Float[Array, ""], dict[str, Array]]]
#: Of a key (and of what a member has for itself): a batch.
Draw = Callable[..., Any]
#: Of parameters: how far from the truth they are on data that training does not see.
Score = Callable[[Any], Float[Array, ""]]


@dataclass(frozen=True)
class Settings:
    """How to train.

    Attributes:
        steps: Optimiser steps in all.
        epoch: Steps compiled as one, after which there is a report and a score.
        rate: Highest learning rate.
        warmup: Share of the steps in which it rises from nothing; it falls as a cosine after.
        decay: Weight decay.
        clip: Largest norm of a gradient.
        optimiser: "adamw", or "muon", which makes steps of matrices orthogonal: of the design task
            it needs a sixth of the steps, each of which takes about twice as long.
        patience: Epochs without a better score after which training ends; None goes on.
    """

    steps: int = 6000
    epoch: int = 200
    rate: float = 3e-3
    warmup: float = 0.05
    decay: float = 1e-4
    clip: float = 1.0
    optimiser: str = "adamw"
    patience: int | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "epoch"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; give 1 or more")
        if self.optimiser not in _OPTIMISERS:
            known = " or ".join(map(repr, _OPTIMISERS))
            raise InputError(f"there is no optimiser {self.optimiser!r}; give {known}")
        if not 0 < self.rate < float("inf"):
            raise InputError(f"rate is {self.rate}; give a learning rate above 0")
        if not 0 <= self.warmup < 1:
            raise InputError(f"warmup is {self.warmup}; give a share from 0 to below 1")
        if self.patience is not None and self.patience < 1:
            raise InputError(f"patience is {self.patience}; give 1 or more epochs, or none")

    @property
    def epochs(self) -> int:
        """Number of epochs; the last one may go a little beyond the steps."""
        return -(-self.steps // self.epoch)


class TrainState(eqx.Module):
    """All that training goes on from; every array has members first.

    Attributes:
        params: Of the networks now.
        optimiser: Of optax.
        key: From which batches are drawn.
        best: Parameters with the best score so far.
        score: The best score so far.
        step: Steps done.
        waited: Epochs since the best score.
    """

    params: Any
    optimiser: Any
    key: Key[Array, "member"]
    best: Any
    score: Float[Array, "member"]
    step: Int[Array, "member"]
    waited: Int[Array, "member"]


@dataclass(frozen=True)
class Report:
    """How an epoch went; each figure by member.

    Attributes:
        step: Steps done.
        loss: Mean over the epoch.
        terms: Means of what the loss is made of.
        score: After the epoch.
        best: Best score so far.
    """

    step: int
    loss: np.ndarray
    terms: dict[str, np.ndarray]
    score: np.ndarray
    best: np.ndarray


def _optimiser(settings: Settings) -> optax.GradientTransformation:
    """The one that is asked for.

    Source: Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019; Jordan and
    others, Muon: an optimizer for hidden layers in neural networks, 2024, with the scale of
    steps of Liu and others, Muon is scalable for LLM training, 2025, eq. 4.
    """
    total = settings.epochs * settings.epoch
    rise = max(1, round(settings.warmup * total))
    rate = optax.warmup_cosine_decay_schedule(0.0, settings.rate, rise, max(total, rise + 1), 0.0)
    # A bias is no weight: it is not pulled to zero.
    return optax.chain(
        optax.clip_by_global_norm(settings.clip),
        _OPTIMISERS[settings.optimiser](rate, settings.decay),
    )


def _matrices(params: Any) -> Any:
    return jax.tree.map(lambda leaf: leaf.ndim > 1, params)


def _adamw(rate: optax.Schedule, decay: float) -> optax.GradientTransformation:
    return optax.adamw(rate, weight_decay=decay, mask=_matrices)


def _muon(rate: optax.Schedule, decay: float) -> optax.GradientTransformation:
    return contrib.muon(
        rate, weight_decay=decay, weight_decay_mask=_matrices, consistent_rms=_RMS_OF_ADAM
    )


_OPTIMISERS = {"adamw": _adamw, "muon": _muon}


def initial_state(params: Any, key: Key[Array, ""], settings: Settings) -> TrainState:
    """Where training begins.

    Args:
        params: Of the networks, members along the first axis of every array.
        key: From which batches are drawn.
        settings: How to train.
    """
    members = jax.tree.leaves(params)[0].shape[0]
    optimiser = jax.vmap(_optimiser(settings).init)(params)
    dtype = jax.tree.leaves(params)[0].dtype
    return TrainState(
        params, optimiser, jax.random.split(key, members), params,
        jnp.full(members, jnp.inf, dtype), jnp.zeros(members, int), jnp.zeros(members, int),
    )  # fmt: skip


def _epoch(
    state: TrainState, loss: Loss, draw: Draw, score: Score | None, settings: Settings
) -> tuple[TrainState, tuple[Array, dict[str, Array], Array]]:
    """Steps of one member, its score, and the better of what it was and is."""
    optimiser = _optimiser(settings)

    def step(carry: tuple, _: None) -> tuple[tuple, tuple]:
        params, kept, key, count = carry
        key, mine = jax.random.split(key)
        (value, terms), slope = jax.value_and_grad(loss, has_aux=True)(params, draw(mine), count)
        change, kept = optimiser.update(slope, kept, params)
        return (optax.apply_updates(params, change), kept, key, count + 1), (value, terms)

    start = (state.params, state.optimiser, state.key, state.step)
    (params, kept, key, count), (values, terms) = jax.lax.scan(step, start, length=settings.epoch)
    value = jnp.mean(values)
    found = value if score is None else score(params)
    better = found < state.score
    best = jax.tree.map(lambda new, old: jnp.where(better, new, old), params, state.best)
    waited = jnp.where(better, 0, state.waited + 1)
    least = jnp.minimum(found, state.score)
    after = TrainState(params, kept, key, best, least, count, waited)
    return after, (value, jax.tree.map(jnp.mean, terms), found)


@eqx.filter_jit
def _epochs(
    state: TrainState, loss: Loss, draw: Draw, score: Score | None, each: Any, settings: Settings
) -> tuple[TrainState, tuple[Array, dict[str, Array], Array]]:
    def one(state: TrainState, own: Any):
        mine = draw if own is None else (lambda key: draw(key, own))
        return _epoch(state, loss, mine, score, settings)

    return jax.vmap(one)(state, each)


def fit(
    params: Any,
    loss: Loss,
    draw: Draw,
    *,
    key: Key[Array, ""],
    settings: Settings,
    score: Score | None = None,
    each: Any = None,
    start: TrainState | None = None,
    report: Callable[[Report], None] | None = None,
    keep: Callable[[TrainState], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> TrainState:
    """Train networks side by side.

    Args:
        params: Where they begin, members along the first axis of every array.
        loss: What to lower. If it holds arrays it is best an `equinox.Module`, which is passed to
            the compiled program instead of becoming part of it; so are `draw` and `score`.
        draw: A batch from a key; with `each`, from a key and the member's own part of it.
        key: The same key gives the same networks.
        settings: How to train.
        score: On data that training does not see; without it the loss counts.
        each: What members have for themselves (such as the rows they may draw), a pytree with
            members along the first axis.
        start: State to go on from; None begins.
        report: Told how each epoch went.
        keep: Handed the state after each epoch, to be kept.
        stop: Asked after each epoch; training ends there once it says yes.

    Returns:
        The state at the end; `best` are the parameters to use.

    Raises:
        NonFiniteError: The loss of a member is not finite; says which and when.
    """
    state = initial_state(params, key, settings) if start is None else start
    while int(state.step[0]) < settings.epochs * settings.epoch:
        state, (values, terms, scores) = _epochs(state, loss, draw, score, each, settings)
        told = Report(
            int(state.step[0]),
            np.asarray(values),
            {name: np.asarray(term) for name, term in terms.items()},
            np.asarray(scores),
            np.asarray(state.score),
        )
        bad = np.flatnonzero(~np.isfinite(told.loss))
        if bad.size:
            raise NonFiniteError(
                f"the loss of member {', '.join(map(str, bad))} was not finite by step "
                f"{told.step}; lower the learning rate ({settings.rate:g}) or look for data that "
                "are not finite"
            )
        if report is not None:
            report(told)
        if keep is not None:
            keep(state)
        tired = settings.patience is not None and bool(jnp.all(state.waited >= settings.patience))
        if tired or stop():
            break
    return state


def init_members(
    module: Any, key: Key[Array, ""], members: int, *example: Float[Array, "..."]
) -> Any:
    """Parameters of networks that begin differently, members along the first axis.

    Args:
        module: A flax module.
        key: From which they are drawn.
        members: How many.
        example: Inputs of the shapes that the module shall take.
    """
    return init_ensemble(module, jax.random.split(key, members), *example)
