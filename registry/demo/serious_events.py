"""The life of the demo's serious events: a first report, a follow-up, and the sponsor's assessment beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from registry.db import records
from registry.db.transaction import Image, Transaction
from registry.demo.attributing import attribution
from registry.demo.jak_inhibitors import REGIMENS
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.reference_safety_information import ReferenceSafetyInformation
from registry.schemas.sponsor_assessments import SponsorAssessment

Body = dict[str, Any]
FOLLOW_UP = "Follow-up report of the site"
DISAGREEMENT = "Zoster is frequent under the glucocorticoids given at the same time; synthetic reasoning"
LISTED: tuple[Mapping[str, Any], ...] = (
    {"term": "Upper respiratory infection", "highest_grade": 2},
    {"term": "Shingles", "highest_grade": 3},
    {"term": "Neutrophil count decreased", "highest_grade": 3},
    {"term": "Lymphocyte count decreased", "highest_grade": 3},
    {"term": "Cholesterol high", "highest_grade": 2},
    {"term": "CPK increased", "highest_grade": 3},
)
"""Invented for the demo, and the same for every drug; no brochure or label says this."""
SPONSOR_LEARNS_AFTER = timedelta(hours=8)
DOCUMENTS = "select drug, id::text from reference_safety_information where study_id = any (%(ids)s::uuid[])"
OF_PARTICIPANTS = """
    select audit.image(to_jsonb(e)) as image from adverse_event e
    where e.participant_id = any (%(ids)s::uuid[]) order by e.id"""


def documents(tx: Transaction, study_id: str, effective_from: date) -> int:
    """Record an invented edition of reference safety information for each drug; give how many."""
    for drug in REGIMENS:
        body = {"drug": drug, "document": f"Synthetic brochure of {drug}, edition 1", "terms": list(LISTED),
                "effective_from": effective_from.isoformat()}  # fmt: skip
        schema = ReferenceSafetyInformation()
        accepted = schema.whole(schema.accept(body)) | {"study_id": study_id}
        records.record(tx, "reference_safety_information", accepted)
    return len(REGIMENS)


def first_report(event: Mapping[str, Any]) -> Body:
    """Give an event as the site first told it: before it worsened or ended; one that is not serious is told once."""
    if not event["serious"]:
        return dict(event)
    first = min(change["grade"] for change in event["severity_changes"])
    untold = {name: value for name, value in event.items() if name not in ("ended_on", "narrative", "severity_changes")}
    causality = [{**one, "dechallenge": None} for one in event["causality"]]
    return {**untold, "grade": first, "outcome": "not_recovered", "causality": causality}


def follow(tx: Transaction, participant_ids: Iterable[str], events: Iterable[Body]) -> tuple[list[str], int]:
    """Add follow-ups and assessments to the serious events of participants; give all events' ids, and how many were serious.

    `events` are the whole events as the stories tell them, each with its `participant_id`.
    """
    known = tx.images(OF_PARTICIPANTS, {"ids": list(participant_ids)})
    whole = {(event["participant_id"], event["term"]): event for event in events}
    serious = [event for event in known if event["serious"]]
    studies = {event["study_id"] for event in serious}
    by_drug = {row["drug"]: row["id"] for row in tx.every(DOCUMENTS, {"ids": list(studies)})}
    for event in serious:
        tx.attribute(attribution(FOLLOW_UP, role="coordinator"))
        _follow_up(tx, event, whole[event["participant_id"], event["term"]])
        tx.attribute(attribution(role="safety_officer"))
        _assess(tx, event, by_drug)
    tx.attribute(attribution())
    return [event["id"] for event in known], len(serious)


def _follow_up(tx: Transaction, event: Image, whole: Body) -> None:
    schema, first = AdverseEvent(), datetime.fromisoformat(event["site_aware_at"])
    last = whole.get("ended_on") or whole["severity_changes"][-1]["changed_on"]
    learned = datetime.combine(date.fromisoformat(last), first.timetz())
    body = schema.whole(schema.accept(whole | {"site_aware_at": learned.isoformat()}))
    records.amend(tx, "adverse_event", event["id"], event["version"], body)


def _assess(tx: Transaction, event: Image, documents: Mapping[str, str]) -> None:
    """Assess an event as the sponsor: what is listed is expected, and of some zoster it does not hold the drug possible."""
    learned = datetime.fromisoformat(event["site_aware_at"]) + SPONSOR_LEARNS_AFTER
    listed = event.get("ctcae_term") in {one["term"] for one in LISTED}
    said = {"expectedness": "expected" if listed else "unexpected"}
    excluded = listed and learned.toordinal() % 2 == 0
    causality = {"causality": "no_reasonable_possibility", "disagreement": DISAGREEMENT} if excluded else {
        "causality": "reasonable_possibility"
    }  # fmt: skip
    drugs = [
        {"drug": one["drug"], "reference_safety_information_id": documents[one["drug"]], **said, **causality}
        for one in event["causality"]
    ]
    schema = SponsorAssessment()
    body = schema.whole(schema.accept({"sponsor_aware_at": learned.isoformat(), "drugs": drugs}))
    of = {"adverse_event_id": event["id"], "participant_id": event["participant_id"]}
    records.record_of_participant(tx, "sponsor_assessment", body | of)
