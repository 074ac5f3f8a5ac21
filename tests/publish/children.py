"""Children of the demo cohort, enrolled with their visits' dates alone or with all records, and what an attacker knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.db import records, visits
from registry.db.transaction import Database, Transaction
from registry.demo.cohort import Story, cohort
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.participants import Participant
from registry.schemas.visits import Visit
from tests.conftest import attribution
from tests.publish.attacker import Child
from tests.publish.cohort import exact, kept

HEADER = ("event", "visited_on", "mode", "status")


@dataclass
class Children:
    """The study, and each child by the id of the participant."""

    study: str
    known: dict[str, Child] = field(default_factory=dict)


RECORDS = (
    ("doses", "dose", Dose()),
    ("concomitant_medications", "concomitant_medication", ConcomitantMedication()),
    ("adverse_events", "adverse_event", AdverseEvent()),
)


def enrolled(database: Database, number: int = 60, whole: tuple[str, ...] = ()) -> Children:
    """Enrol the children with a consent and their visits, of which no form is filled.

    Of a child that is `whole` there are the visits of these planned events alone, with all forms and results, and all other
    records up to the last of them.
    """
    with database.transaction() as tx:
        tx.attribute(attribution())
        body = {"code": "CHILDREN", "title": "A study", "protocol_version": "1.0", "design": "single_arm"}
        children = Children(records.record(tx, "study", body)["id"])
        sites: dict[str, str] = {}
        for story in cohort(participants=number):
            place = story.place
            if place.code not in sites:
                site = {"code": place.code, "country": place.country, "time_zone": place.time_zone}
                sites[place.code] = records.record(tx, "site", site)["id"]
            child = _enrolled(tx, children.study, sites[place.code], story, whole)
            children.known[child.id] = child
        tx.commit()
    return children


def _enrolled(tx: Transaction, study: str, site: str, story: Story, whole: tuple[str, ...]) -> Child:
    schema, body = Participant(), {**story.participant, "site_id": site}
    known = str(records.record(tx, "participant", schema.whole(schema.accept(body)) | {"study_id": study})["id"])
    consent = {"participant_id": known, "document_version": "1", "kind": "consent", "given_by": "parent"}
    kept(tx, "consent", Consent(), consent | {"given_on": story.visits[0]["visited_on"]})
    planned = [{name: visit[name] for name in HEADER} for visit in story.visits]
    if whole:
        planned = [exact(visit) for visit in story.visits if visit["event"] in whole]
        _record_others(tx, known, story)
    record_visits(tx, known, planned)
    complete = sorted(
        (date.fromisoformat(one["visited_on"]), one["event"]) for one in planned if one["status"] == "complete"
    )
    return Child(
        known,
        (body["birth_year"], body["birth_month"]),
        body["sex_at_birth"],
        story.place.country,
        tuple((event, day) for day, event in complete),
    )


def _record_others(tx: Transaction, known: str, story: Story) -> None:
    for name, table, schema in RECORDS:
        for body in getattr(story, name):
            kept(tx, table, schema, exact(body) | {"participant_id": known})


def record_visits(tx: Transaction, participant: str, bodies: list[dict[str, Any]]) -> None:
    """Record visits of a participant."""
    schema = Visit()
    told = [schema.whole(schema.accept({"participant_id": participant} | body)) for body in bodies]
    places = visits.places(tx, told)
    visits.record(
        tx,
        [
            visit | {name: str(place[name]) for name in ("id", "study_id", "site_id")}
            for visit, place in zip(told, places, strict=True)
        ],
    )
