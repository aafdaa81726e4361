"""A loop over time for many samples as one kernel on a GPU.

`LaneLoop` takes a step's function of one sample apart into single numbers and writes them out for
a thread each, so that a state stays in registers from the first step to the last. Reference and
fallback is the same step in a `lax.scan` under `fluxion.lanes.lane_map`.
"""

from __future__ import annotations

from fluxion.fused._loop import LaneLoop as LaneLoop

__all__ = ["LaneLoop"]
