"""What is measured: groups of figures, each in a process of its own.

Precision and XLA's flags hold for a whole process, and so does the memory that it has needed.
"""

from __future__ import annotations

import os
import re
from typing import Any

from fluxion.benchmarks._groups import Group

_X64 = {"JAX_ENABLE_X64": "1"}
_CASES = ("case600", "case900", "tenzone")


def groups(weather: str, *, quick: bool, flags: str, cores: int) -> list[Group]:
    """All groups in the order in which they run; the main figures first.

    Args:
        weather: By path or name, for all.
        quick: The main figures only, with fewer runs.
        flags: XLA's, as `XLA_FLAGS` has them.
        cores: That this process may use.
    """
    seconds = 2.0 if quick else 6.0
    basic: dict[str, Any] = {"weather": weather, "seconds": seconds}
    found = [
        Group(
            "machine",
            "what one core reaches in small kernels",
            "_kernels:machine_kernels",
            {"seconds": 0.5 if quick else 2.0},
            (("machine.multiply_add", "Gflop/s"), ("machine.memory", "GB/s")),
        )
    ]
    batches = [128] if quick else [16, 128, 1024, 10_000]
    for case in _CASES:
        found.append(
            Group(
                case,
                f"populations of {case}",
                "_forward:forward",
                {**basic, "case": case, "batches": batches, "alone": False},
                ((f"{case}.b128.sims_per_s_core", "1/s"),),
            )
        )
    found += [
        Group(
            "energyplus",
            "EnergyPlus on Case 600",
            "_engine:energyplus",
            {"case": "case600", "weather": weather, "steps_per_hour": 4, "runs": 2 if quick else 5},
            (("energyplus.case600.sims_per_s_core", "1/s"),),
        ),
        _in_time("in_time", "case600", basic, cores, gradients=not quick),
        Group(
            "gradient",
            "a gradient by 20 parameters of Case 600",
            "_gradient:gradient",
            {**basic, "case": "case600"},
            (
                ("case600.compile_s", "s"),
                ("case600.grad_compile_s", "s"),
                ("case600.grad20.b1.ratio", "-"),
            ),
            pinned=False,
        ),
        Group(
            "batch_gradient",
            "gradients of many designs of Case 600",
            "_gradient:batch_gradient",
            {
                **basic,
                "case": "case600",
                "batches": [128] if quick else [16, 128, 1024, 10_000],
                "pieces": 2 if quick else None,
            },
            (("case600.grad20.b128.ratio", "-"), ("case600.grad20.b128.memory", "MiB")),
            pinned=False,
        ),
        Group(
            "cta",
            "fields against hand-written jax.numpy",
            "_cta:cta_overhead",
            {"pairs": 11 if quick else 61},
            (("cta.overhead_percent", "%"),),
        ),
    ]
    if not quick:
        found += _studies(weather, basic, flags, cores)
    return found


def accelerator_group(weather: str, *, quick: bool) -> Group:
    """Populations on an accelerator, for where JAX sees one."""
    return Group(
        "accelerator",
        "Case 600 on an accelerator",
        "_forward:accelerator",
        {
            "case": "case600",
            "weather": weather,
            "sizes": [1024] if quick else [1, 128, 1024, 8192],
            "seconds": 2.0 if quick else 10.0,
        },
        environment={"JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "")},
        pinned=False,
    )


def _studies(weather: str, basic: dict[str, Any], flags: str, cores: int) -> list[Group]:
    """What a quick run leaves out."""
    case = {**basic, "case": "case600"}
    sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    scaling: dict[str, tuple[str, str, dict[str, Any]]] = {
        "batch": ("designs in one program", "_forward:batch", {**case, "sizes": sizes}),
        "zones": ("zones", "_scaling:zones", {**basic, "counts": [1, 2, 4, 8, 16]}),
        "steps": ("steps in an hour", "_scaling:steps", {**case, "per_hour": [1, 2, 4, 6, 12]}),
        "surfaces": ("surfaces", "_scaling:surfaces", {**basic, "parts": [1, 2, 4, 8]}),
        "gradients": (
            "gradients of many designs in one program",
            "_gradient:gradient_pieces",
            {**case, "sizes": [4, 16, 64]},
        ),
    }
    found = [
        Group(
            "cores",
            "a population of Case 600 on all cores",
            "_forward:cores",
            {**basic, "case": "case600", "size": 128 * cores},
            (("case600.cores.ratio", "-"), ("case600.cores.efficiency", "-")),
            {"JAX_NUM_CPU_DEVICES": str(cores), "PJRT_NPROC": str(4 * cores)},
            pinned=False,
        ),
        Group(
            "start",
            "from the start of a process to its first result",
            "_start:start",
            {"weather": weather, "building": "ashrae140:600", "runs": 5},
            (("start.later.total_s", "s"), ("start.later.without_imports_s", "s")),
            pinned=False,
        ),
        Group(
            "work",
            "operations of Case 600",
            "_work:work",
            {"case": "case600", "weather": weather, "full": True},
        ),
        Group("adjoints", "ways to differentiate", "_gradient:adjoints", case),
        *_flag_groups(basic, flags),
        *(
            Group(f"scaling.{name}", what, measure, arguments)
            for name, (what, measure, arguments) in scaling.items()
        ),
        Group("vmap", "designs side by side against jax.vmap", "_forward:vmap", case),
    ]
    for name in _CASES:
        found.append(
            Group(
                f"float64.{name}",
                f"{name} in 64 bits",
                "_forward:forward",
                {
                    **basic,
                    "case": name,
                    "batches": [128],
                    "dtype": "float64",
                    "name": f"{name}.x64",
                },
                environment=_X64,
            )
        )
    for name in _CASES[1:]:
        found += [
            _in_time(f"in_time.{name}", name, basic, cores, gradients=False),
            Group(
                f"energyplus.{name}",
                f"EnergyPlus on {name}",
                "_engine:energyplus",
                {"case": name, "weather": weather, "steps_per_hour": 4, "runs": 3},
            ),
            Group(
                f"work.{name}",
                f"operations of {name}",
                "_work:work",
                {"case": name, "weather": weather, "full": False},
            ),
            Group(
                f"gradient.{name}",
                f"a gradient by 20 parameters of {name}",
                "_gradient:gradient",
                {**basic, "case": name},
                pinned=False,
            ),
        ]
    return found


def _in_time(name: str, case: str, basic: dict[str, Any], cores: int, *, gradients: bool) -> Group:
    """One building alone on all cores."""
    return Group(
        name,
        f"{case} alone, in chunks of time",
        "_in_time:in_time",
        {**basic, "case": case, "gradients": gradients},
        tuple((f"{case}.b1.{row}", "1/s") for row in ("sims_per_s", "serial.sims_per_s")),
        {"JAX_NUM_CPU_DEVICES": str(cores), "PJRT_NPROC": str(4 * cores)},
        pinned=False,
    )


def _flag_groups(basic: dict[str, Any], flags: str) -> list[Group]:
    """Case 600 without flags, with each alone, and with all."""
    single = flags.split()
    variants = {"none": ""}
    if len(single) > 1:
        variants |= {flag_name(flag): flag for flag in single}
    variants |= {"all": flags} if single else {}
    return [
        Group(
            f"flags.{name}",
            f"Case 600 with XLA's flags: {name}",
            "_forward:forward",
            {**basic, "case": "case600", "batches": [128], "name": f"flags.{name}"},
            environment={"XLA_FLAGS": given},
        )
        for name, given in variants.items()
    ]


def flag_name(flag: str) -> str:
    """What a flag is called in results: `--xla_cpu_this=1` is `xla_cpu_this`.

    A flag of `--xla_backend_extra_options` is called by its own name.
    """
    bare = flag.lstrip("-").removeprefix("xla_backend_extra_options=")
    return re.split("[=,]", bare)[0]
