"""A participant as an analysis follows it from the baseline, and the definitions of what it looks for.

Days are counted from the baseline visit (`course.Course.baseline`). What happened is looked for at the complete visits after
it. These are the outcomes that no rule of the rulebook gives; each definition has its version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property

from registry.domain.analysis_measures import OURS, Definition, Measure, Value
from registry.domain.analysis_seen import Seen
from registry.domain.analysis_visit import BY_NAME
from registry.domain.course import Course, Dose, order_of
from registry.domain.dates import study_day
from registry.domain.deidentification import Action
from registry.domain.derivations.steroid_free_time import SteroidFreeTime, steroid_free_time
from registry.domain.jak_exposure import is_systemic
from registry.domain.study_safety import Interval
from registry.domain.time_on_drug import Episode, times_on
from registry.domain.vocabulary import VISIT_EVENTS

ANTIBODY_GROUP = Definition(
    id="antibody-group",
    version="1",
    words="The one myositis-specific autoantibody that is positive; several, associated only, none found, or not tested.",
    source=OURS,
    certainty=90,
)
DISEASE_DURATION = Definition(
    id="disease-duration",
    version="1",
    words="Calendar months from the month of the first symptom, or of the diagnosis, to that of the baseline; none where only "
    "the year is known.",
    source=OURS,
    certainty=90,
)
AT_WEEK = Definition(
    id="at-week",
    version="2",
    words="The complete visit after the baseline, planned or not, nearest to so many weeks after it, within 14 days at week 12, "
    "28 at week 24, 42 at week 52; of two as near the earlier.",
    source=OURS,
    certainty=80,
)
TIME_TO = Definition(
    id="time-to-event",
    version="2",
    words="Days from the baseline to the first visit after it at which the event is found; else, as censored, to the last at "
    "which it could be decided; neither where it could be at none. A response is not reached only where the measures that "
    "are missing could not add enough. Inactive disease is looked for in those who are known not to have it at the baseline.",
    source=OURS,
    certainty=80,
)
STEROID_FREE = Definition(
    id="steroid-free-time",
    version="2",
    words="Days from the baseline to the last complete visit, both included, that the rule steroid-free-since finds free of "
    "systemic glucocorticoids; undecided ones apart. No share of the time is told where any day of it is undecided.",
    source="Domain reference 2.8 names the endpoint; the counting is of this registry",
    certainty=80,
)


TIME_ON_FIRST = Definition(
    id="time-on-first-jak-inhibitor",
    version="1",
    words="From the first day of the first systemic JAK inhibitor to the last of the time on it, both included; gaps as the rule "
    "study-safety bridges them do not end it, and what lies after the last complete visit is not counted.",
    source=OURS,
    certainty=80,
)
SINCE_FIRST = Definition(
    id="events-since-first-jak-inhibitor",
    version="1",
    words="Adverse events whose onset is, or may be, on or after the first day of the first systemic JAK inhibitor and not after "
    "the last complete visit; an infection is one by its topic of special interest.",
    source=OURS,
    certainty=80,
)
DEFINITIONS = (ANTIBODY_GROUP, DISEASE_DURATION, AT_WEEK, TIME_TO, STEROID_FREE, TIME_ON_FIRST, SINCE_FIRST)

DAYS_OF_WEEK = 7
EVENT = "_event"
"""How the measures end that are planned events of visits."""


class Followed:
    """A participant's course with its complete visits as they are seen, in order."""

    def __init__(self, course: Course, seen: Sequence[Seen]) -> None:
        self.course, self.seen = course, tuple(seen)

    @cached_property
    def baseline(self) -> Seen | None:
        """The baseline visit."""
        known = self.course.baseline
        return next((one for one in self.seen if known is not None and one.visit.id == known.id), None)

    @cached_property
    def after(self) -> tuple[Seen, ...]:
        """The visits after the baseline."""
        if self.baseline is None:
            return ()
        start = order_of(self.baseline.visit)
        return tuple(one for one in self.seen if order_of(one.visit) > start)

    @cached_property
    def steroid_free(self) -> SteroidFreeTime | None:
        """The steroid-free time from the baseline to the last visit."""
        if self.baseline is None:
            return None
        return steroid_free_time(self.course, self.baseline.visit.on, self.seen[-1].visit.on)

    def days_to(self, day: date | None) -> int | None:
        """Give the days from the baseline to a day."""
        return None if day is None or self.baseline is None else (day - self.baseline.visit.on).days

    def near(self, week: int, within: int) -> Seen | None:
        """Give the visit after the baseline nearest to so many weeks after it, no more days off than told; of two the earlier."""
        off = {one.visit.id: abs((self.days_to(one.visit.on) or 0) - week * DAYS_OF_WEEK) for one in self.after}
        found = min(self.after, key=lambda one: off[one.visit.id], default=None)
        return found if found is not None and off[found.visit.id] <= within else None

    def on_jak_inhibitor(self, on: date) -> bool:
        """Tell whether a systemic JAK inhibitor was in force on a day."""
        return any(is_systemic(dose) and dose.covers(on) for dose in self.course.doses)

    @cached_property
    def first_dose(self) -> Dose | None:
        """The first dose of a systemic JAK inhibitor up to the last visit."""
        return next(
            (dose for dose in self.course.doses if is_systemic(dose) and dose.starts <= self.course.today), None
        )

    @cached_property
    def time_on_first(self) -> Episode | None:
        """The first time on the first JAK inhibitor."""
        if self.first_dose is None:
            return None
        drug, until = self.first_dose.image["drug"], self.course.today
        of_drug = (dose for dose in self.course.doses if dose.image["drug"] == drug and is_systemic(dose))
        intervals = [_interval(dose, until) for dose in of_drug if dose.starts <= until]
        return times_on(intervals, self.course.rules["study-safety"].constants.bridged_gap_days)[0]


def _interval(dose: Dose, until: date) -> Interval:
    ongoing = dose.ends is None or dose.ends > until
    ends = until if dose.ends is None else min(dose.ends, until)
    return Interval(drug=str(dose.image["drug"]), days=(dose.starts, ends), ongoing=ongoing)


def day_of(name: str, words: str, seen: Callable[[Followed], Seen | None]) -> Measure[Followed]:
    """Give the study day of a visit."""

    def read(who: Followed) -> Value:
        found = seen(who)
        return None if found is None else study_day(found.visit.on, who.course.day_1 or found.visit.on)

    return Measure(name=name, words=words, type="integer", read=read, action=Action.NUMBER, unit="d")


def event_of(name: str, words: str, seen: Callable[[Followed], Seen | None]) -> Measure[Followed]:
    """Give the planned event of a visit."""

    def read(who: Followed) -> Value:
        found = seen(who)
        return None if found is None else found.visit.event

    return Measure(name=name, words=words, type="code", read=read, action=Action.CODE, codes=VISIT_EVENTS)


def of_visit(prefix: str, words: str, name: str, seen: Callable[[Followed], Seen | None]) -> Measure[Followed]:
    """Give a measure of a visit as one of the participant."""
    measure = BY_NAME[name]

    def read(who: Followed) -> Value:
        found = seen(who)
        return None if found is None else measure.read(found)

    return measure.of(prefix, words, read)
