"""The ASHRAE 140 cases with everything published about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fluxion.building import Building
from fluxion.cases import ashrae140, describe_ashrae140, list_ashrae140
from fluxion.data._criteria import Criterion, Limit, criteria, limits
from fluxion.data._published import (
    PublishedMonths,
    PublishedOutput,
    PublishedProfile,
    TemperatureBins,
    published_months,
    published_outputs,
    published_profiles,
    temperature_bins,
)
from fluxion.errors import InputError


@dataclass(frozen=True)
class ReferenceCase:
    """A test case with what is known about it.

    Attributes:
        name: Of the case, such as `600FF`.
        summary: What it is, in one sentence.
        building: Its description, to be built and simulated.
        outputs: Published figures of the year by name, each program's value and their span.
        limits: Windows that follow from the acceptance criteria, by output; few cases have them.
        months: Published monthly figures by name (cases 600 and 900).
        profiles: Published day profiles.
    """

    name: str
    summary: str
    building: Building
    outputs: Mapping[str, PublishedOutput]
    limits: Mapping[str, Limit]
    months: Mapping[str, PublishedMonths]
    profiles: tuple[PublishedProfile, ...]

    @property
    def spans(self) -> dict[str, tuple[float, float]]:
        """Least and greatest published value of each output."""
        return {name: output.span for name, output in self.outputs.items()}

    def profile(self, output: str, date: str) -> PublishedProfile:
        """A published day profile.

        Args:
            output: Such as `zone_load`.
            date: The day, MM-DD.

        Raises:
            InputError: There is none; the message lists those there are.
        """
        for profile in self.profiles:
            if (profile.output, profile.date) == (output, date):
                return profile
        known = ", ".join(f"{each.output} {each.date}" for each in self.profiles) or "none"
        raise InputError(
            f"no profile {output} {date} is published for case {self.name}; there are: {known}"
        )


class ASHRAELoader:
    """Loads the cases of ASHRAE Standard 140 and the figures published for them.

    The figures are examples of what six programs find, and limits for acceptance. They are there
    to compare with; no calculation uses them.
    """

    def load_140_buildings(self, cases: Iterable[str] | None = None) -> dict[str, ReferenceCase]:
        """Descriptions, published values, spans and limits, by case.

        Args:
            cases: Names of cases; none takes all.

        Raises:
            BuildingError: There is no such case.
        """
        asked = list_ashrae140() if cases is None else [str(case).strip().upper() for case in cases]
        return {
            name: ReferenceCase(
                name=name,
                summary=describe_ashrae140(name),
                building=ashrae140(name),
                outputs=published_outputs(name),
                limits=limits(name),
                months=published_months(name),
                profiles=published_profiles(name),
            )
            for name in asked
        }

    def criteria(self) -> tuple[Criterion, ...]:
        """The forty acceptance criteria."""
        return criteria()

    def temperature_bins(self) -> TemperatureBins:
        """Hours a year in each degree of case 900FF's air temperature."""
        return temperature_bins()
