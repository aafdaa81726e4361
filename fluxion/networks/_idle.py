"""Gains and leaks of nothing, so that buildings with and without them share a program."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import jax.numpy as jnp

from fluxion.networks._network import RCNetwork

_UNSCHEDULED = -1


def with_idle_parts(network: RCNetwork) -> RCNetwork:
    """The network with a gain of no power and a leak of no flow where it has none at all.

    They change no result: whatever depends on them is multiplied by zero.
    """
    s = network.structure
    if not s.gains:
        network = replace(
            network,
            gains=_nothing(network.gains, network.dtype),
            structure=replace(s, gains=("idle",), gain_zone=(0,), gain_schedule=(_UNSCHEDULED,)),
        )
    s = network.structure
    if not s.airflows:
        flows = network.airflows
        network = replace(
            network,
            airflows=replace(_nothing(flows, network.dtype), exchange_flow=flows.exchange_flow),
            structure=replace(
                s, airflows=("idle",), airflow_zone=(0,), airflow_schedule=(_UNSCHEDULED,)
            ),
        )
    return network


def _nothing(part: Any, dtype: Any) -> Any:
    """One entry of zeros in every array."""
    return replace(part, **{field.name: jnp.zeros(1, dtype) for field in fields(part)})
