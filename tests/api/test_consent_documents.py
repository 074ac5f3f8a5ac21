"""Documents of consent over HTTP: defined, amended, and what consents to them may say."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.db import consent_documents
from registry.problems import RulesBroken
from tests import bodies
from tests.conftest import Person, World, attribution


@pytest.fixture
def study(shared_world: World) -> str:
    """A study of this test's own at the sites of the shared world."""
    code = f"T-{uuid.uuid4().hex[:8].upper()}"
    body = {"code": code, "title": "A study", "protocol_version": "1.0", "design": "single_arm"}
    assert shared_world.administrator.post("/v1/studies", body).status_code == 201
    return code


def defined(world: World, study: str, **changes: Any) -> TestResponse:
    return world.administrator.post(f"/v1/studies/{study}/consent-documents", bodies.consent_document(**changes))


def participant(world: World, study: str, **changes: Any) -> str:
    body = bodies.participant(world.site, **changes)
    known: str = world.coordinator.post(f"/v1/studies/{study}/participants", body).json["id"]
    return known


def consented(world: World, study: str, participant_id: str, **changes: Any) -> TestResponse:
    return world.coordinator.post(f"/v1/studies/{study}/consents", bodies.consent(participant_id, **changes))


def test_a_document_is_defined_amended_and_told_in_its_history(shared_world: World, study: str) -> None:
    document = defined(shared_world, study)
    assert document.status_code == 201, document.text
    path = f"/v1/consent-documents/{document.json['id']}"
    ended = shared_world.data_manager.put(path, document.json | {"valid_until": "2025-12-31"}, version=1)
    assert ended.json["valid_until"] == "2025-12-31"
    assert shared_world.coordinator.get(path).json == ended.json
    assert shared_world.coordinator.get(f"/v1/studies/{study}/consent-documents").json == [ended.json]
    changes = shared_world.coordinator.get(f"{path}/history").json[1]["changes"]
    assert changes == [{"field": "/valid_until", "old": None, "new": "2025-12-31"}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_until": "2024-12-31"}, {"/valid_until": "before_validity"}),
        ({"reconsent_by": "2024-12-31"}, {"/reconsent_by": "before_validity"}),
        ({"language": "German"}, {"/language": "wrong_form"}),
        ({"scopes": ["marketing"]}, {"/scopes/0": "not_in_list"}),
        ({"scopes": ["registry", "registry"]}, {"/scopes": "repeated"}),
        ({"kind": None}, {"/kind": "null"}),
        ({"site_id": "0198c5a0-1111-7000-8000-000000000000"}, {"/site_id": "consent_document_site_fkey"}),
        ({"text": "I agree"}, {"/text": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(defined(shared_world, shared_world.study, **changes)) == said


def test_the_same_document_is_defined_once_unless_it_was_an_error(shared_world: World, study: str) -> None:
    first = defined(shared_world, study).json
    again = defined(shared_world, study)
    assert (again.status_code, bodies.said(again)) == (409, {"/document_version": "consent_document_once"})
    assert defined(shared_world, study, language="en").status_code == 201
    assert defined(shared_world, study, site_id=shared_world.site).status_code == 201
    path = f"/v1/consent-documents/{first['id']}"
    assert shared_world.administrator.put(path, first | {"entered_in_error": True}, version=1).status_code == 200
    assert defined(shared_world, study).status_code == 201


def test_a_document_stays_what_it_is(shared_world: World, study: str) -> None:
    document = defined(shared_world, study).json
    path = f"/v1/consent-documents/{document['id']}"
    other = document | {"document_version": "9", "kind": "assent", "language": "en", "site_id": shared_world.site}
    answer = shared_world.administrator.put(path, other, version=1)
    assert bodies.said(answer) == dict.fromkeys(["/document_version", "/kind", "/language", "/site_id"], "fixed")
    assert shared_world.administrator.put(path, document, version=2).status_code == 412


def test_who_manages_data_at_one_site_defines_its_documents_only(shared_world: World, study: str) -> None:
    grants = [{"role": "data_manager", "site_id": shared_world.site}]
    account = shared_world.administrator.post("/v1/accounts", {"name": "M", "organisation": "O", "grants": grants}).json
    wanted = {"account_id": account["id"], "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
    somebody = Person(
        shared_world.app.test_client(), shared_world.administrator.post("/v1/tokens", wanted).json["token"]
    )
    path = f"/v1/studies/{study}/consent-documents"
    for site, status in ((None, 422), (shared_world.other_site, 422), (shared_world.site, 201)):
        assert somebody.post(path, bodies.consent_document(site_id=site)).status_code == status, site


def test_a_consent_is_to_a_document_that_was_valid_at_the_site_on_the_day(shared_world: World, study: str) -> None:
    document = defined(shared_world, study, valid_until="2025-06-30").json
    child = participant(shared_world, study)
    for day, status in (("2024-12-31", 422), ("2025-01-01", 201), ("2025-06-30", 201), ("2025-07-01", 422)):
        answer = consented(shared_world, study, child, given_on=day)
        assert answer.status_code == status, day
        if status == 201:
            assert answer.json["consent_document_id"] == document["id"]
        else:
            assert bodies.said(answer) == {"/document_version": "consent_document_valid"}
    unknown = consented(shared_world, study, child, document_version="1.1")
    assert bodies.said(unknown) == {"/document_version": "consent_document_valid"}


def test_another_sites_document_is_not_for_this_site(shared_world: World, study: str) -> None:
    child = participant(shared_world, study)
    defined(shared_world, study, site_id=shared_world.other_site)
    assert bodies.said(consented(shared_world, study, child)) == {"/document_version": "consent_document_valid"}
    own = defined(shared_world, study, site_id=shared_world.site).json
    defined(shared_world, study)
    assert consented(shared_world, study, child).json["consent_document_id"] == own["id"], "the site's own goes first"


def test_the_language_is_told_where_there_are_several(shared_world: World, study: str) -> None:
    german, turkish = (defined(shared_world, study, language=one).json["id"] for one in ("de", "tr"))
    child = participant(shared_world, study)
    assert bodies.said(consented(shared_world, study, child)) == {"/language": "consent_language_told"}
    assert consented(shared_world, study, child, language="tr").json["consent_document_id"] == turkish
    assert consented(shared_world, study, child, language="de").json["consent_document_id"] == german
    other = consented(shared_world, study, child, language="fr")
    assert bodies.said(other) == {"/document_version": "consent_document_valid"}


def test_a_consent_agrees_to_no_more_than_its_document_asks(shared_world: World, study: str) -> None:
    defined(shared_world, study)
    child = participant(shared_world, study)
    assert consented(shared_world, study, child, scopes=["registry", "partner_sharing"]).status_code == 201
    beyond = consented(shared_world, study, child, scopes=["registry", "international_transfer"])
    assert bodies.said(beyond) == {"/scopes": "consent_scopes_asked"}


def test_an_earlier_consent_is_withdrawn_though_its_document_was_never_defined(shared_world: World, study: str) -> None:
    earlier = consented(shared_world, study, participant(shared_world, study), document_version="0.9").json
    assert (earlier["consent_document_id"], earlier["scopes"]) == (None, ["registry"])
    defined(shared_world, study)
    path = f"/v1/consents/{earlier['id']}"
    withdrawn = shared_world.coordinator.put(path, earlier | {"withdrawn_on": "2025-03-01"}, version=1)
    assert withdrawn.status_code == 200, withdrawn.text
    moved = shared_world.coordinator.put(path, withdrawn.json | {"given_on": "2025-01-11"}, version=2)
    assert bodies.said(moved) == {"/document_version": "consent_document_valid"}


def test_assents_are_free_where_only_consents_have_documents(shared_world: World, study: str) -> None:
    defined(shared_world, study)
    assent = consented(shared_world, study, participant(shared_world, study), kind="assent", document_version="A")
    assert (assent.status_code, assent.json["consent_document_id"]) == (201, None)


@pytest.mark.requirement("P5")
def test_a_document_that_asks_for_consent_again_leaves_no_visit_without(shared_world: World, study: str) -> None:
    defined(shared_world, study)
    child = participant(shared_world, study)
    consented(shared_world, study, child)
    visit = bodies.visit(child, visited_on="2025-03-10", laboratory_results=[])
    assert shared_world.coordinator.post(f"/v1/studies/{study}/visits", visit).status_code == 201
    newer = {"document_version": "2.0", "valid_from": "2025-02-01"}
    early = defined(shared_world, study, **newer, reconsent_by="2025-03-09")
    assert bodies.said(early) == {"/reconsent_by": "consent_document_covers_visits"}
    assert defined(shared_world, study, **newer, reconsent_by="2025-03-10").status_code == 201
    later = bodies.visit(child, event="week_4", visited_on="2025-03-11", laboratory_results=[])
    refused = shared_world.coordinator.post(f"/v1/studies/{study}/visits", later)
    assert (bodies.problem(refused), bodies.said(refused)) == (
        "consent-missing",
        {"/visited_on": "visit_reconsent_needed"},
    )
    assert consented(shared_world, study, child, document_version="2.0", given_on="2025-03-11").status_code == 201
    assert shared_world.coordinator.post(f"/v1/studies/{study}/visits", later).status_code == 201


def test_a_protocol_brings_its_documents_once_and_changes_none(shared_world: World, study: str) -> None:
    brought = {**bodies.consent_document(site_code="AKL"), "valid_until": None, "reconsent_by": None}
    study_id = shared_world.administrator.get(f"/v1/studies/{study}").json["id"]
    with shared_world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        consent_documents.bring(tx, study_id, [brought])
        consent_documents.bring(tx, study_id, [{**brought, "scopes": brought["scopes"][::-1]}])
        tx.commit()
        tx.attribute(attribution())
        with pytest.raises(RulesBroken) as refused:
            consent_documents.bring(
                tx, study_id, [{**brought, "reconsent_by": "2026-01-01"}, {**brought, "site_code": "NOWHERE"}]
            )
    assert [(rule.pointer, rule.code) for rule in refused.value.errors] == [
        ("/consent_documents/0", "document_changed"),
        ("/consent_documents/1/site_code", "no_such_site"),
    ]
    [kept] = shared_world.administrator.get(f"/v1/studies/{study}/consent-documents").json
    assert (kept["site_id"], kept["version"]) == (shared_world.other_site, 1)
