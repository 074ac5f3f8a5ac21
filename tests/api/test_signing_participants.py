"""A participant is signed as it was read: the review names the records, and the signature names the review."""

from __future__ import annotations

import hashlib

import pytest

from tests import bodies, signing
from tests.conftest import World


@pytest.mark.requirement("S2", "S6")
def test_a_participant_is_signed_only_with_the_records_that_were_read(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    path = f"/v1/participants/{visit['participant_id']}"
    whole = shared_world.investigator.get(path).json
    read = signing.review(shared_world, whole["id"])
    assert {"kind": "visit", "id": visit["id"], "version": 1} in read["records"]
    assert (read["participant_version"], read["signatures"], read["locks"]) == (whole["version"], [], [])
    told = [f'{{"id": "{one["id"]}", "kind": "{one["kind"]}", "version": {one["version"]}}}' for one in read["records"]]
    assert hashlib.sha256(f"[{', '.join(told)}]".encode()).hexdigest() == read["records_sha256"]
    changed = shared_world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"mode": "remote"}, version=1)
    assert changed.status_code == 200
    signer, body = signing.ready(shared_world), signing.signature("participant", whole)
    stale = signer.post("/v1/signatures", body | {"records_sha256": read["records_sha256"]})
    assert (stale.status_code, bodies.problem(stale)) == (412, "version-stale")
    unread = {name: value for name, value in body.items() if name != "records_sha256"}
    assert bodies.said(signer.post("/v1/signatures", unread)) == {"/records_sha256": "required"}
    made = signing.signed(shared_world, "participant", whole)
    now = signing.review(shared_world, whole["id"])
    assert (made["records"], made["records_sha256"]) == (now["records"], now["records_sha256"])
    assert [one["id"] for one in now["signatures"]] == [made["id"]]
    assert shared_world.neighbour.get(f"{path}/review").status_code == 404


def test_the_review_of_a_participant_tells_its_locks(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    body = {"scope": "participant", "record_id": participant, "state": "frozen", "reason": "Cleaning"}
    lock = shared_world.data_manager.post(f"/v1/studies/{shared_world.study}/data-locks", body).json
    [told] = signing.review(shared_world, participant)["locks"]
    assert (told["id"], told["state"]) == (lock["id"], "frozen")


@pytest.mark.requirement("S6")
def test_a_signed_participant_is_due_again_once_a_record_has_changed(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    participant = visit["participant_id"]
    due = f"/v1/studies/{shared_world.study}/signatures-due?participant_id={participant}"
    signing.signed(shared_world, "visit", visit)
    signing.signed(shared_world, "participant", shared_world.investigator.get(f"/v1/participants/{participant}").json)
    assert shared_world.investigator.get(due).json == []
    dose = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/doses", bodies.dose(participant)).json
    [row] = shared_world.investigator.get(due).json
    assert (row["kind"], row["id"], row["signed_version"]) == ("participant", participant, 1)
    assert row["changed_at"] >= dose["changed_at"]
    assert shared_world.neighbour.get(due).json == []
    signing.signed(shared_world, "participant", shared_world.investigator.get(f"/v1/participants/{participant}").json)
    assert shared_world.investigator.get(due).json == []


@pytest.mark.requirement("S1", "P5")
def test_what_is_entered_in_error_is_neither_signed_nor_verified(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    wrong = shared_world.coordinator.put(
        f"/v1/visits/{visit['id']}", visit | {"entered_in_error": True}, version=1
    ).json
    signed = signing.ready(shared_world).post("/v1/signatures", signing.signature("visit", wrong))
    verifying = {"visit_version": 2, "forms": ["header"]}
    verified = shared_world.monitor.post(f"/v1/visits/{visit['id']}/source-verifications", verifying)
    for answer in (signed, verified):
        assert (answer.status_code, bodies.problem(answer)) == (409, "visit-not-complete")
