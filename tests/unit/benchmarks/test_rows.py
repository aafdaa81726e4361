"""Figures: medians, spreads, ratios, and what is not there."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion.benchmarks import Results, Row
from fluxion.benchmarks._derived import derived
from fluxion.benchmarks._rows import ratio, row
from fluxion.benchmarks._targets import TARGETS, verdicts


def of(*rows: Row) -> Results:
    return Results({}, {}, False, list(rows))


def test_a_figure_is_the_median_with_half_the_distance_between_quartiles() -> None:
    found = row("a", [1.0, 100.0, 2.0, 3.0, 4.0], "s")
    assert (found.value, found.spread) == (3.0, 1.0)
    assert row("a", 5.0, "s") == Row("a", 5.0, "s")


def test_what_is_not_finite_is_no_measurement() -> None:
    assert row("a", [np.nan, 2.0, np.inf], "s").value == 2.0
    nothing = row("a", [np.nan], "s")
    assert nothing.value is None and "finite" in nothing.to_dict()["reason"]


def test_a_ratio_carries_both_spreads() -> None:
    found = ratio("r", Row("a", 10.0, "1/s", 0.3), Row("b", 5.0, "1/s", 0.2))
    assert found.value == 2.0
    assert found.spread == pytest.approx(2.0 * np.hypot(0.03, 0.04))
    assert ratio("r", Row("a", 10.0, "1/s"), None).value is None


def test_the_floor_is_arithmetic_or_memory_whichever_is_longer() -> None:
    rows = [
        Row("work.case600.forward.operations", 100.0, "M"),
        Row("work.case600.forward.transcendental", 2.0, "M"),
        Row("work.case600.forward.loop_bytes", 20.0, "MB"),
        Row("machine.multiply_add", 50.0, "Gflop/s"),
        Row("machine.exponential", 1.0, "G/s"),
        Row("machine.memory", 2.0, "GB/s"),
        Row("case600.b128.sims_per_s_core", 50.0, "1/s"),
    ]
    found = {each.name: each.value for each in derived(of(*rows))}
    assert found["floor.case600.forward.arithmetic_ms"] == pytest.approx(4.0)
    assert found["floor.case600.forward.memory_ms"] == pytest.approx(10.0)
    assert found["floor.case600.forward.times"] == pytest.approx(2.0)


def test_without_energyplus_the_ratio_has_a_reason() -> None:
    rows = [
        Row("case600.b128.sims_per_s_core", 50.0, "1/s"),
        Row("energyplus.case600.sims_per_s_core", None, "1/s", reason="not installed"),
    ]
    (found,) = [r for r in derived(of(*rows)) if r.name.endswith("vs_energyplus")]
    assert found.value is None and found.reason


def test_targets_are_judged_by_their_side() -> None:
    found = of(Row("case600.b1.sims_per_s", 200.0, "1/s"), Row("case600.grad20.b1.ratio", 9.0, "-"))
    assert [(t.name, met) for t, _, met in verdicts(found)] == [
        ("case600.b1.sims_per_s", True),
        ("case600.grad20.b1.ratio", False),
    ]
    assert len({t.name for t in TARGETS}) == len(TARGETS)


def test_numbers_in_names_are_found_and_sorted() -> None:
    found = of(
        Row("scaling.zones.16.ms_per_sim", 3.0, "ms"),
        Row("scaling.zones.2.ms_per_sim", 1.0, "ms"),
        Row("scaling.zones.2.memory", 9.0, "MiB"),
        Row("scaling.zones.4.ms_per_sim", None, "ms"),
    )
    assert found.under("scaling.zones.", ".ms_per_sim") == {2.0: 1.0, 16.0: 3.0}
