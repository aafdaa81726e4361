"""A process that simulates one year and says when it had what: run as a file, from `_start`.

It imports what a program of a user's own would, and nothing of the benchmarks.
"""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Building, weather, folder of programs (or nothing) and the time at which the process was
    started; prints seconds since then.
    """
    building, weather, folder, started = *sys.argv[1:4], float(sys.argv[4])
    at = {}

    def mark(name: str) -> None:
        at[name] = time.time() - started

    mark("python")
    import jax

    from fluxion.building import build_for
    from fluxion.cases import resolve_building
    from fluxion.io import read_weather, stored_simulation

    mark("imports")
    year = read_weather(weather, dtype="float32")
    network = build_for(resolve_building(building), year, dtype="float32")
    mark("inputs")
    program = stored_simulation(folder or None, network, year)
    mark("program")
    jax.block_until_ready(program(network, year))
    mark("result")
    print(json.dumps(at))


if __name__ == "__main__":
    main()
