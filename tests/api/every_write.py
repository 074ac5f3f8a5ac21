"""One record a kind at a site, and a successful request for every route that writes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.api import (
    conduct_of_alerts,
    conduct_of_blinding,
    conduct_of_coding,
    conduct_of_events,
    conduct_of_extracts,
    conduct_of_interest,
    conduct_of_protocols,
    conduct_of_queries,
    conduct_of_randomisation,
    conduct_of_reporting,
    conduct_of_review,
    conduct_of_schedule,
)
from tests.conftest import Person, World, dumped

RECORDS = {
    "participants": lambda participant: None,
    "consents": bodies.consent,
    "visits": bodies.visit,
    "doses": bodies.dose,
    "concomitant-medications": bodies.concomitant_medication,
    "adverse-events": bodies.adverse_event,
    "protocol-deviations": bodies.protocol_deviation,
    "withdrawals": bodies.withdrawal,
}


def recorded_by(somebody: Person, study: str, site: str) -> dict[str, dict[str, Any]]:
    participant = somebody.post(f"/v1/studies/{study}/participants", bodies.participant(site)).json
    found = {"participants": participant}
    for kind, body in RECORDS.items():
        if kind != "participants":
            answer = somebody.post(f"/v1/studies/{study}/{kind}", body(participant["id"]))
            assert answer.status_code == 201, answer.text
            found[kind] = answer.json
    return found | {"laboratory-results": found["visits"]["laboratory_results"][0]}


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """A successful request for every route that writes."""
    people, base, study = world.people, f"/v1/studies/{world.study}", world.study
    coordinator, administrator = world.coordinator, world.administrator
    records = recorded_by(coordinator, study, world.site)
    participant = records["participants"]["id"]
    code = f"W{uuid.uuid4().hex[:8].upper()}"
    new_study = {"code": code, "title": "T", "protocol_version": "1", "design": "single_arm"}
    new_site = {"code": code, "country": "FR", "time_zone": "Europe/Paris"}
    account = administrator.post("/v1/accounts", {"name": "N", "organisation": "O"}).json
    token = {"account_id": account["id"], "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
    revocable = administrator.post("/v1/tokens", token).json["id"]
    site = administrator.post("/v1/sites", new_site | {"code": f"{code}-1"}).json
    administrator.post("/v1/studies", new_study | {"code": f"{code}-1"})
    paper = administrator.post(f"/v1/studies/{code}-1/consent-documents", bodies.consent_document()).json
    line = bodies.visit(participant, event="week_76", laboratory_results=[], visited_on="2025-03-01")
    created = {
        f"POST /v1/studies/<study>/{kind}": (lambda kind=kind, body=body: coordinator.post(
            f"{base}/{kind}", _another(kind, body, participant, world.site)))
        for kind, body in RECORDS.items()
    }  # fmt: skip
    changes = {
        "participants": {"birth_month": 6}, "consents": {"document_version": "1.1"}, "visits": {"mode": "remote"},
        "doses": {"adherence": "full"}, "concomitant-medications": {"dose": 5}, "adverse-events": {"grade": 3},
        "withdrawals": {"reason": "privacy"}, "protocol-deviations": {},
    }  # fmt: skip
    amended = {
        f"PUT /v1/{kind}/<uuid:record_id>": (lambda kind=kind: coordinator.put(
            f"/v1/{kind}/{records[kind]['id']}", records[kind] | changes[kind], version=1))
        for kind in RECORDS
    }  # fmt: skip
    bulk = {"Authorization": f"Bearer {coordinator.token}", "Idempotency-Key": uuid.uuid4().hex}
    standing = coordinator.get(f"/v1/participants/{participant}/enrolment").json
    deviation = records["protocol-deviations"]
    conduct = conduct_of_queries.writes(world) | conduct_of_review.writes(world) | conduct_of_blinding.writes(world)
    conduct |= conduct_of_protocols.writes(world) | conduct_of_events.writes(world)
    conduct |= conduct_of_alerts.writes(world) | conduct_of_interest.writes(world) | conduct_of_extracts.writes(world)
    conduct |= conduct_of_reporting.writes(world) | conduct_of_coding.writes(world)
    conduct |= conduct_of_randomisation.writes(world) | conduct_of_schedule.writes(world)
    return created | amended | conduct | {
        "PUT /v1/enrolments/<uuid:record_id>": lambda: coordinator.put(
            f"/v1/enrolments/{standing['id']}", {"status": "enrolled", "status_on": "2025-02-10"}, version=1),
        "PUT /v1/protocol-deviations/<uuid:record_id>": lambda: people["monitor"].put(
            f"/v1/protocol-deviations/{deviation['id']}", deviation | {"category": "other"}, version=1),
        "POST /v1/studies": lambda: administrator.post("/v1/studies", new_study),
        "PUT /v1/studies/<study>": lambda: administrator.put(f"/v1/studies/{code}-1", new_study | {"code": f"{code}-1",
                                                             "title": "U"}, version=1),
        "POST /v1/sites": lambda: administrator.post("/v1/sites", new_site),
        "PUT /v1/sites/<uuid:site_id>": lambda: administrator.put(f"/v1/sites/{site['id']}", site | {"country": "BE"},
                                                                  version=1),
        "POST /v1/studies/<study>/consent-documents": lambda: administrator.post(
            f"/v1/studies/{code}-1/consent-documents", bodies.consent_document(kind="assent")),
        "PUT /v1/consent-documents/<uuid:record_id>": lambda: administrator.put(
            f"/v1/consent-documents/{paper['id']}", paper | {"valid_until": "2025-12-31"}, version=1),
        "POST /v1/accounts": lambda: administrator.post("/v1/accounts", {"name": "M", "organisation": "O"}),
        "PUT /v1/accounts/<uuid:account_id>": lambda: administrator.put(f"/v1/accounts/{account['id']}",
                                                                        account | {"name": "L"}, version=1),
        "POST /v1/tokens": lambda: administrator.post("/v1/tokens", token),
        "PUT /v1/tokens/<uuid:token_id>/revocation": lambda: administrator.put(f"/v1/tokens/{revocable}/revocation", {},
                                                                               version=1),
        "POST /v1/studies/<study>/visits:bulk": lambda: coordinator.client.post(
            f"{base}/visits:bulk", data=bodies_line(line), headers=bulk, content_type="application/x-ndjson"),
        "POST /v1/participants/<uuid:record_id>/eligibility-assessments": lambda: _assessed(world, participant),
    }  # fmt: skip


def _assessed(world: World, participant: str) -> TestResponse:
    """Assess eligibility by a version that was in force long before every other."""
    willing = {"code": "willing", "kind": "inclusion", "text": "Willing to take part", "condition": None}
    protocols.with_criteria(world, [willing], "1995-01-01")
    path = f"/v1/participants/{participant}/eligibility-assessments"
    return world.investigator.post(path, {"assessed_on": "1995-01-02"})


def _another(kind: str, body: Callable[..., Any], participant: str, site: str) -> dict[str, Any]:
    changes = {
        "visits": {"event": "week_104"},
        "withdrawals": {"withdrawn_on": "2025-07-01"},
        "doses": {"started_on": "2025-01-01", "ended_on": "2025-01-02"},
        "adverse-events": {"term": "Cold"},
    }
    if kind == "participants":
        return bodies.participant(site)
    found: dict[str, Any] = body(participant, **changes.get(kind, {}))
    return found


def bodies_line(body: dict[str, Any]) -> str:
    return dumped(body) + "\n"
