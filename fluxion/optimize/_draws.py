"""Points of the unit cube, block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fluxion.errors import SimulationError


def draw(size: int, count: int, *, seed: int, method: str) -> Iterator[np.ndarray]:
    """Blocks of points without end, each of at least `count`.

    Args:
        size: Parameters.
        count: Points that are wanted.
        seed: The same seed gives the same blocks.
        method: "sobol" (scrambled), "latin_hypercube" or "random".

    Raises:
        SimulationError: An unknown method.
    """
    from scipy.stats import qmc  # takes long to import, and a simulation draws nothing

    rng = np.random.default_rng(seed)
    if method == "sobol":
        # Points of a Sobol sequence are balanced in powers of two; a part of one is fine.
        power = int(np.ceil(np.log2(max(count, 2))))
        sobol = qmc.Sobol(size, rng=rng)
        yield sobol.random_base2(power)
        while True:
            yield sobol.random(2**power)
    elif method == "latin_hypercube":
        cube = qmc.LatinHypercube(size, rng=rng)
        while True:
            yield cube.random(count)
    elif method == "random":
        while True:
            yield rng.random((count, size))
    else:
        raise SimulationError(f"unknown sampling {method!r}; take sobol, latin_hypercube or random")
