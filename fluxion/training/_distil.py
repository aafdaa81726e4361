"""One network in place of an ensemble: it learns what the members say on average, anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from fluxion.errors import InputError
from fluxion.surrogates import Surrogate
from fluxion.training._design import DesignBatch, by_climate
from fluxion.training._design_loss import design_loss
from fluxion.training._fit import Report, Settings, TrainState, fit, init_members


class DrawFromTeacher(eqx.Module):
    """Batches of designs that nobody simulated, answered by a teacher, with its slopes.

    Designs are drawn evenly from their bounds; climates are the teacher's own and, half of the
    time, mixtures of two of them.

    Attributes:
        module: Of the teacher.
        params: Of its members.
        low: Bounds of the designs of the core.
        high: The same.
        known: Climates of the core.
        designs: Of each climate in a batch.
        climates: In a batch.
        sloped: Designs with slopes of each climate in a batch.
    """

    module: Any = eqx.field(static=True)
    params: Any
    low: Float[Array, "parameter"]
    high: Float[Array, "parameter"]
    known: Float[Array, "climate month feature"]
    designs: int = eqx.field(static=True, default=32)
    climates: int = eqx.field(static=True, default=8)
    sloped: int = eqx.field(static=True, default=4)

    def __call__(self, key: Key[Array, ""]) -> DesignBatch:
        """A batch."""
        a, b, c, d, e = jax.random.split(key, 5)
        shape = (self.climates, self.designs, self.low.shape[0])
        designs = jax.random.uniform(a, shape, self.low.dtype, self.low, self.high)
        pair = jax.random.randint(b, (2, self.climates), 0, self.known.shape[0])
        share = jax.random.uniform(c, (self.climates,), self.low.dtype)
        share = jnp.where(jax.random.bernoulli(d, 0.5, share.shape), share, 1.0)[:, None, None]
        climates = share * self.known[pair[0]] + (1 - share) * self.known[pair[1]]

        def mean(x: Array) -> Array:
            def member(params: Any) -> Array:
                return by_climate(lambda x, c: self.module.apply({"params": params}, x, c))(
                    x, climates
                )

            return jnp.mean(jax.vmap(member)(self.params), axis=0)

        some = designs[:, : self.sloped]
        directions = jax.random.normal(e, some.shape, some.dtype)
        _, along = jax.jvp(mean, (some,), (directions,))
        return DesignBatch(designs, climates, mean(designs), some, directions, along)


def distil(
    teacher: Surrogate,
    module: Any,
    climates: Float[Array, "climate month feature"],
    *,
    key: Key[Array, ""],
    settings: Settings,
    sobolev: float = 0.1,
    report: Callable[[Report], None] | None = None,
) -> Surrogate:
    """Train one network to say what an ensemble says on average.

    The teacher answers for any design in any climate, so that there is no end of data.

    Args:
        teacher: An ensemble; parameters with members first.
        module: Of the student.
        climates: That the teacher was trained on, in physical units.
        key: The same key gives the same student.
        settings: How to train.
        sobolev: Weight of the slopes.
        report: Told how each epoch went.

    Returns:
        The student, of the teacher's signature.

    Raises:
        InputError: The teacher's designs have no bounds.
    """
    signature = teacher.signature
    design = signature.input("design")
    if not all(map(jnp.isfinite, [*design.low, *design.high])):
        raise InputError("the teacher's designs have no bounds; give one that was trained on some")
    dtype = jax.tree.leaves(teacher.params)[0].dtype
    draw = DrawFromTeacher(
        teacher.module, teacher.params,
        jnp.asarray(design.to_unit(design.low), dtype),
        jnp.asarray(design.to_unit(design.high), dtype),
        jnp.asarray(signature.input("climate").to_unit(climates), dtype),
    )  # fmt: skip
    begin, go = jax.random.split(key)
    params = init_members(module, begin, 1, draw.low[None], draw.known[0])
    loss = design_loss(module, signature, sobolev=sobolev)
    state: TrainState = fit(params, loss, draw, key=go, settings=settings, report=report)
    return Surrogate(signature, module, jax.tree.map(lambda leaf: leaf[0], state.params))
