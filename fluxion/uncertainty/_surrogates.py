"""Trained models that doubt: ensembles, and networks with dropout; physical units on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from fluxion.errors import InputError
from fluxion.signatures import Signature
from fluxion.uncertainty._conformal import Conformal
from fluxion.uncertainty._dropout import Masks, dropout_masks
from fluxion.uncertainty._ensembles import ensemble_size
from fluxion.uncertainty._prediction import Prediction, prediction_of


class Trained(Protocol):
    """A network with its parameters, as `fluxion.surrogates.Surrogate` is one."""

    @property
    def signature(self) -> Signature:
        """What goes in and comes out."""
        ...

    @property
    def module(self) -> Any:
        """A flax module, called with the inputs and masks."""
        ...

    @property
    def params(self) -> Any:
        """Its parameters."""
        ...


class EnsembleSurrogate(eqx.Module):
    """Networks that were trained apart and answer together; what they disagree by is the doubt.

    Attributes:
        signature: What goes in and comes out, of all of them.
        modules: Of each group of members one network, such as different architectures.
        params: Of each group the parameters, members along the first axis.
        conformal: Calibrations by result.
        nonnegative: Results that are never below 0; nor are their intervals.
    """

    signature: Signature = eqx.field(static=True)
    modules: tuple[Any, ...] = eqx.field(static=True)
    params: tuple[Any, ...]
    conformal: dict[str, Conformal] = field(default_factory=dict)
    nonnegative: tuple[str, ...] = eqx.field(static=True, default=())

    def __check_init__(self) -> None:
        if not self.modules or len(self.modules) != len(self.params):
            raise InputError(
                f"{len(self.modules)} networks and {len(self.params)} sets of parameters were "
                "given; give as many of each, and one or more"
            )

    @staticmethod
    def of(*groups: Trained) -> EnsembleSurrogate:
        """An ensemble of trained networks; the first axis of their parameters is the member.

        Raises:
            InputError: Networks of different signatures, or parameters without members.
        """
        if len({group.signature for group in groups}) != 1:
            raise InputError(
                f"{len(groups)} networks of different signatures were given; give networks that "
                "were trained on the same data"
            )
        for group in groups:
            ensemble_size(group.params)
        first = groups[0]
        return EnsembleSurrogate(
            first.signature,
            tuple(group.module for group in groups),
            tuple(group.params for group in groups),
            nonnegative=nonnegative_results(first.signature, first.module),
        )

    @property
    def size(self) -> int:
        """Members in all."""
        return sum(ensemble_size(each) for each in self.params)

    def members(self, *inputs: Float[Array, "..."]) -> dict[str, Float[Array, "member ..."]]:
        """What each member says, by result; the year's from its own months.

        Args:
            inputs: In physical units, in the order of the signature.
        """
        unit = _unit(self.signature, inputs)
        core = jnp.concatenate(
            [
                jax.vmap(lambda p, m=module: m.apply({"params": p}, *unit, ()))(params)
                for module, params in zip(self.modules, self.params, strict=True)
            ]
        )
        return _results(self.signature, core)

    def predict(self, *inputs: Float[Array, "..."]) -> Prediction:
        """Mean, spread and interval of each result.

        Args:
            inputs: In physical units, in the order of the signature: of the design task designs
                `(..., parameter)` and the climate of each month `(month, feature)`.
        """
        return prediction_of(self.members(*inputs), self.conformal, self.nonnegative)

    def calibrated(self, conformal: Mapping[str, Conformal]) -> EnsembleSurrogate:
        """The same with calibrated intervals."""
        _check_results(self.signature, conformal)
        return EnsembleSurrogate(
            self.signature, self.modules, self.params, dict(conformal), self.nonnegative
        )


class UncertainSurrogate(eqx.Module):
    """One network asked many times, each time without some of its units (MC dropout).

    Attributes:
        signature: What goes in and comes out.
        module: A network that was trained with dropout.
        params: Its parameters.
        masks: Of each hidden layer, samples first. They are kept, so that the same question has the
            same answer, and a search sees a function without noise.
        conformal: Calibrations by result.
        nonnegative: Results that are never below 0; nor are their intervals.
    """

    signature: Signature = eqx.field(static=True)
    module: Any = eqx.field(static=True)
    params: Any
    masks: Masks
    conformal: dict[str, Conformal] = field(default_factory=dict)
    nonnegative: tuple[str, ...] = eqx.field(static=True, default=())

    @staticmethod
    def of(
        trained: Trained, key: PRNGKeyArray, rate: float, samples: int = 50
    ) -> UncertainSurrogate:
        """A trained network with masks.

        Args:
            trained: Its module tells the widths of its hidden layers as `mask_widths`.
            key: Of the masks.
            rate: Share of units that are dropped; that of the training.
            samples: How often it is asked.
        """
        module = trained.module
        masks = dropout_masks(key, module.mask_widths, rate, samples)
        return UncertainSurrogate(
            trained.signature, module, trained.params, masks,
            nonnegative=nonnegative_results(trained.signature, module),
        )  # fmt: skip

    def members(self, *inputs: Float[Array, "..."]) -> dict[str, Float[Array, "sample ..."]]:
        """What the network says under each mask, by result.

        Args:
            inputs: In physical units, in the order of the signature.
        """
        unit = _unit(self.signature, inputs)
        kind = jnp.result_type(*unit)
        masks = tuple(mask.astype(kind) for mask in self.masks)
        core = jax.vmap(lambda m: self.module.apply({"params": self.params}, *unit, m))(masks)
        return _results(self.signature, core)

    def predict(self, *inputs: Float[Array, "..."]) -> Prediction:
        """Mean, spread and interval of each result; see `EnsembleSurrogate.predict`."""
        return prediction_of(self.members(*inputs), self.conformal, self.nonnegative)

    def calibrated(self, conformal: Mapping[str, Conformal]) -> UncertainSurrogate:
        """The same with calibrated intervals."""
        _check_results(self.signature, conformal)
        return UncertainSurrogate(
            self.signature, self.module, self.params, self.masks, dict(conformal), self.nonnegative
        )


def nonnegative_results(signature: Signature, module: Any) -> tuple[str, ...]:
    """Results that a network cannot give below 0, and what they are reduced to.

    A module says so by `free`, how many of its last numbers may be negative; without it any may.
    """
    free = getattr(module, "free", None)
    if free is None:
        return ()
    found, start = [], 0
    for output in signature.outputs:
        start += len(output.parts)
        if start <= signature.width - free and not any(output.shift):
            found += [output.name, *(output.reduction or ())[:1]]
    return tuple(found)


def _unit(signature: Signature, inputs: tuple[Any, ...]) -> list[Any]:
    if len(inputs) != len(signature.inputs):
        names = ", ".join(each.name for each in signature.inputs)
        raise InputError(f"{len(inputs)} inputs were given; the model takes {names}")
    for each, given in zip(signature.inputs, inputs, strict=True):
        if jnp.shape(given)[-1:] != (len(each.columns),):
            raise InputError(
                f"{each.name} of shape {jnp.shape(given)} was given; its last axis holds "
                f"{len(each.columns)} numbers: {', '.join(each.names)}"
            )
    return [each.to_unit(jnp.asarray(x)) for each, x in zip(signature.inputs, inputs, strict=True)]


def _results(signature: Signature, core: Float[Array, "member ..."]) -> dict[str, Array]:
    found = signature.split(signature.from_core(core))
    return {**found, **(signature.reduced(found) if signature.periods else {})}


def _check_results(signature: Signature, conformal: Mapping[str, Conformal]) -> None:
    known = [output.name for output in signature.outputs]
    known += [output.reduction[0] for output in signature.outputs if output.reduction]
    unknown = [name for name in conformal if name not in known]
    if unknown:
        raise InputError(
            f"calibrations of {', '.join(unknown)} were given; the model has {', '.join(known)}"
        )
