"""The days of a run: which, and what weekday they are."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass

from fluxion.energyplus._settings import Settings
from fluxion.errors import SimulationError
from fluxion.units import month_lengths
from fluxion.weather import Weather

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class RunDays:
    """The days that the engine runs.

    Attributes:
        start_day: First day, 1 January is 0.
        days: How many.
        leap_year: Whether there is a 29 February.
        first_weekday: Of 1 January, Monday 0.
        lead: Days of the weather run before the first, from the end of the year before where
            the run begins on 1 January.
    """

    start_day: int
    days: int
    leap_year: bool
    first_weekday: int
    lead: int = 0

    @property
    def days_in_year(self) -> int:
        """365 or 366."""
        return 366 if self.leap_year else 365

    @property
    def year(self) -> int:
        """A calendar year with these weekdays, the one of the stamps of `io.to_xarray`."""
        return year_of(self.first_weekday, self.leap_year)

    @property
    def begin(self) -> datetime.date:
        """First day that counts."""
        return datetime.date(self.year, 1, 1) + datetime.timedelta(days=self.start_day)

    @property
    def begin_lead(self) -> datetime.date:
        """First day that is run."""
        return self.begin - datetime.timedelta(days=self.lead)

    @property
    def end(self) -> datetime.date:
        """Last day."""
        return self.begin + datetime.timedelta(days=self.days - 1)

    def date(self, day: int) -> tuple[int, int]:
        """Month and day of a day of the year."""
        for month, length in enumerate(month_lengths(self.leap_year), start=1):
            if day < length:
                return month, day + 1
            day -= length
        raise SimulationError(f"day {day} is beyond the end of the year")


_COUNTS_FROM = "counts from "


def run_period_name(days: RunDays) -> str:
    """Name of the engine's run period; says which day is the first that counts."""
    return _COUNTS_FROM + days.begin.isoformat()


def counts_from(name: str) -> datetime.date | None:
    """The day that a name of `run_period_name` holds, or None for any other name."""
    try:
        return datetime.date.fromisoformat(name.lower().removeprefix(_COUNTS_FROM))
    except ValueError:
        return None


def month_ends(leap_year: bool) -> tuple[int, ...]:
    """Last day of each month."""
    return month_lengths(leap_year)


def year_of(first_weekday: int, leap_year: bool) -> int:
    """The first year since 2000 that is as long and begins on this day of the week."""
    for year in range(2000, 2029):
        if calendar.isleap(year) == leap_year and calendar.weekday(year, 1, 1) == first_weekday % 7:
            return year
    raise AssertionError("28 years hold every calendar")


def run_days(settings: Settings, weather: Weather | None) -> RunDays:
    """The days of a run, from settings and weather.

    Raises:
        SimulationError: The weather does not have these days.
    """
    if weather is None:
        start, days, leap, weekday = 0, 365, False, 6
    else:
        start, days, leap = weather.start_day, weather.days, weather.leap_year
        weekday = (weather.first_weekday - weather.start_day) % 7
    first, last = start, start + days
    if settings.start_day is not None:
        start = settings.start_day
        days = last - start
    if settings.days is not None:
        days = settings.days
    if settings.first_weekday is not None:
        weekday = settings.first_weekday
    year = 366 if leap else 365
    if last > year:
        raise SimulationError(
            f"the weather runs through the turn of the year (day {first + 1} to {last}); "
            "EnergyPlus takes days of one calendar year, so cut it there"
        )
    if not first <= start < start + days <= last:
        raise SimulationError(
            f"{days} days from day {start + 1} were asked of a weather with the days "
            f"{first + 1} to {last}; choose start_day and days within them"
        )
    whole = days == year
    lead = settings.warmup_days if whole else min(settings.warmup_days, start - first)
    return RunDays(start, days, leap, weekday, lead)
