"""Events and first events by person-time at risk of a drug: in all, serious, by grade, topic, system organ class and term.

A person is at risk from the first day of the drug, on every day on it and for the risk window after each stop, until
follow-up ends. An event counts where its onset may lie on a day at risk; one that began before does not, however it went
on. First events are counted by the person-time up to each person's first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.domain.study_safety import DAY, Days, Event, Person, StudySafety, count_of, patient_years

GROUPS = ("all", "serious", "grade", "special_interest", "system_organ_class", "term")
NOT_CODED = "not_coded"
Group = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """What happened to a group of events: counts, and the patient-years they happened in."""

    group: str
    value: str | None
    events: int
    participants: int
    patient_years: Decimal
    first_patient_years: Decimal


def groups_of(event: Event) -> Iterator[Group]:
    """Give the groups that an event counts to."""
    yield "all", None
    if event.classification.serious:
        yield "serious", None
    yield "grade", str(event.image["grade"])
    for topic in event.topics:
        yield "special_interest", topic
    yield "system_organ_class", event.coded.system_organ_class or NOT_CODED
    yield "term", event.term or NOT_CODED


def incidence(safety: StudySafety, drug: str) -> tuple[Incidence, ...]:
    """Give the incidence of each group of events that there was one of, and of all and the serious whether or not."""
    window = safety.definitions.risk_window_days
    at_risk = {person.id: person.at_risk(drug, window) for person in safety.people}
    found: dict[Group, dict[str, list[date]]] = {("all", None): {}, ("serious", None): {}}
    for person in safety.people:
        for event, day in events_in(person, at_risk[person.id]):
            for group in groups_of(event):
                found.setdefault(group, {}).setdefault(person.id, []).append(day)
    days = sum(map(count_of, at_risk.values()))
    return tuple(_row(safety, at_risk, days, group, found[group]) for group in sorted(found, key=_order))


def events_in(person: Person, ranges: tuple[Days, ...]) -> Iterator[tuple[Event, date]]:
    """Give the events of a person that began within ranges of days, each with the day that counts as its onset."""
    for event in person.events:
        day = event.begins_in(ranges)
        if day is not None:
            yield event, day


def people_at_risk(safety: StudySafety, drug: str) -> int:
    """Count who was ever at risk of a drug."""
    return sum(bool(person.exposed(drug)) for person in safety.people)


def _row(
    safety: StudySafety, at_risk: dict[str, tuple[Days, ...]], days: int, group: Group, onsets: dict[str, list[date]]
) -> Incidence:
    after = sum(_days_after(at_risk[person_id], min(found)) for person_id, found in onsets.items())
    return Incidence(
        group=group[0],
        value=group[1],
        events=sum(map(len, onsets.values())),
        participants=len(onsets),
        patient_years=patient_years(days, safety.definitions),
        first_patient_years=patient_years(days - after, safety.definitions),
    )


def _days_after(ranges: tuple[Days, ...], day: date) -> int:
    """Count the days at risk after a day."""
    return count_of((max(first, day + DAY), last) for first, last in ranges if last > day)


def _order(group: Group) -> tuple[int, bool, str]:
    """In the order of the groups; what is not coded comes last."""
    return GROUPS.index(group[0]), group[1] == NOT_CODED, group[1] or ""
