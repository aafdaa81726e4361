"""Tables of results in Markdown, by the name of what they are about."""

from __future__ import annotations

from collections.abc import Callable

from fluxion.benchmarks._results import Results
from fluxion.benchmarks._studies import fields, flags, floor, lanes, scaling
from fluxion.benchmarks._tables import CASES, number, table, with_spread
from fluxion.benchmarks._targets import verdicts

_BATCHES = (16, 128, 1024, 10_000)


def machine(found: Results) -> list[str]:
    """The machine, versions, weather."""
    facts = found.machine
    rows = [
        ["processor", f"{facts['processor']}, {facts['cores']} cores, {facts['memory_GiB']} GiB"],
        ["devices of JAX", ", ".join(facts.get("devices", [])) or "–"],
        ["load at the start", number(facts["load_at_start"])],
        ["Fluxion, JAX, jaxlib", ", ".join(facts[name] for name in ("fluxion", "jax", "jaxlib"))],
        ["Python", f"{facts['python']}, {facts['system']}, {facts['architecture']}"],
        ["XLA's flags", f"`{facts['xla_flags']}`" if facts["xla_flags"] else "none"],
        ["weather", f"{found.weather['name']}, SHA-256 `{found.weather['sha256'][:16]}…`"],
        ["multiply-adds, one core", f"{with_spread(found, 'machine.multiply_add')} Gflop/s"],
        ["matrix product, one core", f"{with_spread(found, 'machine.matrix_product')} Gflop/s"],
        ["exponentials, one core", f"{with_spread(found, 'machine.exponential')} G/s"],
        ["memory, one core", f"{with_spread(found, 'machine.memory')} GB/s"],
    ]
    return [line.replace("---:", ":---") for line in table(("what", "which"), rows)]


def targets(found: Results) -> list[str]:
    """What was set out to be reached."""
    rows = [
        [
            target.what,
            f"{'≥' if target.at_least else '≤'} {number(target.limit)}",
            with_spread(found, target.name),
            target.unit.replace("-", "×"),
            "yes" if met else "**no**",
        ]
        for target, _, met in verdicts(found)
    ]
    return table(("figure", "target", "measured", "unit", "met"), rows)


def throughput(found: Results) -> list[str]:
    """Years a second on one core by batch."""
    rows = []
    for case, name in CASES.items():
        for prefix, bits in ((case, "32"), (f"{case}.x64", "64")):
            cells = [with_spread(found, f"{prefix}.b1.sims_per_s_core")]
            cells += [with_spread(found, f"{prefix}.b{b}.sims_per_s_core") for b in _BATCHES]
            if any(cell != "–" for cell in cells):
                rows.append(
                    [
                        f"{name}, {bits} bits",
                        *cells,
                        number(found.value(f"{prefix}.b1.memory")),
                        number(found.value(f"{prefix}.peak_rss")),
                    ]
                )
    batches = [f"batch {b:,}" for b in (1, *_BATCHES)]
    return table(("years/s on one core", *batches, "memory of one, MiB", "process, MiB"), rows)


def energyplus(found: Results) -> list[str]:
    """The engine beside."""
    rows = [
        [
            name,
            with_spread(found, f"energyplus.{case}.wall_s"),
            with_spread(found, f"energyplus.{case}.sims_per_s_core"),
            with_spread(found, f"{case}.b128.sims_per_s_core"),
            with_spread(found, f"{case}.b128.vs_energyplus"),
        ]
        for case, name in CASES.items()
        if found.row(f"energyplus.{case}.sims_per_s_core")
    ]
    head = ("case", "EnergyPlus, s a run", "EnergyPlus, years/s", "Fluxion, years/s", "ratio")
    if rows:
        return table(head, rows)
    reason = found.failed.get("energyplus", "it was left out of this run")
    return [f"EnergyPlus was not measured: {reason}."]


def gradients(found: Results) -> list[str]:
    """Value and twenty derivatives."""
    rows = []
    for case, name in CASES.items():
        for batch in (1, *_BATCHES):
            prefix = f"{case}.grad20.b{batch}"
            if found.row(f"{prefix}.ratio"):
                rows.append(
                    [
                        f"{name}, batch {batch:,}",
                        with_spread(found, f"{prefix}.ratio"),
                        with_spread(found, f"{prefix}.per_s_core"),
                        number(found.value(f"{prefix}.memory")),
                    ]
                )
    return table(("20 derivatives", "× forward", "gradients/s", "memory, MiB"), rows)


def adjoints(found: Results) -> list[str]:
    """Ways to differentiate one building."""
    rows = [
        [
            name.replace("_", " "),
            with_spread(found, f"adjoint.{name}.ratio"),
            number(found.value(f"adjoint.{name}.memory")),
            number(found.value(f"adjoint.{name}.compile_s")),
        ]
        for name in ("stored", "checkpointed", "direct", "forward_mode")
        if found.row(f"adjoint.{name}.ratio")
    ]
    return table(("Case 600 alone", "× forward", "memory, MiB", "compiling, s"), rows)


def compiling(found: Results) -> list[str]:
    """Stages of compiling with an empty cache."""
    rows = []
    for case, name in CASES.items():
        for what, total, prefix in (
            ("a year", f"{case}.compile_s", f"{case}.b1.forward"),
            ("value and gradient", f"{case}.grad_compile_s", f"{case}.b1.grad20"),
        ):
            if found.row(total):
                stages = [
                    number(found.value(f"{prefix}.{s}"))
                    for s in ("trace_s", "lower_s", "compile_s", "cpu_s")
                ]
                rows.append([f"{name}, {what}", *stages, number(found.value(total))])
    lanes = found.under("case600.grad20.lanes", ".compile_s")
    rows += [
        [f"Case 600, {int(n)} gradients side by side", *("–" for _ in range(4)), number(seconds)]
        for n, seconds in lanes.items()
    ]
    return table(("seconds", "trace", "lower", "XLA", "CPU time of all", "together"), rows)


def starting(found: Results) -> list[str]:
    """From a process's start to its first result."""
    names = {
        "start.first.total_s": "a first process, empty cache",
        "start.later.total_s": "a later process",
        "start.later.imports_s": "— of it Python and imports",
        "start.later.inputs_s": "— reading the weather, building",
        "start.later.program_s": "— fetching the program",
        "start.later.result_s": "— running",
        "start.later.tracing_total_s": "a later process that traces its program anew",
        "start.later.command_s": "`fluxion simulate` from start to end (64 bits)",
    }
    rows = [[text, with_spread(found, name)] for name, text in names.items() if found.row(name)]
    return table(("from the start of the process", "s"), rows)


def cores(found: Results) -> list[str]:
    """All cores against one."""
    if not found.row("case600.cores.ratio"):
        return []
    names = ("one.sims_per_s", "all.sims_per_s", "ratio")
    cells = [with_spread(found, f"case600.cores.{name}") for name in names]
    head = ("Case 600", "one device, years/s", "all devices, years/s", "ratio")
    return table(head, [[f"{number(found.value('case600.cores.devices'))} devices", *cells]])


#: Titles and tables by the name that a page calls them.
SECTIONS: dict[str, tuple[str, Callable[[Results], list[str]]]] = {
    "targets": ("Targets", targets),
    "machine": ("Machine", machine),
    "throughput": ("Throughput", throughput),
    "energyplus": ("EnergyPlus", energyplus),
    "gradients": ("Gradients", gradients),
    "adjoints": ("Adjoints", adjoints),
    "compiling": ("Compiling", compiling),
    "starting": ("First result", starting),
    "cores": ("Cores", cores),
    "lanes": ("Side by side", lanes),
    "batch": ("Designs in one program", scaling("batch", "designs", "years/s on one core")),
    "gradient_pieces": (
        "Gradients in one program",
        scaling("gradients", "designs", "gradients/s on one core"),
    ),
    "zones": ("Zones", scaling("zones", "zones", "ms a zone")),
    "surfaces": ("Surfaces", scaling("surfaces", "surfaces", "ms a surface")),
    "steps": ("Steps", scaling("steps", "steps an hour", "ms a step an hour")),
    "flags": ("Flags", flags),
    "floor": ("Floor", floor),
    "fields": ("Fields", fields),
}
