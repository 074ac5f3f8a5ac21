"""Dates as people know them: whole or partial (`2019`, `2019-05`, `2019-05-17`), and the study day without a day 0.

Sources: domain reference 8 (an import refuses a date it would have to guess), SDTM IG 3.4 (ISO 8601 partial dates;
`--DY` has no day 0, CORE-000552 and CORE-000529).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self

Precision = Literal["year", "month", "day"]
FURTHEST_ZONE = timedelta(hours=14)
"""What the latest day on earth is ahead of UTC: a moment may be on that day somewhere."""

_FORM = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")


class NotADate(ValueError):
    """The text is not a date written YYYY, YYYY-MM or YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the year, the month or the day; it stands for every day it may mean."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise NotADate("A date with a day needs its month.")
        try:
            date(self.year, _known(self.month), _known(self.day))
        except ValueError as error:
            raise NotADate("The year, month and day do not make a date of the calendar.") from error

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and nothing else; raises NotADate."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise NotADate("A date is written YYYY, YYYY-MM or YYYY-MM-DD.")
        return cls(*(int(part) for part in match.groups() if part is not None))

    @classmethod
    def of(cls, day: date) -> Self:
        """The date that is known to the day."""
        return cls(day.year, day.month, day.day)

    @property
    def precision(self) -> Precision:
        """What is known: the year, the month or the day."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    @property
    def earliest(self) -> date:
        """The first day it may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def is_certainly_before(self, other: "PartialDate | date") -> bool:
        """Whether every day this may mean is before every day the other may mean; unknown counts as no."""
        first = other.earliest if isinstance(other, PartialDate) else other
        return self.latest < first

    def is_certainly_after(self, other: "PartialDate | date") -> bool:
        """Whether every day this may mean is after every day the other may mean; unknown counts as no."""
        last = other.latest if isinstance(other, PartialDate) else other
        return self.earliest > last

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


def _known(part: int | None) -> int:
    return 1 if part is None else part


def study_day(day: date, reference: date) -> int:
    """Day in the study, where the reference date is day 1, the day before it is day -1, and there is no day 0."""
    difference = (day - reference).days
    return difference + 1 if difference >= 0 else difference


def plus_months(day: date, months: int) -> date:
    """The same day of the month so many calendar months on, or back; the last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(first: date, last: date) -> int:
    """Whole calendar months from the first day to the last, which is not before it: 31 January to 31 July are six."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if plus_months(first, months) <= last else months - 1
