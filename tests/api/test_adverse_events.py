"""Adverse events over HTTP: serious or not, amended as they evolve."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World

FATAL = {"grade": 5, "outcome": "fatal", "serious": True, "seriousness_criteria": ["death"]}


def reported(world: World, **changes: Any) -> TestResponse:
    body = bodies.adverse_event(bodies.enrolled(world), **changes)
    return world.coordinator.post(f"/v1/studies/{world.study}/adverse-events", body)


def test_an_event_is_amended_as_it_evolves(shared_world: World) -> None:
    first = reported(shared_world, ctcae_term="Shingles", ctcae_version="5.0")
    assert first.status_code == 201, first.text
    path = f"/v1/adverse-events/{first.json['id']}"
    worse = first.json | {"grade": 3, "serious": True, "seriousness_criteria": ["hospitalisation"]}
    second = shared_world.safety_officer.put(path, worse, version=1, reason="Admitted")
    assert second.status_code == 200, second.text
    over = second.json | {"outcome": "recovered", "ended_on": "2025-05-02"}
    third = shared_world.coordinator.put(path, over, version=2, reason="Follow-up")
    assert third.json["version"] == 3
    history = shared_world.coordinator.get(f"{path}/history").json
    assert [entry["reason"] for entry in history] == [None, "Admitted", "Follow-up"]
    assert [entry["role"] for entry in history] == ["coordinator", "safety_officer", "coordinator"]
    assert {"field": "/grade", "old": 2, "new": 3} in history[1]["changes"]
    assert shared_world.coordinator.get(f"{path}/versions/2").json == second.json


def test_a_death_is_said_everywhere(shared_world: World) -> None:
    assert reported(shared_world, **FATAL).status_code == 201


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (FATAL | {"grade": 4}, {"/grade": "death"}),
        (FATAL | {"outcome": "recovered"}, {"/outcome": "death"}),
        (FATAL | {"seriousness_criteria": ["life_threatening"]}, {"/seriousness_criteria": "death"}),
        ({"grade": 5}, {"/outcome": "death", "/seriousness_criteria": "death"}),
        ({"serious": True}, {"/seriousness_criteria": "seriousness"}),
        ({"seriousness_criteria": ["disability"]}, {"/seriousness_criteria": "seriousness"}),
        ({"serious": None}, {"/serious": "null"}),
        ({"serious": True, "seriousness_criteria": ["disability", "disability"]}, {"/seriousness_criteria": "repeated"}),
        ({"grade": 0}, {"/grade": "out_of_range"}),
        ({"grade": 6}, {"/grade": "out_of_range"}),
        ({"ctcae_term": "Shingles"}, {"/ctcae_version": "required"}),
        ({"ctcae_term": "Shingles", "ctcae_version": "4.03"}, {"/ctcae_version": "not_in_list"}),
        ({"ended_on": "2025-03"}, {"/ended_on": "end_before_start"}),
        ({"outcome": "not_recovered", "ended_on": "2025-05"}, {"/ended_on": "not_resolved"}),
        ({"started_on": None}, {"/started_on": "null"}),
        ({"term": ""}, {"/term": "wrong_length"}),
        ({"causality": [{"drug": "baricitinib"}]}, {"/causality/0/causality": "required"}),
        ({"causality": [{"drug": "baricitinib", "causality": "possible"}] * 2}, {"/causality": "repeated"}),
        ({"causality": [{"drug": "aspirin", "causality": "possible"}]}, {"/causality/0/drug": "not_in_list"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(reported(shared_world, **changes)) == said


def test_causality_is_assessed_for_each_drug(shared_world: World) -> None:
    causality = [
        {"drug": "baricitinib", "causality": "probable", "action_taken": "interrupted", "dechallenge": "positive",
         "rechallenge": "not_done"},
        {"drug": "study_product", "causality": "unlikely", "action_taken": None, "dechallenge": None,
         "rechallenge": None},
    ]  # fmt: skip
    assert reported(shared_world, causality=causality).json["causality"] == causality


def test_a_safety_officer_reports_and_lists_by_outcome(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    path = f"/v1/studies/{shared_world.study}/adverse-events"
    event = shared_world.safety_officer.post(path, bodies.adverse_event(participant))
    assert event.status_code == 201, event.text
    listed = f"{path}?participant_id={participant}&outcome="
    told = {name: value for name, value in event.json.items() if name != "narrative"}
    assert shared_world.safety_officer.get(f"{listed}recovering").json == [told]
    assert shared_world.safety_officer.get(f"{listed}fatal").json == []


VIEW = {"serious": True, "seriousness_criteria": ["hospitalisation", "life_threatening"]}


@pytest.mark.parametrize("who", ["safety_officer", "data_manager"])
def test_the_investigators_view_is_the_sites_to_change(shared_world: World, who: str) -> None:
    first = reported(shared_world, **VIEW).json
    path, person = f"/v1/adverse-events/{first['id']}", shared_world.people[who]
    for changes, places in (
        ({"causality": [{"drug": "baricitinib", "causality": "unlikely"}]}, {"/causality"}),
        ({"causality": []}, {"/causality"}),
        ({"seriousness_criteria": ["hospitalisation"]}, {"/seriousness_criteria"}),
        ({"serious": False, "seriousness_criteria": []}, {"/serious", "/seriousness_criteria"}),
        ({"entered_in_error": True}, {"/entered_in_error"}),
    ):
        refused = person.put(path, first | changes, version=1)
        assert bodies.said(refused) == dict.fromkeys(places, "investigators_view")
    raised = first | {
        "seriousness_criteria": [*VIEW["seriousness_criteria"], "disability"],
        "narrative": "Told by phone",
    }
    kept = person.put(path, raised, version=1)
    assert kept.status_code == 200, kept.text
    lowered = kept.json | {"causality": [], "serious": False, "seriousness_criteria": []}
    assert shared_world.investigator.put(path, lowered, version=2).status_code == 200


def test_a_narrative_with_the_line_ends_of_another_system_is_kept_with_its_own(shared_world: World) -> None:
    assert reported(shared_world, narrative="Day 1\r\nDay 2\rDay 3").json["narrative"] == "Day 1\nDay 2\nDay 3"
    assert bodies.said(reported(shared_world, narrative="a\ufffeb")) == {"/narrative": "unprintable"}
