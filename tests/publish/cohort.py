"""A small cohort in which every field of every record has a value, with canaries wherever a person could write."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from marshmallow import Schema

from registry.db import records, studies, visits
from registry.db.transaction import Database, Transaction
from registry.domain import items
from registry.domain.deidentification import PROFILES
from registry.domain.diagnostic_items import DIAGNOSTIC_ITEMS
from registry.domain.extract_orders import Order
from registry.publish.extracts import writing as extracts
from registry.publish.extracts.manifest import Written
from registry.publish.extracts.released import files_of
from registry.schemas import fields
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.participants import Participant
from registry.schemas.visits import FORMS, Visit
from tests.conftest import Installation, attribution
from tests.publish import coding

STUDY = "CANARY-STUDY"
KEY = b"a key of the tests, thirty-two bytes or more"
CANARY = "canary"
CONTROLS = {"reference_mean": 90, "reference_sd": 35.5}


def usual(each: Any) -> Any:
    """Give a value that a field takes."""
    if isinstance(each, fields.ListOf):
        return [usual(each.inner)]
    if isinstance(each, fields.Choice):
        return list(each.codes)[-1]
    if isinstance(each, fields.OneOfNumbers):
        return each.numbers[0]
    if isinstance(each, fields.YesNo):
        return True
    if isinstance(each, fields.Text):
        return f"{CANARY}-{each.longest}"[: each.longest]
    limits = next(validator for validator in each.validators if isinstance(validator, fields.Within))
    return limits.min


def filled(form: Schema) -> dict[str, Any]:
    return {name: usual(each) for name, each in form.load_fields.items() if name != "missing"}


@dataclass
class Cohort:
    """The ids of what was recorded, none of which may leave."""

    study: str = ""
    sites: list[str] = field(default_factory=list)
    participants: list[str] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)


def planted(database: Database, participants: int = 3) -> Cohort:
    """Record the cohort: its first participant at the first site, the others at the second."""
    cohort = Cohort()
    with database.transaction() as tx:
        tx.attribute(attribution())
        study = {"code": STUDY, "title": "A study", "protocol_version": "1.0", "design": "single_arm"}
        cohort.study = records.record(tx, "study", study)["id"]
        coding.code_with_it(tx, cohort.study, CANARY)
        for code in ("CANARY-ONE", "CANARY-TWO"):
            site = {"code": code, "country": "NZ", "time_zone": "Pacific/Auckland"}
            cohort.sites.append(records.record(tx, "site", site)["id"])
        for number in range(participants):
            cohort.participants.append(_participant(tx, cohort, number))
        tx.commit()
    return cohort


def kept(tx: Transaction, table: str, schema: Schema, body: dict[str, Any]) -> dict[str, Any]:
    return records.record_of_participant(tx, table, schema.whole(schema.accept(body)))


def _participant(tx: Transaction, cohort: Cohort, number: int) -> str:
    body = {
        "site_id": cohort.sites[min(number, 1)],
        "code": f"CANARY-{number:04d}",
        "birth_year": 2014,
        "birth_month": 5,
        "sex_at_birth": "female",
        "ancestry": ["pacific"],
        "symptom_onset": "2019",
        "diagnosed_on": "2020-04-30",
        "disease_course": "chronic",
        "autoantibodies": [
            {"antibody": "nxp2", "finding": "positive", "method": "elisa", "tested_on": "2020-04-30"},
            {"antibody": "nxp2", "finding": "negative", "method": "immunoblot"},
            {"antibody": "mda5", "finding": "negative", "method": "other"},
        ],
        "indications": ["calcinosis"],
        "prior_treatments": ["methotrexate", "ivig"],
        "access_barriers": ["cost"],
        "core_set": "printo",
        "strength_measure": "cmas",
        **dict.fromkeys(items.fields(DIAGNOSTIC_ITEMS), True),
    }
    schema = Participant()
    known = records.record(tx, "participant", schema.whole(schema.accept(body)) | {"study_id": cohort.study})["id"]
    consent = {"participant_id": known, "document_version": CANARY, "kind": "consent", "given_by": "parent"}
    kept(tx, "consent", Consent(), consent | {"given_on": "2025-01-10"})
    cohort.visits += [visit["id"] for visit in recorded_visits(tx, known)]
    _exposure(tx, known)
    _events(tx, known)
    return str(known)


def recorded_visits(tx: Transaction, participant: str) -> list[dict[str, Any]]:
    """Record a visit before week 0, one at week 0 with everything, an empty later one, a draft, and an error."""
    full = {name: filled(form()) for name, form in FORMS.items()}
    del full["functioning"]["chaq_index"]
    full["functioning"]["missing"] = {"chaq_index": "refused"}
    bodies = [
        {"event": "unscheduled", "visited_on": "2025-02-01", "mode": "remote", "status": "complete"},
        {"event": "week_0", "visited_on": "2025-02-10", "mode": "in_person", "status": "complete", "forms": full}
        | {"laboratory_results": results()},
        {"event": "week_4", "visited_on": "2025-03-10", "mode": "in_person", "status": "complete"},
        {"event": "week_8", "visited_on": "2025-04-10", "status": "draft", "forms": {"vital_signs": {"weight": 77}}},
        {"event": "week_12", "visited_on": "2025-05-10", "mode": "remote", "status": "complete"}
        | {"entered_in_error": True, "confirmations": [{"rule": "a_rule", "comment": CANARY}]},
    ]
    schema = Visit()
    told = [schema.whole(schema.accept(exact({"participant_id": participant} | body))) for body in bodies]
    made = [
        visit | {name: str(place[name]) for name in ("id", "study_id", "site_id")}
        for visit, place in zip(told, visits.places(tx, told), strict=True)
    ]
    visits.record(tx, made)
    return made


def results() -> list[dict[str, Any]]:
    # 2025-02-10T23:30Z is the 11th of February in Auckland: study day 2.
    collected = {"collected_at": "2025-02-10T23:30:00Z", "specimen": "serum", "assay": CANARY, "laboratory": CANARY}
    return [
        {"analyte": "CK", "value": 812, "comparator": ">", "unit": "U/L", "upper_limit": 200, **CONTROLS} | collected,
        {"analyte": "LDH", "missing_reason": "not_done", "assay": CANARY},
    ]


def _exposure(tx: Transaction, participant: str) -> None:
    dose = {"participant_id": participant, "drug": "baricitinib", "formulation": "tablet", "mg_per_intake": 2}
    rest = {"intakes_per_day": 2, "weight_used": 25, "started_on": "2025-02-10", "ended_on": "2025-02-20"}
    kept(tx, "dose", Dose(), exact(dose | rest | {"confirmations": [{"rule": "a_rule", "comment": CANARY}]}))
    taken = {"participant_id": participant, "medication": "prednisolone", "dose": 10, "dose_unit": "mg"}
    times = {"started_on": "2025-01", "ended_on": "2025-02-09", "indication": CANARY, "reason_for_end": "inefficacy"}
    kept(tx, "concomitant_medication", ConcomitantMedication(), exact(taken | times))


def _events(tx: Transaction, participant: str) -> None:
    event = {
        "participant_id": participant,
        "term": CANARY,
        "ctcae_term": CANARY,
        "ctcae_version": "5.0",
        "grade": 3,
        "started_on": "2025-02-12",
        "serious": True,
        "seriousness_criteria": ["hospitalisation"],
        "causality": [
            {"drug": "baricitinib", "causality": "possible", "action_taken": "interrupted", "dechallenge": "positive"},
            {"drug": "abatacept", "causality": "unlikely"},
        ],
        "outcome": "recovering",
        "severity_changes": [{"grade": 2, "changed_on": "2025-02"}, {"grade": 3, "changed_on": "2025-02-14"}],
        "special_situations": ["overdose"],
        "site_aware_at": "2025-02-13T09:00:00Z",
        "narrative": CANARY,
        "confirmations": [{"rule": "a_rule", "comment": CANARY}],
    }
    kept(tx, "adverse_event", AdverseEvent(), event)
    kept(tx, "adverse_event", AdverseEvent(), event | {"entered_in_error": True, "grade": 4, "severity_changes": []})


def exact(value: Any) -> Any:
    """Turn floats into the decimals that a body is read with."""
    if isinstance(value, dict):
        return {name: exact(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def views(installation: Installation) -> Iterator[Database]:
    """The database as registry_extract connects to it."""
    database = Database(installation.extract_url, size=2)
    database.open()
    yield database
    database.close()


def ordered(service: Database, **changes: Any) -> Order:
    """Order an extract of the cohort as it is now: internal, every file, as CSV, unless told."""
    with service.transaction() as tx:
        tx.attribute(attribution())
        study_id = studies.id_of(tx, STUDY)
    profile = PROFILES[changes.get("profile_name", "internal")]
    usual: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "study_id": study_id,
        "as_of": datetime.now(UTC),
        "profile_name": profile.name,
        "recipient": "Statisticians",
        "uses": ("registry",),
        "kinds": tuple(file.name for file in files_of(profile, unblinded=True)),
        "formats": ("csv",),
        "sites": "*",
        "role": "statistician",
        "key_version": 1,
    }
    return Order(**usual | changes)


def nobody_looks(step: str, done: int, total: int) -> None:
    """Go on, whatever is done."""


def written(
    views: Database,
    service: Database,
    out: Path,
    *,
    key: bytes = KEY,
    progress: extracts.Progress = nobody_looks,
    held_before: frozenset[str] | None = None,
    still_agree: Callable[[Sequence[str]], frozenset[str]] = frozenset,
    **changes: Any,
) -> Written:
    """Write an extract of the cohort, for which everybody still agrees unless told."""
    return extracts.write(
        extracts.Sources(views, service),
        ordered(service, **changes),
        out,
        keys={1: key},
        held_before=held_before,
        still_agree=still_agree,
        progress=progress,
    )
