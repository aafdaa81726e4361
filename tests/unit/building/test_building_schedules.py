"""Schedules hour by hour: weekdays, dates, leap years, ramps and jumps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fluxion.building import Schedule, ScheduleRule, Segment, build_for
from fluxion.cases import office
from fluxion.errors import BuildingError
from fluxion.io import default_weather


def test_a_constant_covers_any_year():
    np.testing.assert_array_equal(Schedule.constant("c", 3.0).expand(2), np.full((48, 2), 3.0))
    assert Schedule.constant("c", 3.0).expand(366, leap_year=True).shape == (8784, 2)


def test_a_ramp_is_a_line_and_a_drop_is_a_jump():
    setback = Schedule.daily("s", [(7, 10.0), (8, 10.0, 20.0), (23, 20.0), (24, 10.0)])
    day = setback.expand(1)
    np.testing.assert_array_equal(day[6], (10.0, 10.0))
    np.testing.assert_array_equal(day[7], (10.0, 20.0))
    np.testing.assert_array_equal(day[8], (20.0, 20.0))
    np.testing.assert_array_equal(day[22], (20.0, 20.0))
    np.testing.assert_array_equal(day[23], (10.0, 10.0))


def test_a_ramp_over_several_hours_is_one_line():
    day = Schedule.daily("s", [(6, 0.0), (10, 0.0, 8.0), (24, 8.0)]).expand(1)
    np.testing.assert_allclose(day[6:10], [(0, 2), (2, 4), (4, 6), (6, 8)])


def test_24_values_are_those_of_the_hours():
    values = [0.0] * 8 + [1.0] * 10 + [0.5] * 6
    schedule = Schedule.daily("s", values)
    np.testing.assert_array_equal(schedule.expand(3), np.repeat(np.tile(values, 3)[:, None], 2, 1))
    assert schedule.rules is not None
    assert schedule.rules[0].segments == (Segment(8, 0.0), Segment(18, 1.0), Segment(24, 0.5))


@pytest.mark.parametrize("first", range(7))
def test_weekdays_count_from_monday(first):
    week = Schedule.week("w", weekdays=[(24, 1.0)], saturday=[(24, 2.0)], sunday=[(24, 3.0)])
    days = week.expand(14, first_weekday=first)[::24, 0]
    calendar = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0]
    np.testing.assert_array_equal(days, [calendar[(first + day) % 7] for day in range(14)])


def test_the_year_begins_on_a_sunday_unless_told_otherwise():
    week = Schedule.week("w", weekdays=[(24, 1.0)], weekend=[(24, 0.0)])
    assert week.expand(2)[0, 0] == 0.0 and week.expand(2)[24, 0] == 1.0


def test_the_first_rule_for_a_day_counts():
    schedule = Schedule(
        name="s",
        rules=(
            ScheduleRule(segments=(Segment(24, 9.0),), first=(7, 14), last=(7, 14)),
            ScheduleRule(segments=(Segment(24, 5.0),), days=("tuesday", "weekend")),
            ScheduleRule(segments=(Segment(24, 1.0),), first=(11, 1), last=(2, 28)),
            ScheduleRule(segments=(Segment(24, 0.0),)),
        ),
    )
    days = schedule.expand(365, first_weekday=0)[::24, 0]
    july_14 = 31 + 28 + 31 + 30 + 31 + 30 + 13
    assert days[july_14] == 9.0 and days[july_14 + 1] != 9.0
    np.testing.assert_array_equal(days[:7], (1, 5, 1, 1, 1, 5, 5))
    march_1 = 31 + 28
    weekday = [day % 7 in (0, 2, 3, 4) for day in range(365)]
    ordinary = [days[day] for day in range(march_1, 304) if weekday[day] and day != july_14]
    assert set(ordinary) == {0.0}
    assert {days[day] for day in range(304, 365) if weekday[day]} == {1.0}


def test_29_february_is_a_day_of_leap_years_only():
    schedule = Schedule(
        name="s",
        rules=(
            ScheduleRule(segments=(Segment(24, 1.0),), first=(2, 29), last=(2, 29)),
            ScheduleRule(segments=(Segment(24, 2.0),), first=(3, 1), last=(3, 1)),
            ScheduleRule(segments=(Segment(24, 0.0),)),
        ),
    )
    common, leap = schedule.expand(365)[::24, 0], schedule.expand(366, leap_year=True)[::24, 0]
    assert len(leap) == 366
    np.testing.assert_array_equal(common[58:61], (0, 2, 0))
    np.testing.assert_array_equal(leap[58:62], (0, 1, 2, 0))


def test_weekdays_go_on_through_29_february():
    week = Schedule.week("w", weekdays=[(24, 1.0)], sunday=[(24, 3.0)])
    days = week.expand(366, first_weekday=2, leap_year=True)[::24, 0]
    np.testing.assert_array_equal(np.flatnonzero(days == 3.0), np.arange(4, 366, 7))


def test_hourly_values_fit_their_year():
    values = np.arange(8760.0)
    schedule = Schedule.hourly("h", values)
    np.testing.assert_array_equal(schedule.expand(365), np.stack([values, values], axis=1))
    np.testing.assert_array_equal(schedule.expand(31)[:, 0], values[:744])
    with pytest.raises(BuildingError, match="8760 hourly values and does not cover a year of 8784"):
        schedule.expand(366, leap_year=True)
    with pytest.raises(BuildingError, match="does not cover the year"):
        Schedule.hourly("h", values[:100])
    assert Schedule.hourly("h", np.zeros(8784)).expand(366, leap_year=True).shape == (8784, 2)


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda: Schedule.daily("s", [(18, 1.0)]), "does not cover the rest"),
        (lambda: Schedule.daily("s", [(18, 1.0), (12, 0.0), (24, 1.0)]), "must increase"),
        (lambda: Schedule.daily("s", [1.0] * 23), "23 hourly values were given"),
        (lambda: Schedule.daily("s", [(25, 1.0)]), "at most 24"),
        (lambda: Schedule.daily("s", [(7.5, 1.0), (24, 0.0)]), "a whole number"),
        (
            lambda: Schedule(name="s", rules=(ScheduleRule(segments=(Segment(24, 1.0),),
                             days=("weekdays",)),)),
            "no rule is for a saturday on 1 January",
        ),
        (
            lambda: Schedule(name="s", rules=(ScheduleRule(segments=(Segment(24, 1.0),),
                             last=(12, 30)),)),
            "on 31 December",
        ),
        (lambda: ScheduleRule(segments=(Segment(24, 1.0),), first=(2, 30)), "no day of the year"),
        (lambda: ScheduleRule(segments=(Segment(24, 1.0),), days=("wekdays",)), "'weekdays'"),
        (lambda: Schedule(name="s"), "was given nothing; give one of value, values and rules"),
        (lambda: Schedule(name="s", value=1.0, values=(1.0,) * 8760), "value and values"),
        (lambda: Schedule.constant("s", 1.0).expand(366), "a year here has 1 to 365"),
        (lambda: Schedule.constant("s", 1.0).expand(0), "0 days were asked for"),
        (lambda: Schedule.constant("s", 1.0).expand(1, first_weekday=7), "Sunday is 6"),
    ],
)  # fmt: skip
def test_what_does_not_cover_the_day_or_the_year_is_refused(make, wanted):
    with pytest.raises(BuildingError) as caught:
        make()
    assert wanted in str(caught.value)


def test_extremes_are_those_of_the_expansion():
    schedule = Schedule.week("w", weekdays=[(6, 1.0), (8, 1.0, 5.0), (24, 2.0)], sunday=[(24, 0.5)])
    year = schedule.expand()
    assert schedule.extremes() == (year.min(), year.max())


def test_schedules_are_laid_out_on_the_calendar_of_a_weather():
    year = default_weather()
    weather = dataclasses.replace(year.select_days(100, 2), first_weekday=3, leap_year=True)
    structure = build_for(office(), weather, dtype="float32").structure
    assert structure.days == 366
    assert structure.first_weekday == 1
