"""What six programs found for the ASHRAE 140 cases, as the standard's workbook publishes it.

Source: results workbook RESULTS5-2A of ANSI/ASHRAE Standard 140-2020.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fluxion.data._files import frozen, packaged

#: The six programs and their versions, in the order of the workbook.
PROGRAMS: Mapping[str, str] = frozen(
    {
        "BSIMAC": "9.0.74",
        "CSE": "0.861.1",
        "DeST": "2.0 20190401",
        "EnergyPlus": "9.0.1",
        "ESP-r": "13.3",
        "TRNSYS": "18.01.0001",
    }
)
RESULTS, PROFILES = "ashrae140_results.json", "ashrae140_profiles.json"


@dataclass(frozen=True)
class PublishedOutput:
    """One figure of one case.

    Attributes:
        case: Name of the case.
        output: Name of the figure, such as `annual_heating`.
        unit: Its unit: MWh, kW, C, kWh/m2, or 1 for a ratio.
        values: By program; programs that published none are left out.
        stamps: When an extreme occurred, `MM-DD hHH` as published. Hour h ends at h o'clock, but
            DeST counts from 0; the stamp of a peak of zero means nothing.
        alternative: A sky temperature that the specification offers, found by no program.
    """

    case: str
    output: str
    unit: str
    values: Mapping[str, float]
    stamps: Mapping[str, str]
    alternative: float | None = None

    @property
    def span(self) -> tuple[float, float]:
        """Least and greatest value of the programs; informative, not a criterion."""
        return min(self.values.values()), max(self.values.values())

    @property
    def mean(self) -> float:
        """Mean over the programs."""
        return sum(self.values.values()) / len(self.values)


@dataclass(frozen=True)
class PublishedMonths:
    """A figure of one case for each month.

    Attributes:
        case: Name of the case.
        output: Name of the figure, such as `monthly_heating`.
        unit: kWh, or kW for peaks.
        values: By program, January to December; None where a program published nothing.
        stamps: By program, when each peak occurred.
    """

    case: str
    output: str
    unit: str
    values: Mapping[str, tuple[float | None, ...]]
    stamps: Mapping[str, tuple[str | None, ...]]


@dataclass(frozen=True)
class PublishedProfile:
    """A figure of one case hour by hour through a day.

    Attributes:
        case: Name of the case.
        output: `zone_load` (heating positive, cooling negative), `zone_temp`, `sky_temp`, or
            incident and transmitted sunlight by side.
        unit: kWh, C or Wh/m2.
        date: The day, MM-DD.
        values: By program, 24 values, the first from 0 to 1 o'clock; None where a program
            published nothing. DeST is usually an hour early.
        alternative: The sky temperature that the specification offers, if this is one.
    """

    case: str
    output: str
    unit: str
    date: str
    values: Mapping[str, tuple[float | None, ...]]
    alternative: tuple[float, ...] | None = None


@dataclass(frozen=True)
class TemperatureBins:
    """Hours of the year in which the air of case 900FF has a temperature, degree by degree.

    Attributes:
        case: Name of the case.
        lower: Lower end of each bin, a degree wide. [degC]
        hours: By program, hours in each bin. [h]
    """

    case: str
    lower: tuple[int, ...]
    hours: Mapping[str, tuple[float, ...]]


def _by_program(row: Sequence[Any] | None) -> Mapping[str, Any]:
    """A row of the files, without the programs that published nothing."""
    found = zip(PROGRAMS, row or (), strict=row is not None)
    return frozen(
        {
            program: tuple(value) if isinstance(value, list) else value
            for program, value in found
            if value is not None
        }
    )


def published_outputs(case: str) -> Mapping[str, PublishedOutput]:
    """All single figures published for a case, by name."""
    data = packaged(RESULTS)
    stamps = data["stamps"].get(case, {})
    alternatives = data["alternatives"].get(case, {})
    return frozen(
        {
            output: PublishedOutput(
                case=case,
                output=output,
                unit=data["units"][output],
                values=_by_program(row),
                stamps=_by_program(stamps.get(output)),
                alternative=alternatives.get(output),
            )
            for output, row in data["values"].get(case, {}).items()
        }
    )


def published_months(case: str) -> Mapping[str, PublishedMonths]:
    """All monthly figures published for a case, by name."""
    data = packaged(RESULTS)
    stamps = data["month_stamps"].get(case, {})
    return frozen(
        {
            output: PublishedMonths(
                case=case,
                output=output,
                unit=data["units"][output],
                values=_by_program(row),
                stamps=_by_program(stamps.get(output)),
            )
            for output, row in data["months"].get(case, {}).items()
        }
    )


def published_profiles(case: str) -> tuple[PublishedProfile, ...]:
    """All day profiles published for a case."""
    data = packaged(PROFILES)
    found = []
    for key, row in data["profiles"].get(case, {}).items():
        output, date = key.split()
        alternative = data["alternatives"].get(case, {}).get(key)
        found.append(
            PublishedProfile(
                case=case,
                output=output,
                unit=data["units"][output],
                date=date,
                values=_by_program(row),
                alternative=None if alternative is None else tuple(alternative),
            )
        )
    return tuple(found)


@functools.cache
def temperature_bins() -> TemperatureBins:
    """The temperature bins of case 900FF."""
    bins = packaged(PROFILES)["bins"]
    hours = {program: tuple(bins["hours"][program]) for program in PROGRAMS}
    count = len(next(iter(hours.values())))
    lower = tuple(range(bins["first"], bins["first"] + count))
    return TemperatureBins(case=bins["case"], lower=lower, hours=frozen(hours))


def published_results(program: str) -> dict[str, dict[str, float]]:
    """All single figures of one program, by case and name: what a validation also makes.

    Args:
        program: A key of `PROGRAMS`.
    """
    index = list(PROGRAMS).index(program)
    return {
        case: {output: row[index] for output, row in outputs.items() if row[index] is not None}
        for case, outputs in packaged(RESULTS)["values"].items()
    }
