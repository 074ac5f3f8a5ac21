"""Load the cohort as the API would record it: every body through its schema, every visit and dose judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import compress, islice
from typing import Any

from registry.api import entry, interest_keeping, safety_watch, soft_checks
from registry.api import study_files as applying
from registry.db import participants as enrolled
from registry.db import records, studies, visits
from registry.db.transaction import Database, Transaction
from registry.demo import alerts, conduct, enrolment, reporting, serious_events, special_interest, terms
from registry.demo.attributing import attribution
from registry.demo.cohort import PARTICIPANTS, SEED, SITES, Story, cohort
from registry.demo.conduct import Trial
from registry.demo.places import Place, places
from registry.demo.plans import PLANS, Plan
from registry.domain.edit_checks import Finding
from registry.problems import NeedsConfirmation, NoSuchRecord
from registry.schemas import study_files
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.base import Kept
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.participants import Participant
from registry.schemas.sites import Site
from registry.schemas.visits import Visit
from registry.schemas.withdrawals import Withdrawal

SYNTHETIC = ": synthetic demonstration cohort"
IN_FORCE_FROM = date(2024, 1, 1)
BATCH = 100
"""Participants in one transaction: the demo is loaded whole or not at all, a larger cohort batch by batch."""
WITHDRAWAL = "The family withdrew its consent"
KINDS = ("consent", "dose", "concomitant_medication", "adverse_event")
CONFIRMED_DOSES = """
    select audit.image(to_jsonb(d)) as image from dose d
    where d.participant_id = any(%(ids)s::uuid[]) and d.confirmations <> '[]' order by d.id"""
COMMENTS = {
    "ck_above_50_uln": "Repeated on a second sample and confirmed by the laboratory",
    "weight_changed": "Weighed twice; growth and steroid dose explain it",
    "dose_outside_published_range": "Divided higher dose by weight and eGFR, agreed with the reference centre",
}
SCHEMAS: dict[str, Kept] = {
    "site": Site(),
    "participant": Participant(),
    "consent": Consent(),
    "dose": Dose(),
    "concomitant_medication": ConcomitantMedication(),
    "adverse_event": AdverseEvent(),
    "visit": Visit(),
    "withdrawal": Withdrawal(),
}


@dataclass(slots=True)
class Loaded:
    """What was loaded: the number of records of each kind."""

    study: str
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, number: int = 1) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + number


def load(
    database: Database,
    *,
    seed: int = SEED,
    participants: int = PARTICIPANTS,
    sites: int = SITES,
    batch: int = BATCH,
    protocol: str = "observational",
) -> Loaded:
    """Load a cohort under a shipped protocol; the database is a pool as registry_service.

    Raises:
        DemoLoaded: the study of the demo is there already.
    """
    plan, file = PLANS[protocol], study_files.read(study_files.shipped(protocol))
    loaded = Loaded(file["study"]["code"])
    stories = cohort(seed, participants, sites, plan)
    known: dict[str, str] = {}
    trial: Trial | None = None
    while chunk := list(islice(stories, batch)):
        with database.transaction() as tx:
            tx.attribute(attribution())
            if trial is None:
                known = _sites(tx, file, places(sites), loaded)
                trial = _study(tx, file, plan, loaded)
            _record(tx, chunk, known, trial, loaded)
            tx.commit()
    return loaded


class DemoLoaded(Exception):
    """The demo cohort is loaded already."""


def _sites(tx: Transaction, file: Mapping[str, Any], at: Iterable[Place], loaded: Loaded) -> dict[str, str]:
    """Record the sites, unless the study is there; give their ids by their codes."""
    try:
        studies.id_of(tx, file["study"]["code"])
    except NoSuchRecord:
        return {place.code: _site(tx, place, loaded) for place in at}
    raise DemoLoaded("The demo cohort is loaded already.")


def _site(tx: Transaction, place: Place, loaded: Loaded) -> str:
    body = {"code": place.code, "country": place.country, "time_zone": place.time_zone}
    known = tx.one("select id::text from site where code = %s", [place.code])
    return str(known["id"]) if known else _kept(tx, "site", body, loaded)


def _study(tx: Transaction, file: Mapping[str, Any], plan: Plan, loaded: Loaded) -> Trial:
    """Apply the protocol's file for a study that is said to be synthetic."""
    header = file["study"] | {"title": file["study"]["title"] + SYNTHETIC}
    applied = applying.apply(tx, {**file, "study": header}, effective_from=IN_FORCE_FROM)
    loaded.count("study")
    trial = Trial(applied.study_id, loaded.study, applied.version, plan)
    conduct.begin(tx, trial)
    terms.begin(tx, trial.study_id)
    loaded.count("reference_safety_information", serious_events.documents(tx, trial.study_id, IN_FORCE_FROM))
    return trial


def _kept(tx: Transaction, kind: str, body: Mapping[str, Any], loaded: Loaded) -> str:
    loaded.count(kind)
    return str(records.record(tx, kind, accepted(kind, body))["id"])


def accepted(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a body as its schema accepts it, whole; raises RulesBroken."""
    schema = SCHEMAS[kind]
    return schema.whole(schema.accept(body))


def _record(tx: Transaction, stories: list[Story], known: Mapping[str, str], trial: Trial, loaded: Loaded) -> None:
    """Record a batch: the children, their consents and screening, and of those who are enrolled the rest, kind by kind."""
    ids = [_enrol(tx, story, trial.study_id, known[story.place.code]) for story in stories]
    loaded.count("participant", len(ids))
    _of_kind(tx, "consent", stories, ids, loaded)
    _visits(tx, _visits_of(stories, ids, screening=True), trial, loaded)
    inside = conduct.enrol(tx, trial, stories, ids)
    stories, ids = [one for one, is_in in zip(stories, inside, strict=True) if is_in], list(compress(ids, inside))
    for kind in KINDS[1:]:
        _of_kind(tx, kind, stories, ids, loaded)
    terms.choose(tx, ids)
    _follow(tx, stories, ids, loaded)
    doses = [row["image"] for row in tx.every(CONFIRMED_DOSES, {"ids": ids})]
    _note(tx, "dose", [(dose, entry.confirmed_of_dose(dose)) for dose in doses], loaded)
    conduct.treat(tx, stories, ids)
    conduct.leave(tx, trial, stories, ids)
    interest_keeping.keep_of_medications(tx, ids)
    _visits(tx, _visits_of(stories, ids, screening=False), trial, loaded)
    alerts.acknowledge(tx, ids)
    special_interest.judge(tx, ids)
    conduct.allocate(tx, trial, stories, ids)
    loaded.count("safety_submission", reporting.report(tx, ids))
    _withdraw(tx, stories, ids, loaded)


def _of_kind(tx: Transaction, kind: str, stories: list[Story], ids: list[str], loaded: Loaded) -> None:
    whole = _of_participants(kind, stories, ids)
    records.record_of_participants(tx, kind, whole)
    loaded.count(kind, len(whole))


def _follow(tx: Transaction, stories: list[Story], ids: list[str], loaded: Loaded) -> None:
    """Tell the rest of the serious events, and see to what all events ask for."""
    known_as = zip(stories, ids, strict=True)
    whole = [{**event, "participant_id": one} for story, one in known_as for event in story.adverse_events]
    events, serious = serious_events.follow(tx, ids, whole)
    loaded.count("sponsor_assessment", serious)
    safety_watch.of_adverse_events(tx, events)


def _visits_of(stories: list[Story], ids: list[str], *, screening: bool) -> list[dict[str, Any]]:
    of_kind = [
        replace(story, visits=[visit for visit in story.visits if (visit["event"] == "screening") is screening])
        for story in stories
    ]
    return _of_participants("visit", of_kind, ids)


def _visits(tx: Transaction, bodies: list[dict[str, Any]], trial: Trial, loaded: Loaded) -> None:
    if not bodies:
        return
    placed = _judged_visits(tx, bodies, trial.code)
    judged = [visit for visit, _ in placed]
    visits.record(tx, judged)
    _note(tx, "visit", [(visit, entry.confirmed_of_visit(visit, place)) for visit, place in placed], loaded)
    safety_watch.of_visits(tx, [str(visit["id"]) for visit in judged])
    loaded.count("visit", len(judged))
    loaded.count("laboratory_result", sum(len(visit["laboratory_results"]) for visit in judged))


def _enrol(tx: Transaction, story: Story, study_id: str, site_id: str) -> str:
    body = accepted("participant", {**story.participant, "site_id": site_id})
    return str(enrolled.enrol(tx, study_id, body)["id"])


def _of_participants(kind: str, stories: list[Story], ids: list[str]) -> list[dict[str, Any]]:
    """Give all records of one kind, each with its participant, as its schema accepts it."""
    known_as = zip(stories, ids, strict=True)
    bodies = [{**body, "participant_id": one} for story, one in known_as for body in getattr(story, f"{kind}s")]
    if kind == "adverse_event":
        bodies = [serious_events.first_report(body) for body in bodies]
    whole = [accepted(kind, body) for body in bodies]
    return [judged_dose(dose) for dose in whole] if kind == "dose" else whole


def _judged_visits(
    tx: Transaction, bodies: list[dict[str, Any]], study: str
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Judge visits, each after the earlier ones of its participant; give each with what it was compared with."""
    earlier = entry.Earlier()
    judged = []
    for visit, place in zip(bodies, visits.places(tx, bodies, study), strict=True):
        at = earlier.added_to(place, visit)
        judged.append((judged_visit(visit, at), at))
        earlier.add(judged[-1][0])
    return judged


def _note(tx: Transaction, kind: str, confirmed: list[tuple[Mapping[str, Any], list[Finding]]], loaded: Loaded) -> None:
    """Keep what was confirmed as queries that are answered, as the API does."""
    soft_checks.note(tx, attribution(), kind, confirmed)
    loaded.count("data_query", sum(len(findings) for _, findings in confirmed))


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
    """Record who withdrew: of the use of its data, with each consent, or in turn of follow-up, which leaves them."""
    leaving = [(one, story) for story, one in zip(stories, ids, strict=True) if story.withdrawn_on]
    if leaving:
        tx.attribute(attribution(WITHDRAWAL))
    for participant_id, story in leaving:
        body = enrolment.withdrawal(story.number, story.withdrawn_on) | {"participant_id": participant_id}
        records.record_of_participant(tx, "withdrawal", accepted("withdrawal", body))
        loaded.count("withdrawal")
        if body["kind"] != "data_use":
            continue
        for consent in tx.every("select id::text, version from consent where participant_id = %s", [participant_id]):
            records.amend(tx, "consent", consent["id"], consent["version"], {"withdrawn_on": story.withdrawn_on})
            loaded.count("consent_withdrawn")
