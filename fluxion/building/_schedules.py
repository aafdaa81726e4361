"""Functions of the year: values hour by hour, with exact ramps and jumps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
from jaxtyping import Float
from pydantic import Field, Strict, model_validator

from fluxion.building._base import Description
from fluxion.building._calendar import CALENDAR, GROUPS, LEAP_DAY, MONTHS, WEEKDAYS, Weekday
from fluxion.building._units import Name, Number
from fluxion.errors import BuildingError


class Segment(NamedTuple):
    """A part of a day: up to an hour, a value, and the value at its end if it is a ramp."""

    until: Annotated[int, Strict(), Field(ge=1, le=24)]
    value: Number
    end_value: Number | None = None


class ScheduleRule(Description):
    """A day profile and the days it is for."""

    segments: Annotated[tuple[Segment, ...], Field(min_length=1)]
    """`[until hour, value]`, or `[until hour, value, end value]` for a line between the two."""
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("all",)
    """Days of the week, or `weekdays`, `weekend`, `all`."""
    first: tuple[Annotated[int, Strict()], Annotated[int, Strict()]] = (1, 1)
    """First month and day."""
    last: tuple[Annotated[int, Strict()], Annotated[int, Strict()]] = (12, 31)
    """Last month and day; before `first`, the rule runs through the turn of the year."""

    @model_validator(mode="after")
    def _check_rule(self) -> ScheduleRule:
        hours = [0, *(segment.until for segment in self.segments)]
        for previous, until in zip(hours, hours[1:], strict=False):
            if until <= previous:
                raise ValueError(
                    f"a segment until hour {until} follows hour {previous}; "
                    "the hours of a day must increase"
                )
        if hours[-1] != 24:
            raise ValueError(
                f"the day ends at hour {hours[-1]} and does not cover the rest; "
                "let the last segment run until 24"
            )
        for day in (self.first, self.last):
            if day not in CALENDAR:
                raise ValueError(
                    f"{list(day)} is no day of the year; give [month, day], such as [7, 14]"
                )
        return self

    def profile(self) -> Float[np.ndarray, "24 2"]:
        """Value at the start and at the end of each hour of the day."""
        hours = np.empty((24, 2))
        start = 0
        for until, value, end_value in self.segments:
            end = value if end_value is None else end_value
            knots = np.linspace(value, end, until - start + 1)
            hours[start:until, 0], hours[start:until, 1] = knots[:-1], knots[1:]
            start = until
        return hours

    def applies(self) -> np.ndarray:
        """Whether the rule is for a date of a leap year and a weekday, shape (366, 7)."""
        dates = np.zeros(366, dtype=bool)
        start, stop = CALENDAR.index(self.first), CALENDAR.index(self.last)
        if start <= stop:
            dates[start : stop + 1] = True
        else:
            dates[start:] = dates[: stop + 1] = True
        weekdays = np.zeros(7, dtype=bool)
        for day in self.days:
            weekdays[list(GROUPS[day]) if day in GROUPS else WEEKDAYS.index(day)] = True
        return dates[:, None] & weekdays[None, :]


class Schedule(Description):
    """A function of the year, in cells of one hour with a value at each end.

    Exactly one of `value`, `values` and `rules` is given. Of the rules, the first that is for
    a day gives its profile. Steps between hours and lines within them are both exact.
    """

    name: Name
    """Name, the only one of its kind in the building."""
    value: Number | None = None
    """The value of all hours."""
    values: tuple[Number, ...] | None = None
    """A value for each hour of the year, 8760 or 8784."""
    rules: tuple[ScheduleRule, ...] | None = None
    """Day profiles and their days; the first rule that is for a day counts."""

    @classmethod
    def constant(cls, name: str, value: float) -> Self:
        """The same value all year."""
        return cls(name=name, value=value)

    @classmethod
    def daily(cls, name: str, values: Sequence[float] | Sequence[tuple[float, ...]]) -> Self:
        """The same day all year.

        Args:
            name: Name of the schedule.
            values: 24 hourly values, or segments `(until, value)` and `(until, value, end_value)`.
        """
        return cls(name=name, rules=({"segments": _segments(values)},))  # pyright: ignore

    @classmethod
    def week(
        cls,
        name: str,
        *,
        weekdays: Sequence[Any],
        weekend: Sequence[Any] | None = None,
        saturday: Sequence[Any] | None = None,
        sunday: Sequence[Any] | None = None,
    ) -> Self:
        """The same week all year.

        Args:
            name: Name of the schedule.
            weekdays: Monday to Friday, given as in `daily`, and other days not given.
            weekend: Saturday and Sunday.
            saturday: Saturday, before `weekend`.
            sunday: Sunday, before `weekend`.
        """
        days = (("saturday", saturday), ("sunday", sunday), ("weekend", weekend))
        rules = [
            {"segments": _segments(values), "days": (day,)}
            for day, values in (*days, ("all", weekdays))
            if values is not None
        ]
        return cls(name=name, rules=tuple(rules))  # pyright: ignore

    @classmethod
    def hourly(cls, name: str, values: Iterable[float]) -> Self:
        """8760 or 8784 values, each for one hour."""
        return cls(name=name, values=tuple(float(value) for value in values))

    @model_validator(mode="after")
    def _check_year(self) -> Schedule:
        given = [key for key in ("value", "values", "rules") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(
                f"schedule {self.name!r} was given {' and '.join(given) or 'nothing'}; "
                "give one of value, values and rules"
            )
        if self.values is not None and len(self.values) not in (8760, 8784):
            raise ValueError(
                f"schedule {self.name!r} has {len(self.values)} hourly values and does not cover "
                "the year; give 8760 (or 8784 for a leap year)"
            )
        if self.rules is not None and (free := np.argwhere(self._rule_of_day() < 0)).size:
            (month, day), weekday = CALENDAR[free[0, 0]], WEEKDAYS[free[0, 1]]
            raise ValueError(
                f"schedule {self.name!r} does not cover the year: no rule is for a {weekday} on "
                f"{day} {MONTHS[month - 1]}; add a last rule for all days"
            )
        return self

    def expand(
        self, days: int = 365, first_weekday: int = 6, leap_year: bool = False
    ) -> Float[np.ndarray, "hour 2"]:
        """The schedule hour by hour, from 1 January on.

        Args:
            days: Number of days.
            first_weekday: Day of the week of 1 January, Monday 0 to Sunday 6.
            leap_year: Whether 29 February is a day of this year.

        Returns:
            Value at the start and at the end of each hour, linear in between.

        Raises:
            BuildingError: The schedule does not cover these days.
        """
        limit = 366 if leap_year else 365
        if not 1 <= days <= limit:
            raise BuildingError(f"{days} days were asked for; a year here has 1 to {limit}")
        if not 0 <= first_weekday <= 6:
            raise BuildingError(
                f"first_weekday {first_weekday} was given; Monday is 0 and Sunday is 6"
            )
        if self.value is not None:
            return np.full((days * 24, 2), self.value)
        if self.values is not None:
            if len(self.values) != limit * 24:
                raise BuildingError(
                    f"schedule {self.name!r} has {len(self.values)} hourly values and does not "
                    f"cover a year of {limit * 24} hours; give as many as the year has"
                )
            return np.repeat(np.asarray(self.values[: days * 24])[:, None], 2, axis=1)
        dates = np.arange(366) if leap_year else np.delete(np.arange(366), LEAP_DAY)
        weekdays = (first_weekday + np.arange(days)) % 7
        chosen = self._rule_of_day()[dates[:days], weekdays]
        profiles = np.stack([rule.profile() for rule in self.rules or ()])
        return profiles[chosen].reshape(days * 24, 2)

    def extremes(self) -> tuple[float, float]:
        """The lowest and the highest value of any year."""
        if self.value is not None:
            return self.value, self.value
        if self.values is not None:
            return min(self.values), max(self.values)
        profiles = np.stack([rule.profile() for rule in self.rules or ()])
        return float(profiles.min()), float(profiles.max())

    def _rule_of_day(self) -> np.ndarray:
        """Number of the rule for each date of a leap year and weekday, -1 for none."""
        chosen = np.full((366, 7), -1)
        for number, rule in reversed(list(enumerate(self.rules or ()))):
            chosen[rule.applies()] = number
        return chosen


def _segments(values: Sequence[Any]) -> tuple[Any, ...]:
    """24 hourly values become 24 segments; segments stay what they are."""
    if any(isinstance(value, Sequence) for value in values):
        return tuple(values)
    if len(values) != 24:
        raise BuildingError(
            f"{len(values)} hourly values were given and do not cover the day; "
            "give 24, or segments (until hour, value)"
        )
    hours = [(hour, float(value)) for hour, value in enumerate(values, start=1)]
    return tuple(
        segment
        for segment, following in zip(hours, [*hours[1:], (0, float("nan"))], strict=True)
        if segment[1] != following[1]
    )
