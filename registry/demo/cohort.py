"""The cohort: whole courses, one after the other, as the bodies that a client would send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from registry.demo import enrolment, events, jak_inhibitors, medications, visits
from registry.demo.children import child
from registry.demo.places import Place, places

SEED = 20260101
PARTICIPANTS = 60
SITES = 5

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """All that is recorded of one child; its bodies lack the ids of the site and of the participant."""

    number: int
    place: Place
    participant: Body
    consents: list[Body]
    visits: list[Body]
    doses: list[Body]
    concomitant_medications: list[Body]
    adverse_events: list[Body]
    withdrawn_on: str | None


def cohort(seed: int = SEED, participants: int = PARTICIPANTS, sites: int = SITES) -> Iterator[Story]:
    """Give the stories of a cohort; with the same seed and sites, participant N is the same in every size."""
    at = places(sites)
    for number in range(1, participants + 1):
        yield story(seed, number, at)


def story(seed: int, number: int, at: Sequence[Place]) -> Story:
    """Give the story of one participant, counted from 1."""
    one = child(seed, number, at)
    last = visits.last_week(one)
    return Story(
        number=number,
        place=one.place,
        participant=enrolment.participant(one, f"{one.place.code}-{(number - 1) // len(at) + 1:04d}"),
        consents=enrolment.consents(one),
        visits=list(visits.visits(one)),
        doses=jak_inhibitors.doses(one, last),
        concomitant_medications=medications.medications(one, last),
        adverse_events=events.adverse_events(one, last),
        withdrawn_on=enrolment.withdrawn_on(one),
    )
