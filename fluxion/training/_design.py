"""The design task: designs over climates, in the units of the core, in batches and as losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from fluxion.errors import InputError
from fluxion.signatures import Column, Input, Output, Signature

#: A column that does not vary is not scaled by nearly nothing.
_LEAST_SPREAD = 1e-6


def design_signature(
    names: Sequence[str],
    units: Sequence[str],
    low: Float[np.ndarray, "parameter"],
    high: Float[np.ndarray, "parameter"],
    climates: Float[np.ndarray, "climate month feature"],
    features: Sequence[tuple[str, str]],
    values: Mapping[str, Float[np.ndarray, "climate design month part"]],
    output_units: Mapping[str, str],
    parts: Sequence[str],
    months: Sequence[str],
) -> Signature:
    """The signature of a surrogate of designs, its scales from the data that it is trained on.

    Designs are scaled by their bounds, climates by their spread over the training climates, and
    each result of each zone by its root mean square, with no shift: none stays none.

    Args:
        names: Of the parameters.
        units: Of the parameters.
        low: Their least values.
        high: Their greatest values.
        climates: Features of the climates trained on.
        features: Their names and units.
        values: Results by name.
        output_units: Unit of each result.
        parts: Names of the zones.
        months: Names of the months.
    """
    middle, half = 0.5 * (low + high), 0.5 * (high - low)
    design = Input(
        "design",
        tuple(
            Column(str(n), str(u), float(a), float(b), float(m), float(h) / np.sqrt(3.0))
            for n, u, a, b, m, h in zip(names, units, low, high, middle, half, strict=True)
        ),
    )
    rows = climates.reshape(-1, climates.shape[-1]).astype(float)
    spread = np.maximum(rows.std(axis=0), _LEAST_SPREAD * np.maximum(np.abs(rows).max(axis=0), 1))
    climate = Input(
        "climate",
        tuple(
            Column(n, u, float(a), float(b), float(m), float(s))
            for (n, u), a, b, m, s in zip(
                features, rows.min(axis=0), rows.max(axis=0), rows.mean(axis=0), spread, strict=True
            )
        ),
        rows=climates.shape[1],
    )
    outputs = []
    for name, found in values.items():
        mean_square = np.mean(np.asarray(found, dtype=float) ** 2, axis=(0, 1, 2))
        # A zone that never needs this keeps a scale that another zone's load would have.
        usual = float(np.sqrt(mean_square.mean())) or 1.0
        scale = np.sqrt(np.maximum(mean_square, (0.02 * usual) ** 2))
        outputs.append(
            Output(
                name, output_units[name], tuple(parts), tuple(map(float, scale)),
                (0.0,) * len(parts),
            )
        )  # fmt: skip
    return Signature("design", (design, climate), tuple(outputs), tuple(months))


class DesignData(eqx.Module):
    """Designs over climates in the units of the core; a pytree.

    Attributes:
        designs: Of the core.
        climates: Of the core.
        targets: What the core should give.
        sloped: Designs whose slopes are known; none if empty.
        slopes: Of what the core should give by the designs of the core.
    """

    designs: Float[Array, "design parameter"]
    climates: Float[Array, "climate month feature"]
    targets: Float[Array, "climate design month width"]
    sloped: Float[Array, "some parameter"]
    slopes: Float[Array, "climate some month width parameter"]

    @property
    def count(self) -> int:
        """Number of designs."""
        return self.designs.shape[0]

    def of_designs(self, rows: Any) -> DesignData:
        """Only these designs; those with slopes all stay.

        Args:
            rows: Their indices.
        """
        return DesignData(
            self.designs[rows], self.climates, self.targets[:, rows], self.sloped, self.slopes
        )


def design_data(
    signature: Signature,
    designs: Float[np.ndarray, "design parameter"],
    climates: Float[np.ndarray, "climate month feature"],
    values: Mapping[str, Float[np.ndarray, "climate design month part"]],
    slopes: Mapping[str, Float[np.ndarray, "climate some month part parameter"]] | None = None,
    dtype: Any = jnp.float32,
) -> DesignData:
    """Physical data in the units of a signature's core.

    Args:
        signature: Of the surrogate.
        designs: Those with slopes first.
        climates: Features by climate.
        values: Results by name; those of the signature are taken.
        slopes: Of results by name and by parameter, in physical units; results without any (counts,
            which are flat) get none, and are left out of the loss of slopes.
        dtype: Of the arrays.

    Raises:
        InputError: A result that the signature has and the data have not, or numbers that are not
            finite.
    """
    missing = [o.name for o in signature.outputs if o.name not in values]
    if missing:
        raise InputError(
            f"the data lack {', '.join(missing)}; they hold {', '.join(values)}; make the dataset "
            "with these outputs, or train without them"
        )
    whole = np.concatenate([values[o.name] for o in signature.outputs], axis=-1)
    if not (np.isfinite(whole).all() and np.isfinite(designs).all()):
        raise InputError("the data hold numbers that are not finite; drop the designs that failed")
    unit = signature.input("design").to_unit(np.asarray(designs, dtype=float))
    climate = signature.input("climate").to_unit(np.asarray(climates, dtype=float))
    some, by = 0, np.zeros((len(climates), 0, whole.shape[2], whole.shape[3], unit.shape[1]))
    if slopes:
        some = next(iter(slopes.values())).shape[1]
        parts = []
        for output in signature.outputs:
            shape = (*whole.shape[:1], some, whole.shape[2], len(output.parts), unit.shape[1])
            known = output.name in slopes
            parts.append(slopes[output.name] if known else np.full(shape, np.nan))
        by = np.concatenate(parts, axis=-2) / signature.scales()[:, None]
        by = by * np.array([c.scale for c in signature.input("design").columns])
    arrays = (unit, climate, signature.to_core(whole.astype(float)), unit[:some], by)
    return DesignData(*(jnp.asarray(a, dtype) for a in arrays))


class DesignBatch(eqx.Module):
    """What a step sees: some designs over some climates, and directions of slopes.

    Attributes:
        designs: Of the core.
        climates: Of the core.
        targets: What the core should give.
        sloped: Designs with slopes.
        directions: One for each of these, of unit variance.
        along: Slopes of what the core should give along these; NaN where there is none.
    """

    designs: Float[Array, "design parameter"]
    climates: Float[Array, "climate month feature"]
    targets: Float[Array, "climate design month width"]
    sloped: Float[Array, "some parameter"]
    directions: Float[Array, "some parameter"]
    along: Float[Array, "climate some month width"]


class DrawDesigns(eqx.Module):
    """Batches of a dataset: designs at random, over all climates or some.

    Attributes:
        data: From which to draw.
        designs: In a batch.
        climates: In a batch.
        sloped: Designs with slopes in a batch.
    """

    data: DesignData
    designs: int = eqx.field(static=True, default=64)
    climates: int = eqx.field(static=True, default=6)
    sloped: int = eqx.field(static=True, default=0)

    def __call__(self, key: Key[Array, ""], rows: Int[Array, "own"] | None = None) -> DesignBatch:
        """A batch.

        Args:
            key: From which it is drawn.
            rows: Designs that may be drawn, some more than once; all if None.
        """
        data, (a, b, c, d) = self.data, jax.random.split(key, 4)
        own = jnp.arange(data.count) if rows is None else rows
        taken = own[jax.random.randint(a, (self.designs,), 0, own.shape[0])]
        number = data.climates.shape[0]
        where = jax.random.permutation(b, number)[: min(self.climates, number)]
        width = data.designs.shape[1]
        some = jnp.zeros(0, int)
        if self.sloped and data.sloped.shape[0]:
            some = jax.random.randint(c, (self.sloped,), 0, data.sloped.shape[0])
        directions = jax.random.normal(d, (some.shape[0], width), data.designs.dtype)
        slopes = data.slopes[where][:, some]
        return DesignBatch(
            data.designs[taken], data.climates[where], data.targets[where][:, taken],
            data.sloped[some], directions, jnp.einsum("wsmop,sp->wsmo", slopes, directions),
        )  # fmt: skip


def over_climates(
    core: Any, designs: Float[Array, "design parameter"], climates: Float[Array, "climate month f"]
) -> Float[Array, "climate design month width"]:
    """What a core gives for all designs over all climates, the designs read once.

    Args:
        core: Of designs `(design, parameter)` and rows of climates `(row, feature)`.
        designs: Of the core.
        climates: Of the core.
    """
    count, months, features = climates.shape
    found = core(designs, climates.reshape(count * months, features))
    found = found.reshape(designs.shape[0], count, months, -1)
    return jnp.moveaxis(found, 1, 0)


class DesignLoss(eqx.Module):
    """Squared errors of monthly and annual results, and of slopes.

    Attributes:
        module: The network.
        annual: Weight of the error of the sum over the months.
        sobolev: Weight of the error of slopes along random directions (Czarnecki and others, 2017,
            eq. 5), for designs that have them.
    """

    module: Any = eqx.field(static=True)
    annual: float = 0.3
    sobolev: float = 0.0

    def __call__(
        self, params: Any, batch: DesignBatch, step: Int[Array, ""]
    ) -> tuple[Float[Array, ""], dict[str, Array]]:
        """What to lower, and its terms."""
        del step

        def core(designs: Array, climates: Array) -> Array:
            return self.module.apply({"params": params}, designs, climates)

        error = over_climates(core, batch.designs, batch.climates) - batch.targets
        terms = {"monthly": jnp.mean(error**2)}
        # Of one part in twelve each, so that equal errors weigh alike.
        whole = jnp.sum(error, axis=2) / error.shape[2]
        terms["annual"] = jnp.mean(whole**2)
        total = terms["monthly"] + self.annual * error.shape[2] * terms["annual"]
        if batch.sloped.shape[0]:
            _, along = jax.jvp(
                lambda x: over_climates(core, x, batch.climates),
                (batch.sloped,), (batch.directions,),
            )  # fmt: skip
            known = jnp.isfinite(batch.along)
            miss = jnp.where(known, along - jnp.where(known, batch.along, 0.0), 0.0)
            terms["slopes"] = jnp.sum(miss**2) / jnp.maximum(jnp.sum(known), 1)
            total = total + self.sobolev * terms["slopes"]
        return total, terms


class DesignScore(eqx.Module):
    """Root of the mean squared error of monthly results on designs that training does not see.

    Attributes:
        module: The network.
        data: Those designs.
    """

    module: Any = eqx.field(static=True)
    data: DesignData

    def __call__(self, params: Any) -> Float[Array, ""]:
        """In the units of the core."""

        def core(designs: Array, climates: Array) -> Array:
            return self.module.apply({"params": params}, designs, climates)

        error = over_climates(core, self.data.designs, self.data.climates) - self.data.targets
        return jnp.sqrt(jnp.mean(error**2))
