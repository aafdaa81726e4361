"""Ensembles whose members differ in more than where they began: in kind, in data, and by noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from fluxion.errors import InputError
from fluxion.signatures import Signature
from fluxion.surrogates import Surrogate
from fluxion.training._design import (
    DesignBatch,
    DesignData,
    DesignScore,
    DrawDesigns,
    by_climate,
)
from fluxion.training._design_loss import design_loss
from fluxion.training._fit import Loss, Report, Settings, TrainState, fit, init_members
from fluxion.uncertainty import Diversity, EnsembleSurrogate, diversity


class Own(eqx.Module):
    """What a member has for itself.

    Attributes:
        rows: Designs that it may draw, some several times; all if None.
        noise: Standard deviation of what is added to its designs, in units of the core.
    """

    rows: Int[Array, "design"] | None
    noise: Float[Array, ""]


class DrawOwn(eqx.Module):
    """Batches of a member: from its own designs, with its own noise.

    Attributes:
        draw: From which designs are drawn.
    """

    draw: DrawDesigns

    def __call__(self, key: Key[Array, ""], own: Own | None = None) -> DesignBatch:
        """A batch; slopes are without noise.

        Args:
            key: From which it is drawn.
            own: Of the member; without it a batch of all designs, without noise.
        """
        if own is None:
            return self.draw(key)
        first, second = jax.random.split(key)
        batch = self.draw(first, own.rows)
        shape, kind = batch.designs.shape, batch.designs.dtype
        moved = batch.designs + own.noise.astype(kind) * jax.random.normal(second, shape, kind)
        return eqx.tree_at(lambda b: b.designs, batch, moved)


@dataclass(frozen=True)
class DiverseEnsemble:
    """An ensemble and how diverse it is.

    Attributes:
        surrogate: All members together.
        groups: Of each architecture its members.
        diversity: Of all members on designs that training did not see, in units of the core.
        group_diversity: Of each architecture alone; none of one with a single member.
        errors: Of each architecture the root mean square error of each member there.
    """

    surrogate: EnsembleSurrogate
    groups: dict[str, Surrogate]
    diversity: Diversity
    group_diversity: dict[str, Diversity]
    errors: dict[str, Float[np.ndarray, "member"]]


@dataclass(frozen=True)
class DiverseEnsembleTrainer:
    """Trains networks of several architectures, each on its own sample of the data.

    Members of one architecture train side by side in one compiled program; architectures follow one
    another.

    Attributes:
        modules: Architectures by name.
        members: Of each.
        bootstrap: Whether each member draws its designs from a sample of the data's own size, with
            replacement (Breiman, 1996), so that it misses about a third of them.
        noise: Standard deviation of noise on the designs of a batch, in units of the core; 0 none.
        settings: How to train.
        loss: Of a network and its signature, the loss.

    Raises:
        InputError: No architecture, fewer than two members in all, or noise below 0.
    """

    modules: Mapping[str, Any]
    members: int = 3
    bootstrap: bool = True
    noise: float = 0.0
    settings: Settings = field(default_factory=Settings)
    loss: Callable[[Any, Signature], Loss] = design_loss

    def __post_init__(self) -> None:
        if self.members < 1 or len(self.modules) * self.members < 2:
            raise InputError(
                f"{len(self.modules)} architectures of {self.members} members were given; an "
                "ensemble has two members or more"
            )
        if not 0.0 <= self.noise < float("inf"):
            raise InputError(f"noise={self.noise} was given; give 0 or more")

    def train(
        self,
        signature: Signature,
        draw: DrawDesigns,
        held: DesignData,
        *,
        key: Key[Array, ""],
        report: Callable[[str, Report], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> DiverseEnsemble:
        """Train all of them.

        Args:
            signature: Of what the core's numbers are.
            draw: Batches of the training data.
            held: Designs that training does not see: they choose each member's best state, and
                diversity is measured on them.
            key: The same key gives the same ensemble.
            report: Told how each epoch of an architecture went.
            stop: Asked after each epoch; the architecture's training ends there.

        Raises:
            NonFiniteError: As `fit`.
        """
        groups, values = {}, {}
        for number, (name, module) in enumerate(self.modules.items()):
            begin, pick, go = jax.random.split(jax.random.fold_in(key, number), 3)
            data = draw.data
            params = init_members(
                module, begin, self.members, data.designs[0, :1], data.climates[0]
            )
            tell = None if report is None else (lambda told, n=name: report(n, told))
            state: TrainState = fit(
                params, self.loss(module, signature), DrawOwn(draw), key=go, settings=self.settings,
                score=DesignScore(module, held), each=self._own(pick, data.count),
                report=tell, stop=stop,
            )  # fmt: skip
            groups[name] = Surrogate(signature, module, state.best)
            values[name] = _values(module, state.best, held)
        several = self.members > 1
        return DiverseEnsemble(
            EnsembleSurrogate.of(*groups.values()),
            groups,
            diversity(jnp.concatenate(list(values.values())), held.targets),
            {n: diversity(v, held.targets) for n, v in values.items()} if several else {},
            {n: np.sqrt(_square(v - held.targets)) for n, v in values.items()},
        )

    def _own(self, key: Key[Array, ""], count: int) -> Own:
        rows = jax.random.randint(key, (self.members, count), 0, count) if self.bootstrap else None
        return Own(rows, jnp.full(self.members, self.noise))


def _values(module: Any, params: Any, held: DesignData) -> Float[Array, "member ..."]:
    def one(params: Any) -> Array:
        core = by_climate(lambda x, c: module.apply({"params": params}, x, c))
        return core(held.designs, held.climates)

    return jax.jit(jax.vmap(one))(params)


def _square(errors: Float[Array, "member ..."]) -> np.ndarray:
    return np.asarray(jnp.square(errors).reshape(len(errors), -1).mean(axis=1))
