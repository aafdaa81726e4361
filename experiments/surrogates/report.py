"""What was measured, as tables that README.md shows."""

from __future__ import annotations

from typing import Any

_RESULTS = {
    "annual_heating": "heating",
    "annual_cooling": "cooling",
    "peak_heating": "peak heating",
    "peak_cooling": "peak cooling",
    "annual_discomfort": "hours outside comfort",
}
_WHERE = ("unseen_designs", "unseen_climates")
_FILES = {
    "ensemble": "ensemble of four, with calibrated intervals",
    "design": "one network of months",
    "design_int8": "the same in 8 bits",
    "annual": "one network of whole years",
    "balanced": "one network with every term of the balance",
    "reference": "2-64-64-10",
    "reference_int8": "the same in 8 bits",
}


def report(metrics: dict[str, Any]) -> str:
    """Markdown of all figures.

    Args:
        metrics: As `model_metrics_v2.json` has them.
    """
    parts = [
        "# Measured",
        "Errors of a year's result in each zone, as share of the zone's mean over designs and "
        "climates; means over the zones. Made by `run.py`; do not edit.",
        _errors(metrics),
        _slopes(metrics),
        _doubt(metrics["doubt"], metrics["places_that_calibrate"]),
        _physics(metrics["balanced"]),
        _files(metrics["files"]),
        _speed(metrics["speed"]),
    ]
    if "ablation" in metrics:
        parts.append(_ablation(metrics["ablation"]))
    told = ", ".join(f"{k.replace('_', ' ')} {v:.0f} s" for k, v in metrics["seconds"].items())
    return "\n\n".join([*parts, f"Times: {told}."]) + "\n"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _share(value: float, digits: int = 2) -> str:
    return f"{100 * value:.{digits}f} %"


def _errors(metrics: dict[str, Any]) -> str:
    head = ["mean error, CV-RMSE"]
    for name in ("ensemble", "one of months", "one of years"):
        head += [f"{name}: {where.replace('_', ' ')}" for where in _WHERE]
    rows = []
    for result, label in _RESULTS.items():
        row = [label]
        for model in ("ensemble", "student", "annual"):
            for where in _WHERE:
                found = metrics[model][where][result]
                row.append(f"{_share(found['mae'])}, {_share(found['cv_rmse'])}")
        rows.append(row)
    return "## Errors\n\n" + _table(head, rows)


def _slopes(metrics: dict[str, Any]) -> str:
    rows = [
        [
            where.replace("_", " "),
            *(
                f"{metrics[model][f'slopes_{where}'][key]:.4f}"
                for model in ("ensemble", "student")
                for key in ("building_heating_and_cooling", "building_heating_and_cooling_least")
            ),
        ]
        for where in _WHERE
    ]
    head = ["cosine with the physics", "ensemble", "its least", "one of months", "its least"]
    return "## Slopes of heating and cooling by the parameters\n\n" + _table(head, rows)


def _doubt(doubt: dict[str, Any], places: int) -> str:
    rows = []
    for where in _WHERE:
        for result, label in _RESULTS.items():
            raw, made = (doubt[f"{kind}_{where}"][result] for kind in ("normal", "calibrated"))
            rows.append(
                [
                    f"{label}, {where.replace('_', ' ')}",
                    _share(raw["coverage"], 1),
                    _share(made["coverage"], 1),
                    _share(made["width"], 1),
                ]
            )
    head = ["90 % intervals of the ensemble hold", "as it disagrees", "calibrated", "mean width"]
    return (
        "## Doubt\n\n"
        + _table(head, rows)
        + (
            f"\n\nIn unseen climates calibrated on {places} places, those of the training "
            "by networks that never saw them.\n"
            "Other ways, calibrated on five places alone: [ways.md](ways.md)."
        )
    )


def _physics(balanced: dict[str, Any]) -> str:
    rows = []
    for where in _WHERE:
        found = balanced[where]
        of = where.replace("_", " ")
        rows.append([f"left over in a zone's year, {of}", _share(found["left_over"])])
        rows += [
            [f"CV-RMSE of a year's {what}, {of}", _share(found[f"{what}_cv_rmse"])]
            for what in ("heating", "cooling")
        ]
        for name, counted in found["violations"].items():
            if counted["count"] or name.startswith(("energy", "temperature")):
                label = f"{name.replace('_', ' ')}, {where.replace('_', ' ')}"
                share = _share(counted["count"] / counted["of"])
                rows.append([label, f"{counted['count']} of {counted['of']} ({share})"])
    return "## Physics kept by the network of every term, by construction\n\n" + _table(
        ["check", "beyond"], rows
    )


def _files(files: dict[str, Any]) -> str:
    rows = [[f"`{f['file']}`", _FILES[n], f"{f['KiB']:.1f}"] for n, f in files.items()]
    return "## Files\n\n" + _table(["file", "what", "KiB"], rows)


def _speed(speed: dict[str, Any]) -> str:
    slow = {"the physics, all cores": speed["physics_designs_per_s"]}
    if speed["energyplus_designs_per_s"]:
        slow["EnergyPlus, one core"] = speed["energyplus_designs_per_s"]
    head = ["", "designs a second", *(f"times {name}" for name in slow)]
    rows = []
    for name, label in {"annual": "years", "design": "months", "ensemble": "ensemble"}.items():
        for key, how in {
            "designs_per_s": "one session, whole calls",
            "designs_per_s_two_sessions": "two sessions, whole calls",
            "graph_designs_per_s": "the graph alone",
        }.items():
            rate = speed[f"{name}_{key}"]
            rows.append(
                [f"{label}, {how}", f"{rate:,.0f}", *(f"{rate / s:,.0f}" for s in slow.values())]
            )
    rows += [[name, f"{s:.3g}", *[""] * len(slow)] for name, s in slow.items()]
    return "## Speed\n\n" + _table(head, rows)


def _ablation(rows: list[dict[str, Any]]) -> str:
    head = [
        "designs, terms", "CV-RMSE heating", "cooling", "left over in a year",
        "months beyond 1 %", "cosine of slopes",
    ]  # fmt: skip
    told = [
        [
            f"{row['designs']}, {row['terms']}",
            *(_share(row[k], 1) for k in ("heating_cv_rmse", "cooling_cv_rmse")),
            _share(row["balance_violation"]),
            _share(row["beyond"], 1),
            f"{row['slope_cosine']:.3f}",
        ]
        for row in rows
    ]
    return "## What slopes and balance buy\n\n" + _table(head, told)
