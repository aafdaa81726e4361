"""Figures that follow from several groups: against EnergyPlus, and against the floor."""

from __future__ import annotations

from fluxion.benchmarks._results import Results
from fluxion.benchmarks._rows import Row, ratio

_CASES = ("case600", "case900", "tenzone")


def derived(results: Results) -> list[Row]:
    """Ratios to EnergyPlus, floors and distances from them, of what was measured."""
    found = []
    for case in _CASES:
        ours = f"{case}.b128.sims_per_s_core"
        theirs = f"energyplus.{case}.sims_per_s_core"
        if any(row.name == ours for row in results.rows):
            if any(row.name == theirs for row in results.rows):
                over, under = results.row(ours), results.row(theirs)
                found.append(ratio(f"{case}.b128.vs_energyplus", over, under))
            found += _floor(results, case, "forward", ours)
        found += _floor(results, case, "grad20", f"{case}.grad20.b128.per_s_core")
    forward = results.value("work.case600.forward.operations")
    backward = results.value("work.case600.grad20.operations")
    if forward and backward:
        found.append(Row("work.case600.grad20.ratio", backward / forward, "-"))
    return found


def _floor(results: Results, case: str, form: str, rate: str) -> list[Row]:
    """The least time of a year on one core, and how many times that it takes.

    Arithmetic at the rate of multiply-adds plus elementary functions at the rate of exponentials,
    or what loops hand on at the rate of the memory, whichever takes longer.

    Args:
        results: With work and rates of the machine.
        case: Which building.
        form: Without derivatives, `forward`, or with them, `grad20`.
        rate: Name of the measured rate.
    """
    names = (
        f"work.{case}.{form}.operations",
        f"work.{case}.{form}.transcendental",
        f"work.{case}.{form}.loop_bytes",
        "machine.multiply_add",
        "machine.exponential",
        "machine.memory",
    )
    values = [results.value(name) for name in names]
    if any(not value for value in values):
        return []
    operations, elementary, moved, flops, exponentials, memory = (float(v or 0) for v in values)
    arithmetic = operations / flops + elementary / exponentials  # M / G = 1e-3 s: in ms
    traffic = moved / memory
    floor = max(arithmetic, traffic)
    found = [
        Row(f"floor.{case}.{form}.arithmetic_ms", arithmetic, "ms"),
        Row(f"floor.{case}.{form}.memory_ms", traffic, "ms"),
        Row(f"floor.{case}.{form}.per_s_core", 1e3 / floor, "1/s"),
    ]
    measured = results.value(rate)
    if measured:
        found.append(Row(f"floor.{case}.{form}.times", 1e3 / measured / floor, "-"))
    return found
