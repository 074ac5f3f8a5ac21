"""What happened in the blinded trial of the demo since allocation: study product taken, and a few events under it.

The server stamps an allocation with the moment of loading, so no more than its first day can have passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry.api import safety_watch
from registry.db import records
from registry.db.transaction import Transaction
from registry.demo import terms
from registry.demo.attributing import attribution
from registry.domain.study_safety import STUDY_PRODUCT
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.study_product_intakes import StudyProductIntake

EVERY_THIRD = 3
"""One participant of so many had an event on the first day."""
HELD: Mapping[str, Any] = {"serious": True, "seriousness_criteria": ["hospitalisation"]}
EVENTS: tuple[Mapping[str, Any], ...] = (
    {"term": "Headache in the evening after the first tablet", "ctcae_term": "Headache", "grade": 1},
    {"term": "Fainted after the first tablet, kept overnight", "ctcae_term": "Syncope", "grade": 3, **HELD},
    {"term": "Felt sick an hour after the tablet", "ctcae_term": "Nausea", "grade": 1},
)
OF_PARTICIPANTS = "select id::text from adverse_event where participant_id = any (%(ids)s::uuid[]) order by id"


def follow(tx: Transaction, begun: Sequence[tuple[str, date]]) -> None:
    """Record, as the sites do, that participants take study product from the day on which they began, and their events."""
    tx.attribute(attribution(role="coordinator"))
    records.record_of_participants(tx, "study_product_intake", [_intake(one, day) for one, day in begun])
    happened = begun[::EVERY_THIRD]
    events = [_event(one, day, EVENTS[place % len(EVENTS)]) for place, (one, day) in enumerate(happened)]
    records.record_of_participants(tx, "adverse_event", events)
    ids = [one for one, _ in happened]
    terms.choose(tx, ids)
    safety_watch.of_adverse_events(tx, [row["id"] for row in tx.every(OF_PARTICIPANTS, {"ids": ids})])
    tx.attribute(attribution())


def _intake(participant_id: str, day: date) -> dict[str, Any]:
    schema = StudyProductIntake()
    body = {"participant_id": participant_id, "started_on": day.isoformat(), "adherence": "full"}
    return schema.whole(schema.accept(body))


def _event(participant_id: str, day: date, told: Mapping[str, Any]) -> dict[str, Any]:
    schema = AdverseEvent()
    suspected = {"drug": STUDY_PRODUCT, "causality": "possible", "action_taken": "not_changed"}
    usual = {"participant_id": participant_id, "started_on": day.isoformat(), "serious": False, "outcome": "not_recovered",
             "ctcae_version": "5.0", "causality": [suspected]}  # fmt: skip
    return schema.whole(schema.accept({**usual, **told}))
