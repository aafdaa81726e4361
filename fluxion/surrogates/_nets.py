"""Networks that stand in for the simulation: flax modules without state, keys or scales.

Each takes and gives numbers near one; what they mean is told by a `Signature`. Dropout comes in as
masks, one for each hidden layer, so that a module is a pure function and exports as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float

from fluxion.surrogates._activations import hard_swish, hinge
from fluxion.surrogates._laws import Laws

#: Activations of the design network by name.
ACTIVATIONS = {"hard_swish": hard_swish, "silu": nn.silu}

Masks = Sequence[Float[Array, "..."]]


def _masked(x: Array, masks: Masks, layer: int) -> Array:
    return x * masks[layer] if masks else x


def _bounded(x: Array, free: int) -> Array:
    """None below zero, but for the last ones."""
    if not free:
        return hinge(x)
    bounded = x.shape[-1] - free
    return jnp.concatenate([hinge(x[..., :bounded]), x[..., bounded:]], axis=-1)


class DesignNet(nn.Module):
    """Monthly results of a building from its design and its climate.

    A tower reads the design once, another the climate of each month; each unit of the design is
    scaled and shifted by the month, as a conductance is by a temperature difference. Blocks with a
    way around them follow, and a linear layer. Results that cannot be negative are not.

    Attributes:
        width: Results of a month.
        hidden: Units of each layer that every month goes through.
        blocks: Residual blocks of these, after the towers meet.
        tower: Units of the layers that read the design, once for all months.
        storeys: Residual blocks of these.
        weather: Units that read the climate.
        free: How many of the last results may be negative.
        activation: "hard_swish", which runtimes evaluate fast, or "silu", which is smooth.
        laws: That the results keep by construction; None for no others than their signs.
    """

    width: int
    hidden: int = 256
    blocks: int = 0
    tower: int = 128
    storeys: int = 1
    weather: int = 64
    free: int = 0
    activation: str = "hard_swish"
    laws: Laws | None = None

    @property
    def mask_widths(self) -> tuple[int, ...]:
        """Units of each hidden layer that a mask may drop."""
        return (self.tower,) * (1 + self.storeys) + (self.hidden,) * (1 + self.blocks)

    @nn.compact
    def features(
        self,
        design: Float[Array, "*samples parameter"],
        climate: Float[Array, "month feature"],
        masks: Masks = (),
    ) -> Float[Array, "*samples month hidden"]:
        """The last hidden layer, from which the results are linear but for their hinge."""
        act = ACTIVATIONS[self.activation]
        own = act(nn.Dense(self.tower, name="design_in")(design))
        own = _masked(own, masks, 0)
        for storey in range(self.storeys):
            more = act(nn.Dense(self.tower, name=f"storey_{storey}")(own))
            own = own + _masked(more, masks, 1 + storey)
        own = nn.Dense(self.hidden, name="design_out")(own)
        month = act(nn.Dense(self.weather, name="climate_in")(climate))
        scale = nn.Dense(self.hidden, name="climate_scale")(month)
        shift = nn.Dense(self.hidden, name="climate_shift")(month)
        x = act(own[..., None, :] * (1.0 + scale) + shift)
        first = 1 + self.storeys
        x = _masked(x, masks, first)
        for block in range(self.blocks):
            more = act(nn.Dense(self.hidden, name=f"block_{block}")(x))
            x = x + _masked(more, masks, first + 1 + block)
        return x

    @nn.compact
    def __call__(
        self,
        design: Float[Array, "*samples parameter"],
        climate: Float[Array, "month feature"],
        masks: Masks = (),
    ) -> Float[Array, "*samples month width"]:
        """Results of each month, in the units of the core."""
        x = nn.Dense(self.width, name="out")(self.features(design, climate, masks))
        x = _bounded(x, self.free)
        return x if self.laws is None else self.laws.keep(x, design, climate)


class AnnualNet(nn.Module):
    """Results of a whole year at once: a few products of small matrices for each design.

    A tower reads each month of the climate, takes the mean and the largest value of every unit
    over the months, as years are sums and peaks, and says how each hidden unit of the design is
    scaled and shifted; this is done once for all designs of a call. There is no axis of months, so
    that a design costs a tenth of what it costs `DesignNet`.

    Attributes:
        width: Results.
        hidden: Units of the layers that the design goes through.
        layers: Number of these.
        months: Units that read each month.
        weather: Units that read the year.
        free: How many of the last results may be negative.
        activation: As of `DesignNet`.
    """

    width: int
    hidden: int = 64
    layers: int = 2
    months: int = 96
    weather: int = 96
    free: int = 0
    activation: str = "hard_swish"

    @property
    def mask_widths(self) -> tuple[int, ...]:
        """Units of each hidden layer that a mask may drop."""
        return (self.hidden,) * self.layers

    @nn.compact
    def __call__(
        self,
        design: Float[Array, "*samples parameter"],
        climate: Float[Array, "month feature"],
        masks: Masks = (),
    ) -> Float[Array, "*samples width"]:
        """Results of the year, in the units of the core."""
        act = ACTIVATIONS[self.activation]
        month = act(nn.Dense(self.months, name="month_in")(climate))
        pooled = jnp.concatenate([jnp.mean(month, axis=0), jnp.max(month, axis=0)])
        # A row, as products of converted graphs take none but matrices.
        year = act(nn.Dense(self.weather, name="year_in")(pooled.reshape(1, -1)))
        x = design
        for layer in range(self.layers):
            scale = nn.Dense(self.hidden, name=f"scale_{layer}")(year).reshape(-1)
            shift = nn.Dense(self.hidden, name=f"shift_{layer}")(year).reshape(-1)
            x = act(nn.Dense(self.hidden, name=f"hidden_{layer}")(x) * (1.0 + scale) + shift)
            x = _masked(x, masks, layer)
        x = nn.Dense(self.width, name="out")(x)
        x = x + nn.Dense(self.width, name="shift_out")(year).reshape(-1)
        return _bounded(x, self.free)


class ReferenceNet(nn.Module):
    """A small perceptron, 2-64-64-10 as it stands: loads of ten zones from two numbers.

    Attributes:
        width: Numbers that come out.
        hidden: Units of each hidden layer.
        layers: Hidden layers.
        nonnegative: Whether what comes out is never negative.
    """

    width: int = 10
    hidden: int = 64
    layers: int = 2
    nonnegative: bool = False

    @property
    def mask_widths(self) -> tuple[int, ...]:
        """Units of each hidden layer that a mask may drop."""
        return (self.hidden,) * self.layers

    @nn.compact
    def __call__(
        self, state: Float[Array, "*samples number"], masks: Masks = ()
    ) -> Float[Array, "*samples width"]:
        """Results in the units of the core."""
        x = state
        for layer in range(self.layers):
            x = hard_swish(nn.Dense(self.hidden, name=f"hidden_{layer}")(x))
            x = _masked(x, masks, layer)
        x = nn.Dense(self.width, name="out")(x)
        return hinge(x) if self.nonnegative else x


def module_fields(module: nn.Module) -> dict[str, Any]:
    """The attributes that make a module again by `module_of`, as JSON can hold them."""
    kept = {"parent", "name"}
    found = {n: getattr(module, n) for n in module.__dataclass_fields__ if n not in kept}
    return {n: v.to_dict() if isinstance(v, Laws) else v for n, v in found.items()}


def module_of(name: str, fields: Mapping[str, Any]) -> nn.Module:
    """A network from its name and what `module_fields` gave.

    Args:
        name: One of `MODULES`.
        fields: Its attributes; those that were not there when it was saved have their defaults.
    """
    laws = fields.get("laws")
    given = {**fields, "laws": Laws.from_dict(laws)} if laws is not None else dict(fields)
    return MODULES[name](**given)


#: Networks by name.
MODULES: dict[str, Any] = {each.__name__: each for each in (AnnualNet, DesignNet, ReferenceNet)}
