"""Freeze and lock by visit, participant, site and study: what the site may still do, what nobody may, and opening again."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from registry.db import records, visits
from registry.db.transaction import Database
from tests import bodies, signing
from tests.conftest import World, attribution, dumped


def set_lock(world: World, scope: str, record_id: str, state: str = "locked") -> dict[str, Any]:
    body = {"scope": scope, "record_id": record_id, "state": state, "reason": "Cleaning is done"}
    answer = world.data_manager.post(f"/v1/studies/{world.study}/data-locks", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def changed(world: World, lock: dict[str, Any], state: str, **asked: Any) -> TestResponse:
    return world.data_manager.put(f"/v1/data-locks/{lock['id']}", {"state": state}, version=lock["version"], **asked)


def refusal(answer: TestResponse) -> tuple[int, str, str, str]:
    return answer.status_code, bodies.problem(answer), answer.json.get("scope", ""), answer.json.get("state", "")


def every_write(world: World, visit: dict[str, Any]) -> dict[str, TestResponse]:
    """What a coordinator tries on the records of a participant."""
    study, participant = f"/v1/studies/{world.study}", visit["participant_id"]
    coordinator = world.coordinator
    whole = coordinator.get(f"/v1/participants/{participant}").json
    [consent] = coordinator.get(f"{study}/consents?participant_id={participant}").json
    return {
        "visit": coordinator.post(f"{study}/visits", bodies.visit(participant, event="week_52", visited_on="2025-05-01")),
        "dose": coordinator.post(f"{study}/doses", bodies.dose(participant)),
        "medication": coordinator.post(f"{study}/concomitant-medications", bodies.concomitant_medication(participant)),
        "adverse event": coordinator.post(f"{study}/adverse-events", bodies.adverse_event(participant)),
        "consent": coordinator.put(f"/v1/consents/{consent['id']}", consent | {"given_on": "2025-01-11"},
                                   version=consent["version"]),
        "participant": coordinator.put(f"/v1/participants/{participant}", whole | {"birth_month": 7},
                                       version=whole["version"]),
    }  # fmt: skip


@pytest.mark.requirement("P5", "A10")
def test_a_locked_visit_is_changed_by_nobody_until_it_is_opened_with_a_reason(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    lock = set_lock(shared_world, "visit", visit["id"])
    path = f"/v1/visits/{visit['id']}"
    for person in (shared_world.coordinator, shared_world.data_manager):
        answer = person.put(path, visit | {"mode": "remote"}, version=1)
        assert refusal(answer) == (409, "record-locked", "visit", "locked")
    assert shared_world.coordinator.put(path, visit, version=1).status_code == 200, "what changes nothing is no write"
    assert bodies.visited(shared_world, visit["participant_id"], event="week_4", visited_on="2025-03-10")
    [told] = shared_world.coordinator.get(f"{path}/review").json["locks"]
    assert (told["id"], told["scope"], told["state"]) == (lock["id"], "visit", "locked")
    assert changed(shared_world, lock, "open", reason="").status_code == 422
    opened = changed(shared_world, lock, "open", reason="A transcription error was found")
    assert (opened.status_code, opened.json["reason"]) == (200, "A transcription error was found")
    assert shared_world.coordinator.put(path, visit | {"mode": "remote"}, version=1).status_code == 200
    history = shared_world.monitor.get(f"/v1/data-locks/{lock['id']}/history").json
    assert [event["actor"] for event in history] == ["The data_manager"] * 2


@pytest.mark.requirement("P5")
def test_frozen_the_site_changes_nothing_and_a_data_manager_still_does(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    set_lock(shared_world, "participant", visit["participant_id"], "frozen")
    for kind, answer in every_write(shared_world, visit).items():
        assert refusal(answer) == (409, "record-locked", "participant", "frozen"), kind
    path = f"/v1/visits/{visit['id']}"
    assert shared_world.data_manager.put(path, visit | {"mode": "remote"}, version=1).status_code == 200
    signing.signed(shared_world, "visit", shared_world.coordinator.get(path).json)


@pytest.mark.requirement("P5")
def test_under_a_lock_a_withdrawal_is_recorded_and_not_undone(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    path = f"/v1/studies/{shared_world.study}"
    withdrawal = bodies.withdrawal(participant, kind="data_use")
    before = shared_world.coordinator.post(f"{path}/withdrawals", withdrawal).json
    deviation = shared_world.coordinator.post(
        f"{path}/protocol-deviations", bodies.protocol_deviation(participant)
    ).json
    lock = set_lock(shared_world, "participant", participant, "frozen")
    judged = {"status": "classified", "severity": "minor", "action": "none"}
    judging = f"/v1/protocol-deviations/{deviation['id']}"
    undone = shared_world.coordinator.put(
        f"/v1/withdrawals/{before['id']}", before | {"entered_in_error": True}, version=1
    )
    assert refusal(undone) == (409, "record-locked", "participant", "frozen")
    classified = shared_world.monitor.put(judging, deviation | judged, version=1)
    assert classified.status_code == 200, "frozen, deviations are judged"
    changed(shared_world, lock, "locked")
    undone = shared_world.data_manager.put(
        f"/v1/withdrawals/{before['id']}", before | {"entered_in_error": True}, version=1
    )
    closed = shared_world.monitor.put(judging, classified.json | {"status": "closed"}, version=2)
    for refused in (undone, closed):
        assert refusal(refused) == (409, "record-locked", "participant", "locked")
    follow_up = bodies.withdrawal(participant, kind="follow_up")
    assert shared_world.coordinator.post(f"{path}/withdrawals", follow_up).status_code == 201
    noted = shared_world.coordinator.post(f"{path}/protocol-deviations", bodies.protocol_deviation(participant))
    assert noted.status_code == 201, noted.text


@pytest.mark.requirement("P5")
@pytest.mark.parametrize("scope", ["study", "site"])
def test_a_lock_of_a_study_or_a_site_stops_every_write_there(world: World, scope: str) -> None:
    visit = bodies.visited(world)
    key = uuid.uuid4().hex
    study = world.coordinator.get(f"/v1/studies/{world.study}").json["id"]
    body = bodies.visit(visit["participant_id"], event="week_4", visited_on="2025-03-10")
    first = world.coordinator.post(f"/v1/studies/{world.study}/visits", body, key=key)
    lock = set_lock(world, scope, study if scope == "study" else world.site)
    for kind, answer in every_write(world, visit).items():
        assert refusal(answer) == (409, "record-locked", scope, "locked"), kind
    enrolling = world.coordinator.post(f"/v1/studies/{world.study}/participants", bodies.participant(world.site))
    assert refusal(enrolling) == (409, "record-locked", scope, "locked")
    there = world.neighbour.post(f"/v1/studies/{world.study}/participants", bodies.participant(world.other_site))
    assert there.status_code == (409 if scope == "study" else 201)
    again = world.coordinator.post(f"/v1/studies/{world.study}/visits", body, key=key)
    assert (again.status_code, again.json["id"]) == (201, first.json["id"])
    lines = "".join(dumped(body | {"event": event}) + "\n" for event in ("week_8", "week_12"))
    headers = {"Authorization": f"Bearer {world.coordinator.token}", "Idempotency-Key": uuid.uuid4().hex}
    many = world.coordinator.client.post(
        f"/v1/studies/{world.study}/visits:bulk", data=lines, headers=headers, content_type="application/x-ndjson"
    )
    assert many.text.count("/problems/record-locked") == 2
    if scope == "site":
        set_lock(world, "visit", visit["id"])
    [*told] = world.coordinator.get(f"/v1/visits/{visit['id']}/review").json["locks"]
    assert [one["scope"] for one in told] == ([scope] if scope == "study" else ["site", "visit"])
    assert changed(world, lock, "open").status_code == 200


@pytest.mark.requirement("P5")
def test_a_lock_goes_from_state_to_state_by_its_table(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    body = {"scope": "visit", "record_id": visit["id"], "state": "open", "reason": "None"}
    path = f"/v1/studies/{shared_world.study}/data-locks"
    opened = shared_world.data_manager.post(path, body)
    assert (opened.status_code, opened.json["state"], opened.json["allowed"]) == (409, "open", ["frozen", "locked"])
    lock = set_lock(shared_world, "visit", visit["id"], "frozen")
    twice = shared_world.data_manager.post(path, body | {"state": "locked"})
    assert (twice.status_code, bodies.problem(twice)) == (409, "already-recorded")
    same = changed(shared_world, lock, "frozen")
    assert (same.status_code, same.json["allowed"]) == (409, ["locked", "open"])
    assert changed(shared_world, lock | {"version": 9}, "locked").status_code == 412
    for state in ("locked", "frozen", "open", "locked", "open"):
        answer = changed(shared_world, lock, state)
        assert (answer.status_code, answer.json["state"]) == (200, state)
        lock = answer.json


def test_a_lock_is_of_a_record_of_the_study_and_set_by_data_managers(shared_world: World) -> None:
    study = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}").json["id"]
    path = f"/v1/studies/{shared_world.study}/data-locks"
    wrong = (("study", shared_world.site), ("site", study), ("participant", study), ("visit", shared_world.site))
    for scope, record_id in wrong:
        body = {"scope": scope, "record_id": record_id, "state": "locked", "reason": "x"}
        answer = shared_world.data_manager.post(path, body)
        assert bodies.said(answer) == {"/record_id": "data_lock_of_its_study"}
    assert shared_world.investigator.post(path, {}).status_code in (403, 422)
    body = {"scope": "study", "record_id": study, "state": "locked", "reason": "x"}
    assert shared_world.investigator.post(path, body).status_code == 403


def test_a_lock_of_the_study_is_seen_at_every_site_and_one_of_a_site_there_only(world: World) -> None:
    study = world.coordinator.get(f"/v1/studies/{world.study}").json["id"]
    visit = bodies.visited(world)
    made = [set_lock(world, "study", study, "frozen"), set_lock(world, "site", world.site, "frozen"),
            set_lock(world, "visit", visit["id"], "frozen")]  # fmt: skip
    path = f"/v1/studies/{world.study}/data-locks"
    assert world.coordinator.get(path).json == made
    assert world.neighbour.get(path).json == made[:1]
    assert world.neighbour.get(f"/v1/data-locks/{made[2]['id']}").status_code == 404
    assert world.coordinator.get(f"{path}?scope=visit").json == made[2:]


@pytest.mark.requirement("P5")
def test_a_lock_waits_for_those_who_are_writing_and_nothing_is_committed_after_it(world: World) -> None:
    """One transaction has written a visit; the lock waits for it. Another had begun, writes late, and is refused."""
    visit = bodies.visited(world)
    started = threading.Event()
    database = Database(world.installation.service_url, size=2)
    database.open()
    try:
        with ThreadPoolExecutor(1) as pool, database.transaction() as early, database.transaction() as late:
            for tx in (early, late):
                tx.attribute(attribution(reason="A correction"))
                visits.read(tx, visit["id"])
            visits.amend(early, visits.read(early, visit["id"]) | {"mode": "remote"}, 1)
            locking = pool.submit(lambda: (started.set(), set_lock(world, "visit", visit["id"]))[1])
            started.wait(5)
            with pytest.raises(TimeoutError):
                locking.result(timeout=0.4)
            early.commit()
            lock = locking.result(timeout=10)
            answer = world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"mode": "remote"}, version=2)
            assert answer.status_code == 200, "the writer before the lock is kept, and this changes nothing"
            change = visits.read(late, visit["id"]) | {"mode": "in_person"}
            with pytest.raises(psycopg.Error, match="the record is locked"):
                visits.amend(late, change, 2)
        with database.transaction() as tx:
            tx.attribute(attribution())
            assert records.read(tx, "visit", visit["id"])["changed_at"] < lock["recorded_at"]
    finally:
        database.close()
