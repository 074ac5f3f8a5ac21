"""The conventions that every route keeps: versions, reasons, keys of requests, ETags, queries."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests import bodies
from tests.conftest import World


@pytest.fixture
def recorded(shared_world: World) -> dict[str, Any]:
    return bodies.visited(shared_world)


def remote(visit: dict[str, Any]) -> dict[str, Any]:
    return visit | {"mode": "remote"}


# --- If-Match and the reason --------------------------------------------------------------------------------------


def test_a_change_without_the_version_it_was_made_from_is_refused(
    shared_world: World, recorded: dict[str, Any]
) -> None:
    somebody, path = shared_world.coordinator, f"/v1/visits/{recorded['id']}"
    headers = {"Authorization": f"Bearer {somebody.token}", "X-Change-Reason": "A correction"}
    answer = somebody.client.put(path, json=remote(recorded), headers=headers)
    assert answer.status_code == 428
    assert bodies.problem(answer) == "version-missing"


@pytest.mark.parametrize("tag", ['"2"', '"0"', 'W/"1"', '"1", "2"', "*", '"01x"', '""', '"99999999999"', "'1'"])
def test_a_change_made_from_another_version_is_refused(shared_world: World, recorded: dict[str, Any], tag: str) -> None:
    path = f"/v1/visits/{recorded['id']}"
    answer = shared_world.coordinator.put(path, remote(recorded), version=1, **{"If-Match": tag})
    assert answer.status_code == 412, answer.text
    assert bodies.problem(answer) == "version-stale"
    assert shared_world.coordinator.get(path).json == recorded


def test_the_second_of_two_changes_from_one_version_is_refused(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    first = shared_world.coordinator.put(path, remote(recorded), version=1)
    second = shared_world.investigator.put(path, recorded | {"event": "week_4"}, version=1)
    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["ETag"].startswith('"2.')


@pytest.mark.parametrize("reason", ["", "  ", "ab", " a  ", "x" * 501, "tab\there", "caf\u00c3"])
@pytest.mark.requirement("A8")
def test_a_change_without_a_reason_is_refused(shared_world: World, recorded: dict[str, Any], reason: str) -> None:
    path = f"/v1/visits/{recorded['id']}"
    answer = shared_world.coordinator.put(path, remote(recorded), version=1, reason=reason)
    assert answer.status_code in (400, 422)
    assert bodies.problem(answer) in ("change-reason-missing", "malformed-request")


@pytest.mark.parametrize("reason", ["abc", "x" * 500, "Größe war falsch, 身長"])
def test_a_reason_is_kept_as_it_was_given(shared_world: World, recorded: dict[str, Any], reason: str) -> None:
    path = f"/v1/visits/{recorded['id']}"
    as_wsgi_has_it = reason.encode().decode("latin-1")
    answer = shared_world.coordinator.put(path, remote(recorded), version=1, reason=as_wsgi_has_it)
    assert answer.status_code == 200, answer.text
    assert shared_world.coordinator.get(f"{path}/history").json[1]["reason"] == reason


# --- ETag ---------------------------------------------------------------------------------------------------------


def test_a_version_that_the_client_holds_is_not_sent_again(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    tag = shared_world.coordinator.get(path).headers["ETag"]
    held = shared_world.coordinator.get(path, **{"If-None-Match": tag})
    assert (held.status_code, held.data) == (304, b"")
    assert held.headers["ETag"] == tag
    shared_world.coordinator.put(path, remote(recorded), version=1)
    assert shared_world.coordinator.get(path, **{"If-None-Match": tag}).status_code == 200


def test_nothing_about_a_patient_is_kept_by_caches(shared_world: World, recorded: dict[str, Any]) -> None:
    for path in (f"/v1/visits/{recorded['id']}", f"/v1/studies/{shared_world.study}/visits", "/v1/visits/none"):
        answer = shared_world.coordinator.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- Idempotency-Key ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "with a blank", "tab\tinside"])
def test_a_post_needs_a_key(shared_world: World, key: str) -> None:
    path = f"/v1/studies/{shared_world.study}/participants"
    body = bodies.participant(shared_world.site)
    answer = shared_world.coordinator.post(path, body, **{"Idempotency-Key": key})
    assert answer.status_code == 400
    assert bodies.problem(answer) == "idempotency-key-missing"


def creations(world: World) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every kind of record that a POST makes: who makes it, where, and what is sent."""
    participant, path = bodies.enrolled(world), f"/v1/studies/{world.study}"
    code = f"C{uuid.uuid4().hex[:8].upper()}"
    study = {"code": code, "title": "Another", "protocol_version": "1.0", "design": "single_arm"}
    grants = [{"role": "monitor", "site_id": world.site}, {"role": "data_manager"}]
    return {
        "participant": ("coordinator", f"{path}/participants", bodies.participant(world.site)),
        "consent": ("coordinator", f"{path}/consents", bodies.consent(participant, kind="assent")),
        "visit": ("coordinator", f"{path}/visits", bodies.whole_visit(participant)),
        "dose": ("coordinator", f"{path}/doses", bodies.dose(participant)),
        "concomitant_medication": (
            "coordinator",
            f"{path}/concomitant-medications",
            bodies.concomitant_medication(participant),
        ),
        "adverse_event": ("coordinator", f"{path}/adverse-events", bodies.adverse_event(participant)),
        "study": ("administrator", "/v1/studies", study),
        "site": ("administrator", "/v1/sites", {"code": code, "country": "FR", "time_zone": "Europe/Paris"}),
        "account": ("administrator", "/v1/accounts", {"name": "M", "organisation": "O", "grants": grants}),
    }


KINDS = [
    "participant", "consent", "visit", "dose", "concomitant_medication", "adverse_event", "study", "site", "account",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_post_is_answered_again_and_not_done_again(shared_world: World, kind: str) -> None:
    role, path, body = creations(shared_world)[kind]
    somebody, key = shared_world.people[role], uuid.uuid4().hex
    first, second = (somebody.post(path, body, key=key) for _ in range(2))
    assert first.status_code == 201, first.text
    assert second.status_code == 201, second.text
    assert second.json == first.json
    assert second.headers["ETag"] == first.headers["ETag"]
    assert re.fullmatch(r'"1[.][0-9a-f]{8}"' if first.json.get("derived") is not None else '"1"', first.headers["ETag"])
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_repeat_is_answered_as_it_was_even_after_an_amendment(shared_world: World) -> None:
    _, path, body = creations(shared_world)["visit"]
    key = uuid.uuid4().hex
    first = shared_world.coordinator.post(path, body, key=key)
    shared_world.coordinator.put(f"/v1/visits/{first.json['id']}", remote(first.json), version=1)
    assert shared_world.coordinator.post(path, body, key=key).json == first.json


def test_a_key_is_for_one_request(shared_world: World) -> None:
    _, path, body = creations(shared_world)["participant"]
    key = uuid.uuid4().hex
    assert shared_world.coordinator.post(path, body, key=key).status_code == 201
    for other_path, other in ((path, body | {"birth_month": 6}), (f"/v1/studies/{shared_world.study}/visits", {})):
        answer = shared_world.coordinator.post(other_path, other, key=key)
        assert answer.status_code == 422
    answer = shared_world.coordinator.post(path, body | {"birth_month": 6}, key=key)
    assert bodies.problem(answer) == "idempotency-key-reused"


def test_a_key_belongs_to_an_account(shared_world: World) -> None:
    _, path, body = creations(shared_world)["participant"]
    key = uuid.uuid4().hex
    shared_world.coordinator.post(path, body, key=key)
    other = shared_world.investigator.post(path, body | {"code": "OTHER-1"}, key=key)
    assert other.status_code == 201, other.text


def test_a_request_that_was_refused_does_not_use_up_its_key(shared_world: World) -> None:
    _, path, body = creations(shared_world)["participant"]
    key = uuid.uuid4().hex
    assert shared_world.coordinator.post(path, body | {"sex_at_birth": "f"}, key=key).status_code == 422
    assert shared_world.coordinator.post(path, body, key=key).status_code == 201


# --- queries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["participants", "visits", "doses", "consents"])
def test_a_parameter_that_does_not_exist_is_refused(shared_world: World, path: str) -> None:
    answer = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/{path}?name=Smith")
    assert answer.status_code == 422
    assert bodies.said(answer) == {"/name": "unknown_field"}


def test_a_parameter_where_there_are_none_is_refused(shared_world: World, recorded: dict[str, Any]) -> None:
    for path in ("/v1/analytes", f"/v1/visits/{recorded['id']}/history", f"/v1/studies/{shared_world.study}"):
        assert bodies.said(shared_world.coordinator.get(f"{path}?pretty=1")) == {"/pretty": "unknown_field"}


def test_a_parameter_given_twice_is_refused(shared_world: World) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?status=draft&status=complete"
    answer = shared_world.coordinator.get(path)
    assert answer.status_code == 400
    assert bodies.problem(answer) == "malformed-request"


def test_a_reason_with_umlauts_comes_percent_encoded(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    path = f"/v1/visits/{recorded['id']}"
    amended = shared_world.coordinator.put(
        path, recorded | {"mode": "remote"}, version=1, reason="Gr%C3%B6%C3%9Fe, 20 %"
    )
    assert amended.status_code == 200, amended.text
    assert shared_world.coordinator.get(f"{path}/history").json[1]["reason"] == "Größe, 20 %"


def test_a_version_without_its_quotes_is_said_to_lack_them(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    path = f"/v1/visits/{recorded['id']}"
    tag = {"If-Match": "1"}
    for answer in (
        shared_world.coordinator.put(path, recorded, version=1, **tag),
        shared_world.coordinator.get(path, **tag),
    ):
        assert answer.status_code == 400
        assert bodies.said(answer) == {"": "if_match_without_quotes"}


def test_a_complete_visit_does_not_become_a_draft_again(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    answer = shared_world.coordinator.put(f"/v1/visits/{recorded['id']}", recorded | {"status": "draft"}, version=1)
    assert (answer.status_code, bodies.problem(answer)) == (409, "transition-not-allowed")
    assert (answer.json["state"], answer.json["allowed"]) == ("complete", ["entered_in_error"])


@pytest.mark.requirement("P5")
@pytest.mark.parametrize(("status", "marked"), [("draft", "draft_in_error"), ("complete", "entered_in_error")])
def test_a_visit_is_marked_as_entered_in_error_and_back_to_what_it_was(
    shared_world: World, status: str, marked: str
) -> None:
    recorded = bodies.visited(shared_world, status=status)
    path, other = f"/v1/visits/{recorded['id']}", "draft" if status == "complete" else "complete"
    in_error = shared_world.coordinator.put(path, recorded | {"entered_in_error": True}, version=1)
    assert in_error.status_code == 200, in_error.text
    for changed in ({"status": other}, {"status": other, "entered_in_error": False}):
        refused = shared_world.coordinator.put(path, in_error.json | changed, version=2)
        assert (refused.status_code, refused.json["state"], refused.json["allowed"]) == (409, marked, [status])
    assert shared_world.coordinator.put(path, recorded, version=2).json["status"] == status


@pytest.mark.parametrize("reason", ["%00", "x" * 5000, "%0A"])
def test_a_reason_that_nobody_asked_for_is_not_kept(shared_world: World, reason: str) -> None:
    participant = bodies.enrolled(shared_world)
    path = f"/v1/studies/{shared_world.study}/visits"
    answer = shared_world.coordinator.post(path, bodies.visit(participant), **{"X-Change-Reason": reason})
    assert answer.status_code == 201, answer.text
    history = shared_world.coordinator.get(f"/v1/visits/{answer.json['id']}/history").json
    assert [entry["reason"] for entry in history] == [None]
