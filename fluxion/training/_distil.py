"""One network in place of an ensemble: it learns what the members say on average, anywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from fluxion.errors import InputError
from fluxion.signatures import Output, Signature
from fluxion.surrogates import Surrogate
from fluxion.training._design import DesignBatch, by_climate
from fluxion.training._design_loss import design_loss
from fluxion.training._fit import Report, Settings, TrainState, fit, init_members


class DrawFromTeacher(eqx.Module):
    """Batches of designs that nobody simulated, answered by a teacher, with its slopes.

    Designs are drawn evenly from their bounds. Climates are the teacher's own and, half of the
    time, mixtures of two of them; half of the years are made of months of different climates, as
    the teacher answers month by month, and a student of years would know too few years otherwise.

    Attributes:
        module: Of the teacher.
        params: Of its members.
        low: Bounds of the designs of the core.
        high: The same.
        known: Climates of the core.
        teaches: Signature of the teacher.
        learns: Signature of the student: the teacher's, or that of its year.
        designs: Of each climate in a batch.
        climates: In a batch.
        sloped: Designs with slopes of each climate in a batch.
    """

    module: Any = eqx.field(static=True)
    params: Any
    low: Float[Array, "parameter"]
    high: Float[Array, "parameter"]
    known: Float[Array, "climate month feature"]
    teaches: Signature = eqx.field(static=True)
    learns: Signature = eqx.field(static=True)
    designs: int = eqx.field(static=True, default=32)
    climates: int = eqx.field(static=True, default=8)
    sloped: int = eqx.field(static=True, default=4)

    def __call__(self, key: Key[Array, ""]) -> DesignBatch:
        """A batch."""
        a, b, c, d, e, f, g = jax.random.split(key, 7)
        shape = (self.climates, self.designs, self.low.shape[0])
        designs = jax.random.uniform(a, shape, self.low.dtype, self.low, self.high)
        count, months, _ = self.known.shape
        whole = jax.random.randint(b, (2, self.climates, 1), 0, count)
        apart = jax.random.randint(f, (2, self.climates, months), 0, count)
        pair = jnp.where(jax.random.bernoulli(g, 0.5, (self.climates, 1)), apart, whole)
        share = jax.random.uniform(c, (self.climates,), self.low.dtype)
        share = jnp.where(jax.random.bernoulli(d, 0.5, share.shape), share, 1.0)[:, None, None]
        month = jnp.arange(months)
        one, other = (self.known[each, month] for each in pair)
        climates = share * one + (1 - share) * other

        def answer(x: Array) -> Array:
            return self.answer(x, climates)

        some = designs[:, : self.sloped]
        directions = jax.random.normal(e, some.shape, some.dtype)
        _, along = jax.jvp(answer, (some,), (directions,))
        return DesignBatch(designs, climates, answer(designs), some, directions, along)

    def answer(
        self,
        designs: Float[Array, "climate design parameter"],
        climates: Float[Array, "climate month feature"],
    ) -> Float[Array, "climate design ..."]:
        """What the student should say: the members' mean, or its year."""

        def member(params: Any) -> Array:
            return by_climate(lambda x, c: self.module.apply({"params": params}, x, c))(
                designs, climates
            )

        mean = jnp.mean(jax.vmap(member)(self.params), axis=0)
        if self.learns == self.teaches:
            return mean
        year = self.teaches.reduced(self.teaches.split(self.teaches.from_core(mean)))
        named = [year[output.name] for output in self.learns.outputs]
        return self.learns.to_core(jnp.concatenate(named, axis=-1))


def annual_signature(
    teacher: Surrogate, climates: Float[Array, "climate month feature"], *, designs: int = 256
) -> Signature:
    """The face of a surrogate of whole years that learns from one of months.

    Args:
        teacher: An ensemble of monthly results; parameters with members first.
        climates: That it was trained on, in physical units.
        designs: Drawn in each climate to find the scale of each result.

    Returns:
        The teacher's inputs; its results over all months, without an axis of months.

    Raises:
        InputError: The teacher's designs have no bounds, or it has no result of months.
    """
    signature = teacher.signature
    kept = [(o, o.reduction) for o in signature.outputs if signature.periods and o.reduction]
    if not kept:
        raise InputError(
            f"the teacher's results ({', '.join(o.name for o in signature.outputs)}) are not of "
            "months; give one that was trained on monthly results"
        )
    face = dataclasses.replace(
        signature, periods=(),
        outputs=tuple(
            Output(name, o.unit, o.parts, (1.0,) * len(o.parts), (0.0,) * len(o.parts), o.signed)
            for o, (name, _) in kept
        ),
    )  # fmt: skip
    draw = _teaching(teacher, climates, face)
    x = jax.random.uniform(
        jax.random.key(0), (len(draw.known), designs, draw.low.shape[0]), draw.low.dtype,
        draw.low, draw.high,
    )  # fmt: skip
    year = np.asarray(jax.jit(lambda draw, x: draw.answer(x, draw.known))(draw, x), float)
    scaled, start = [], 0
    for output in face.outputs:
        here = year[..., start : start + len(output.parts)]
        start += len(output.parts)
        shift = here.mean(axis=(0, 1)) * output.signed
        spread = np.sqrt(((here - shift) ** 2).mean(axis=(0, 1)))
        scale = np.maximum(spread, 0.02 * float(np.sqrt((spread**2).mean())) or 1.0)
        told = {"scale": tuple(map(float, scale)), "shift": tuple(map(float, shift))}
        scaled.append(dataclasses.replace(output, **told))
    return dataclasses.replace(face, outputs=tuple(scaled))


def _teaching(
    teacher: Surrogate, climates: Float[Array, "climate month feature"], learns: Signature
) -> DrawFromTeacher:
    signature = teacher.signature
    design = signature.input("design")
    if not all(map(np.isfinite, [*design.low, *design.high])):
        raise InputError("the teacher's designs have no bounds; give one that was trained on some")
    dtype = jax.tree.leaves(teacher.params)[0].dtype
    return DrawFromTeacher(
        teacher.module, teacher.params,
        jnp.asarray(design.to_unit(design.low), dtype),
        jnp.asarray(design.to_unit(design.high), dtype),
        jnp.asarray(signature.input("climate").to_unit(climates), dtype),
        signature, learns,
    )  # fmt: skip


def distil(
    teacher: Surrogate,
    module: Any,
    climates: Float[Array, "climate month feature"],
    *,
    key: Key[Array, ""],
    settings: Settings,
    learns: Signature | None = None,
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
        learns: What the student shall say, see `annual_signature`; the same as the teacher if None.
        sobolev: Weight of the slopes.
        report: Told how each epoch went.

    Returns:
        The student.

    Raises:
        InputError: The teacher's designs have no bounds.
    """
    learns = teacher.signature if learns is None else learns
    draw = _teaching(teacher, climates, learns)
    begin, go = jax.random.split(key)
    params = init_members(module, begin, 1, draw.low[None], draw.known[0])
    loss = design_loss(module, learns, sobolev=sobolev)
    state: TrainState = fit(params, loss, draw, key=go, settings=settings, report=report)
    return Surrogate(learns, module, jax.tree.map(lambda leaf: leaf[0], state.params))
