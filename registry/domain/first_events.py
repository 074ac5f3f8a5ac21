"""Time from the start of a drug to the first event of a kind, with death and stopping the drug as competing events.

A person is followed from the first day of the drug, which is day 1, to the end of the first time on it and the risk window
after: gaps that are bridged do not end it. Who was still on the drug, or in the window, on the last day that counts is
censored there, unless death ended it. Where an event and another end fall on one day, the event came first; death comes
before stopping.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.domain.study_safety import DAY, Days, Event, Person, StudySafety
from registry.domain.time_on_drug import episodes

ANY_EVENT, SERIOUS = "any", "serious"
Ending = Literal["event", "death", "stopped", "censored"]
CAUSES: tuple[Ending, ...] = ("censored", "event", "death", "stopped")
"""The place of an ending in this list is the cause that statistics count it as; 0 is censored."""


@dataclass(frozen=True, slots=True)
class Followed:
    """For how many days a person was followed, from 1, and what ended it."""

    days: int
    ending: Ending


def first_events(safety: StudySafety, drug: str, kind: str) -> tuple[Followed, ...]:
    """Follow everybody who was given a drug to the first event of a kind: `any`, `serious` or a topic."""
    followed = (_followed(person, drug, kind, safety) for person in safety.people)
    return tuple(sorted((one for one in followed if one is not None), key=lambda one: (one.days, one.ending)))


def is_of_kind(event: Event, kind: str) -> bool:
    """Whether an event is of a kind."""
    return kind == ANY_EVENT or (event.classification.serious if kind == SERIOUS else kind in event.topics)


def _followed(person: Person, drug: str, kind: str, safety: StudySafety) -> Followed | None:
    known = episodes(person, drug, safety.definitions.bridged_gap_days)
    if not known:
        return None
    start, stop = known[0].days
    days, ending = _without_event(person, (start, stop), safety.definitions.risk_window_days, known[0].ended)
    onsets = [event.begins_in([days]) for event in person.events if is_of_kind(event, kind)]
    first = min((day for day in onsets if day is not None), default=None)
    return Followed(_count(start, days[1]), ending) if first is None else Followed(_count(start, first), "event")


def _without_event(person: Person, days: Days, window: int, ended: bool) -> tuple[Days, Ending]:
    """Give how long a person would be followed without the event, and what would end it."""
    start, stop = days
    until, died = stop + window * DAY, person.ended_by == "death"
    if ended and until <= (person.until - DAY if died else person.until):
        return (start, until), "stopped"
    return (start, person.until), "death" if died else "censored"


def _count(first: date, last: date) -> int:
    return (last - first).days + 1
