"""Candidates for events of special interest: they arise with what is recorded, are judged once, and end when it is corrected."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.db import records, special_interest_candidates, studies
from registry.domain import special_interest_findings as findings
from tests import bodies, dictionaries
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
    assert (late.status_code, late.json["state"], late.json["allowed"]) == (409, "dismissed", ["ask_again"])


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


def dismissed(world: World, **filters: str) -> dict[str, Any]:
    """Dismiss the one candidate of a source."""
    [found] = candidates(world, **filters)
    answer = judged(world.safety_officer, found, DISMISSED)
    assert (answer.status_code, answer.json["status"]) == (200, "dismissed")
    given: dict[str, Any] = answer.json
    return given


def test_a_dismissed_event_is_asked_about_again_when_it_says_something_else(shared_world: World) -> None:
    world = shared_world
    recorded = event(world, grade=1)
    path, key = f"/v1/adverse-events/{recorded['id']}", {"adverse_event_id": recorded["id"]}
    first = dismissed(world, **key)
    assert first["judged_version"] == 1
    assert world.coordinator.put(path, recorded | {"started_on": "2025-03-01"}, version=1).status_code == 200
    assert [one["status"] for one in candidates(world, **key)] == ["dismissed"]
    assert world.coordinator.put(path, recorded | {"grade": 3}, version=2).status_code == 200
    [again] = candidates(world, **key)
    assert (again["status"], again.get("comment"), again.get("judged_version")) == ("open", None, None)
    history = world.auditor.get(f"/v1/special-interest-candidates/{again['id']}/history").json
    assert DISMISSED["comment"] in [one["reason"] for one in history]


def test_a_dismissed_result_is_asked_about_again_when_it_is_another(shared_world: World) -> None:
    world = shared_world
    participant = bodies.visited(world)["participant_id"]
    low = {"analyte": "NEUT", "value": 0.95, "unit": "10*9/L", "lower_limit": 1.5}
    visit = bodies.visited(world, participant, event="week_4", visited_on="2025-03-10", laboratory_results=[low])
    path, key = f"/v1/visits/{visit['id']}", {"visit_id": visit["id"]}
    dismissed(world, **key)
    same = world.coordinator.put(path, visit | {"visited_on": "2025-03-11", "laboratory_results": [low]}, version=1)
    assert (same.status_code, [one["status"] for one in candidates(world, **key)]) == (200, ["dismissed"]), same.text
    lower = world.coordinator.put(path, visit | {"laboratory_results": [low | {"value": 0.05}]}, version=2)
    assert (lower.status_code, [one["status"] for one in candidates(world, **key)]) == (200, ["open"]), lower.text


def test_a_baseline_that_moves_resolves_what_is_before_it_now(shared_world: World) -> None:
    world = shared_world
    baseline = bodies.visited(world)
    low = {"analyte": "NEUT", "value": 0.4, "unit": "10*9/L", "lower_limit": 1.5}
    visit = bodies.visited(
        world, baseline["participant_id"], event="week_4", visited_on="2025-03-10", laboratory_results=[low]
    )
    key = {"visit_id": visit["id"]}
    assert [one["status"] for one in candidates(world, **key)] == ["open"]
    moved = world.coordinator.put(f"/v1/visits/{baseline['id']}", baseline | {"visited_on": "2025-04-20"}, version=1)
    assert (moved.status_code, [one["status"] for one in candidates(world, **key)]) == (200, ["resolved"]), moved.text


def test_a_live_vaccine_near_a_dose_is_put_before_a_person(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world)
    key = {"participant_id": participant}
    sent = bodies.concomitant_medication(
        participant, medication="live_vaccine", started_on="2025-01-20", dose=None, dose_unit=None, frequency="once",
        route="subcutaneous",
    )  # fmt: skip
    given = world.coordinator.post(f"/v1/studies/{world.study}/concomitant-medications", sent)
    assert (given.status_code, candidates(world, **key)) == (201, []), given.text
    dose = world.coordinator.post(f"/v1/studies/{world.study}/doses", bodies.dose(participant))
    assert dose.status_code == 201, dose.text
    [found] = candidates(world, **key)
    assert (found["topic"], found["found_by"], found["concomitant_medication_id"]) == (
        "live_vaccine_exposure", "medication", given.json["id"],
    )  # fmt: skip
    path = f"/v1/concomitant-medications/{given.json['id']}"
    early = world.coordinator.put(path, given.json | {"started_on": "2024-11"}, version=1)
    assert (early.status_code, [one["status"] for one in candidates(world, **key)]) == (200, ["resolved"]), early.text
    again = world.coordinator.put(path, given.json, version=2)
    assert (again.status_code, [one["status"] for one in candidates(world, **key)]) == (200, ["open"])
    dismissed(world, **key)
    late = world.coordinator.put(path, given.json | {"started_on": "2025-02-20"}, version=3)
    assert (late.status_code, [one["status"] for one in candidates(world, **key)]) == (200, ["open"])


def test_a_rule_that_fails_loses_no_record_and_is_counted(
    shared_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = shared_world
    recorded = event(world)

    def failing(*_: Any) -> None:
        raise ZeroDivisionError("what the patient has")

    monkeypatch.setattr(findings, "of_event", failing)
    monkeypatch.setattr(findings, "of_visit", failing)
    path = f"/v1/adverse-events/{recorded['id']}"
    assert world.coordinator.put(path, recorded | {"term": "A scratch"}, version=1).status_code == 200
    assert [one["status"] for one in candidates(world, adverse_event_id=recorded["id"])] == ["open"]
    bodies.visited(world, laboratory_results=[{"analyte": "NEUT", "value": 0.4, "unit": "10*9/L"}])
    metrics = world.coordinator.get("/metrics").text
    for source in ("adverse_event", "visit"):
        assert f'registry_special_interest_failures_total{{source="{source}"}}' in metrics
    said = capsys.readouterr()
    assert "what the patient has" not in said.out + said.err


def test_an_event_recorded_while_a_word_is_added_is_put_forward(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world)
    database = world.app.extensions["registry"].database
    body = bodies.adverse_event(participant, term="Bandicoot sneeze")
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as tx:
            tx.attribute(attribution())
            study_id = studies.id_of(tx, world.study)
            special_interest_candidates.wait_for_events(tx, study_id)
            records.record(
                tx, "special_interest_term", {"study_id": study_id, "topic": "acne", "term": "bandicoot sneeze"}
            )
            answer = pool.submit(world.coordinator.post, f"/v1/studies/{world.study}/adverse-events", body)
            with pytest.raises(TimeoutError):
                answer.result(0.2)
            tx.commit()
        recorded = answer.result(10)
    assert recorded.status_code == 201, recorded.text
    assert [one["topic"] for one in candidates(world, adverse_event_id=recorded.json["id"])] == ["acne"]


def test_a_code_counts_as_the_terms_own_or_its_preferred_one_and_must_be_loaded(shared_world: World) -> None:
    own = dictionaries.coded(shared_world)
    terms, by = f"{own.base}/special-interest-terms", shared_world.safety_officer
    code = {"topic": "acne", "dictionary": own.study, "code": f"PT-{dictionaries.WOMBAT}"}
    assert bodies.said(by.post(terms, code | {"dictionary": "Nowhere"})) == {"/dictionary": "no_such_dictionary"}
    assert bodies.said(by.post(terms, code | {"code": "12"})) == {"/code": "no_such_code"}
    added = by.post(terms, code)
    assert added.status_code == 201, added.text
    recorded = own.event("Wombat itch")
    found = by.get(f"{own.base}/special-interest-candidates?adverse_event_id={recorded['id']}").json
    assert [(one["topic"], one["found_by"]) for one in found] == [("acne", "code")]
    one = f"/v1/special-interest-terms/{added.json['id']}"
    assert bodies.said(by.put(one, added.json | {"code": "12"}, version=1)) == {"/code": "no_such_code"}
