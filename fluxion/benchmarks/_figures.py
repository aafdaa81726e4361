"""Pictures of results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluxion.benchmarks._results import Results
from fluxion.benchmarks._tables import CASES
from fluxion.errors import require
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "throughput": "Years of simulation a second on one core by the number of designs; EnergyPlus "
    "beside.",
    "gradients": "What a value with 20 derivatives costs, as a multiple of the value alone, and "
    "the memory it needs.",
    "scaling": "Time of a year on one core by zones, surfaces, steps in an hour and designs in one "
    "program.",
    "flags": "Years of simulation a second on one core by XLA's flags.",
}


def figures(found: Results) -> dict[str, Figure]:
    """The pictures that the results allow, by name.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    drawings = {
        "throughput": _throughput,
        "gradients": _gradients,
        "scaling": _scaling,
        "flags": _flags,
    }
    with _style.style():
        made = {name: draw(found) for name, draw in drawings.items()}
    return {name: figure for name, figure in made.items() if figure is not None}


def _throughput(found: Results) -> Figure | None:
    series = {}
    for case, label in CASES.items():
        for prefix, bits in ((case, ""), (f"{case}.x64", ", 64 bits")):
            rates = found.under(f"{prefix}.b", ".sims_per_s_core")
            if rates:
                series[label + bits] = (case, bits, rates)
    if not series:
        return None
    figure = _style.new_figure(7.0, 4.2)
    axes = figure.subplots()
    colours = dict(zip(CASES, _style.CYCLE, strict=False))
    for label, (case, bits, rates) in series.items():
        axes.plot(
            list(rates),
            list(rates.values()),
            marker="o",
            markersize=4,
            linestyle="--" if bits else "-",
            color=colours[case],
            label=label,
        )
    for case, label in CASES.items():
        engine = found.value(f"energyplus.{case}.sims_per_s_core")
        if engine:
            axes.axhline(engine, color=colours[case], linewidth=0.9, linestyle=":")
            axes.text(1.0, engine * 1.1, f"EnergyPlus, {label}", fontsize=7, color=colours[case])
    axes.set_xscale("log")
    axes.set_yscale("log")
    _plain_ticks(axes.xaxis, (1.0,))
    _plain_ticks(axes.yaxis)
    axes.set_xlabel("designs")
    axes.set_ylabel("years of simulation a second, one core")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _plain_ticks(axis: Any, at: tuple[float, ...] = (1.0, 2.0, 5.0)) -> None:
    """Numbers as people write them, at these multiples of each power of ten."""
    ticker = require("matplotlib.ticker", "viz")
    axis.set_major_locator(ticker.LogLocator(subs=at))
    axis.set_major_formatter(lambda value, _: f"{value:,g}")
    axis.set_minor_locator(ticker.NullLocator())


def _gradients(found: Results) -> Figure | None:
    bars = {}
    for name in ("stored", "checkpointed", "direct", "forward_mode"):
        ratio = found.value(f"adjoint.{name}.ratio")
        if ratio:
            text = f"one building, {name.replace('_', ' ')}"
            bars[text] = (ratio, found.value(f"adjoint.{name}.memory"))
    for batch, ratio in found.under("case600.grad20.b", ".ratio").items():
        memory = found.value(f"case600.grad20.b{int(batch)}.memory")
        if batch > 1:
            bars[f"{int(batch):,} designs, checkpointed"] = (ratio, memory)
    if not bars:
        return None
    figure = _style.new_figure(7.0, 0.9 + 0.33 * len(bars))
    left, right = figure.subplots(1, 2, sharey=True)
    labels = list(bars)[::-1]
    for axes, column, colour, title in (
        (left, 0, _style.CYCLE[0], "time, × forward"),
        (right, 1, _style.CYCLE[3], "memory, MiB"),
    ):
        values = [bars[label][column] or 0.0 for label in labels]
        axes.barh(labels, values, color=colour, height=0.6)
        axes.set_title(title)
        axes.grid(axis="y", visible=False)
        for place, value in enumerate(values):
            axes.text(value, place, f" {value:.3g}", va="center", fontsize=7)
        axes.margins(x=0.15)
    return figure


def _scaling(found: Results) -> Figure | None:
    kinds = {
        "zones": "zones",
        "surfaces": "surfaces",
        "steps": "steps in an hour",
        "batch": "designs in one program",
    }
    series = {kind: found.under(f"scaling.{kind}.", ".ms_per_sim") for kind in kinds}
    series = {kind: times for kind, times in series.items() if len(times) > 1}
    if not series:
        return None
    figure = _style.new_figure(7.0, 2.7 * -(-len(series) // 2))
    panels: Any = figure.subplots(-(-len(series) // 2), 2, squeeze=False).ravel()
    for axes, (kind, times) in zip(panels, series.items(), strict=False):
        counts, values = list(times), list(times.values())
        axes.plot(counts, values, marker="o", markersize=4, color=_style.CYCLE[0])
        if kind != "batch":
            line = [values[0] * count / counts[0] for count in counts]
            axes.plot(counts, line, color=_style.OUTDOOR, linestyle=":", label="in proportion")
            axes.legend(loc="upper left")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(counts, [f"{int(count):,}" for count in counts], fontsize=7)
        axes.minorticks_off()
        _plain_ticks(axes.yaxis)
        axes.set_xlabel(kinds[kind])
        axes.set_ylabel("ms a year")
    for axes in panels[len(series) :]:
        axes.set_visible(False)
    return figure


def _flags(found: Results) -> Figure | None:
    end = ".b128.sims_per_s_core"
    names = [
        row.name.split(".")[1]
        for row in found.rows
        if row.name.startswith("flags.") and row.name.endswith(end) and row.value is not None
    ]
    if len(names) < 2:
        return None
    figure = _style.new_figure(7.0, 1.0 + 0.33 * len(names))
    panels = figure.subplots(1, 2, sharey=True)
    for axes, size, title in zip(panels, ("b1", "b128"), ("alone", "128 designs"), strict=True):
        values = [found.value(f"flags.{name}.{size}.sims_per_s_core") or 0.0 for name in names]
        axes.barh(names[::-1], values[::-1], color=_style.CYCLE[0], height=0.6)
        axes.set_title(title)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("years a second, one core")
        axes.tick_params(axis="y", labelsize=7)
    return figure
