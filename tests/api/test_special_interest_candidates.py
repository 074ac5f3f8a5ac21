"""Candidates for events of special interest: they arise with what is recorded, are judged once, and end when it is corrected."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import Person, World, attribution, person

CONFIRMED = {"decision": "confirm", "comment": "Zoster, seen at the visit"}
DISMISSED = {"decision": "dismiss", "comment": "A scratch"}


def event(world: World, participant: str | None = None, **changes: Any) -> dict[str, Any]:
    body = bodies.adverse_event(participant or bodies.enrolled(world), **changes)
    answer = world.coordinator.post(f"/v1/studies/{world.study}/adverse-events", body)
    assert answer.status_code == 201, answer.text
    recorded: dict[str, Any] = answer.json
    return recorded


def candidates(world: World, by: Person | None = None, **filters: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in filters.items())
    found: list[dict[str, Any]] = (
        (by or world.safety_officer).get(f"/v1/studies/{world.study}/special-interest-candidates?{asked}").json
    )
    return found


def judged(by: Person, candidate: dict[str, Any], body: dict[str, Any], **kwargs: Any) -> TestResponse:
    return by.post(f"/v1/special-interest-candidates/{candidate['id']}/judgement", body, **kwargs)


def test_an_event_is_put_before_a_person_who_confirms_it_with_a_reason(shared_world: World) -> None:
    world = shared_world
    [found] = candidates(world, adverse_event_id=event(world)["id"])
    assert (found["topic"], found["found_by"], found["status"], found["rule_version"]) == (
        "herpes_zoster", "term", "open", "1",
    )  # fmt: skip
    answer = judged(world.investigator, found, CONFIRMED)
    assert (answer.status_code, answer.json["status"], answer.json["decided_by"]) == (
        200, "confirmed", world.investigator.account_id,
    )  # fmt: skip
    assert answer.json["comment"] == CONFIRMED["comment"]
    history = world.auditor.get(f"/v1/special-interest-candidates/{found['id']}/history").json
    assert [one["reason"] for one in history][-1] == CONFIRMED["comment"]
    assert "special_interest" in world.investigator.get(f"/v1/adverse-events/{found['adverse_event_id']}").json


def test_a_candidate_is_judged_once_and_a_repeat_is_answered_again(shared_world: World) -> None:
    world = shared_world
    [found] = candidates(world, adverse_event_id=event(world)["id"])
    first, again = (judged(world.safety_officer, found, DISMISSED, key="one-judgement") for _ in range(2))
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    late = judged(world.investigator, found, CONFIRMED)
    assert (late.status_code, late.json["state"], late.json["allowed"]) == (409, "dismissed", [])


def test_of_two_who_judge_at_once_one_is_told_it_is_done(shared_world: World) -> None:
    world = shared_world
    [found] = candidates(world, adverse_event_id=event(world)["id"])
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda by: judged(by, found, CONFIRMED), [world.investigator, world.safety_officer]))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_what_is_corrected_resolves_and_comes_back_and_a_judgement_stays(shared_world: World) -> None:
    world = shared_world
    recorded = event(world)
    path, key = f"/v1/adverse-events/{recorded['id']}", {"adverse_event_id": recorded["id"]}
    assert world.coordinator.put(path, recorded | {"term": "A scratch"}, version=1).status_code == 200
    assert [one["status"] for one in candidates(world, **key)] == ["resolved"]
    assert world.coordinator.put(path, recorded, version=2).status_code == 200
    [found] = candidates(world, **key)
    assert found["status"] == "open"
    assert judged(world.safety_officer, found, CONFIRMED).status_code == 200
    assert world.coordinator.put(path, recorded | {"entered_in_error": True}, version=3).status_code == 200
    assert [one["status"] for one in candidates(world, **key)] == ["confirmed"]


def test_a_study_adds_words_and_retires_them(shared_world: World) -> None:
    world = shared_world
    recorded = event(world, term="Quokka fever, mild")
    assert candidates(world, adverse_event_id=recorded["id"]) == []
    terms = f"/v1/studies/{world.study}/special-interest-terms"
    added = world.safety_officer.post(terms, {"topic": "opportunistic_infection", "term": "Quokka fev*"})
    assert added.status_code == 201, added.text
    again = world.safety_officer.post(terms, {"topic": "opportunistic_infection", "term": "quokka FEV*"})
    assert (again.status_code, bodies.problem(again)) == (409, "already-recorded")
    [found] = candidates(world, adverse_event_id=recorded["id"])
    assert (found["topic"], found["status"]) == ("opportunistic_infection", "open")
    one = f"/v1/special-interest-terms/{added.json['id']}"
    assert world.safety_officer.put(one, added.json | {"retired": True}, version=1).status_code == 200
    assert [one["status"] for one in candidates(world, adverse_event_id=recorded["id"])] == ["resolved"]
    assert world.coordinator.post(terms, {"topic": "acne", "term": "Pimples"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"topic": "acne"}, {"/term": "term_or_code"}),
        ({"topic": "acne", "term": "Pimple", "code": "90000001", "dictionary": "MedDRA"}, {"/term": "term_or_code"}),
        ({"topic": "acne", "code": "90000001"}, {"/dictionary": "code_of_dictionary"}),
        ({"topic": "acne", "term": "**"}, {"/term": "no_words"}),
        ({"topic": "curiosity", "term": "Pimple"}, {"/topic": "not_in_list"}),
    ],
)
def test_a_term_that_cannot_be_is_refused_with_its_place(
    shared_world: World, body: dict[str, Any], said: dict[str, str]
) -> None:
    answer = shared_world.safety_officer.post(f"/v1/studies/{shared_world.study}/special-interest-terms", body)
    assert bodies.said(answer) == said


def test_a_judgement_needs_a_reason_and_the_right(shared_world: World) -> None:
    world = shared_world
    [found] = candidates(world, adverse_event_id=event(world)["id"])
    assert bodies.said(judged(world.investigator, found, {"decision": "confirm"})) == {"/comment": "required"}
    assert bodies.said(judged(world.investigator, found, DISMISSED | {"decision": "doubt"})) == {
        "/decision": "not_in_list"
    }
    assert judged(world.coordinator, found, CONFIRMED).status_code == 403


def test_another_sites_candidate_is_not_there(shared_world: World) -> None:
    world = shared_world
    [found] = candidates(world, adverse_event_id=event(world)["id"])
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        neighbour = person(world.app, tx, "investigator", world.other_site)
        tx.commit()
    assert candidates(world, neighbour) == []
    assert judged(neighbour, found, CONFIRMED).status_code == 404


def test_results_of_a_visit_are_put_forward_and_resolve_with_it(shared_world: World) -> None:
    world = shared_world
    at = {"collected_at": "2025-03-10T08:30:00Z"}
    participant = bodies.visited(world)["participant_id"]
    results = [
        {"analyte": "NEUT", "value": 0.4, "unit": "10*9/L", "lower_limit": 1.5} | at,
        {"analyte": "BKVPLASMA", "value": 5200, "unit": "{copies}/mL"} | at,
        {"analyte": "ALT", "value": 60, "unit": "U/L", "upper_limit": 40} | at,
    ]
    visit = bodies.visited(world, participant, event="week_4", visited_on="2025-03-10", laboratory_results=results)
    key = {"visit_id": visit["id"]}
    found = {(one["topic"], one["found_by"], one["analyte"]) for one in candidates(world, **key)}
    assert found == {("cytopenia", "laboratory_grade", "NEUT"), ("bk_virus", "virus_result", "BKVPLASMA")}
    answer = world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"entered_in_error": True}, version=1)
    assert answer.status_code == 200, answer.text
    assert {one["status"] for one in candidates(world, **key)} == {"resolved"}


def test_the_rule_set_is_read_as_data(shared_world: World) -> None:
    told = {one["topic"]: one for one in shared_world.coordinator.get("/v1/special-interest-rules").json}
    assert told["cytopenia"]["graded"][0] == {"analyte": "NEUT", "constant": "cytopenia_grade"}
    assert "shingles" in told["herpes_zoster"]["words"]
    assert told["serious_infection"]["serious_only"]
