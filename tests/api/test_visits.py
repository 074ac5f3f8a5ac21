"""Visits over HTTP, as a coordinator meets them: recorded, read, amended, kept."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World


def submitted(world: World, participant_id: str, **changes: Any) -> TestResponse:
    return world.coordinator.post(f"/v1/studies/{world.study}/visits", bodies.visit(participant_id, **changes))


def test_a_coordinator_records_a_visit_and_reads_it_back(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    read = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}")
    assert read.status_code == 200
    assert read.json == recorded
    assert read.headers["ETag"].startswith('"1.')


def test_a_whole_visit_comes_back_as_it_was_sent(shared_world: World) -> None:
    body = bodies.whole_visit(bodies.enrolled(shared_world))
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", body)
    assert answer.status_code == 201, answer.text
    for name, form in body["forms"].items():
        assert {field: answer.json["forms"][name][field] for field in form} == form
    for sent, kept in zip(body["laboratory_results"], answer.json["laboratory_results"], strict=True):
        assert {field: kept[field] for field in sent} == sent
    creatinine = answer.json["laboratory_results"][2]
    assert (creatinine["standard_value"], creatinine["standard_unit"]) == (44.21, "umol/L")


@pytest.mark.requirement("A2", "A3")
def test_an_amendment_needs_the_version_and_a_reason_and_keeps_both_versions(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    changed = recorded | {"forms": {**recorded["forms"], "muscle_strength": {"cmas_total": 44, "cmas_maximum": 52}}}
    path = f"/v1/visits/{recorded['id']}"
    amended = shared_world.coordinator.put(path, changed, version=1, reason="Typing error")
    assert amended.status_code == 200, amended.text
    assert amended.json["version"] == 2
    assert amended.json["laboratory_results"][0]["id"] == recorded["laboratory_results"][0]["id"]
    assert shared_world.coordinator.get(f"{path}/versions/1").json == recorded
    history = shared_world.coordinator.get(f"{path}/history").json
    assert [entry["version"] for entry in history] == [1, 2]
    assert history[1]["reason"] == "Typing error"
    assert history[1]["changes"] == [{"field": "/forms/muscle_strength/cmas_total", "old": 41, "new": 44}]


def test_a_form_and_a_result_that_an_amendment_leaves_out_are_gone_but_stay_in_the_first_version(
    shared_world: World,
) -> None:
    recorded = bodies.visited(shared_world)
    path, result = f"/v1/visits/{recorded['id']}", recorded["laboratory_results"][0]["id"]
    reduced = recorded | {"forms": {"vital_signs": recorded["forms"]["vital_signs"]}, "laboratory_results": []}
    amended = shared_world.coordinator.put(path, reduced, version=1)
    assert amended.json["forms"]["disease_activity"] is None
    assert amended.json["laboratory_results"] == []
    assert shared_world.coordinator.get(path).json == amended.json
    assert shared_world.coordinator.get(f"/v1/laboratory-results/{result}").status_code == 404
    assert shared_world.coordinator.get(f"{path}/versions/1").json == recorded


def test_a_form_and_a_result_that_were_removed_can_be_put_back(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    path = f"/v1/visits/{recorded['id']}"
    shared_world.coordinator.put(path, recorded | {"forms": None, "laboratory_results": []}, version=1)
    back = shared_world.coordinator.put(path, recorded, version=2)
    assert back.json["forms"] == recorded["forms"]
    assert back.json["laboratory_results"] == recorded["laboratory_results"]


def test_an_amendment_that_changes_nothing_makes_no_version(shared_world: World) -> None:
    body = bodies.whole_visit(bodies.enrolled(shared_world))
    recorded = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", body).json
    path = f"/v1/visits/{recorded['id']}"
    for same in (recorded, body):
        amended = shared_world.coordinator.put(path, same, version=1)
        assert amended.status_code == 200, amended.text
        assert amended.json == recorded
    assert len(shared_world.coordinator.get(f"{path}/history").json) == 1


def test_a_draft_may_be_incomplete_and_is_completed_later(shared_world: World) -> None:
    draft = {"participant_id": bodies.enrolled(shared_world), "event": "week_4", "status": "draft"}
    recorded = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", draft)
    assert recorded.status_code == 201, recorded.text
    assert recorded.json["visited_on"] is None
    path = f"/v1/visits/{recorded.json['id']}"
    early = shared_world.coordinator.put(path, draft | {"status": "complete"}, version=1)
    assert bodies.said(early) in ({"/visited_on": "required"}, {"/visited_on": "required", "/mode": "required"})
    complete = draft | {"status": "complete", "visited_on": "2025-03-10", "mode": "remote"}
    assert shared_world.coordinator.put(path, complete, version=1).json["status"] == "complete"


def test_a_complete_visit_without_a_date_is_refused(shared_world: World) -> None:
    answer = submitted(shared_world, bodies.enrolled(shared_world), visited_on=None)
    assert bodies.problem(answer) == "rules-broken"
    assert bodies.said(answer) == {"/visited_on": "required"}


def test_the_same_event_twice_names_the_visit_that_is_there(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    answer = submitted(shared_world, recorded["participant_id"], visited_on="2025-02-11")
    assert answer.status_code == 409
    assert bodies.problem(answer) == "visit-already-recorded"
    assert answer.json["existing"] == f"/v1/visits/{recorded['id']}"


def test_a_visit_entered_in_error_frees_its_event(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    path = f"/v1/visits/{recorded['id']}"
    marked = shared_world.coordinator.put(path, recorded | {"entered_in_error": True}, version=1, reason="Wrong child")
    assert marked.json["entered_in_error"] is True
    again = submitted(shared_world, recorded["participant_id"])
    assert again.status_code == 201, again.text
    back = shared_world.coordinator.put(path, recorded, version=2)
    assert back.status_code == 409
    assert back.json["existing"] == f"/v1/visits/{again.json['id']}"


def test_unscheduled_visits_are_many_but_one_a_day(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    days = ("2025-03-01", "2025-03-02", "2025-03-02")
    answers = [submitted(shared_world, participant, event="unscheduled", visited_on=day) for day in days]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json["existing"] == f"/v1/visits/{answers[1].json['id']}"


def test_a_visit_stays_with_its_participant(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    moved = recorded | {"participant_id": bodies.enrolled(shared_world)}
    answer = shared_world.coordinator.put(f"/v1/visits/{recorded['id']}", moved, version=1)
    assert answer.status_code == 422
    assert bodies.said(answer) == {"/participant_id": "fixed"}


def test_another_sites_visit_is_not_there(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    path = f"/v1/visits/{recorded['id']}"
    for answer in (
        shared_world.neighbour.get(path),
        shared_world.neighbour.get(f"{path}/history"),
        shared_world.neighbour.get(f"{path}/versions/1"),
        shared_world.neighbour.get(f"{path}?as_of={recorded['changed_at']}"),
        shared_world.neighbour.put(path, recorded, version=1),
    ):
        assert answer.status_code == 404
        assert bodies.problem(answer) == "no-such-record"


def test_another_sites_participant_and_one_that_does_not_exist_are_refused_alike(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    sent = [participant, "0198c5a0-1111-7000-8000-000000000000"]
    answers = [
        shared_world.neighbour.post(f"/v1/studies/{shared_world.study}/visits", bodies.visit(one)) for one in sent
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert bodies.said(answers[0]) == bodies.said(answers[1]) == {"/participant_id": "no_such_participant"}


def test_a_version_that_was_never_made_is_not_there(shared_world: World) -> None:
    path = f"/v1/visits/{bodies.visited(shared_world)['id']}/versions"
    for number in (0, 2, 10**12):
        assert shared_world.coordinator.get(f"{path}/{number}").status_code == 404


def test_a_visit_is_dated_within_the_consent(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    consents = f"/v1/studies/{shared_world.study}/consents"
    before = submitted(shared_world, participant, visited_on="2025-01-09", laboratory_results=[])
    assert before.status_code == 422
    assert bodies.problem(before) == "consent-missing"
    [consent] = shared_world.coordinator.get(f"{consents}?participant_id={participant}").json
    withdrawn = consent | {"withdrawn_on": "2025-03-01"}
    assert shared_world.coordinator.put(f"/v1/consents/{consent['id']}", withdrawn, version=1).status_code == 200
    on_the_day = submitted(shared_world, participant, visited_on="2025-03-01")
    after = submitted(shared_world, participant, event="week_4", visited_on="2025-03-02")
    assert on_the_day.status_code == 201, on_the_day.text
    assert bodies.problem(after) == "consent-missing"


def test_a_consent_is_not_corrected_so_that_a_visit_is_left_without(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    filtered = f"/v1/studies/{shared_world.study}/consents?participant_id={recorded['participant_id']}"
    [consent] = shared_world.coordinator.get(filtered).json
    path = f"/v1/consents/{consent['id']}"
    for change in ({"given_on": "2025-02-11"}, {"entered_in_error": True}):
        answer = shared_world.coordinator.put(path, consent | change, version=1)
        assert answer.status_code == 422
        assert list(bodies.said(answer).values()) == ["consent_covers_visits"]
        assert "entered in error" in answer.json["errors"][0]["detail"]


def test_a_value_is_missing_for_a_reason_or_there_and_never_both(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    told = {"weight": "refused"}
    recorded = submitted(shared_world, participant, forms={"vital_signs": {"height": 120, "missing": told}})
    assert recorded.json["forms"]["vital_signs"]["missing"] == told
    wrong = {"height": "not_done", "weight": "forgotten", "shoe_size": "not_done"}
    answer = submitted(
        shared_world, participant, event="week_4", forms={"vital_signs": {"height": 120, "missing": wrong}}
    )
    assert bodies.said(answer)["/forms/vital_signs/missing/weight"] == "not_in_list"
    wrong.pop("weight")
    answer = submitted(
        shared_world, participant, event="week_4", forms={"vital_signs": {"height": 120, "missing": wrong}}
    )
    assert bodies.said(answer) == {
        "/forms/vital_signs/missing/height": "not_missing",
        "/forms/vital_signs/missing/shoe_size": "unknown_field",
    }


def test_every_broken_rule_is_named_at_once_with_its_place(shared_world: World) -> None:
    body = copy.deepcopy(bodies.visit("not a uuid"))
    body |= {"visited_on": "10.02.2025", "mode": "by post", "shoe_size": 34, "status": "done", "version": 7}
    body["forms"]["vital_signs"] = {"height": "128", "weight": 27.456, "heart_rate": 80.5, "missing": []}
    body["forms"]["tattoos"] = {}
    body["laboratory_results"] = [{"analyte": "CK", "value": 1, "unit": "mg"}, {"value": True}, 3]
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", body)
    assert answer.status_code == 422
    assert bodies.said(answer) == {
        "/participant_id": "wrong_type",
        "/visited_on": "wrong_type",
        "/mode": "not_in_list",
        "/status": "not_in_list",
        "/shoe_size": "unknown_field",
        "/forms/tattoos": "unknown_field",
        "/forms/vital_signs/height": "wrong_type",
        "/forms/vital_signs/weight": "too_precise",
        "/forms/vital_signs/heart_rate": "wrong_type",
        "/forms/vital_signs/missing": "wrong_type",
        "/laboratory_results/0/unit": "unknown_unit",
        "/laboratory_results/1/analyte": "required",
        "/laboratory_results/1/value": "wrong_type",
        "/laboratory_results/2": "wrong_type",
    }


def test_a_visit_of_a_study_that_does_not_exist_is_refused(shared_world: World) -> None:
    body = bodies.visit(bodies.enrolled(shared_world))
    assert shared_world.coordinator.post("/v1/studies/NOWHERE/visits", body).status_code == 404
