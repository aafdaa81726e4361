"""`fluxion demo`: everything once, on the weather that is always at hand."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from fluxion.cli import _options as take
from fluxion.cli._console import messages, results
from fluxion.cli._environment import prepare

if TYPE_CHECKING:
    from fluxion.networks import RCNetwork
    from fluxion.optimize import DesignSpace
    from fluxion.simulation import Options
    from fluxion.weather import Weather

_CASE = "600"


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for result files.")
    ] = Path("fluxion-results"),
    samples: Annotated[
        int, typer.Option("--samples", "-n", metavar="N", help="Designs of the sweep.")
    ] = 1000,
) -> None:
    """Show what Fluxion does: a year, pictures, a sweep and a gradient.

    Takes ASHRAE 140 case 600 and the typical year that comes with pvlib; needs no file.
    """
    prepare()
    console, remarks = results(), messages()
    folder = take.usable_folder(out)
    assert folder is not None
    with remarks.status("loading") as status:
        from fluxion.cases import ashrae140
        from fluxion.cli import _population as population
        from fluxion.cli import _report as report
        from fluxion.cli._run import run_building
        from fluxion.cli._space import default_bounds
        from fluxion.cli._study import Study
        from fluxion.io import read_weather_file
        from fluxion.optimize import DesignSpace
        from fluxion.simulation import Options

        options = Options()
        year = read_weather_file("default", dtype="float32")
        run = run_building(
            ashrae140(_CASE),
            year,
            options,
            precision=32,
            outputs=(*report.ALWAYS, *report.FILE_OUTPUTS),
            progress=status.update,
        )
        _heading(console, "1. A year")
        facts = report.report_of(run)
        report.print_report(console, run, facts)
        status.update("drawing")
        files = report.write_files(folder, run, facts, None, remarks)

    _heading(console, f"2. {samples:,} designs, simulated in batches")
    space = DesignSpace(default_bounds(run.network))
    study = Study(
        building=run.building,
        file=year,
        network=run.network,
        space=space,
        options=options,
        precision=32,
        seed=0,
        folder=folder,
    )
    done = population.run_sweep(study, space.sample(samples, seed=study.seed), remarks)
    swept = population.report_of(done, study.seed)
    population.print_sweep(console, swept)
    made_by = study.made_by()
    files += population.write_sweep(folder, done, swept, made_by, remarks)

    _heading(console, "3. One gradient: what the annual load owes to each parameter")
    with remarks.status("compiling the derivative"):
        _print_gradient(console, run.network, year.weather, space, options)
    console.print(f"\nwrote {', '.join(path.name for path in files)} to {folder}", soft_wrap=True)
    console.print("next: fluxion simulate --help", style="dim")


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/bold]")


def _print_gradient(
    console: Console, network: RCNetwork, weather: Weather, space: DesignSpace, options: Options
) -> None:
    """Print the derivative of heating and cooling together at the network's own values."""
    import jax
    import jax.numpy as jnp

    from fluxion.optimize import DesignSpace
    from fluxion.simulation import simulate

    # A window's U-factor replaces the model of its gap, so the network as built is no point on it.
    names = [name for name in space.names if name != "window.u_factor"]
    bounds = dict(zip(space.names, zip(space.lower, space.upper, strict=True), strict=True))
    space = DesignSpace({name: bounds[name] for name in names})

    def load(x):
        run = simulate(space.apply(network, x), weather, options=options, throw=False)
        return jnp.sum(run.annual_heating + run.annual_cooling) / 3.6e6

    at = jnp.asarray(space.values(network), network.dtype)
    started = time.perf_counter()
    compiled = jax.jit(jax.value_and_grad(load)).lower(at).compile()
    compile_seconds = time.perf_counter() - started
    started = time.perf_counter()
    value, slopes = jax.block_until_ready(compiled(at))
    seconds = time.perf_counter() - started
    table = Table(
        caption=f"load {float(value):,.0f} kWh; compiled in {compile_seconds:.1f} s, value and "
        f"{len(names)} derivatives in {seconds * 1000.0:.0f} ms",
        caption_justify="left",
    )
    table.add_column("parameter", overflow="fold")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("d load / d parameter", justify="right")
    units = space.units(network)
    for name, unit, own, slope in zip(names, units, at, slopes, strict=True):
        per = "kWh" if unit == "-" else f"kWh per {unit}"
        table.add_row(name, f"{float(own):.4g}", unit, f"{float(slope):+,.4g} {per}")
    console.print(table)
