"""Many samples of one function, side by side in memory.

`lane_map` answers what `jax.vmap` answers, with the sample axis last instead of first. A processor
works on neighbours in memory at once. In a simulation of one building the last axis is a handful of
faces; in one of many buildings it had better be the buildings.

    from fluxion.lanes import lane_map

    loads = jax.jit(lane_map(load_of_one_design))(designs)
"""

from __future__ import annotations

from fluxion.lanes._devices import default_devices as default_devices
from fluxion.lanes._inner import inner_function as inner_function
from fluxion.lanes._kept import kept as kept
from fluxion.lanes._map import lane_map as lane_map
from fluxion.lanes._parts import differentiable_parts as differentiable_parts
from fluxion.lanes._parts import lane_parts as lane_parts
from fluxion.lanes._parts import shared_values as shared_values
from fluxion.lanes._value import Value as Value
from fluxion.lanes._value import in_lanes as in_lanes

__all__ = [
    "Value",
    "default_devices",
    "differentiable_parts",
    "inner_function",
    "in_lanes",
    "kept",
    "lane_map",
    "lane_parts",
    "shared_values",
]
