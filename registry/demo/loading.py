"""Load the cohort as the API would record it: every body through its schema, every visit and dose judged."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from registry.api import entry
from registry.db import participants as enrolled
from registry.db import records, studies, visits
from registry.db.transaction import Attribution, Database, Transaction
from registry.demo.cohort import PARTICIPANTS, SEED, SITES, Body, Story, cohort
from registry.demo.places import Place, places
from registry.problems import NeedsConfirmation, NoSuchRecord
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.base import Kept
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.participants import Participant
from registry.schemas.sites import Site
from registry.schemas.studies import Study
from registry.schemas.visits import Visit

STUDY: Body = {
    "code": "JAKI-JDM",
    "title": "JAK inhibitors in juvenile dermatomyositis: synthetic demonstration cohort",
    "protocol_version": "1.0",
    "design": "observational_cohort",
    "registrations": [],
}
BATCH = 100
"""Participants in one transaction: the demo is loaded whole or not at all, a larger cohort batch by batch."""
WITHDRAWAL = "The family withdrew its consent"
KINDS = ("consent", "dose", "concomitant_medication", "adverse_event")
COMMENTS = {
    "ck_above_50_uln": "Repeated on a second sample and confirmed by the laboratory",
    "weight_changed": "Weighed twice; growth and steroid dose explain it",
    "dose_outside_published_range": "Divided higher dose by weight and eGFR, agreed with the reference centre",
}
SCHEMAS: dict[str, Kept] = {
    "study": Study(),
    "site": Site(),
    "participant": Participant(),
    "consent": Consent(),
    "dose": Dose(),
    "concomitant_medication": ConcomitantMedication(),
    "adverse_event": AdverseEvent(),
    "visit": Visit(),
}


@dataclass(slots=True)
class Loaded:
    """What was loaded: the number of records of each kind."""

    study: str
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, number: int = 1) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + number


def attribution(reason: str = "") -> Attribution:
    """Say who loads the demo, under a change set of its own."""
    return Attribution(
        actor="Demo cohort",
        organisation="Synthetic data",
        role="administrator",
        sites="*",
        client="registry demo",
        request_id=f"demo-{uuid.uuid4()}",
        change_set=str(uuid.uuid4()),
        reason=reason,
    )


def load(
    database: Database, *, seed: int = SEED, participants: int = PARTICIPANTS, sites: int = SITES, batch: int = BATCH
) -> Loaded:
    """Load a cohort; the database is a pool as registry_service.

    Raises:
        DemoLoaded: the study of the demo is there already.
    """
    loaded = Loaded(STUDY["code"])
    stories = cohort(seed, participants, sites)
    known: dict[str, str] = {}
    while chunk := list(islice(stories, batch)):
        with database.transaction() as tx:
            tx.attribute(attribution())
            if not known:
                known = _define(tx, places(sites), loaded)
            _record(tx, chunk, known, loaded)
            tx.commit()
    return loaded


class DemoLoaded(Exception):
    """The demo cohort is loaded already."""


def _define(tx: Transaction, at: Iterable[Place], loaded: Loaded) -> dict[str, str]:
    """Record the study and its sites; give the ids of both by their codes."""
    try:
        studies.id_of(tx, STUDY["code"])
    except NoSuchRecord:
        known = {STUDY["code"]: _kept(tx, "study", STUDY, loaded)}
        for place in at:
            body = {"code": place.code, "country": place.country, "time_zone": place.time_zone}
            known[place.code] = _kept(tx, "site", body, loaded)
        return known
    raise DemoLoaded("The demo cohort is loaded already.")


def _kept(tx: Transaction, kind: str, body: Body, loaded: Loaded) -> str:
    loaded.count(kind)
    return str(records.record(tx, kind, accepted(kind, body))["id"])


def accepted(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a body as its schema accepts it, whole; raises RulesBroken."""
    schema = SCHEMAS[kind]
    return schema.whole(schema.accept(body))


def _record(tx: Transaction, stories: list[Story], known: Mapping[str, str], loaded: Loaded) -> None:
    """Record a batch: the children first, then what belongs to them, kind by kind."""
    ids = [_enrol(tx, story, known[STUDY["code"]], known[story.place.code]) for story in stories]
    loaded.count("participant", len(ids))
    for kind in KINDS:
        of_participants = _of_participants(kind, stories, ids)
        records.record_of_participants(tx, kind, of_participants)
        loaded.count(kind, len(of_participants))
    judged = _judged_visits(tx, _of_participants("visit", stories, ids))
    visits.record(tx, judged)
    loaded.count("visit", len(judged))
    loaded.count("laboratory_result", sum(len(visit["laboratory_results"]) for visit in judged))
    _withdraw(tx, stories, ids, loaded)


def _enrol(tx: Transaction, story: Story, study_id: str, site_id: str) -> str:
    body = accepted("participant", {**story.participant, "site_id": site_id})
    return str(enrolled.enrol(tx, study_id, body)["id"])


def _of_participants(kind: str, stories: list[Story], ids: list[str]) -> list[dict[str, Any]]:
    """Give all records of one kind, each with its participant, as its schema accepts it."""
    known_as = zip(stories, ids, strict=True)
    bodies = [{**body, "participant_id": one} for story, one in known_as for body in getattr(story, f"{kind}s")]
    whole = [accepted(kind, body) for body in bodies]
    return [judged_dose(dose) for dose in whole] if kind == "dose" else whole


def _judged_visits(tx: Transaction, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Judge visits, each after the earlier ones of its participant."""
    earlier = entry.Earlier()
    judged = []
    for visit, place in zip(bodies, visits.places(tx, bodies, STUDY["code"]), strict=True):
        judged.append(judged_visit(visit, earlier.added_to(place, visit)))
        earlier.add(judged[-1])
    return judged


def judged_visit(visit: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
    """Judge a visit; what is unusual is confirmed with a comment, what is wrong is refused."""
    try:
        return entry.judged_visit(visit, place)
    except NeedsConfirmation as asked:
        return entry.judged_visit({**visit, "confirmations": confirmed(asked)}, place)


def judged_dose(dose: dict[str, Any]) -> dict[str, Any]:
    """Judge a dose; one outside the published range is confirmed with a comment."""
    try:
        entry.judge_dose(dose)
    except NeedsConfirmation as asked:
        dose = {**dose, "confirmations": confirmed(asked)}
        entry.judge_dose(dose)
    return dose


def confirmed(asked: NeedsConfirmation) -> list[dict[str, str]]:
    """Confirm each rule that asked, once; KeyError for one that the demo should never break."""
    return [{"rule": rule, "comment": COMMENTS[rule]} for rule in sorted({error.code for error in asked.errors})]


def _withdraw(tx: Transaction, stories: list[Story], ids: list[str], loaded: Loaded) -> None:
    """Amend the consents that were withdrawn, with the reason in the audit."""
    leaving = [(one, story.withdrawn_on) for story, one in zip(stories, ids, strict=True) if story.withdrawn_on]
    if leaving:
        tx.attribute(attribution(WITHDRAWAL))
    for participant_id, day in leaving:
        for consent in tx.every("select id::text, version from consent where participant_id = %s", [participant_id]):
            records.amend(tx, "consent", consent["id"], consent["version"], {"withdrawn_on": day})
            loaded.count("withdrawal")
