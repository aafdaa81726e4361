"""The design of least risk by a surrogate that doubts: by gradients, or by sampling the space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.optimize._asked import columns_of
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._multistart import multistart
from fluxion.optimize._optimum import Optimum
from fluxion.optimize._parameter_kinds import Continuous
from fluxion.optimize._pieces import pieces
from fluxion.optimize._risk import MeanStd, Risk

#: Designs of a compiled call.
_ROWS = 256
#: A pure function of results by name `(part,)` or `(month, part)` and of the design: one number.
Judge = Callable[[Mapping[str, Array], Float[Array, "parameter"]], Any]


class AnswersByMember(Protocol):
    """A trained model whose members answer apart, as those of `fluxion.uncertainty` do."""

    def members(self, *inputs: Any) -> Mapping[str, Float[Array, "member ..."]]:
        """What each member says of designs in a climate, by result."""
        ...


@dataclass(frozen=True)
class RiskOptimum:
    """The design of least risk.

    Attributes:
        names: Of the parameters.
        design: The design.
        risk: Its risk.
        mean: Mean of its objective over members and climates.
        std: Standard deviation of the same.
        samples: Its objective by climate and member.
        search: How gradients came there; None if the space was sampled.
    """

    names: tuple[str, ...]
    design: Float[np.ndarray, "parameter"]
    risk: float
    mean: float
    std: float
    samples: Float[np.ndarray, "climate member"]
    search: Optimum | None

    def parameters(self) -> dict[str, float]:
        """The design by name."""
        return dict(zip(self.names, map(float, self.design), strict=True))


def risk_aware_search(
    surrogate: AnswersByMember,
    climates: Float[Any, "climate month feature"],
    space: DesignSpace,
    objective: str | Mapping[str, float] | Judge,
    *,
    risk: Risk | None = None,
    by: Literal["gradients", "sampling"] | None = None,
    samples: int = 4096,
    starts: int = 8,
    seed: int = 0,
    method: str = "lbfgsb",
    evaluations: int = 50,
    tolerance: float = 1e-8,
) -> RiskOptimum:
    """Find the design of least risk, over the members of a surrogate and over climates.

    The objective is taken of each member in each climate, and then the risk of these numbers, so
    that what members agree on (a sum over zones or months) counts as such. First the space is
    sampled; gradients go on from the best of that.

    Args:
        surrogate: Whose members answer apart; its `signature`, if any, tells the order of the
            parameters.
        climates: Features of one climate or several, in physical units.
        space: The parameters and what they may be.
        objective: Name of a result, weights by names (sums over zones, times the weights), or a
            pure function of (results of a member, design) that gives one number.
        risk: `MeanStd`, `CVaR` or `Quantile`; by default mean and one standard deviation.
        by: "gradients", which needs ranges and no constraints, or "sampling"; None takes gradients
            where it can.
        samples: Designs to sample.
        starts: How many of the best to go on from.
        seed: Of the sampling.
        method: See `multistart`.
        evaluations: The most of each start.
        tolerance: Relative fall of the risk in a step that is taken for none.

    Raises:
        SimulationError: An unknown result, other parameters than the surrogate's, gradients in a
            space that has jumps or constraints, no sample, or no finite risk.

    Notes:
        The surrogate is trusted within the space: hold the optimum to the physics, as
        `BatchOracle.evaluate_population` gives it.
    """
    risk = MeanStd() if risk is None else risk
    smooth = not space.constraints and all(
        isinstance(kind, Continuous) for kind in space.kinds.values()
    )
    if by not in ("gradients", "sampling", None):
        raise SimulationError(f"by={by!r} was given; take gradients or sampling")
    if by == "gradients" and not smooth:
        raise SimulationError(
            "the space has whole numbers, choices or constraints, which gradients cannot follow; "
            "search by sampling"
        )
    if samples < 1 or starts < 1:
        raise SimulationError(f"{samples} samples and {starts} starts were given; give 1 or more")
    several = jnp.asarray(climates)
    several = several[None] if several.ndim == 2 else several
    objective_of = _objective(objective)
    order = columns_of(surrogate, space)

    def values(model: Any, x: Float[Array, "parameter"]) -> Float[Array, "climate member"]:
        def in_one(climate: Array) -> Array:
            found = dict(model.members(x[order][None], climate))
            mine = {name: value[:, 0] for name, value in found.items()}
            return jax.vmap(lambda each: objective_of(each, x))(mine)

        return jax.vmap(in_one)(several)

    def risk_of(model: Any, x: Float[Array, "parameter"]) -> Float[Array, ""]:
        return risk(values(model, x).ravel())

    risks = eqx.filter_jit(lambda m, xs: jax.vmap(lambda x: risk_of(m, x))(xs))
    slopes = eqx.filter_jit(lambda m, xs: jax.vmap(jax.value_and_grad(lambda x: risk_of(m, x)))(xs))

    designs = space.sample(samples, seed=seed)
    cut = pieces(designs, min(_ROWS, samples))
    found = np.concatenate([np.asarray(risks(surrogate, jnp.asarray(p)))[:n] for p, n in cut])
    found = np.where(np.isfinite(found), found, np.inf)
    best = np.argsort(found, kind="stable")
    if not np.isfinite(found[best[0]]):
        raise SimulationError(
            f"the risk is not finite at any of {samples} designs; check the surrogate, the climate "
            "and the objective"
        )
    design, search = designs[best[0]], None
    if by == "gradients" or (by is None and smooth):

        def evaluate(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            piece, count = next(pieces(rows, starts))
            value, slope = slopes(surrogate, jnp.asarray(piece))
            return np.asarray(value, float)[:count], np.asarray(slope, float)[:count]

        search = multistart(
            evaluate,
            designs[best[:starts]],
            space.lower,
            space.upper,
            method=method,
            evaluations=evaluations,
            tolerance=tolerance,
            transforms=[k.transform for k in space.kinds.values() if isinstance(k, Continuous)],
            names=space.names,
            climates=len(several),
        )
        design = search.design
    there = np.asarray(eqx.filter_jit(values)(surrogate, jnp.asarray(design)), float)
    return RiskOptimum(
        space.names, design, float(risk(jnp.asarray(there).ravel())), float(there.mean()),
        float(there.std()), there, search,
    )  # fmt: skip


def _objective(objective: str | Mapping[str, float] | Judge) -> Judge:
    if callable(objective):
        return objective
    weights = {objective: 1.0} if isinstance(objective, str) else dict(objective)
    bad = {name: weight for name, weight in weights.items() if not np.isfinite(weight)}
    if bad or not weights:
        raise SimulationError(f"weights {bad or 'of nothing'} were given; give finite ones by name")

    def weighted(results: Mapping[str, Array], x: Float[Array, "parameter"]) -> Array:
        del x
        unknown = [name for name in weights if name not in results]
        if unknown:
            raise SimulationError(
                f"the surrogate does not give {', '.join(unknown)}; it gives {', '.join(results)}"
            )
        return jnp.stack([weight * results[name].sum() for name, weight in weights.items()]).sum()

    return weighted
