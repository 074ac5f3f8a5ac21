"""Skipped visits over HTTP: with a reason, only what is expected and not recorded, taken back, told in the history."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.api.expecting import ago, begun, deviations, expecting, schedule_of
from tests.conftest import World


@pytest.fixture(scope="module")
def study(shared_world: World) -> World:
    """A study with visits at weeks 0, 4 and 12 that the tests of this file share."""
    return expecting(shared_world)


def skipped(world: World, participant: str, **changes: Any) -> TestResponse:
    body = {"participant_id": participant, "event": "week_4", "reason": "illness"} | changes
    return world.coordinator.post(f"/v1/studies/{world.study}/skipped-visits", body)


def test_a_skipped_visit_is_expected_no_more_until_it_is_taken_back(study: World) -> None:
    participant = begun(study, 50)
    answer = skipped(study, participant)
    assert answer.status_code == 201, answer.text
    row = schedule_of(study, participant)["week_4"]
    assert (row["status"], row["days"], row["skipped_visit_id"]) == ("skipped", None, answer.json["id"])
    assert (row["missing_forms"], row["missing_analytes"]) == ([], [])
    worklist = study.coordinator.get(f"/v1/schedule?participant_id={participant}").json
    assert [one["event"] for one in worklist] == ["week_12"]
    path = f"/v1/skipped-visits/{answer.json['id']}"
    taken_back = study.coordinator.put(path, answer.json | {"entered_in_error": True}, version=1)
    assert taken_back.status_code == 200, taken_back.text
    assert schedule_of(study, participant)["week_4"]["status"] == "overdue"
    changes = study.coordinator.get(f"{path}/history").json[1]["changes"]
    assert changes == [{"field": "/entered_in_error", "old": False, "new": True}]
    assert skipped(study, participant).status_code == 201


def test_what_was_skipped_is_not_missed(study: World) -> None:
    participant = begun(study, 50)
    assert skipped(study, participant).status_code == 201
    bodies.visited(study, participant, event="unscheduled", visited_on=ago(1), laboratory_results=[])
    assert deviations(study, participant) == []


def test_a_visit_that_was_recorded_cannot_be_skipped_a_draft_neither(study: World) -> None:
    participant = begun(study, 50)
    again = skipped(study, participant, event="week_0")
    assert (again.status_code, bodies.problem(again)) == (409, "visit-already-recorded")
    bodies.visited(study, participant, event="week_4", status="draft", laboratory_results=[])
    assert bodies.problem(skipped(study, participant)) == "visit-already-recorded"


def test_a_visit_that_was_skipped_and_then_took_place_is_done(study: World) -> None:
    participant = begun(study, 50)
    assert skipped(study, participant).status_code == 201
    bodies.visited(study, participant, event="week_4", visited_on=ago(20), laboratory_results=[])
    assert schedule_of(study, participant)["week_4"]["status"] == "done"


def test_a_visit_is_skipped_once(study: World) -> None:
    participant = begun(study, 50)
    assert skipped(study, participant).status_code == 201
    again = skipped(study, participant, reason="travel")
    assert (again.status_code, bodies.problem(again)) == (409, "already-recorded")


def test_only_what_is_expected_can_be_skipped(study: World) -> None:
    participant = begun(study, 50)
    assert bodies.said(skipped(study, participant, event="week_24")) == {"/event": "skipped_visit_expected"}
    without = begun(study, 50, status="draft")
    assert bodies.said(skipped(study, without)) == {"/event": "skipped_visit_expected"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"event": "unscheduled"}, {"/event": "not_in_list"}),
        ({"reason": "forgotten"}, {"/reason": "not_in_list"}),
        ({"reason": None}, {"/reason": "null"}),
        ({"reason": "other"}, {"/comment": "required"}),
        ({"comment": " "}, {"/comment": "wrong_length"}),
        ({"day": "2025-01-01"}, {"/day": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(study: World, changes: dict[str, Any], said: dict[str, str]) -> None:
    assert bodies.said(skipped(study, bodies.enrolled(study), **changes)) == said


@pytest.mark.requirement("P1")
def test_another_sites_visit_cannot_be_skipped_nor_seen(study: World) -> None:
    participant = begun(study, 50)
    kept = skipped(study, participant).json
    neighbour = study.people["neighbour"]
    body = {"participant_id": participant, "event": "week_12", "reason": "illness"}
    answer = neighbour.post(f"/v1/studies/{study.study}/skipped-visits", body)
    assert list(bodies.said(answer)) == ["/participant_id"]
    assert neighbour.get(f"/v1/skipped-visits/{kept['id']}").status_code == 404
    assert neighbour.get(f"/v1/studies/{study.study}/skipped-visits").json == []


@pytest.mark.requirement("A8")
def test_a_change_of_another_version_or_without_a_reason_is_refused(study: World) -> None:
    kept = skipped(study, begun(study, 50)).json
    path = f"/v1/skipped-visits/{kept['id']}"
    assert study.coordinator.put(path, kept | {"reason": "travel"}, version=2).status_code == 412
    assert study.coordinator.put(path, kept | {"reason": "travel"}, version=1, reason=" ").status_code == 422
    assert study.coordinator.get(path).json == kept
