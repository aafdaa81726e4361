"""Annual loads as a function of named parameters, buildings of one structure side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fluxion.building import Building, build_for
from fluxion.networks import RCNetwork, with_idle_parts
from fluxion.optimize import Parameter
from fluxion.optimize import parameters as parameters_of
from fluxion.simulation import Options, simulate
from fluxion.units import JOULES_PER_KWH
from fluxion.weather import Weather

#: From a network, the weather, where its parameters stand and where they shall: heating and
#: cooling of the year. [kWh]
Loads = Callable[[RCNetwork, Weather, Array, Array], Array]


@dataclass(frozen=True)
class Family:
    """Buildings that one program simulates, and parameters that it moves.

    Attributes:
        names: Of the buildings.
        network: The buildings, stacked.
        parameters: Which are moved.
        values: Where they stand, (building, parameter).
    """

    names: tuple[str, ...]
    network: RCNetwork
    parameters: tuple[Parameter, ...]
    values: Array


def families(
    buildings: Mapping[str, Building],
    weather: Weather,
    names: Sequence[str],
    dtype: Any = None,
) -> tuple[list[Family], dict[str, tuple[str, ...]]]:
    """Group buildings by structure; a parameter that needs another structure stands alone.

    Returns:
        The families, and which of the named parameters each building has: a family may move
        more, such as the power of a gain that stands for none.
    """
    groups: dict[Any, list[tuple[str, RCNetwork, tuple[Parameter, ...]]]] = {}
    owned: dict[str, tuple[str, ...]] = {}
    for building, description in buildings.items():
        network = build_for(description, weather, dtype=dtype)
        own = parameters_of(network)
        owned[building] = tuple(name for name in names if name in own)
        network = with_idle_parts(network)
        known = parameters_of(network)
        network = replace(network, structure=network.structure.unnamed())
        shapes = tuple(leaf.shape for leaf in jax.tree.leaves(network))
        for chosen in _together(network, [known[name] for name in names if name in known]):
            masks = tuple((each.name, each.mask.tobytes()) for each in chosen)
            key = (network.structure, shapes, masks)
            groups.setdefault(key, []).append((building, network, chosen))
    return [_family(members) for members in groups.values()], owned


def loads_of(parameters: Sequence[Parameter], options: Options) -> Loads:
    """Annual loads of one network as its parameters are moved."""

    def loads(network: RCNetwork, weather: Weather, start: Array, x: Array) -> Array:
        for each, value, at in zip(parameters, x, start, strict=True):
            network = _move(network, each, value, at)
        year = simulate(network, weather, options=options, throw=False)
        both = jnp.stack([year.annual_heating.sum(), year.annual_cooling.sum()])
        return both / JOULES_PER_KWH

    return loads


def _together(network: RCNetwork, chosen: Sequence[Parameter]) -> list[tuple[Parameter, ...]]:
    """Parameters that leave the structure alone, then each of the others by itself."""
    alone = [
        each
        for each in chosen
        if each.set(network, each.value(network)).structure != network.structure
    ]
    common = tuple(each for each in chosen if each not in alone)
    return [group for group in (common, *((each,) for each in alone)) if group]


def _family(members: list[tuple[str, RCNetwork, tuple[Parameter, ...]]]) -> Family:
    chosen = members[0][2]
    return Family(
        names=tuple(name for name, _, _ in members),
        network=jax.tree.map(lambda *leaves: jnp.stack(leaves), *(n for _, n, _ in members)),
        parameters=chosen,
        values=jnp.stack(
            [jnp.stack([each.value(network) for each in chosen]) for _, network, _ in members]
        ),
    )


def _move(network: RCNetwork, parameter: Parameter, value: Array, at: Array) -> RCNetwork:
    """The network with all that a parameter stands for moved by `value - at`.

    Places that differ keep their differences, unlike with `Parameter.set`. A parameter that needs
    another structure (the U-factor of windows fixes their gaps) is set.
    """
    moved, base = parameter.set(network, value), parameter.set(network, at)
    if moved.structure != network.structure:
        return moved
    return jax.tree.map(lambda now, m, b: now + (m - b), network, moved, base)
