"""What Fluxion sets out to reach, and whether a run did."""

from __future__ import annotations

from dataclasses import dataclass

from fluxion.benchmarks._results import Results


@dataclass(frozen=True)
class Target:
    """A figure with what it should be.

    Attributes:
        name: Of the row.
        what: In words.
        limit: What is asked for.
        unit: Of the limit.
        at_least: Whether more is better.
    """

    name: str
    what: str
    limit: float
    unit: str
    at_least: bool

    def met(self, value: float) -> bool:
        """Whether a value is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit


#: Speed is of two cores of an ordinary server.
TARGETS = (
    Target("case600.b128.sims_per_s_core", "Case 600, 128 designs, on one core", 1000, "1/s", True),
    Target("case600.b1.sims_per_s", "Case 600 alone", 150, "1/s", True),
    Target("case600.b128.vs_energyplus", "the same against EnergyPlus", 1000, "-", True),
    Target("tenzone.b128.sims_per_s_core", "ten-zone office, 128 designs", 80, "1/s", True),
    Target("case600.grad20.b128.ratio", "20 derivatives of 128 designs", 4, "-", False),
    Target("case600.grad20.b1.ratio", "20 derivatives of one building", 5, "-", False),
    Target("case600.grad20.b128.memory", "memory of these 128 gradients", 100, "MiB", False),
    Target("case600.compile_s", "compiling Case 600", 3, "s", False),
    Target("case600.grad_compile_s", "compiling its gradient", 10, "s", False),
    Target("start.later.total_s", "a later process, start to result", 2, "s", False),
    Target("case600.cores.efficiency", "all cores against as many times one", 0.85, "-", True),
    Target("cta.overhead_percent", "fields against hand-written code", 10, "%", False),
)


def verdicts(results: Results) -> list[tuple[Target, float, bool]]:
    """Targets that were measured, what was found, and whether it is enough."""
    found = []
    for target in TARGETS:
        value = results.value(target.name)
        if value is not None:
            found.append((target, value, target.met(value)))
    return found
