"""Tables of a validation in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fluxion.data import group_verdict
from fluxion.validation._ashrae140 import Row, Validation
from fluxion.validation._engines import SMALL_LOAD

#: Groups of outputs counted apart, and the groups that make up the figure to reach.
GROUPS = {
    "annual loads": ("annual_",),
    "peak loads": ("peak_",),
    "free-float temperatures": ("zone_temp", "sunzone_temp"),
    "sunlight and sky": ("incident_solar", "transmi", "shading_coefficient", "sky_temp"),
    "months of 600 and 900": ("monthly_",),
    "differences of cases": ("delta_",),
}
MAIN_GROUPS = ("annual loads", "peak loads", "free-float temperatures")
MAIN = "annual, peak and free-float"
ALL = "all single figures"


#: By how much of a bound a figure may miss it and still be called near.
NEAR_BOUND = 0.01


def count_spans(
    found: Validation, slack: float = 0.0, *, energyplus: bool = False
) -> dict[str, tuple[int, int]]:
    """How many figures are within the span of the programs, of how many: by group and in sum.

    Months and differences follow from single figures and are in no sum.

    Args:
        found: The validation.
        slack: By how much of a bound a figure may miss it. [-]
        energyplus: Count the figures of EnergyPlus, those that it gives.
    """
    counts = {name: [0, 0] for name in GROUPS}
    for row in found.rows():
        value = row.energyplus if energyplus else row.value
        if value is None or (inside := row.holds(value, slack)) is None:
            continue
        group = next(name for name, begins in GROUPS.items() if row.output.startswith(begins))
        counts[group][0] += inside
        counts[group][1] += 1

    def total(names: Iterable[str]) -> tuple[int, int]:
        picked = [counts[name] for name in names]
        return sum(each[0] for each in picked), sum(each[1] for each in picked)

    sums = {MAIN: total(MAIN_GROUPS), ALL: total((*MAIN_GROUPS, "sunlight and sky"))}
    return {**{name: (a, b) for name, (a, b) in counts.items()}, **sums}


def is_main(row: Row) -> bool:
    """Whether a figure is an annual load, a peak or a free-float temperature."""
    return row.output.startswith(tuple(begin for name in MAIN_GROUPS for begin in GROUPS[name]))


def outside_cases(found: Validation) -> list[str]:
    """Cases of which an annual load, a peak or a free-float temperature is outside its span."""
    rows = (row for row in found.rows() if row.case in found.references and is_main(row))
    return list(dict.fromkeys(row.case for row in rows if row.within is False))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> list[str]:
    """Lines of a table; the first `left` columns are set to the left, the others to the right."""
    align = [":---" if k < left else "---:" for k in range(len(head))]
    lines = [list(head), align, *rows]
    return [f"| {' | '.join(line)} |" for line in lines] + [""]


def number(value: float | None, digits: int = 3) -> str:
    """A number with a true minus sign, or a dash for none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) != 0.0 else text.lstrip("-")


def percent(value: float | None) -> str:
    """A ratio in percent with its sign, or a dash for none."""
    return "–" if value is None else f"{100.0 * value:+.1f} %".replace("-", "−")


def criteria_table(found: Validation) -> list[str]:
    """The acceptance criteria and whether they are met."""
    lines = []
    for verdict in found.verdicts():
        row = verdict.criterion
        met = "yes" if verdict.within else "**no**"
        lines.append(
            [
                row.row.replace("delta_", "").replace("_", " "),
                number(verdict.value),
                number(row.lower, 2),
                number(row.upper, 2),
                met,
            ]
        )
    return table(("criterion [MWh]", "Fluxion", "least", "greatest", "met"), lines)


def group_table(found: Validation) -> list[str]:
    """How the groups of criteria fare."""
    rows = [
        [name, str(v.passed), str(v.evaluated), f"{v.required} of {v.total}"]
        for name, v in group_verdict(found.verdicts()).items()
        if v.evaluated
    ]
    return table(("criteria", "met", "run", "required"), rows)


def span_table(found: Validation) -> list[str]:
    """How many figures are within the programs' span."""
    near = count_spans(found, NEAR_BOUND)
    theirs = count_spans(found, energyplus=True)
    rows = []
    for name, (inside, of) in count_spans(found).items():
        if not of:
            continue
        title = f"**{name}**" if name in (MAIN, ALL) else name
        row = [title, str(of), str(inside), _share(inside, of)]
        row += [str(near[name][0]), _share(near[name][0], of)]
        if found.engine:
            row += ["{} of {}".format(*theirs[name]), _share(*theirs[name])]
        rows.append(row)
    head = ["figures", "published", "within the span", "share", "within 1 % of it", "share"]
    if found.engine:
        head += ["EnergyPlus within the span", "share"]
    return table(head, rows)


def case_table(found: Validation, begins: Sequence[str], *, differences: bool = False) -> list[str]:
    """Figures beside their spans.

    Args:
        found: The validation.
        begins: How the outputs' names begin.
        differences: Of cases, instead of cases.
    """
    head = ["case", "output", "unit", "Fluxion", "least", "greatest", "within"]
    if found.engine:
        head.append("EnergyPlus")
    lines = []
    for row in found.rows():
        if (row.case in found.references) == differences or not row.output.startswith(
            tuple(begins)
        ):
            continue
        lines.append(_line(row, bool(found.engine)))
    return table(head, lines, left=3) if lines else []


def zone_table(found: Validation) -> list[str]:
    """Zone by zone against EnergyPlus, annually and hourly."""
    assert found.engine is not None
    rows = []
    for z in found.engine.zones:
        line = [z.case, z.zone]
        for name in ("heating", "cooling"):
            ours, theirs = getattr(z, name)
            line += [number(ours), number(theirs), _off(z.difference(name), ours - theirs, theirs)]
        for name in ("peak_heating", "peak_cooling"):
            line.append(percent(z.difference(name)))
        line += [
            number(z.temperature_rmse, 2),
            "–" if z.load_cv_rmse is None else f"{100.0 * z.load_cv_rmse:.1f} %",
        ]
        rows.append(line)
    head = (
        "case", "zone", "heating, Fluxion [MWh]", "EnergyPlus", "difference",
        "cooling, Fluxion [MWh]", "EnergyPlus", "difference", "peak heating", "peak cooling",
        "temperature, RMSE [K]", "load, CV-RMSE",
    )  # fmt: skip
    return table(head, rows, left=2)


def factor_table(found: Validation) -> list[str]:
    """Ratios EnergyPlus to Fluxion of the annual loads."""
    assert found.engine is not None
    rows = [
        [z.case, z.zone, number(z.factor("heating"), 4), number(z.factor("cooling"), 4)]
        for z in found.engine.zones
        if z.factor("heating") or z.factor("cooling")
    ]
    return table(("case", "zone", "heating", "cooling"), rows, left=2)


def _share(inside: int, of: int) -> str:
    return f"{100.0 * inside / of:.1f} %" if of else "–"


def _off(share: float | None, off: float, theirs: float) -> str:
    """A difference in percent; of small loads in MWh."""
    if share is None:
        return "–"
    return percent(share) if theirs >= SMALL_LOAD else f"{number(off)} MWh"


def _line(row: Row, engine: bool) -> list[str]:
    digits = 1 if row.unit in ("kWh", "kWh/m2") else 2 if row.unit == "C" else 3
    within = {True: "yes", False: "**no**", None: "–"}[row.within]
    line = [
        row.case,
        row.output.removeprefix("delta_").replace("_", " "),
        {"C": "°C", "kWh/m2": "kWh/m²", "1": "–"}.get(row.unit, row.unit),
        number(row.value, digits),
        number(row.lower, digits),
        number(row.upper, digits),
        within,
    ]
    return [*line, number(row.energyplus, digits)] if engine else line
