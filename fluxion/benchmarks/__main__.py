"""One group of figures in this process: `python -m fluxion.benchmarks FUNCTION ARGUMENTS PINNED`.

Prints a JSON object for each figure as soon as it is found, and for each remark about what is being
done or what the machine is. `fluxion bench` starts it; nobody needs to.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

from fluxion.benchmarks._rows import Row


def main() -> None:
    """Measure what the arguments say."""
    measure, arguments, pinned = sys.argv[1:4]
    # Figures go where standard output was; whatever else is printed does not mix with them.
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    if pinned == "1":
        from fluxion.benchmarks._timing import pin_to_one_core

        pin_to_one_core()  # before JAX starts its threads
    module, _, function = measure.partition(":")
    found = getattr(importlib.import_module(f"fluxion.benchmarks.{module}"), function)
    for each in found(**json.loads(arguments)):
        said = {"row": each.to_dict()} if isinstance(each, Row) else {"said": each}
        lines.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
