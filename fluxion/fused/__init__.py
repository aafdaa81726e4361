"""A loop over time for many samples as one kernel, on a GPU or as native code of a CPU.

`LaneLoop` takes a step's function of one sample apart into single numbers and writes them out for
a thread each, so that a state stays in registers from the first step to the last; on a CPU samples
fill a vector, and the state stays in the first cache. Reference and fallback is the same step in a
`lax.scan` under `fluxion.lanes.lane_map`.
"""

from __future__ import annotations

from fluxion.fused._blocks import block_of as block_of
from fluxion.fused._llvm import available as native_available
from fluxion.fused._loop import TARGETS as TARGETS
from fluxion.fused._loop import LaneLoop as LaneLoop

__all__ = ["TARGETS", "LaneLoop", "block_of", "native_available"]
