"""A process that simulates one year and says when it had what: `python -m` this, from `_start`."""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Case, weather and the time at which the process was started; prints seconds since then."""
    case, weather, started = sys.argv[1], sys.argv[2], float(sys.argv[3])
    at = {}

    def mark(name: str) -> None:
        at[name] = time.time() - started

    mark("python")
    from fluxion.benchmarks._problems import problem

    mark("imports")
    import jax

    found = problem(case, weather)
    mark("inputs")
    program = jax.jit(found.load()).lower(found.values, found.weather).compile()
    mark("program")
    jax.block_until_ready(program(found.values, found.weather))
    mark("result")
    print(json.dumps(at))


if __name__ == "__main__":
    main()
