"""How many days of a time a participant was steroid-free, and since when to its end: day by day as `steroid_free_since` says.

Rule of ours, version 1. Between two days on which some record begins or ends, or may, nothing changes, so each such stretch
is judged once. A day counts as steroid-free only where it certainly is: one that is not decided is told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from registry.domain.course import Course, Medication
from registry.domain.dates import PartialDate
from registry.domain.derivations.treatment import are_unrecorded, glucocorticoids_of
from registry.domain.glucocorticoid_course import status_on, systemic

_DAY = timedelta(days=1)
_DECIDED = {"steroid_free": True, "on_glucocorticoids": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class SteroidFreeTime:
    """Days that are steroid-free, days that are not decided, and the first of those that lead to the end without a break.

    `at_end` is whether the last day is steroid-free; None where it is not decided.
    """

    days: int
    undecided_days: int
    since: date | None
    at_end: bool | None


def steroid_free_time(course: Course, first: date, last: date) -> SteroidFreeTime:
    """Count the days from the first to the last, both included."""
    drugs = glucocorticoids_of(course)
    given = systemic(drugs)
    begins = sorted({first, *(day for day in _turns(drugs) if first < day <= last)})
    days: Counter[str] = Counter()
    status = ""
    since: date | None = None
    for begin, after in zip(begins, [*begins[1:], last + _DAY], strict=True):
        status = "indeterminate" if are_unrecorded(course, begin) else status_on(given, begin)
        days[status] += (after - begin).days
        since = (since or begin) if status == "steroid_free" else None
    return SteroidFreeTime(
        days=days["steroid_free"], undecided_days=days["indeterminate"], since=since, at_end=_DECIDED.get(status)
    )


def _turns(drugs: Iterable[Medication]) -> Iterable[date]:
    """Give the days on which it may change whether one is given: its first and last day, and the days after them."""
    for drug in drugs:
        for known in (drug.partial("started_on"), drug.partial("ended_on")):
            if known is not None:
                yield from _around(known)


def _around(known: PartialDate) -> tuple[date, ...]:
    return known.earliest, known.earliest + _DAY, known.latest, known.latest + _DAY
