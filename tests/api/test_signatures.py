"""Electronic signatures: made anew each time, shown wherever the record is, and worth nothing once it has changed."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from registry.db import visits
from registry.db.transaction import Database
from tests import bodies, signing
from tests.conftest import World, attribution

REVIEW = Path(__file__).parents[2] / "docs" / "conduct" / "review.md"


def shown(world: World, path: str) -> list[dict[str, Any]]:
    """The signatures in the answer at a path."""
    found: list[dict[str, Any]] = world.coordinator.get(path).json["signatures"]
    return found


def amended(world: World, visit: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = world.coordinator.put(f"/v1/visits/{visit['id']}", visit | changes, version=visit["version"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.requirement("S1", "S4", "A10")
def test_a_visit_is_signed_with_name_time_and_meaning(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    made = signing.signed(shared_world, "visit", visit)
    assert made["printed_name"] == "The investigator"
    assert made["statement"] == "I approve these data as complete and accurate."
    assert made["signed_at"].endswith("Z")
    assert (made["status"], made["record_version"]) == ("valid", 1)
    assert made["records"] == [{"kind": "visit", "id": visit["id"], "version": 1}]
    assert shared_world.auditor.get(f"/v1/signatures/{made['id']}").json == made
    [event] = shared_world.auditor.get(f"/v1/audit?record_id={made['id']}").json
    assert (event["kind"], event["actor"], event["role"]) == ("signature", "The investigator", "investigator")


@pytest.mark.requirement("S1")
def test_a_signature_is_shown_wherever_its_record_is(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    before = shared_world.coordinator.get(f"/v1/visits/{visit['id']}?derived=false")
    made = signing.signed(shared_world, "visit", visit)
    path = f"/v1/visits/{visit['id']}"
    for each in (path, f"{path}?derived=false", f"{path}/versions/1", f"{path}/review"):
        [one] = shown(shared_world, each)
        assert one == {name: made[name] for name in one}
    listed = shared_world.coordinator.get(
        f"/v1/studies/{shared_world.study}/visits?participant_id={visit['participant_id']}"
    ).json
    assert [one["id"] for one in listed[0]["signatures"]] == [made["id"]]
    assert visit["signatures"] == []
    after = shared_world.coordinator.get(f"/v1/visits/{visit['id']}?derived=false")
    assert before.headers["ETag"] != after.headers["ETag"]
    held = shared_world.coordinator.get(f"{path}?derived=false", **{"If-None-Match": before.headers["ETag"]})
    assert held.status_code == 200
    [kept] = shared_world.coordinator.get(f"{path}/history").json
    past = shared_world.coordinator.get(f"{path}?as_of={kept['at']}")
    assert past.json["signatures"] == []


@pytest.mark.requirement("S2", "S6")
def test_an_amendment_invalidates_the_signature_visibly_and_the_visit_is_due_again(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    due = f"/v1/studies/{shared_world.study}/signatures-due?participant_id={visit['participant_id']}"
    assert [(one["id"], one["signed_version"]) for one in shared_world.investigator.get(due).json] == [
        (visit["id"], None)
    ]
    made = signing.signed(shared_world, "visit", visit)
    assert shared_world.investigator.get(due).json == []
    for changes in ({"mode": "remote"}, {"mode": "in_person"}):  # as it was before is another version all the same
        visit = amended(shared_world, visit, **changes)
        [one] = visit["signatures"]
        assert one["status"] == "invalidated"
        assert one["invalidated_by"] == {"kind": "visit", "id": visit["id"], "version": 2}
    [first] = shown(shared_world, f"/v1/visits/{visit['id']}/versions/1")
    assert (first["status"], first["record_version"]) == ("invalidated", 1)
    [again] = shared_world.investigator.get(due).json
    assert (again["version"], again["signed_version"]) == (3, 1)
    signing.signed(shared_world, "visit", visit)
    assert shared_world.investigator.get(due).json == []
    [event] = shared_world.auditor.get(f"/v1/audit?record_id={made['id']}").json
    assert event["action"] == "record"


@pytest.mark.requirement("S2", "S6")
def test_a_participant_is_signed_with_every_record_and_any_change_invalidates(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    path = f"/v1/participants/{visit['participant_id']}"
    made = signing.signed(shared_world, "participant", shared_world.coordinator.get(path).json, meaning="review")
    kinds = {one["kind"] for one in made["records"]}
    assert {"participant", "consent", "visit"} <= kinds
    assert shown(shared_world, path)[0]["status"] == "valid"
    bodies_of_dose = bodies.dose(visit["participant_id"])
    dose = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/doses", bodies_of_dose).json
    [one] = shown(shared_world, path)
    assert one["status"] == "invalidated"
    assert one["invalidated_by"] == {"kind": "dose", "id": dose["id"], "version": 1}
    assert shown(shared_world, f"{path}?as_of={made['signed_at']}")[0]["status"] == "valid"


@pytest.mark.requirement("P5", "S4")
def test_what_cannot_be_signed_is_refused_with_its_reason(shared_world: World) -> None:
    investigator = signing.ready(shared_world)
    visit = bodies.visited(shared_world)
    draft = bodies.visited(shared_world, status="draft")
    whole = shared_world.coordinator.get(f"/v1/participants/{draft['participant_id']}").json
    nobody = {"id": str(uuid.uuid4()), "version": 1}
    unseen = shared_world.neighbour.post(
        f"/v1/studies/{shared_world.study}/participants", bodies.participant(shared_world.other_site)
    ).json
    for body, status, slug in (
        (signing.signature("visit", visit, record_version=2), 412, "version-stale"),
        (signing.signature("visit", draft), 409, "visit-not-complete"),
        (signing.signature("participant", whole), 409, "visit-not-complete"),
        (signing.signature("visit", nobody), 404, "no-such-record"),
        (signing.signature("participant", unseen), 404, "no-such-record"),
        (signing.signature("visit", visit, meaning="liking"), 422, "rules-broken"),
        ({"kind": "visit"}, 422, "rules-broken"),
    ):
        answer = investigator.post("/v1/signatures", body)
        assert (answer.status_code, bodies.problem(answer)) == (status, slug), body
    assert shared_world.coordinator.post("/v1/signatures", signing.signature("visit", visit)).status_code == 403


@pytest.mark.requirement("S4")
def test_each_signing_authenticates_anew_even_a_repeat(shared_world: World) -> None:
    investigator = signing.ready(shared_world)
    visit = bodies.visited(shared_world)
    body = signing.signature("visit", visit)
    key = uuid.uuid4().hex
    first = investigator.post("/v1/signatures", body, key=key)
    again = investigator.post("/v1/signatures", body, key=key)
    wrong = investigator.post("/v1/signatures", body | {"password": "something else altogether"}, key=key)
    other_name = investigator.post("/v1/signatures", body | {"signer": "The coordinator"})
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    for refused in (wrong, other_name):
        assert (refused.status_code, bodies.problem(refused)) == (403, "signing-refused")
    with psycopg.connect(shared_world.installation.admin_url) as connection:
        query = "select count(*) from signature where record_id = %s"
        assert connection.execute(query, [visit["id"]]).fetchone() == (1,)
        kept = connection.execute("select encode(fingerprint, 'hex') from request_key where key = %s", [key]).fetchone()
    with_password = f"POST /v1/signatures?\n{json.dumps(body, separators=(',', ':'))}"
    assert kept != (hashlib.sha256(with_password.encode()).hexdigest(),), (
        "no hash that a password could be guessed from"
    )


@pytest.mark.requirement("S2", "A5")
def test_the_script_of_the_documents_verifies_a_signature_and_finds_a_change_of_one_digit(shared_world: World) -> None:
    script: dict[str, Any] = {"__name__": "verify"}
    exec(re.findall(r"```python\n(.*?)```", REVIEW.read_text(), re.DOTALL)[0], script)
    visit = bodies.visited(shared_world)
    amended(
        shared_world,
        visit,
        forms={"vital_signs": {"height": 130.50, "weight": 28}},
        laboratory_results=[
            {
                "analyte": "CRP",
                "value": 0.000001,
                "unit": "mg/L",
                "collected_at": "2025-02-10T08:30:00Z",
                "assay": 'Müller \\ "x"',
            }
        ],
    )
    participant = shared_world.coordinator.get(f"/v1/participants/{visit['participant_id']}").json
    made = signing.signed(shared_world, "participant", participant)
    answer = shared_world.monitor.get(f"/v1/signatures/{made['id']}/verification")
    verified = json.loads(answer.text, parse_float=Decimal)
    assert (verified["fits"], verified["recomputed_sha256"]) == (True, made["content_sha256"])
    assert script["fits"](verified)
    assert not script["fits"](json.loads(answer.text.replace("130.5", "130.6"), parse_float=Decimal))
    assert not script["fits"](verified | {"record_id": visit["id"]})


@pytest.mark.requirement("S2", "A5")
def test_a_signature_that_the_owner_of_the_database_copies_to_another_record_does_not_verify(world: World) -> None:
    visit, other = bodies.visited(world), bodies.visited(world)
    made = signing.signed(world, "visit", visit)
    copied = str(uuid.uuid4())
    with psycopg.connect(world.installation.admin_url, autocommit=True) as connection:
        moved = """
            insert into signature select (jsonb_populate_record(s, jsonb_build_object('id', %s::text, 'record_id', v.id,
                'participant_id', v.participant_id,
                'records', jsonb_build_array(jsonb_build_object('kind', 'visit', 'id', v.id, 'version', 1))))).*
            from signature s, visit v where v.id = %s"""
        with pytest.raises(psycopg.IntegrityError):
            connection.execute(moved, [copied, other["id"]])
        connection.execute("set session_replication_role = replica")
        connection.execute(moved, [copied, other["id"]])
        connection.execute("set session_replication_role = default")
        for statement in ("update signature set record_id = %s", "update signature set version = 2, record_id = %s"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, [other["id"]])
    verified = world.auditor.get(f"/v1/signatures/{copied}/verification").json
    assert (verified["fits"], verified["status"]) == (False, "invalidated")
    assert shown(world, f"/v1/visits/{other['id']}")[0]["status"] == "invalidated"
    assert world.auditor.get(f"/v1/signatures/{made['id']}/verification").json["fits"] is True


@pytest.mark.requirement("S2")
def test_nobody_signs_a_version_that_is_being_replaced(shared_world: World) -> None:
    """The amendment has written and not yet committed; the signature waits for it, and is refused."""
    investigator = signing.ready(shared_world)
    visit = bodies.visited(shared_world)
    waiting = threading.Event()
    database = Database(shared_world.installation.service_url, size=1)
    database.open()
    with ThreadPoolExecutor(1) as pool, database.transaction() as tx:
        tx.attribute(attribution(reason="A correction"))
        current = visits.read(tx, visit["id"])
        visits.amend(tx, current | {"mode": "remote"}, 1)
        later = pool.submit(
            lambda: (waiting.set(), investigator.post("/v1/signatures", signing.signature("visit", visit)))[1]
        )
        waiting.wait(5)
        with pytest.raises(TimeoutError):
            later.result(timeout=0.4)
        tx.commit()
        answer = later.result(timeout=10)
    database.close()
    assert (answer.status_code, bodies.problem(answer)) == (412, "version-stale")
    assert shown(shared_world, f"/v1/visits/{visit['id']}") == []


@pytest.mark.requirement("S2", "S6")
def test_of_many_signatures_and_amendments_at_once_only_the_newest_version_is_validly_signed(
    shared_world: World,
) -> None:
    investigator = signing.ready(shared_world)
    visit = bodies.visited(shared_world)
    path = f"/v1/visits/{visit['id']}"

    def sign(_: int) -> None:
        version = shared_world.coordinator.get(f"{path}?derived=false").json["version"]
        answer = investigator.post("/v1/signatures", signing.signature("visit", visit, record_version=version))
        assert answer.status_code in (201, 412), answer.text

    def amend(number: int) -> None:
        now = shared_world.coordinator.get(f"{path}?derived=false").json
        body = now | {"mode": ("remote", "in_person")[number % 2]}
        assert shared_world.coordinator.put(path, body, version=now["version"]).status_code in (200, 412)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit((sign, amend)[number % 2], number // 2) for number in range(12)]:
            done.result()
    now = shared_world.coordinator.get(path).json
    for one in now["signatures"]:
        assert (one["status"] == "valid") is (one["record_version"] == now["version"])
