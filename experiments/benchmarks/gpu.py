"""Build, check and time everything that a GPU is good for, in one call.

    pip install -e '.[all]' 'jax[cuda12]'
    python experiments/benchmarks/gpu.py --out experiments/benchmarks/results/gpu

Ends within nine minutes; `--quick` leaves most of it out. Every part runs in a process of its own
with a time limit, and what it has found is kept if it fails. Writes `gpu.json` and `gpu.md`.
Without a GPU it says so and ends with code 2; `--interpret` runs the same path on a CPU, small, to
see that it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

#: Name of a part: what it does, its case, its kernel, and the most seconds it may take.
PARTS: dict[str, tuple[str, str, str, float]] = {
    "check.case600": ("check", "case600", "fused", 90),
    "fused.case600": ("forward", "case600", "fused", 90),
    "scan.case600": ("forward", "case600", "scan", 75),
    "gradient.case600": ("gradient", "case600", "scan", 80),
    "slope.case600": ("slope", "case600", "scan", 60),
    "fused.case900": ("forward", "case900", "fused", 60),
    "scan.case900": ("forward", "case900", "scan", 50),
    "scan.tenzone": ("forward", "tenzone", "scan", 90),
    "fused.tenzone": ("forward", "tenzone", "fused", 120),
}
QUICK = ("check.case600", "fused.case600", "scan.case600", "gradient.case600")
#: What is aimed at, by part: years simulated a second, the most of any batch.
TARGETS = {
    "scan.case600": 30_000.0,
    "fused.case600": 250_000.0,
    "gradient.case600": 60_000.0,
}
#: Device memory that 100,000 designs may take. [bytes]
MEMORY = 2e9
#: Designs in one call: what fills the processors of an H100 once, with two programs each.
PIECE = {"fused": 33_792, "scan": 16_384, "gradient": 4_096}
#: All parts together. [s]
LIMIT = 8.5 * 60


def main() -> int:
    """Run all parts, or one of them in this process."""
    arguments = _arguments()
    if arguments.part:
        return _child(arguments)
    try:
        found = _device(arguments.interpret)
    except SystemExit as end:
        return int(end.code or 0)
    arguments.out.mkdir(parents=True, exist_ok=True)
    names = list(QUICK if arguments.quick or arguments.interpret else PARTS)
    document: dict[str, Any] = {"device": found, "parts": {}}
    begun = time.monotonic()
    for name in names:
        left = LIMIT - (time.monotonic() - begun)
        limit = 600.0 if arguments.interpret else min(PARTS[name][3], left)
        document["parts"][name] = _run(name, arguments, limit)
        document["seconds"] = round(time.monotonic() - begun, 1)
        (arguments.out / "gpu.json").write_text(json.dumps(document, indent=1) + "\n")
        (arguments.out / "gpu.md").write_text(report(document))
    print((arguments.out / "gpu.md").read_text())
    return 1 if any("error" in part for part in document["parts"].values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("experiments/benchmarks/results/gpu"))
    parser.add_argument("--weather", default="default", help="as of `fluxion simulate --weather`")
    parser.add_argument("--quick", action="store_true", help="case 600 alone, small batches")
    parser.add_argument("--interpret", action="store_true", help="a small self-check on a CPU")
    parser.add_argument("--part", choices=list(PARTS), help=argparse.SUPPRESS)
    return parser.parse_args()


def _device(interpret: bool) -> dict[str, Any]:
    """What the work runs on, asked in a process of its own so that none here holds the GPU."""
    code = (
        "import json, jax, jaxlib; d = jax.devices()[0]; print(json.dumps({'platform': d.platform,"
        "'kind': d.device_kind, 'count': jax.device_count(), 'jax': jax.__version__, 'jaxlib':"
        "jaxlib.__version__, 'driver': getattr(d.client, 'platform_version', '')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=_environment(interpret)
    )
    if done.returncode:
        print(f"JAX does not start: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        raise SystemExit(2)
    found = json.loads(done.stdout.splitlines()[-1])
    if found["platform"] not in ("gpu", "cuda") and not interpret:
        print(
            f"no NVIDIA GPU: JAX runs on {found['platform']} here; install 'jax[cuda12]' on a "
            "machine with one, or give --interpret for a small check on this one",
            file=sys.stderr,
        )
        raise SystemExit(2)
    return found | {"python": platform.python_version(), "machine": platform.platform()}


def _environment(interpret: bool, x64: bool = False) -> dict[str, str]:
    found = {**os.environ, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    found["JAX_ENABLE_X64"] = "1" if x64 else "0"
    return found | ({"JAX_PLATFORMS": "cpu"} if interpret else {})


def _run(name: str, arguments: argparse.Namespace, limit: float) -> dict[str, Any]:
    """A part in a process of its own; what it found before it failed is kept."""
    if limit < 10:
        return {"rows": [], "error": "left out: the time for all parts was over"}
    command = [sys.executable, __file__, "--part", name, "--weather", arguments.weather]
    command += ["--quick"] * arguments.quick + ["--interpret"] * arguments.interpret
    environment = _environment(arguments.interpret, PARTS[name][0] == "slope")
    print(f"{name} ...", file=sys.stderr, flush=True)
    error = None
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, env=environment
        )
        output = done.stdout
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            error = next((line for line in reversed(lines) if "Error" in line), "ended early")
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
        output = output.decode() if isinstance(output, bytes) else output
        error = f"took longer than {limit:.0f} s"
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {"rows": rows} | ({"error": error} if error else {})


def _child(arguments: argparse.Namespace) -> int:
    """One part: a line of JSON for each thing that is found."""
    what, case, kernel, _ = PARTS[arguments.part]
    if arguments.interpret and kernel == "fused":
        kernel = "interpreted"
    from fluxion.benchmarks._problems import Problem, problem

    given = problem(case, arguments.weather, "float64" if what == "slope" else "float32")
    if arguments.interpret:
        given = Problem(given.network, given.weather.select_days(100, 2), given.space)
    work = {"check": check, "forward": forward, "gradient": gradient, "slope": slope}[what]
    for row in work(given, kernel, arguments):
        print(json.dumps(row), flush=True)
    return 0


def _batches(arguments: argparse.Namespace) -> tuple[int, ...]:
    if arguments.interpret:
        return (6,)
    return (1_000, 10_000) if arguments.quick else (1_000, 10_000, 100_000)


def _options(arguments: argparse.Namespace, **settings: Any) -> Any:
    import fluxion as fx

    return fx.Options(**({"warmup_days": 1} if arguments.interpret else {}), **settings)


def check(given: Any, kernel: str, arguments: argparse.Namespace):
    """The fused kernel against the plain loop, both in single precision."""
    import numpy as np

    designs = np.asarray(given.designs(4 if arguments.interpret else 256))
    settings = {"batch_size": len(designs), "options": _options(arguments)}
    found, plain = (
        given.oracle(kernel=each, **settings).evaluate_population(designs)
        for each in (kernel, "scan")
    )
    worst = 0.0
    for name, values in plain.values.items():
        scale = np.abs(values).max() or 1.0
        worst = max(worst, float(np.abs(found.values[name] - values).max() / scale))
    alike = worst < 1e-3 and not found.failed and not plain.failed
    yield {"what": "largest difference to the plain loop, relative", "value": worst, "ok": alike}


def forward(given: Any, kernel: str, arguments: argparse.Namespace):
    """Loads of populations: compiling with the first run, and the best of the runs after it."""
    import numpy as np

    for batch in _batches(arguments):
        piece = min(batch, PIECE["fused" if kernel != "scan" else "scan"])
        oracle = given.oracle(kernel=kernel, batch_size=piece, options=_options(arguments))
        designs = np.asarray(given.designs(batch))
        first, runs, population = _timed(lambda: oracle.evaluate_population(designs))  # noqa: B023
        size = sum(values.nbytes for values in population.values.values())
        yield {
            "batch": batch,
            "piece": piece,
            "first_s": first,
            "run_s": min(runs),
            "per_second": batch / min(runs),
            "failed": len(population.failed),
            "result_bytes": size,
            **_memory(),
        }


def gradient(given: Any, kernel: str, arguments: argparse.Namespace):
    """Annual loads and their slopes by twenty parameters, through the plain loop."""
    import jax
    import numpy as np

    many = jax.jit(given.gradients(_options(arguments, adjoint="checkpointed")))
    for batch in _batches(arguments)[:2]:
        piece = min(batch, PIECE["gradient"])
        designs = given.designs(-(-batch // piece) * piece)
        parts = [designs[start : start + piece] for start in range(0, len(designs), piece)]

        def run(parts: Any = parts) -> Any:
            return [jax.block_until_ready(many(part, given.weather)) for part in parts]

        first, runs, found = _timed(run)
        finite = bool(np.isfinite(np.asarray(found[0][1])).all())
        yield {
            "batch": batch,
            "piece": piece,
            "first_s": first,
            "run_s": min(runs),
            "per_second": len(designs) / min(runs),
            "ok": finite,
            **_memory(),
        }


def slope(given: Any, kernel: str, arguments: argparse.Namespace):
    """A gradient against central differences along one direction, in double precision."""
    import jax
    import jax.numpy as jnp

    load = jax.jit(given.load(_options(arguments)))
    towards = given.designs(1)[0] - given.values
    along = jax.jit(jax.grad(given.load(_options(arguments, adjoint="checkpointed"))))(
        given.values, given.weather
    )
    step = 1e-3
    ends = [load(given.values + sign * step * towards, given.weather) for sign in (1, -1)]
    differences = float((ends[0] - ends[1]) / (2 * step))
    error = abs(float(jnp.vdot(along, towards)) - differences) / max(abs(differences), 1e-12)
    yield {"what": "gradient to central differences, relative", "value": error, "ok": error < 1e-3}


def _timed(work: Any) -> tuple[float, list[float], Any]:
    """Seconds of the first run, seconds of up to three more, and the result."""
    begun = time.perf_counter()
    result = work()
    first, runs = time.perf_counter() - begun, []
    while len(runs) < 3 and sum(runs) < 8.0:
        begun = time.perf_counter()
        result = work()
        runs.append(time.perf_counter() - begun)
    return first, runs, result


def _memory() -> dict[str, float]:
    """Most memory of the device that this process has had in use so far. [bytes]"""
    import jax

    found = jax.devices()[0].memory_stats() or {}
    return {"peak_bytes": found["peak_bytes_in_use"]} if "peak_bytes_in_use" in found else {}


def report(document: dict[str, Any]) -> str:
    """The results as a page."""
    device = document["device"]
    lines = [
        f"# {device['kind']} ({device['platform']}), jax {device['jax']}",
        "",
        "Designs differ in twenty parameters; a run is a whole population, from its rows on the "
        "host to its loads on the host, in pieces side by side. Gradients are those of the plain "
        "loop; their target is that of a fused one, which there is not yet.",
        "",
        "| part | designs | piece | first run [s] | run [s] | years/s | target | memory [GB] | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, part in document["parts"].items():
        best = max((row.get("per_second", 0.0) for row in part["rows"]), default=0.0)
        for row in part["rows"]:
            lines.append(_line(name, row, best))
        if "error" in part:
            lines.append(f"| {name} | | | | | | {_target(name)} | | failed: {part['error']} |")
    memory = f"Targets: at most {MEMORY / 1e9:g} GB of device memory for 100,000 designs"
    return "\n".join([*lines, "", f"{memory}; all parts took {document['seconds']:g} s.", ""])


def _target(name: str) -> str:
    return f"{TARGETS[name]:,.0f}" if name in TARGETS else ""


def _line(name: str, row: dict[str, Any], best: float) -> str:
    if "what" in row:
        verdict = "ok" if row["ok"] else "**wrong**"
        return f"| {name} | | | | | | | | {row['what']}: {row['value']:.1e}, {verdict} |"
    notes = []
    if row["per_second"] == best and name in TARGETS:
        notes.append("target met" if best >= TARGETS[name] else f"{best / TARGETS[name]:.0%} of it")
    if row.get("failed") or row.get("ok") is False:
        notes.append("**not finite**")
    memory = f"{row['peak_bytes'] / 1e9:.2f}" if "peak_bytes" in row else ""
    return (
        f"| {name} | {row['batch']:,} | {row['piece']:,} | {row['first_s']:.1f} | "
        f"{row['run_s']:.3f} | {row['per_second']:,.0f} | {_target(name)} | {memory} | "
        f"{', '.join(notes)} |"
    )


if __name__ == "__main__":
    sys.exit(main())
