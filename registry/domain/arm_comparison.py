"""Adverse events by the arm that participants were allocated to, whatever was then given: from the day of allocation on.

Everybody who was allocated counts as a participant, who left at once with no time. Events count up to the end of follow-up,
deaths whenever they came; how many events began after it is said apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from registry.domain.deaths import deaths
from registry.domain.incidence import Group, events_in, groups_of
from registry.domain.study_safety import DAY, Constants, Event, Person, patient_years

PLACEBO = "placebo"
COMPARED = ("all", "serious", "special_interest", "system_organ_class")
"""The groups of events that arms are compared by; grades and single terms would be too many comparisons to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """The arm of a participant, and the day of allocation at the site."""

    arm: str
    on: date


@dataclass(slots=True, kw_only=True)
class Arm:
    """What happened in an arm; by group, how many had an event and how many events there were."""

    code: str
    participants: int = 0
    patient_years: Decimal = Decimal(0)
    deaths: int = 0
    events_after_follow_up: int = 0
    people: dict[Group, int] = field(default_factory=dict)
    events: dict[Group, int] = field(default_factory=dict)


def why_not(protocol: Mapping[str, Any] | None) -> str | None:
    """Say why arms cannot be compared by the newest protocol; None where they can."""
    arms = (protocol or {}).get("arms") or ()
    if len(arms) < 2:
        return "The protocol has no two arms: there is nothing to compare."
    return (
        None if (protocol or {}).get("randomisation") else "The study does not randomise: its arms were not allocated."
    )


def arms(
    people: Sequence[Person], allocated: Mapping[str, Allocated], codes: Sequence[str], definitions: Constants
) -> tuple[Arm, ...]:
    """Count by arm, in the order of the protocol."""
    found = {code: Arm(code=code) for code in codes}
    for person in people:
        slot = allocated.get(person.id)
        if slot is not None:
            _count(found.setdefault(slot.arm, Arm(code=slot.arm)), person, slot.on, definitions)
    return tuple(found.values())


def _count(arm: Arm, person: Person, since: date, definitions: Constants) -> None:
    arm.participants += 1
    arm.patient_years += patient_years(max(0, (person.until - since).days + 1), definitions)
    arm.deaths += len(deaths([person]))
    began = [event for event, _ in events_in(person, ((since, person.until),) if since <= person.until else ())]
    known = {event.id for event in began}
    after = events_in(person, ((max(since, person.until + DAY), date.max),))
    arm.events_after_follow_up += sum(event.id not in known for event, _ in after)
    every = [group for event in began for group in _compared(event)]
    for group in every:
        arm.events[group] = arm.events.get(group, 0) + 1
    for group in set(every):
        arm.people[group] = arm.people.get(group, 0) + 1


def _compared(event: Event) -> Iterator[Group]:
    yield from (group for group in groups_of(event) if group[0] in COMPARED)


def reference(declared: Sequence[Mapping[str, Any]]) -> str:
    """Give the arm that others are compared with: that of placebo, or of no product, or else the first of the protocol."""
    without = (arm["code"] for arm in declared if arm.get("product") in (None, PLACEBO))
    return str(next(without, declared[0]["code"]))


def pairs(found: Sequence[Arm], against: str) -> Iterator[tuple[Group, Arm, Arm]]:
    """Give each group of events with each other arm and the reference."""
    other = next(arm for arm in found if arm.code == against)
    groups = {group for arm in found for group in arm.events} | {("all", None), ("serious", None)}
    for group in sorted(groups, key=lambda one: (COMPARED.index(one[0]), one[1] or "")):
        yield from ((group, arm, other) for arm in found if arm.code != against)
