"""Whether a participant was on any myositis therapy in a span of days, from doses and medications with partial dates.

Myositis therapy is a JAK inhibitor, a systemic glucocorticoid, a conventional immunosuppressant or antimalarial, a
biologic, immunoglobulin or apheresis; the choice of classes is ours, version 1. A medication without an end goes on,
unless it was given once. A date known to the month or year stands for every day it may mean: what depends on which of
them it was is unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.domain.complete_clinical_response import Therapy
from registry.domain.course import Course, Input, Medication
from registry.domain.medications import MEDICATIONS

CLASSES = frozenset({"glucocorticoid", "conventional_immunosuppressant", "biologic", "immunoglobulin", "apheresis"})


@dataclass(frozen=True, slots=True)
class Given:
    """An interval of therapy: the first and the last day that each of its ends may be."""

    started: tuple[date, date]
    ended: tuple[date, date]
    record: Input

    def within(self, first: date, last: date) -> Therapy:
        """Tell whether it was given on any day from the first to the last."""
        if self.started[0] > last or self.ended[1] < first:
            return "no"
        surely_all_along = max(self.started[1], first) <= min(self.ended[0], last)
        begins_within = first <= self.started[0] and self.started[1] <= last
        ends_within = first <= self.ended[0] and self.ended[1] <= last
        return "yes" if surely_all_along or begins_within or ends_within else "unknown"


def given(course: Course) -> tuple[Given, ...]:
    """Give every interval of myositis therapy of a course."""
    return (*_doses(course), *(_interval(one) for one in course.medications if _is_therapy(one)))


def therapy_within(intervals: tuple[Given, ...], first: date, last: date) -> Therapy:
    """Tell whether any therapy was given on any day from the first to the last."""
    found = {interval.within(first, last) for interval in intervals}
    if "yes" in found:
        return "yes"
    return "unknown" if "unknown" in found else "no"


def _doses(course: Course) -> Iterator[Given]:
    for dose in course.doses:
        ends = dose.ends or date.max
        yield Given((dose.starts, dose.starts), (ends, ends), dose.used("started_on", "ended_on"))


def _is_therapy(medication: Medication) -> bool:
    known = MEDICATIONS.get(str(medication.image.get("medication")))
    return known is not None and known.kind in CLASSES


def _interval(medication: Medication) -> Given:
    start, end = medication.partial("started_on"), medication.partial("ended_on")
    started = (start.earliest, start.latest) if start else (date.min, end.latest if end else date.max)
    if end is not None:
        ended = (end.earliest, end.latest)
    else:
        ended = started if medication.image.get("frequency") == "once" else (date.max, date.max)
    return Given(started, ended, medication.used("medication", "started_on", "ended_on"))
