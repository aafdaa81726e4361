"""Pictures of the standard surrogate: reliability, ablation, speed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from fluxion.uncertainty import LEVELS

_NAMES = {"annual_heating": "heating", "annual_cooling": "cooling", "peak_cooling": "peak cooling"}


def draw(out: Path, work: Path, metrics: dict[str, Any]) -> None:
    """Write all figures.

    Args:
        out: Folder of the figures.
        work: Where the training left its course.
        metrics: As `model_metrics_v2.json` has them.
    """
    out.mkdir(parents=True, exist_ok=True)
    course = work / "ensemble" / "training.png"
    if course.exists():
        (out / "training.png").write_bytes(course.read_bytes())
    _reliability(out / "reliability.png", metrics["doubt"])
    if "ablation" in metrics:
        _ablation(out / "ablation.png", metrics["ablation"])
    _variants(out / "variants.png", metrics["quantised"]["design"])


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _reliability(path: Path, doubt: dict[str, Any]) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), sharey=True)
    for each, case in zip(axes, ("unseen_designs", "unseen_climates"), strict=True):
        each.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
        for number, (name, label) in enumerate(_NAMES.items()):
            found = doubt[f"normal_{case}"][name]
            each.plot(LEVELS, found["reliability"], color=f"C{number}", label=f"{label}, ensemble")
            calibrated = doubt[f"calibrated_{case}"][name]["coverage"]
            each.plot([0.9], [calibrated], "o", color=f"C{number}", label=f"{label}, calibrated")
        each.set_title(case.replace("_", " "))
        each.set_xlabel("level of the interval")
        each.set_xlim(0, 1)
        each.set_ylim(0, 1)
    axes[0].set_ylabel("share of cases inside")
    axes[1].legend(fontsize=8)
    _save(figure, path)


def _ablation(path: Path, rows: list[dict[str, Any]]) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(13, 4.2))
    told = {
        "heating_cv_rmse": "CV-RMSE of annual heating by zone",
        "slope_cosine": "cosine of slopes with the physics",
        "beyond": "zones' months that leave over 1 % of the balance",
    }
    for each, (key, label) in zip(axes, told.items(), strict=True):
        for name in dict.fromkeys(row["terms"] for row in rows):
            points = [(row["designs"], row[key]) for row in rows if row["terms"] == name]
            each.plot(*np.array(points).T, "o-", label=name)
        each.set_xscale("log")
        if key == "heating_cv_rmse":
            each.set_yscale("log")
        each.set_xlabel("designs simulated")
        each.set_title(label, fontsize=10)
    axes[0].legend(fontsize=8)
    _save(figure, path)


def _variants(path: Path, variants: list[dict[str, Any]]) -> None:
    figure, each = plt.subplots(figsize=(6.4, 4.2))
    for variant in variants:
        speeds = variant["speed"]
        each.plot(list(map(int, speeds)), list(speeds.values()), "o-", label=variant["name"])
    each.set_xscale("log")
    each.set_yscale("log")
    each.set_xlabel("designs at once")
    each.set_ylabel("designs a second")
    each.legend(fontsize=8)
    _save(figure, path)
