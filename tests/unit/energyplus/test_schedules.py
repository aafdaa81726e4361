"""Schedules survive the engine's compact form: read back, they are the same every day."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from fluxion.building import Schedule
from fluxion.cases import ashrae140, office
from fluxion.energyplus._calendar import RunDays, year_of
from fluxion.energyplus._schedules import compact

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def read_back(fields, first_weekday: int, steps: int, leap: bool = False) -> np.ndarray:
    """What the engine makes of a compact schedule: a value for each of its steps."""
    year = year_of(first_weekday, leap)
    periods, date, days, minutes = [], None, None, 0
    for item in (entry["field"] for entry in fields["data"]):
        if isinstance(item, float):
            periods[-1][2].append((minutes, item))
        elif item.startswith("Through:"):
            month, day = map(int, item.removeprefix("Through: ").split("/"))
            date = (month, day)
        elif item.startswith("For:"):
            days = item.removeprefix("For: ").split()
            periods.append((date, days, []))
        else:
            hour, minute = map(int, item.removeprefix("Until: ").split(":"))
            minutes = 60 * hour + minute
    values = []
    for number in range(366 if leap else 365):
        today = datetime.date(year, 1, 1) + datetime.timedelta(days=number)
        through = next(end for end, _, _ in periods if (today.month, today.day) <= end)
        weekday = _WEEKDAYS[today.weekday()]
        profile = next(
            until
            for end, names, until in periods
            if end == through and ({weekday, "AllDays", "AllOtherDays"} & set(names))
        )
        for step in range(24 * steps):
            end = 60 * (step + 1) // steps
            values.append(next(value for until, value in profile if end <= until))
    return np.array(values)


def wanted(schedule: Schedule, first_weekday: int, steps: int, leap: bool = False) -> np.ndarray:
    hours = schedule.expand(366 if leap else 365, first_weekday, leap)
    middle = (np.arange(steps) + 0.5) / steps
    return (hours[:, :1] + middle * (hours[:, 1:] - hours[:, :1])).reshape(-1)


SEASONS = Schedule(
    name="seasons",
    rules=(
        {"segments": ((24, 3.0),), "first": (12, 20), "last": (1, 6)},
        {
            "segments": ((8, 1.0), (24, 2.0, 4.0)),
            "first": (5, 1),
            "last": (9, 30),
            "days": ("weekend",),
        },
        {"segments": ((24, 0.5),), "days": ("wednesday",)},
        {"segments": ((24, 0.0),)},
    ),  # fmt: skip
)
SCHEDULES = {
    **{schedule.name: schedule for schedule in office().schedules},
    "setback": ashrae140("640").schedule("setback"),
    "seasons": SEASONS,
    "hourly": Schedule.hourly("hourly", np.sin(np.arange(8760) / 7.0)),
    "constant": Schedule.constant("constant", 0.25),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_step_of_the_year_is_the_same(name) -> None:
    schedule = SCHEDULES[name]
    for first_weekday, steps in ((6, 12), (2, 4)):
        days = RunDays(0, 365, False, first_weekday)
        got = read_back(compact(schedule, days, steps), first_weekday, steps)
        np.testing.assert_allclose(got, wanted(schedule, first_weekday, steps), atol=1e-12)


def test_leap_years() -> None:
    got = read_back(compact(SEASONS, RunDays(0, 366, True, 3), 1), 3, 1, leap=True)
    np.testing.assert_allclose(got, wanted(SEASONS, 3, 1, leap=True), atol=1e-12)


def test_on_and_off() -> None:
    days = RunDays(0, 365, False, 6)
    got = read_back(compact(SEASONS, days, 1, on_off=True), 6, 1)
    np.testing.assert_array_equal(got, wanted(SEASONS, 6, 1) > 0)


def test_equal_hours_are_written_once() -> None:
    assert len(compact(SCHEDULES["constant"], RunDays(0, 365, False, 6), 12)["data"]) == 4
    # Weekdays, Saturday and Sunday, a day of two or a few values each.
    assert len(compact(SCHEDULES["fans"], RunDays(0, 365, False, 6), 12)["data"]) < 15


@pytest.mark.parametrize("leap", [False, True])
def test_years_begin_on_the_day_that_was_asked_for(leap) -> None:
    for weekday in range(7):
        year = year_of(weekday, leap)
        assert datetime.date(year, 1, 1).weekday() == weekday
        assert (year % 4 == 0) == leap
