"""Many samples of one function, side by side in memory.

`lane_map` answers what `jax.vmap` answers, with the sample axis last instead of first. A processor
works on neighbours in memory at once. In a simulation of one building the last axis is a handful of
faces; in one of many buildings it had better be the buildings.

    from fluxion.lanes import lane_map

    loads = jax.jit(lane_map(load_of_one_design))(designs)
"""

from __future__ import annotations

from fluxion.lanes._map import lane_map as lane_map

__all__ = ["lane_map"]
