"""The deaths of a study, counted once for every figure: by a fatal event, or by the enrolment that ended with the reason death.

A death counts whatever had ended follow-up before it. Where it came after, no time at risk holds it, and it is said apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.domain.study_safety import Event, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """A participant who died, with the fatal events; there is none where the enrolment alone says so."""

    person: Person
    events: tuple[Event, ...]
    after_follow_up: bool


def deaths(people: Iterable[Person]) -> tuple[Death, ...]:
    """Give each participant who died, once, in the order of the people."""
    return tuple(
        Death(
            person=person,
            events=tuple(event for event in person.events if event.fatal),
            after_follow_up=person.ended_by != "death",
        )
        for person in people
        if person.died
    )
