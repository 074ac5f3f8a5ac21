"""The cohort: whole courses, one after the other, as the bodies that a client would send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from registry.demo import enrolment, events, jak_inhibitors, medications, under_way, visits
from registry.demo.children import child
from registry.demo.places import Place, places
from registry.demo.plans import OBSERVATIONAL, Plan

SEED = 20260101
PARTICIPANTS = 60
SITES = 5

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """All that is recorded of one child; its bodies lack the ids of the site and of the participant."""

    number: int
    place: Place
    enrolled: date
    participant: Body
    consents: list[Body]
    visits: list[Body]
    doses: list[Body]
    concomitant_medications: list[Body]
    adverse_events: list[Body]
    withdrawn_on: str | None


def cohort(
    seed: int = SEED, participants: int = PARTICIPANTS, sites: int = SITES, plan: Plan = OBSERVATIONAL
) -> Iterator[Story]:
    """Give the stories of a cohort; with the same seed and sites, participant N is the same in every size.

    Those of a trial depend on the day as well, for it is under way.
    """
    at, today = places(sites), datetime.now(UTC).date()
    for number in range(1, participants + 1):
        told = story(seed, number, at, plan, today)
        yield _under_way(told, plan, today) if plan.trial else told


def _under_way(told: Story, plan: Plan, today: date) -> Story:
    """Give a story of a trial as far as it is known today."""
    left = told.withdrawn_on
    return replace(
        told,
        participant=under_way.newly_ill(told.participant) if plan.drug else told.participant,
        visits=under_way.begun(told.visits, "visited_on", today),
        doses=[] if plan.blinded else under_way.begun(told.doses, "started_on", today),
        concomitant_medications=under_way.begun(
            under_way.permitted(told.concomitant_medications) if plan.drug else told.concomitant_medications,
            "started_on",
            today,
        ),
        adverse_events=[] if plan.blinded else under_way.over(told.adverse_events, today),
        withdrawn_on=left if left is not None and left < today.isoformat() else None,
    )


def story(seed: int, number: int, at: Sequence[Place], plan: Plan = OBSERVATIONAL, today: date = date.min) -> Story:
    """Give the story of one participant, counted from 1, to its end."""
    one = plan.child(child(seed, number, at), today)
    last = visits.last_week(one)
    return Story(
        number=number,
        place=one.place,
        enrolled=one.enrolled,
        participant=enrolment.participant(one, f"{one.place.code}-{(number - 1) // len(at) + 1:04d}"),
        consents=enrolment.consents(one, plan),
        visits=list(visits.visits(one, plan)),
        doses=jak_inhibitors.doses(one, last),
        concomitant_medications=medications.medications(one, last),
        adverse_events=events.adverse_events(one, last),
        withdrawn_on=enrolment.withdrawn_on(one),
    )
