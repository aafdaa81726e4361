"""A trained network with its signature: physical numbers in, physical results out."""

from __future__ import annotations

from typing import Any

import equinox as eqx
from flax import linen as nn
from jaxtyping import Array, Float

from fluxion.signatures import Signature


class Surrogate(eqx.Module):
    """A model of results, in physical units on both sides; a pytree.

    Attributes:
        signature: What goes in and comes out.
        module: The network.
        params: Its parameters. With a leading axis of members it is an ensemble, see
            `fluxion.uncertainty`.
    """

    signature: Signature = eqx.field(static=True)
    module: nn.Module = eqx.field(static=True)
    params: Any

    def core(self, *inputs: Float[Array, "..."], masks: Any = ()) -> Float[Array, "... width"]:
        """What the network gives, all in the units of the core.

        Args:
            inputs: In the order of the signature.
            masks: Of dropout, one for each hidden layer; none for all units.
        """
        found: Any = self.module.apply({"params": self.params}, *inputs, masks)
        return found

    def values(self, *inputs: Float[Array, "..."], masks: Any = ()) -> Float[Array, "... width"]:
        """Results along one axis as the signature orders them; physical units on both sides."""
        told = self.signature.inputs
        unit = [each.to_unit(given) for each, given in zip(told, inputs, strict=True)]
        return self.signature.from_core(self.core(*unit, masks=masks))

    def __call__(self, *inputs: Float[Array, "..."], masks: Any = ()) -> dict[str, Array]:
        """Results by name; those of months are reduced to the year's as well.

        Args:
            inputs: In physical units, in the order of the signature: of the design task designs
                `(..., parameter)` and the climate of each month `(month, feature)`.
            masks: Of dropout.

        Returns:
            `(..., month, part)` for results of months, `(..., part)` for those of the year.
        """
        found = self.signature.split(self.values(*inputs, masks=masks))
        return {**found, **self.signature.reduced(found)}
