"""Tables of the studies that a full run makes: scaling, flags, floor, fields."""

from __future__ import annotations

from collections.abc import Callable

from fluxion.benchmarks._results import Results
from fluxion.benchmarks._tables import CASES, number, table, with_spread

_WORK = ("operations", "transcendental", "loop_bytes")
_FLOOR = ("arithmetic_ms", "memory_ms", "per_s_core", "times")


def scaling(kind: str, head: str, per: str) -> Callable[[Results], list[str]]:
    """The table of how a year's time grows with one thing."""

    def section(found: Results) -> list[str]:
        times = found.under(f"scaling.{kind}.", ".ms_per_sim")
        memory = found.under(f"scaling.{kind}.", ".memory")
        compiling = found.under(f"scaling.{kind}.", ".compile_s")
        rows = [
            [
                f"{int(count):,}",
                number(value),
                number(1e3 / value if kind in ("batch", "gradients") else value / count),
                number(memory.get(count)),
                number(compiling.get(count)),
            ]
            for count, value in times.items()
        ]
        return table((head, "ms a year", per, "memory, MiB", "compiling, s"), rows)

    return section


def flags(found: Results) -> list[str]:
    """What each flag does."""
    names = [
        row.name.split(".")[1]
        for row in found.rows
        if row.name.startswith("flags.") and row.name.endswith(".b128.sims_per_s_core")
    ]
    rows = [
        [
            f"`{name}`" if name.startswith("xla") else name,
            with_spread(found, f"flags.{name}.b1.sims_per_s_core"),
            with_spread(found, f"flags.{name}.b128.sims_per_s_core"),
            number(found.value(f"flags.{name}.b1.one_core_compile_s")),
        ]
        for name in names
    ]
    head = ("Case 600 with", "alone, years/s", "batch 128, years/s", "compiling, s")
    return table(head, rows)


def floor(found: Results) -> list[str]:
    """The least that the work needs."""
    rows = []
    for case, name in CASES.items():
        for form, text in (("forward", name), ("grad20", f"{name}, value and 20 derivatives")):
            names = [f"work.{case}.{form}.{k}" for k in _WORK]
            names += [f"floor.{case}.{form}.{k}" for k in _FLOOR]
            if found.row(names[0]):
                rows.append([text, *(number(found.value(name)) for name in names)])
    head = ("operations, M", "elementary functions, M", "loops, MB", "arithmetic, ms",
            "memory, ms", "years/s at the floor", "measured, times the floor")  # fmt: skip
    return table(("a year", *head), rows)


def fields(found: Results) -> list[str]:
    """Fields against hand-written code."""
    end = ".overhead_percent"
    rows = [
        [row.name[4 : -len(end)].replace("_", " "), with_spread(found, row.name)]
        for row in found.rows
        if row.name.startswith("cta.") and row.name.endswith(end) and row.name.count(".") == 2
    ]
    rows += [["median of these", with_spread(found, "cta.overhead_percent")]] if rows else []
    return table(("work", "overhead, %"), rows)


def lanes(found: Results) -> list[str]:
    """Side by side against vmap."""
    rows = [
        [
            text,
            with_spread(found, f"case600.b64.{form}.sims_per_s_core"),
            number(found.value(f"case600.b64.{form}.compile_s")),
        ]
        for form, text in (("lanes", "`lane_map`"), ("vmap", "`jax.vmap`"))
        if found.row(f"case600.b64.{form}.sims_per_s_core")
    ]
    return table(("64 designs of Case 600", "years/s on one core", "compiling, s"), rows)
