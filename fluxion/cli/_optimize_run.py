"""An optimization as the command line runs it: with progress, summed up and printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console

from fluxion._version import __version__
from fluxion.cli._console import titled_table
from fluxion.cli._stop import gentle_stop
from fluxion.errors import InputError

if TYPE_CHECKING:
    from fluxion.networks import RCNetwork
    from fluxion.optimize import DesignSpace, History, Optimum
    from fluxion.simulation import Options, Trajectory
    from fluxion.weather import Weather

#: Results by the names that users type: attribute of a trajectory, its unit in that of the table.
RESULTS = {
    "heating": ("annual_heating", 3.6e6, "kWh"),
    "cooling": ("annual_cooling", 3.6e6, "kWh"),
    "peak_heating": ("peak_heating", 1e3, "kW"),
    "peak_cooling": ("peak_cooling", 1e3, "kW"),
}


@dataclass(frozen=True)
class Job:
    """What is optimized, and how."""

    building: str
    network: RCNetwork
    weather: Weather
    space: DesignSpace
    weights: dict[str, float]
    prices: dict[str, float]
    starts: int
    evaluations: int
    method: str
    seed: int
    options: Options

    def __post_init__(self) -> None:
        for name in self.weights:
            if name not in RESULTS:
                raise InputError(
                    f"the result {name!r} was given; take {', '.join(RESULTS)}, such as "
                    "--objective heating=1"
                )
        for name in self.prices:
            if name not in self.space.names:
                raise InputError(
                    f"a price of {name!r} was given, which is no parameter of the space; "
                    f"take one of {', '.join(self.space.names)}"
                )

    def described(self) -> dict[str, str]:
        """All that decides which designs are asked for, beside building, weather and options."""
        bounds = zip(self.space.names, self.space.lower, self.space.upper, strict=True)
        return {
            "parameters": "; ".join(f"{name}={low:g}:{high:g}" for name, low, high in bounds),
            "objective": "; ".join(f"{name}={value:g}" for name, value in self.weights.items()),
            "prices": "; ".join(f"{name}={value:g}" for name, value in self.prices.items()),
            "search": f"{self.method}, {self.starts} starts, {self.evaluations} evaluations each",
        }


def run(job: Job, console: Console, earlier: History | None) -> Optimum:
    """Optimize with a line of progress on the console."""
    import jax.numpy as jnp

    from fluxion.optimize import optimize_design

    weights = {RESULTS[n][0]: value / RESULTS[n][1] for n, value in job.weights.items()}
    prices = jnp.array([job.prices.get(name, 0.0) for name in job.space.names], job.network.dtype)
    begin = "compiling the simulation and its gradient"
    with (
        gentle_stop(console, "stopping after this step; Ctrl-C again ends at once") as stop,
        console.status(begin) as status,
    ):

        def progress(history: History) -> None:
            best = history.best_so_far[-1]
            status.update(f"{len(history)} gradient evaluations, best objective {best:,.6g}")

        return optimize_design(
            job.network,
            job.weather,
            job.space,
            weights,
            cost=(lambda x: prices @ x) if job.prices else None,
            starts=job.starts,
            seed=job.seed,
            method=job.method,
            evaluations=job.evaluations,
            options=job.options,
            progress=progress,
            stop=stop,
            resume=earlier,
        )


def report_of(job: Job, found: Optimum) -> dict[str, Any]:
    """The object that `fluxion optimize --json` prints."""
    import jax.numpy as jnp
    import numpy as np

    from fluxion.simulation import simulate

    best = job.space.apply(job.network, jnp.asarray(found.design, job.network.dtype))
    year: Trajectory = simulate(best, job.weather, options=job.options)
    loads = {
        f"{name}_{unit}": float(np.sum(getattr(year, attribute))) / size
        for name, (attribute, size, unit) in RESULTS.items()
    }
    units = job.space.units(job.network)
    at_bound = {
        name: "lower" if value <= low else "upper" if value >= high else None
        for name, value, low, high in zip(
            job.space.names, found.design, job.space.lower, job.space.upper, strict=True
        )
    }
    parameters = {
        name: {
            "unit": units[i],
            "lower": float(job.space.lower[i]),
            "upper": float(job.space.upper[i]),
            "best": float(found.design[i]),
            "at_bound": at_bound[name],
        }
        for i, name in enumerate(job.space.names)
    }
    starts = [
        {
            "objective": None if np.isnan(value) else float(value),
            "evaluations": int(np.sum(found.history.start == number)),
            "reason": found.reasons[number],
        }
        for number, value in enumerate(found.values)
    ]
    return {
        "building": job.building,
        "objective": {"weights": job.weights, "prices": job.prices, "value": found.value},
        "method": job.method,
        "seed": job.seed,
        "parameters": parameters,
        "results": loads,
        "starts": starts,
        "best_start": found.start,
        "failed": list(found.failed),
        "gradient_evaluations": len(found.history),
        "history": [float(value) for value in found.history.best_so_far],
        "seconds": found.seconds,
        "interrupted": found.interrupted,
        "version": __version__,
    }


def print_optimum(console: Console, report: dict[str, Any]) -> None:
    """Print the table of an optimization."""
    table = titled_table(
        f"best design of {report['building']}",
        _caption(report),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("parameter", overflow="fold", ratio=1)
    table.add_column("range", no_wrap=True)
    table.add_column("best", justify="right")
    table.add_column("", no_wrap=True)
    for name, facts in report["parameters"].items():
        table.add_row(
            name,
            f"{facts['lower']:.3g} to {facts['upper']:.3g} {facts['unit']}".removesuffix(" -"),
            f"{facts['best']:.4g}",
            "" if facts["at_bound"] is None else f"[dim]{facts['at_bound']} bound[/dim]",
        )
    console.print(table)


def _caption(report: dict[str, Any]) -> str:
    loads = report["results"]
    lines = [
        f"objective {report['objective']['value']:,.6g}",
        f"heating {loads['heating_kWh']:,.0f} kWh, cooling {loads['cooling_kWh']:,.0f} kWh",
        f"{report['gradient_evaluations']} gradient evaluations in {report['seconds']:.1f} s, "
        "compiling included",
    ]
    for number, start in enumerate(report["starts"]):
        value = "failed" if start["objective"] is None else f"{start['objective']:,.6g}"
        lines.append(f"start {number}: {value} ({start['reason']})")
    return "\n".join(lines)
