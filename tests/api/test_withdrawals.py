"""Withdrawals over HTTP: of the treatment, of follow-up, of the use of data, and what each ends."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.conftest import World
from tests.db.test_concurrency import another, at_once, statuses


def withdrawn(world: World, participant: str, **changes: Any) -> TestResponse:
    body = bodies.withdrawal(participant) | changes
    return world.coordinator.post(f"/v1/studies/{world.study}/withdrawals", body)


def visited(world: World, participant: str, day: str) -> TestResponse:
    body = bodies.visit(participant, event="unscheduled", visited_on=day, laboratory_results=[])
    return world.coordinator.post(f"/v1/studies/{world.study}/visits", body)


def test_a_withdrawal_is_recorded_corrected_and_told_in_its_history(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    given = withdrawn(shared_world, participant, comment="Too many trips")
    assert given.status_code == 201, given.text
    path = f"/v1/withdrawals/{given.json['id']}"
    assert shared_world.monitor.get(path).json == given.json
    corrected = shared_world.data_manager.put(path, given.json | {"withdrawn_on": "2025-06-02"}, version=1)
    assert corrected.status_code == 200, corrected.text
    changes = shared_world.auditor.get(f"{path}/history").json[1]["changes"]
    assert changes == [{"field": "/withdrawn_on", "old": "2025-06-01", "new": "2025-06-02"}]
    listed = shared_world.coordinator.get(
        f"/v1/studies/{shared_world.study}/withdrawals?kind=treatment&participant_id={participant}"
    )
    assert listed.json == [corrected.json]


@pytest.mark.requirement("P5")
@pytest.mark.parametrize(("kind", "after"), [("treatment", 201), ("follow_up", 422), ("data_use", 422)])
def test_visits_go_on_after_a_withdrawal_of_the_treatment_only(shared_world: World, kind: str, after: int) -> None:
    participant = bodies.enrolled(shared_world)
    assert withdrawn(shared_world, participant, kind=kind).status_code == 201
    assert visited(shared_world, participant, "2025-06-01").status_code == 201, "the day itself is covered"
    answer = visited(shared_world, participant, "2025-06-02")
    assert answer.status_code == after
    if after == 422:
        assert bodies.problem(answer) == "consent-missing"
        assert bodies.said(answer) == {"/visited_on": "visit_consent_withdrawn"}


def deviations(world: World, participant: str) -> list[tuple[str, str, str | None]]:
    """The departures from consent that were noted: day, state, visit."""
    path = f"/v1/studies/{world.study}/protocol-deviations?participant_id={participant}&category=consent"
    return [(one["occurred_on"], one["status"], one["visit_id"]) for one in world.monitor.get(path).json]


@pytest.mark.requirement("P5")
@pytest.mark.parametrize("kind", ["follow_up", "data_use"])
def test_a_withdrawal_before_a_visit_is_taken_and_the_visit_becomes_a_deviation(shared_world: World, kind: str) -> None:
    participant = bodies.enrolled(shared_world)
    visited(shared_world, participant, "2025-06-01")
    visit = visited(shared_world, participant, "2025-06-02").json
    assert withdrawn(shared_world, participant, kind="treatment").status_code == 201
    assert deviations(shared_world, participant) == []
    early = withdrawn(shared_world, participant, kind=kind)
    assert early.status_code == 201, early.text
    assert deviations(shared_world, participant) == [("2025-06-02", "to_classify", visit["id"])]
    path = f"/v1/visits/{visit['id']}"
    assert shared_world.coordinator.put(path, visit | {"mode": "remote"}, version=1).status_code == 200
    assert visited(shared_world, participant, "2025-06-03").status_code == 422
    again = shared_world.coordinator.put(
        f"/v1/withdrawals/{early.json['id']}", early.json | {"comment": "Told"}, version=1
    )
    assert again.status_code == 200, again.text
    assert len(deviations(shared_world, participant)) == 1, "it is noted once"


def test_a_consent_or_assent_is_withdrawn_before_a_visit_and_the_visit_becomes_a_deviation(world: World) -> None:
    protocols.applied(world, assent_from_age=7, consent_documents=[])
    base = f"/v1/studies/{world.study}"
    for kind in ("consent", "assent"):
        participant = bodies.enrolled(world)
        assent = bodies.consent(participant, kind="assent", given_by="participant")
        assert world.coordinator.post(f"{base}/consents", assent).status_code == 201
        visit = visited(world, participant, "2025-06-02").json
        given = world.coordinator.get(f"{base}/consents?participant_id={participant}").json
        [one] = [one for one in given if one["kind"] == kind]
        leaving = world.coordinator.put(f"/v1/consents/{one['id']}", one | {"withdrawn_on": "2025-06-01"}, version=1)
        assert leaving.status_code == 200, leaving.text
        assert deviations(world, participant) == [("2025-06-02", "to_classify", visit["id"])]


def test_a_consent_given_after_a_withdrawal_counts(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    withdrawn(shared_world, participant, kind="follow_up")
    again = bodies.consent(participant, given_on="2025-07-01")
    assert shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/consents", again).status_code == 201
    days = ("2025-06-30", "2025-07-01")
    assert [visited(shared_world, participant, one).status_code for one in days] == [422, 201]


def test_a_withdrawal_entered_in_error_counts_for_nothing_and_can_be_recorded_anew(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    given = withdrawn(shared_world, participant, kind="follow_up").json
    twice = withdrawn(shared_world, participant, kind="follow_up", reason="privacy")
    assert (twice.status_code, bodies.said(twice)) == (409, {"/withdrawn_on": "withdrawal_once"})
    path = f"/v1/withdrawals/{given['id']}"
    assert shared_world.coordinator.put(path, given | {"entered_in_error": True}, version=1).status_code == 200
    assert visited(shared_world, participant, "2025-06-02").status_code == 201
    assert shared_world.coordinator.put(path, given, version=2).status_code == 200
    assert [day for day, *_ in deviations(shared_world, participant)] == ["2025-06-02"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "everything"}, {"/kind": "not_in_list"}),
        ({"withdrawn_on": "2099-01-01"}, {"/withdrawn_on": "in_the_future"}),
        ({"withdrawn_on": "2025-02-30"}, {"/withdrawn_on": "wrong_type"}),
        ({"decided_by": None}, {"/decided_by": "null"}),
        ({"kind": "data_use", "decided_by": "sponsor"}, {"/decided_by": "not_theirs"}),
        ({"kind": "data_use", "decided_by": "investigator"}, {"/decided_by": "not_theirs"}),
        ({"reason": "other"}, {"/comment": "required"}),
        ({"comment": "a\x00b"}, {"/comment": "unprintable"}),
        ({"participant_id": "0198c5a0-1111-7000-8000-000000000000"}, {"/participant_id": "no_such_participant"}),
        ({"effective": True}, {"/effective": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(withdrawn(shared_world, bodies.enrolled(shared_world), **changes)) == said


@pytest.mark.requirement("A8")
def test_a_withdrawal_is_changed_under_its_version_with_a_reason_and_stays_with_its_participant(
    shared_world: World,
) -> None:
    given = withdrawn(shared_world, bodies.enrolled(shared_world)).json
    path = f"/v1/withdrawals/{given['id']}"
    moved = given | {"participant_id": bodies.enrolled(shared_world)}
    assert bodies.said(shared_world.coordinator.put(path, moved, version=1)) == {"/participant_id": "fixed"}
    assert bodies.problem(shared_world.coordinator.put(path, given, version=7)) == "version-stale"
    unreasoned = shared_world.coordinator.put(path, given | {"reason": "privacy"}, version=1, reason=" ")
    assert bodies.problem(unreasoned) == "change-reason-missing"


def test_another_sites_withdrawals_are_not_there(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    given = withdrawn(shared_world, participant).json
    assert shared_world.neighbour.get(f"/v1/withdrawals/{given['id']}").status_code == 404
    there = shared_world.neighbour.post(f"/v1/studies/{shared_world.study}/withdrawals", bodies.withdrawal(participant))
    assert bodies.said(there) == {"/participant_id": "no_such_participant"}
    listed = shared_world.neighbour.get(f"/v1/studies/{shared_world.study}/withdrawals?participant_id={participant}")
    assert listed.json == []


def test_a_visit_and_a_withdrawal_at_once_never_leave_the_visit_unnoticed(shared_world: World) -> None:
    base = f"/v1/studies/{shared_world.study}"
    for _ in range(5):
        participant = bodies.enrolled(shared_world)
        leaving = bodies.withdrawal(participant, kind="follow_up")
        late = bodies.visit(participant, event="unscheduled", visited_on="2025-06-02", laboratory_results=[])
        clients = [another(shared_world.coordinator) for _ in range(3)]
        answers = at_once(
            partial(clients[0].post, f"{base}/withdrawals", leaving),
            partial(clients[1].post, f"{base}/visits", late),
            partial(clients[2].post, f"{base}/withdrawals", leaving | {"kind": "data_use"}),
        )
        visit = answers.pop(1)
        assert visit.status_code in (201, 422), visit.text
        assert statuses(answers) == [201, 201], [a.text for a in answers]
        assert len(deviations(shared_world, participant)) == (visit.status_code == 201)
