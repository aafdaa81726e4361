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
from fluxion.uncertainty import dropout_masks

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

    Designs are scaled by their bounds and climates by their spread over the training climates. A
    result that is nowhere negative is scaled by its root mean square in each zone, with no shift:
    none stays none. Others come last, shifted by their means and scaled by their spread.

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
    signed = {name: bool(np.min(found) < 0 or _is_level(name)) for name, found in values.items()}
    for name in sorted(values, key=lambda name: signed[name]):
        found = np.asarray(values[name], dtype=float)
        shift = found.mean(axis=(0, 1, 2)) * signed[name]
        mean_square = np.mean((found - shift) ** 2, axis=(0, 1, 2))
        # A zone that never needs this keeps a scale that another zone's load would have.
        usual = float(np.sqrt(mean_square.mean())) or 1.0
        scale = np.sqrt(np.maximum(mean_square, (0.02 * usual) ** 2))
        outputs.append(
            Output(
                name, output_units[name], tuple(parts), tuple(map(float, scale)),
                tuple(map(float, shift)), signed[name],
            )
        )  # fmt: skip
    return Signature("design", (design, climate), tuple(outputs), tuple(months))


def _is_level(name: str) -> bool:
    """Whether zero of a result's unit means nothing, as that of temperatures does."""
    return name.endswith("temperature")


class DesignData(eqx.Module):
    """Designs in climates, in the units of the core; a pytree.

    Every climate has designs of its own: as many simulations then tell more of the designs than the
    same few in all climates do.

    Attributes:
        designs: Of the core.
        climates: Of the core.
        targets: What the core should give.
        sloped: Designs whose slopes are known; none if empty.
        slopes: Of what the core should give by the designs of the core; NaN where unknown.
    """

    designs: Float[Array, "climate design parameter"]
    climates: Float[Array, "climate month feature"]
    targets: Float[Array, "climate design month width"]
    sloped: Float[Array, "climate some parameter"]
    slopes: Float[Array, "climate some month width parameter"]

    @property
    def count(self) -> int:
        """Number of designs of each climate."""
        return self.designs.shape[1]

    def of_designs(self, rows: Any) -> DesignData:
        """Only these designs of each climate; those with slopes all stay.

        Args:
            rows: Their indices.
        """
        return DesignData(
            self.designs[:, rows], self.climates, self.targets[:, rows], self.sloped, self.slopes
        )

    def of_climates(self, rows: Any) -> DesignData:
        """Only these climates.

        Args:
            rows: Their indices.
        """
        return jax.tree.map(lambda leaf: leaf[rows], self)


def design_data(
    signature: Signature,
    designs: Float[np.ndarray, "*climate design parameter"],
    climates: Float[np.ndarray, "climate month feature"],
    values: Mapping[str, Float[np.ndarray, "climate design month part"]],
    slopes: Mapping[str, Float[np.ndarray, "climate some month part parameter"]] | None = None,
    sloped: Int[np.ndarray, "some"] | None = None,
    dtype: Any = jnp.float32,
) -> DesignData:
    """Physical data in the units of a signature's core.

    Args:
        signature: Of the surrogate.
        designs: Of each climate, or the same for all.
        climates: Features by climate.
        values: Results by name; those of the signature are taken.
        slopes: Of results by name and by parameter, in physical units; results without any (counts,
            which are flat) get none, and are left out of the loss of slopes.
        sloped: Rows of the designs with slopes; the first ones if None.
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
    unit = np.broadcast_to(unit, (len(climates), *unit.shape[-2:]))
    climate = signature.input("climate").to_unit(np.asarray(climates, dtype=float))
    by = np.zeros((len(climates), 0, whole.shape[2], whole.shape[3], unit.shape[-1]))
    rows = np.zeros(0, int)
    if slopes:
        some = next(iter(slopes.values())).shape[1]
        rows = np.arange(some) if sloped is None else np.asarray(sloped, int)
        parts = []
        for output in signature.outputs:
            shape = (*whole.shape[:1], some, whole.shape[2], len(output.parts), unit.shape[-1])
            known = output.name in slopes
            parts.append(slopes[output.name] if known else np.full(shape, np.nan))
        by = np.concatenate(parts, axis=-2) / signature.scales()[:, None]
        by = by * np.array([c.scale for c in signature.input("design").columns])
    arrays = (unit, climate, signature.to_core(whole.astype(float)), unit[:, rows], by)
    return DesignData(*(jnp.asarray(a, dtype) for a in arrays))


class DesignBatch(eqx.Module):
    """What a step sees: some designs of some climates, and directions of slopes.

    Attributes:
        designs: Of the core.
        climates: Of the core.
        targets: What the core should give.
        sloped: Designs with slopes.
        directions: One for each of these, of unit variance.
        along: Slopes of what the core should give along these; NaN where there is none.
        masks: Of dropout, for each hidden layer one of each climate; none without dropout.
    """

    designs: Float[Array, "climate design parameter"]
    climates: Float[Array, "climate month feature"]
    targets: Float[Array, "climate design month width"]
    sloped: Float[Array, "climate some parameter"]
    directions: Float[Array, "climate some parameter"]
    along: Float[Array, "climate some month width"]
    masks: tuple[Float[Array, "climate unit"], ...] = ()


class DrawDesigns(eqx.Module):
    """Batches of a dataset: designs at random, of all climates or some.

    Attributes:
        data: From which to draw.
        designs: Of each climate in a batch.
        climates: In a batch.
        sloped: Designs with slopes of each climate in a batch.
        dropout: Share of hidden units that are left out in each climate of a batch.
        widths: Units of each hidden layer, needed for that.
    """

    data: DesignData
    designs: int = eqx.field(static=True, default=32)
    climates: int = eqx.field(static=True, default=6)
    sloped: int = eqx.field(static=True, default=0)
    dropout: float = eqx.field(static=True, default=0.0)
    widths: tuple[int, ...] = eqx.field(static=True, default=())

    def __call__(self, key: Key[Array, ""], rows: Int[Array, "own"] | None = None) -> DesignBatch:
        """A batch.

        Args:
            key: From which it is drawn.
            rows: Designs that may be drawn, some more than once; all if None.
        """
        data, (a, b, c, d, e) = self.data, jax.random.split(key, 5)
        own = jnp.arange(data.count) if rows is None else rows
        number = data.climates.shape[0]
        count = min(self.climates, number)
        where = jax.random.permutation(b, number)[:count, None]
        taken = own[jax.random.randint(a, (count, self.designs), 0, own.shape[0])]
        few = self.sloped if data.sloped.shape[1] else 0
        some = jax.random.randint(c, (count, few), 0, max(data.sloped.shape[1], 1))
        shape = (count, few, data.designs.shape[2])
        directions = jax.random.normal(d, shape, data.designs.dtype)
        along = jnp.zeros((count, 0, *data.targets.shape[2:]), data.targets.dtype)
        if few:
            along = jnp.einsum("wsmop,wsp->wsmo", data.slopes[where, some], directions)
        sloped = data.sloped[where, some] if few else directions
        masks = ()
        if self.dropout:
            masks = dropout_masks(e, self.widths, self.dropout, count)
        return DesignBatch(
            data.designs[where, taken], data.climates[where[:, 0]], data.targets[where, taken],
            sloped, directions, along, masks,
        )  # fmt: skip


def by_climate(core: Any) -> Any:
    """A core of designs and one climate, as one of designs of each of several climates.

    Args:
        core: Of `(design, parameter)` and `(month, feature)`.

    Returns:
        A function of `(climate, design, parameter)` and `(climate, month, feature)`.
    """
    return jax.vmap(core)


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
        core = by_climate(lambda x, c: self.module.apply({"params": params}, x, c))
        error = core(self.data.designs, self.data.climates) - self.data.targets
        return jnp.sqrt(jnp.mean(error**2))
