"""Pictures of a validation: published programs in grey, ours in colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fluxion.data import ASHRAELoader, PublishedProfile
from fluxion.units import month_lengths
from fluxion.validation._ashrae140 import Validation
from fluxion.validation._case_runs import CaseRun
from fluxion.validation._outputs import hourly_sky_temperature, incident_on
from fluxion.viz import _style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OURS, _ENGINE, _PROGRAMS = _style.HEATING, _style.COOLING, "#9A9A9A"
_MONTH_STARTS = np.cumsum([0, *month_lengths()])
_LABELS = {
    "annual_heating": "annual heating [MWh]",
    "annual_cooling": "annual cooling [MWh]",
    "peak_heating": "peak heating [kW]",
    "peak_cooling": "peak cooling [kW]",
}
#: Profiles of buildings, and those of sky and sun; a picture each.
PROFILES = {
    "days": ("zone_load", "zone_temp"),
    "sun": ("incident_solar", "transmitted_solar", "sky_temp"),
}


#: Pictures of a full report.
ALL_FIGURES = ("loads", "temperatures", "days", "sun", "energyplus")
_MAIN_DAYS = ("600", "600FF", "640", "650FF", "900", "900FF", "940")


def loads(found: Validation) -> Figure | None:
    """Annual loads and peaks of all cases within the spans of the programs."""
    cases = [case for case in found.references if not case.endswith("FF")]
    if not cases:
        return None
    places = np.arange(len(cases))
    with _style.style():
        figure = _style.new_figure(10.5, 1.6 + 0.19 * len(cases))
        axes: Any = figure.subplots(1, len(_LABELS), sharey=True)
        for each, (name, label) in zip(axes, _LABELS.items(), strict=True):
            for place, case in zip(places, cases, strict=True):
                published = found.references[case].outputs[name]
                each.plot(published.span, [place] * 2, color="#D9D9D9", lw=5, solid_capstyle="butt")
                each.plot(
                    list(published.values.values()), [place] * len(published.values), "|",
                    color="#6E6E6E", ms=5, mew=0.9,
                )  # fmt: skip
            if found.engine:
                theirs = [found.engine.results[case][name] for case in cases]
                each.plot(theirs, places, "d", mfc="none", mec=_ENGINE, ms=5, label="EnergyPlus")
            ours = [found.results[case][name] for case in cases]
            each.plot(ours, places, "o", color=_OURS, ms=3.5, label="Fluxion")
            each.set_xlabel(label)
            each.set_xlim(left=0.0)
        axes[0].set_yticks(places, cases, fontsize=7.5)
        axes[0].set_ylim(len(cases) - 0.4, -0.6)
        axes[0].plot([], [], color="#D9D9D9", lw=5, label="span of six programs")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=len(labels))
        return figure


def profiles(found: Validation, kind: str, cases: Sequence[str] | None = None) -> Figure | None:
    """Published days hour by hour.

    Args:
        found: The validation.
        kind: A key of `PROFILES`.
        cases: Of which cases; none takes all.
    """
    whole_year = found.file.weather.start_day == 0 and found.file.weather.days == 365
    wanted = [
        profile
        for reference in found.references.values()
        for profile in reference.profiles
        if (cases is None or profile.case in cases)
        and whole_year
        and profile.output.startswith(PROFILES[kind])
    ]
    if not wanted:
        return None
    columns = min(5, len(wanted))
    rows = -(-len(wanted) // columns)
    with _style.style():
        figure = _style.new_figure(max(4.0, 2.5 * columns), 0.7 + 1.75 * rows)
        axes: Any = figure.subplots(rows, columns, sharex=True, squeeze=False)
        for each in axes.ravel()[len(wanted) :]:
            each.set_visible(False)
        for each, profile in zip(axes.ravel(), wanted, strict=False):
            _draw_profile(each, found, profile)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=len(labels))
        return figure


def temperatures(found: Validation) -> Figure | None:
    """Free-float temperatures within their spans, and case 900FF's hours by degree."""
    cases = [case for case in found.references if case.endswith("FF")]
    if not cases:
        return None
    kinds = ("zone_temp_min", "zone_temp_mean", "zone_temp_max")
    bins = "900FF" in cases and found.file.weather.days >= 365
    with _style.style():
        figure = _style.new_figure(10.5, 3.2)
        axes: Any = figure.subplots(1, 3 + bins)
        for each, name in zip(axes, kinds, strict=False):
            for place, case in enumerate(cases):
                published = found.references[case].outputs[name]
                each.plot(published.span, [place] * 2, color="#D9D9D9", lw=7, solid_capstyle="butt")
                if found.engine:
                    theirs = found.engine.results[case][name]
                    each.plot(theirs, place, "d", mfc="none", mec=_ENGINE, ms=6)
                each.plot(found.results[case][name], place, "o", color=_OURS, ms=4.5)
            each.set_yticks(range(len(cases)), cases)
            each.set_ylim(len(cases) - 0.5, -0.5)
            each.set_xlabel(f"{name.removeprefix('zone_temp_')} [°C]")
        if bins:
            published_bins = ASHRAELoader().temperature_bins()
            lower = np.asarray(published_bins.lower)
            hourly = found.runs["900FF"]["zone_temperature"][:, 0]
            for hours in published_bins.hours.values():
                axes[3].plot(lower + 0.5, hours, color=_PROGRAMS, lw=0.8)
            ours = np.histogram(hourly, np.append(lower, lower[-1] + 1))[0]
            axes[3].plot(lower + 0.5, ours, color=_OURS)
            axes[3].set_xlabel("900FF, hours in each degree [°C]")
        return figure


def engine_differences(found: Validation) -> Figure | None:
    """Annual loads, ours minus EnergyPlus', case by case."""
    if found.engine is None:
        return None
    cases = [case for case in found.references if not case.endswith("FF")]
    if not cases:
        return None
    with _style.style():
        figure = _style.new_figure(10.5, 3.6)
        axes: Any = figure.subplots(2, 1, sharex=True)
        places = np.arange(len(cases))
        for each, what, unit in zip(axes, ("annual", "peak"), ("MWh", "kW"), strict=True):
            for shift, name, colour in (
                (-0.2, "heating", _style.HEATING),
                (0.2, "cooling", _style.COOLING),
            ):
                key = f"{what}_{name}"
                off = [found.results[c][key] - found.engine.results[c][key] for c in cases]
                each.bar(places + shift, off, 0.4, color=colour, label=name)
            each.axhline(0.0, color="black", lw=0.6)
            each.set_ylabel(f"{what} [{unit}]")
        axes[0].legend(ncols=2)
        axes[0].set_title("Fluxion minus EnergyPlus")
        axes[1].set_xticks(places, cases, rotation=90, fontsize=7.5)
        axes[1].set_xlim(-0.7, len(cases) - 0.3)
        return figure


def _draw_profile(axes: Any, found: Validation, profile: PublishedProfile) -> None:
    middle = np.arange(24) + 0.5
    for number, values in enumerate(profile.values.values()):
        # A program that leaves an hour blank had no load in it.
        known = [np.nan if value is None else value for value in values]
        label = "six programs" if number == 0 else None
        axes.plot(middle, known, color=_PROGRAMS, lw=0.8, label=label)
    month, day = (int(part) for part in profile.date.split("-"))
    start = 24 * (int(_MONTH_STARTS[month - 1]) + day - 1)
    rows = slice(start, start + 24)
    if found.engine and profile.output != "sky_temp":
        theirs = _hourly(found.engine.runs[profile.case], profile.output, found)
        axes.plot(middle, theirs[rows], "--", color=_ENGINE, lw=1.1, label="EnergyPlus")
    ours = _hourly(found.runs[profile.case], profile.output, found)
    axes.plot(middle, ours[rows], color=_OURS, lw=1.5, label="Fluxion")
    unit = profile.unit.replace("C", "°C") if profile.unit == "C" else profile.unit
    axes.set_title(
        f"{profile.case} {profile.output.replace('_', ' ')}\n{profile.date} [{unit}]", fontsize=8
    )
    axes.set_xticks([0, 6, 12, 18, 24])
    axes.set_xlim(0, 24)


def _hourly(run: CaseRun, output: str, found: Validation) -> np.ndarray:
    """Hourly values of a profile's output, in its unit."""
    if output == "zone_load":
        return (run["heating_rate"] - run["cooling_rate"]).sum(axis=1) / 1e3
    if output == "zone_temp":
        return run["zone_temperature"][:, 0]
    if output == "sky_temp":
        return hourly_sky_temperature(found.file.weather)
    name, _, side = output.rpartition("_")
    if name == "incident_solar":
        return incident_on(run, side)
    return run["transmitted_solar"].sum(axis=1) / run.window_area.sum()


def figures(found: Validation, names: Sequence[str] | None = None) -> dict[str, Figure]:
    """Every picture that the cases allow, by name.

    Args:
        found: The validation.
        names: Which; none takes all.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    makers = {
        "loads": loads,
        "days": lambda v: profiles(v, "days"),
        "main_days": lambda v: profiles(v, "days", _MAIN_DAYS),
        "sun": lambda v: profiles(v, "sun"),
        "temperatures": temperatures,
        "energyplus": engine_differences,
    }
    chosen = {name: makers[name] for name in (ALL_FIGURES if names is None else names)}
    made = {name: make(found) for name, make in chosen.items()}
    return {name: figure for name, figure in made.items() if figure is not None}
