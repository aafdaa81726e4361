"""Random buildings in several climates by Fluxion and EnergyPlus; see README.md.

    python experiments/random_buildings/run.py --seeds 0:24

Members that `results.csv` has already are not run again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import jax
import numpy as np

from fluxion.errors import FluxionError
from fluxion.io import read_epw_file
from fluxion.validation import (
    COMPARED,
    ZoneComparison,
    compare_with_energyplus,
    packaged_climates,
    random_building,
    spread,
)

sys.path.append(str(Path(__file__).resolve().parents[1]))
from rows import append_rows, read_rows

HERE = Path(__file__).resolve().parent
CLIMATES = (
    "IL_Chicago-OHare.Intl.AP",
    "AZ_Phoenix-Sky.Harbor.Intl.AP",
    "FL_Miami.Intl.AP",
    "CO_Golden-NREL",
    "CA_San.Francisco.Intl.AP",
)
COLUMNS = (
    "seed",
    "climate",
    "zone",
    *(f"{name}_{engine}" for name in COMPARED for engine in ("fluxion", "energyplus")),
    "temperature_rmse",
    "failure",
)


def main() -> int:
    """Run what is missing, then summarize all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="0:24", help="first and past-the-last seed")
    parser.add_argument("--climates", type=int, default=4, help="how many of the five")
    parser.add_argument("--workers", type=int, default=2, help="engines that run at a time")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the results")
    asked = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    first, last = map(int, asked.seeds.split(":"))
    asked.out.mkdir(parents=True, exist_ok=True)
    table = asked.out / "results.csv"
    try:
        paths = packaged_climates()
        for seed in range(first, last):
            _run_seed(table, seed, {c: paths[c] for c in CLIMATES[: asked.climates]}, asked.workers)
    except FluxionError as error:
        print(error, file=sys.stderr)
        return 2
    rows = read_rows(table)
    summary = summarize(rows)
    (asked.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    draw(rows, asked.out / "scatter.png")
    print(json.dumps(summary, indent=1))
    return 0


def _run_seed(table: Path, seed: int, climates: dict[str, Path], workers: int) -> None:
    done = {row["climate"] for row in read_rows(table) if row["seed"] == str(seed)}
    left = {name: path for name, path in climates.items() if name not in done}
    if not left:
        return
    building = random_building(seed)
    print(f"seed {seed}: {building.description} {len(left)} climates", file=sys.stderr)
    files = {climate: read_epw_file(path) for climate, path in left.items()}
    climate_of = {file.weather.name: climate for climate, file in files.items()}
    found = compare_with_energyplus([building], files.values(), workers=workers)
    rows = [_row(seed, climate_of[zone.weather], zone) for zone in found.zones]
    rows += [
        {"seed": seed, "climate": climate_of[failed.weather], "failure": failed.reason}
        for failed in found.failures
    ]
    append_rows(table, COLUMNS, [[row.get(name, "") for name in COLUMNS] for row in rows])


def _row(seed: int, climate: str, zone: ZoneComparison) -> dict[str, object]:
    figures = {
        f"{name}_{engine}": f"{getattr(zone, engine)[name]:.5f}"
        for name in COMPARED
        for engine in ("fluxion", "energyplus")
    }
    rmse = f"{zone.temperature_rmse:.4f}"
    return {
        "seed": seed,
        "climate": climate,
        "zone": zone.zone,
        **figures,
        "temperature_rmse": rmse,
    }


def summarize(rows: list[dict[str, str]]) -> dict:
    """Counts, spreads of annual loads, peaks and temperatures."""
    good = [row for row in rows if not row["failure"]]

    def column(name: str) -> np.ndarray:
        return np.array([float(row[name]) for row in good])

    loads = {}
    for name in ("heating", "cooling"):
        ours, theirs = column(f"{name}_fluxion"), column(f"{name}_energyplus")
        found = vars(spread(ours, theirs))
        peak_ours, peak_theirs = column(f"peak_{name}_fluxion"), column(f"peak_{name}_energyplus")
        big = theirs >= 1.0
        peaks = np.abs(peak_ours[big] / peak_theirs[big] - 1.0)
        found["peak_median"] = float(np.median(peaks))
        found["peak_percentile_95"] = float(np.percentile(peaks, 95.0))
        loads[name] = {
            key: round(value, 5) if isinstance(value, float) else value
            for key, value in found.items()
        }
    rmse = column("temperature_rmse")
    return {
        "buildings": len({row["seed"] for row in good}),
        "climates": sorted({row["climate"] for row in good}),
        "members": len({(row["seed"], row["climate"]) for row in good}),
        "zones": len(good),
        "failures": [
            {key: row[key] for key in ("seed", "climate", "failure")}
            for row in rows
            if row["failure"]
        ],
        **loads,
        "temperature_rmse_K": {
            "median": round(float(np.median(rmse)), 4),
            "percentile_95": round(float(np.percentile(rmse, 95.0)), 4),
        },
    }


def draw(rows: list[dict[str, str]], path: Path) -> None:
    """Annual loads of all zones, Fluxion over EnergyPlus."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    good = [row for row in rows if not row["failure"]]
    figure, axes = plt.subplots(1, 2, figsize=(9.0, 4.4), constrained_layout=True)
    for axis, name, colour in zip(
        axes, ("heating", "cooling"), ("#b5402a", "#1f6f9f"), strict=True
    ):
        ours, theirs = (
            np.array([float(row[f"{name}_{engine}"]) for row in good])
            for engine in ("fluxion", "energyplus")
        )
        some = (ours > 0.01) & (theirs > 0.01)
        ends = np.array([0.01, 1.3 * max(ours.max(), theirs.max())])
        axis.fill_between(ends, 0.95 * ends, 1.05 * ends, color="0.88", label="within 5 %")
        axis.plot(ends, ends, color="0.5", linewidth=0.8)
        axis.plot(theirs[some], ours[some], ".", color=colour, markersize=4, alpha=0.6)
        axis.set(
            xscale="log", yscale="log", xlim=ends, ylim=ends, aspect="equal",
            xlabel="EnergyPlus [MWh a year]", ylabel="Fluxion [MWh a year]",
            title=f"{name.capitalize()} of each zone",
        )  # fmt: skip
        axis.legend(loc="upper left", frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
