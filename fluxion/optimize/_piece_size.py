"""How many samples of a network lie side by side in one program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from fluxion.networks import RCNetwork

#: Sizes that are taken. Between the last two, 32 was slower than one of them for every building.
SIZES = (8, 16, 64)
#: A number for each face of each sample; state, coefficients and forcing have some hundred. [B]
_BUDGET = 4096
#: The same for gradients: a step backwards reads and writes several times as much.
_BUDGET_OF_GRADIENTS = 1024


def piece_size(
    network: RCNetwork,
    devices: Sequence[Any],
    *,
    gradients: bool = False,
    kernel: str = "scan",
) -> int:
    """Samples side by side that run fastest, as far as the structure tells.

    What a step reads and writes of a sample, its state, coefficients and forcing, grows with the
    faces of the network, padding included. When that of all samples is more than a core's own
    cache holds, every step waits for memory; fewer samples than fill the processor's vectors
    leave it idle. So the largest of `SIZES` is taken with which faces times samples are at most
    1024 in single precision, 512 in double; the smallest if none is. Of gradients a quarter.

    Args:
        network: One of the samples.
        devices: Where it runs; anything but a CPU takes the largest.
        gradients: Whether derivatives are wanted in reverse mode.
        kernel: That runs the loop over a year. Native code works through blocks that fill a
            vector, whatever the piece; what lies around it is the faster the larger the piece.

    Notes:
        Held to measurements in float32 on a core with 1 MiB of cache of its own, see the page on
        performance: case 600 (8 faces) and case 960 (16) are fastest in pieces of 64, buildings
        of 27 to 45 faces in pieces of 16, and an office of ten zones (80) in pieces of 8.
        Gradients of case 600 come at 52, 45 and 38 a second in pieces of 16, 32 and 64.
    """
    if any(device.platform != "cpu" for device in devices):
        return SIZES[-1]
    if kernel == "native" and not gradients:
        return SIZES[-1]
    budget = _BUDGET_OF_GRADIENTS if gradients else _BUDGET
    zones, *slots = network.structure.counts
    of_one = zones * sum(slots) * jnp.dtype(network.dtype).itemsize
    if kernel == "native":
        return SIZES[-1] if of_one * SIZES[-1] <= _BUDGET else SIZES[-2]
    fitting = [size for size in SIZES if size * of_one <= budget]
    return max(fitting, default=SIZES[0])
