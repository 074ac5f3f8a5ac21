"""The audit over HTTP: who did what, read in pages or whole; nobody but those who may sees it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests import bodies
from tests.conftest import Person, World


def told(person: Person, query: str = "") -> list[dict[str, Any]]:
    answer = person.get(f"/v1/audit?limit=200{query}")
    assert answer.status_code == 200, answer.text
    events: list[dict[str, Any]] = answer.json
    return events


def now() -> str:
    return quote(datetime.now(UTC).isoformat())


@pytest.mark.requirement("A1", "A2")
def test_an_event_tells_who_did_what_when_why_and_with_what(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    changed = visit | {"mode": "remote"}
    answer = shared_world.coordinator.put(
        f"/v1/visits/{visit['id']}", changed, version=1, reason="By video", **{"User-Agent": "upload/1.0"}
    )
    recorded, amended = told(shared_world.auditor, f"&record_id={visit['id']}")
    assert (recorded["action"], recorded["version"], recorded["reason"]) == ("record", 1, None)
    expected = {
        "action": "amend",
        "kind": "visit",
        "version": 2,
        "reason": "By video",
        "actor": "The coordinator",
        "organisation": "Tests",
        "role": "coordinator",
        "client": "upload/1.0",
        "request_id": answer.headers["X-Request-Id"],
        "record_id": visit["id"],
        "participant_id": visit["participant_id"],
        "site_id": shared_world.site,
        "changes": [{"field": "/mode", "old": "in_person", "new": "remote"}],
    }
    assert {name: amended[name] for name in expected} == expected
    moment = datetime.fromisoformat(amended["at"])
    assert amended["at"].endswith("Z")
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60
    assert amended["change_set"] != recorded["change_set"]


def test_events_are_filtered(shared_world: World) -> None:
    before, visit = now(), bodies.visited(shared_world)
    between = now()
    bodies.visited(shared_world)
    participant, auditor = visit["participant_id"], shared_world.auditor
    kinds = [event["kind"] for event in told(auditor, f"&participant_id={participant}")]
    assert kinds == ["participant", "enrolment", "consent", "visit"]
    assert [event["record_id"] for event in told(auditor, f"&participant_id={participant}&kind=visit")] == [visit["id"]]
    assert told(auditor, f"&participant_id={participant}&since={between}") == []
    assert told(auditor, f"&participant_id={participant}&until={before}") == []
    assert len(told(auditor, f"&participant_id={participant}&since={before}&until={between}")) == 4
    [event] = told(auditor, f"&record_id={visit['id']}")
    assert told(auditor, f"&change_set={event['change_set']}") == [event]
    assert told(auditor, f"&record_id={visit['id']}&actor_id={shared_world.coordinator.account_id}") == [event]
    assert told(auditor, f"&record_id={visit['id']}&actor_id={shared_world.investigator.account_id}") == []


def test_the_pages_of_the_audit_are_whole(shared_world: World) -> None:
    participant = bodies.visited(shared_world)["participant_id"]
    path: str | None = f"/v1/audit?participant_id={participant}&limit=2"
    found = []
    while path:
        answer = shared_world.auditor.get(path)
        found.append([event["id"] for event in answer.json])
        link = answer.headers.get("Link")
        path = link[1 : link.index(">")] if link else None
        assert path is None or dict(parse_qsl(urlsplit(path).query))["participant_id"] == participant
    assert [len(page) for page in found] == [2, 2]
    assert [one for page in found for one in page] == sorted(one for page in found for one in page)


@pytest.mark.requirement("A12")
def test_the_export_is_the_whole_audit_one_event_a_line(shared_world: World) -> None:
    bodies.visited(shared_world)
    exported = shared_world.auditor.get("/v1/audit:export")
    assert exported.status_code == 200
    assert exported.mimetype == "application/x-ndjson"
    lines = [json.loads(line) for line in exported.text.splitlines()]
    ids = [line["id"] for line in lines]
    paged, path = [], "/v1/audit?limit=200"
    while path:
        answer = shared_world.auditor.get(path)
        paged += answer.json
        link = answer.headers.get("Link")
        path = link[1 : link.index(">")] if link else ""
    assert ids == sorted(set(ids))
    assert lines == [event for event in paged if event["id"] <= ids[-1]]
    assert (lines[-1]["action"], lines[-1]["kind"], lines[-1]["actor"]) == ("export", "audit", "The auditor")


def test_the_export_takes_the_filters_of_the_list(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    exported = shared_world.auditor.get(f"/v1/audit:export?record_id={visit['id']}")
    assert [json.loads(line) for line in exported.text.splitlines()] == told(
        shared_world.auditor, f"&record_id={visit['id']}"
    )


@pytest.mark.requirement("A11", "P4")
def test_a_refused_log_in_is_an_event(shared_world: World) -> None:
    request_id = uuid.uuid4().hex
    headers = {"Authorization": "Bearer jdmr_" + "B" * 43, "X-Request-Id": request_id}
    assert shared_world.app.test_client().get("/v1/studies", headers=headers).status_code == 401
    [event] = [one for one in told(shared_world.auditor, "&kind=access") if one["request_id"] == request_id]
    assert (event["action"], event["actor"]) == ("refuse", "not authenticated")
    said = {change["field"]: change["new"] for change in event["changes"]}
    assert said["/problem"] == "not-authenticated"
    assert said["/route"] == "/v1/studies"
    assert "BBBB" not in json.dumps(event)


def test_a_refused_permission_is_an_event_with_its_actor(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    refused = shared_world.statistician.get(f"/v1/visits/{visit['id']}")
    [event] = [one for one in told(shared_world.auditor, f"&actor_id={shared_world.statistician.account_id}")
               if one["request_id"] == refused.headers["X-Request-Id"]]  # fmt: skip
    assert (event["action"], event["kind"], event["actor"]) == ("refuse", "access", "The statistician")
    assert visit["id"] not in json.dumps(event)


@pytest.mark.requirement("A11")
def test_a_token_made_and_revoked_is_two_events(shared_world: World) -> None:
    wanted = {"account_id": shared_world.partner.account_id, "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
    token = shared_world.administrator.post("/v1/tokens", wanted).json
    shared_world.administrator.put(f"/v1/tokens/{token['id']}/revocation", {}, version=1, reason="Rotated")
    made, revoked = told(shared_world.auditor, f"&record_id={token['id']}")
    assert (made["kind"], made["action"]) == ("api_token", "record")
    assert (revoked["action"], revoked["reason"]) == ("amend", "Rotated")
    assert {change["field"] for change in revoked["changes"]} == {"/revoked_at"}
    assert not any("sha256" in change["field"] for change in made["changes"])


@pytest.mark.requirement("A11")
def test_a_role_given_and_taken_is_two_events(shared_world: World) -> None:
    grants = [{"role": "monitor", "site_id": shared_world.site}]
    body = {"name": "M", "organisation": "O", "grants": grants}
    account = shared_world.administrator.post("/v1/accounts", body).json
    path = f"/v1/accounts/{account['id']}"
    shared_world.administrator.put(path, account | {"grants": []}, version=1, reason="Study closed")
    given, taken = told(shared_world.auditor, f"&record_id={account['grants'][0]['id']}")
    assert (given["kind"], given["action"]) == ("access_grant", "record")
    assert (taken["action"], taken["reason"]) == ("amend", "Study closed")


MAY_READ = {"monitor", "data_manager", "auditor", "administrator", "unblinded_statistician"}


def test_only_those_who_may_read_the_audit(shared_world: World) -> None:
    for role, person in shared_world.people.items():
        expected = 200 if role in MAY_READ else 403
        for path in ("/v1/audit", "/v1/audit:export"):
            assert person.get(path).status_code == expected, role


def test_a_monitor_sees_the_audit_of_the_own_site_only(shared_world: World) -> None:
    there = bodies.participant(shared_world.other_site)
    path = f"/v1/studies/{shared_world.study}/participants"
    elsewhere = shared_world.neighbour.post(path, there).json["id"]
    here = bodies.enrolled(shared_world)
    assert told(shared_world.monitor, f"&record_id={elsewhere}") == []
    assert len(told(shared_world.monitor, f"&record_id={here}")) == 1
    exported = shared_world.monitor.get("/v1/audit:export").text
    assert here in exported
    assert elsewhere not in exported
    assert len(told(shared_world.auditor, f"&record_id={elsewhere}")) == 1


@pytest.mark.parametrize("query", ["kind=" + "x" * 41, "record_id=1", "since=2025-01-01", "limit=0", "actor=me"])
def test_a_filter_that_cannot_be_is_refused(shared_world: World, query: str) -> None:
    answer = shared_world.auditor.get(f"/v1/audit?{query}")
    assert answer.status_code == 422
    assert list(bodies.said(answer)) == ["/" + query.split("=", maxsplit=1)[0]]


@pytest.mark.requirement("A4")
def test_the_audit_cannot_be_written(shared_world: World) -> None:
    for method in ("post", "put", "patch", "delete"):
        call = getattr(shared_world.administrator.client, method)
        answer = call("/v1/audit", json={}, headers={"Authorization": f"Bearer {shared_world.administrator.token}"})
        assert bodies.problem(answer) == "method-not-allowed"
