"""One participant's part in the safety of a study, made of the images of records as they stood at a moment.

Follow-up ends on the day of death, on the first day of a state that ends it, or on the day of the cut at the site. Of a death
known to the month or the year the first day that it may mean counts, though not one before the onset. A study product that is
blinded is one drug, `study_product`, whatever it is. A cream is no exposure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from registry.domain.course import Course, Dose
from registry.domain.dates import PartialDate
from registry.domain.derivations.dose_basis import weight_at_start
from registry.domain.expedited_reporting import Given, classified, in_force_at_onset
from registry.domain.jak_exposure import UNDECIDED, band_of, daily, is_systemic, weight_of
from registry.domain.study_safety import STUDY_PRODUCT, UNKNOWN, Coded, Constants, Days, Event, Interval, Person

Image = Mapping[str, Any]
ENDS_FOLLOW_UP = frozenset({"completed", "withdrawn", "lost_to_follow_up"})
DEATH = "death"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The images of a participant's records at a moment, by kind, and the course of its doses."""

    course: Course
    as_of: datetime
    enrolment: Image | None = None
    intakes: Sequence[Image] = ()
    assessments: Sequence[Image] = ()
    clocks: Sequence[Image] = ()
    candidates: Sequence[Image] = ()
    codes: Mapping[str, Image] = field(default_factory=dict)


def person(records: Records, definitions: Constants) -> Person:
    """Make a person of the records of a participant."""
    image = records.course.participant.image
    until, ended_by = _end(records)
    return Person(
        id=records.course.participant.id,
        code=str(image["code"]),
        site_id=str(image["site_id"]),
        sex=str(image["sex_at_birth"]),
        born=date(int(image["birth_year"]), int(image["birth_month"]), definitions.birth_day),
        cut_day=records.course.today,
        until=until,
        ended_by=ended_by,
        left_by_death=_left_by_death(records.enrolment or {}),
        intervals=tuple(sorted(_intervals(records, until), key=lambda one: (one.days, one.drug))),
        events=tuple(_event(records, one.image) for one in records.course.adverse_events),
    )


def _end(records: Records) -> tuple[date, str | None]:
    """Give the last day that counts, and what ended follow-up before the cut; of one day death comes first."""
    ends = [(day, 0, DEATH) for day in _deaths(records.course)]
    enrolment = records.enrolment or {}
    if enrolment.get("status") in ENDS_FOLLOW_UP:
        why = (0, DEATH) if _left_by_death(enrolment) else (1, "follow_up")
        ends.append((date.fromisoformat(enrolment["status_on"]), *why))
    ends.append((records.course.today, 2, ""))
    last, _, ended_by = min(ends)
    return last, ended_by or None


def _left_by_death(enrolment: Image) -> bool:
    return enrolment.get("status") in ENDS_FOLLOW_UP and enrolment.get("reason") == DEATH


def _deaths(course: Course) -> Iterator[date]:
    for event in course.adverse_events:
        died = event.partial("died_on") or event.partial("ended_on")
        if event.image.get("outcome") == "fatal":
            onset = PartialDate.parse(event.image["started_on"]).earliest
            yield max(died.earliest, onset) if died else onset


# --- exposure -----------------------------------------------------------------------------------------------------


def _intervals(records: Records, until: date) -> Iterator[Interval]:
    for dose in filter(is_systemic, records.course.doses):
        found = _days(dose.starts, dose.ends, until)
        if found is not None:
            days, ongoing = found
            reason = dose.image.get("reason_for_end") or UNKNOWN
            yield Interval(
                drug=str(dose.image["drug"]),
                days=days,
                ongoing=ongoing,
                band=_band(records.course, dose),
                reason=reason,
                mg_per_day=daily(dose),
            )
    yield from _of_study_product(records.intakes, until)


def _of_study_product(intakes: Iterable[Image], until: date) -> Iterator[Interval]:
    for intake in intakes:
        ends = intake.get("ended_on")
        found = _days(date.fromisoformat(intake["started_on"]), date.fromisoformat(ends) if ends else None, until)
        if found is not None:
            reason = intake.get("reason_for_end") or UNKNOWN
            yield Interval(drug=STUDY_PRODUCT, days=found[0], ongoing=found[1], reason=reason)


def _days(starts: date, ends: date | None, until: date) -> tuple[Days, bool] | None:
    """Give the days of an interval up to the last that counts, and whether it was not over then."""
    if starts > until:
        return None
    return (starts, until if ends is None else min(ends, until)), ends is None or ends > until


def _band(course: Course, dose: Dose) -> str:
    """Give the dose band by the weight that the dose was chosen for, else the last measured at or before its start."""
    at_start = None if weight_of(dose) else weight_at_start(course, dose)
    band = band_of(dose, weight_of(dose) or (at_start[0] if at_start else None), course.rules["dose-band"])
    return UNKNOWN if band == UNDECIDED else band


# --- adverse events -----------------------------------------------------------------------------------------------


def _event(records: Records, image: Image) -> Event:
    own = str(image["id"])
    assessment = next((one for one in records.assessments if one["adverse_event_id"] == own), None)
    code = records.codes.get(own) or {}
    given = Given(tuple(dose.image for dose in records.course.doses), tuple(records.intakes))
    return Event(
        image=image,
        classification=classified(image, assessment, in_force_at_onset(image, given)),
        coded=Coded(
            term=code.get("preferred_term") or code.get("term"), system_organ_class=code.get("system_organ_class")
        ),
        topics=_topics(image, records.candidates),
        assessment=assessment,
        clocks=tuple(_clock(one, records.as_of) for one in _in_order(records.clocks, own)),
    )


def _topics(image: Image, candidates: Iterable[Image]) -> tuple[str, ...]:
    """Give what the investigator named the event, and the topics of candidates that a person confirmed."""
    confirmed = {
        one["topic"]
        for one in candidates
        if one.get("adverse_event_id") == image["id"] and one["status"] == "confirmed"
    }
    return tuple(sorted(confirmed | ({image["special_interest"]} if image.get("special_interest") else set())))


def _in_order(clocks: Iterable[Image], event_id: str) -> list[Image]:
    mine = (one for one in clocks if one["adverse_event_id"] == event_id)
    return sorted(mine, key=lambda one: (one["started_at"], one["kind"], str(one["id"])))


def _clock(clock: Image, as_of: datetime) -> Image:
    """Tell a clock as it stood; it is overdue where it ran out before it was closed."""
    ran_out = clock["status"] == "running" and datetime.fromisoformat(clock["due_at"]) < as_of
    overdue = ran_out or clock.get("overdue_at") is not None
    said = {name: clock.get(name) for name in ("kind", "status", "due_at")}
    return said | {"provisional": bool(clock.get("provisional")), "overdue": overdue}
