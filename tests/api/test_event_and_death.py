"""What a death ends, over HTTP: events, their courses, visits and participation; and the sex that a pregnancy needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import Person, World

FATAL = {"term": "Sepsis", "grade": 5, "outcome": "fatal", "serious": True, "seriousness_criteria": ["death"]}
DIED = FATAL | {"died_on": "2025-05-10"}
ACNE = {"term": "Acne", "started_on": "2025-04-02"}
WORSE = {"severity_changes": [{"grade": 1, "changed_on": "2025-04"}, {"grade": 2, "changed_on": "2025-08-01"}]}


def posted(world: World, participant: str, **changes: Any) -> TestResponse:
    body = bodies.adverse_event(participant, **changes)
    return world.coordinator.post(f"/v1/studies/{world.study}/adverse-events", body)


def left_by_death(world: World, participant: str, on: str = "2025-05-10") -> TestResponse:
    known = world.coordinator.get(f"/v1/participants/{participant}/enrolment").json
    path = f"/v1/enrolments/{known['id']}"
    if known["status"] == "screening":
        inside = {"status": "enrolled", "status_on": "2025-02-03"}
        known = world.coordinator.put(path, inside, version=known["version"]).json
    body = {"status": "withdrawn", "status_on": on, "reason": "death"}
    return world.coordinator.put(path, body, version=known["version"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outcome": "recovered", "ended_on": "2025-07"}, {"/ended_on": "adverse_event_ends_before_death"}),
        (WORSE, {"/severity_changes": "adverse_event_course_before_death"}),
        ({"started_on": "2025-05-11"}, {"/started_on": "adverse_event_not_after_death"}),
    ],
)
@pytest.mark.parametrize("first", ["death", "end of participation", "event"])
def test_nothing_of_an_event_is_told_of_days_after_the_death(
    shared_world: World, first: str, changes: dict[str, Any], said: dict[str, str]
) -> None:
    participant = bodies.enrolled(shared_world)
    if first == "event":
        assert posted(shared_world, participant, **(ACNE | changes)).status_code == 201
        late = posted(shared_world, participant, **DIED)
        assert bodies.said(late) == {"/died_on": "adverse_event_death_comes_last"}
        assert bodies.said(left_by_death(shared_world, participant)) == {"/status_on": "enrolment_death_comes_last"}
        return
    dead = posted(shared_world, participant, **DIED) if first == "death" else left_by_death(shared_world, participant)
    assert dead.status_code in (200, 201), dead.text
    assert bodies.said(posted(shared_world, participant, **(ACNE | changes))) == said
    assert posted(shared_world, participant, **ACNE, ended_on="2025-05-10").status_code == 201


def test_no_visit_is_after_the_death(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    assert posted(shared_world, participant, **DIED).status_code == 201
    visit = bodies.visited(shared_world, participant, visited_on="2025-05-10")
    path = f"/v1/visits/{visit['id']}"
    late = shared_world.coordinator.put(path, visit | {"visited_on": "2025-05-11"}, version=1)
    assert bodies.said(late) == {"/visited_on": "visit_not_after_death"}
    new = bodies.visit(participant, event="week_52", visited_on="2025-09-01")
    refused = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", new)
    assert bodies.said(refused) == {"/visited_on": "visit_not_after_death"}


def test_of_a_death_and_a_later_visit_at_once_one_is_kept(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    own = [Person(shared_world.app.test_client(), shared_world.coordinator.token) for _ in range(2)]
    sent = [
        ("adverse-events", bodies.adverse_event(participant, **DIED)),
        ("visits", bodies.visit(participant, visited_on="2025-05-11")),
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda one: one[0].post(f"/v1/studies/{shared_world.study}/{one[1][0]}", one[1][1]),
                zip(own, sent, strict=True),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [201, 422]


def test_no_death_is_before_a_visit(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    bodies.visited(shared_world, participant, visited_on="2025-05-11")
    refused = posted(shared_world, participant, **DIED)
    assert bodies.said(refused) == {"/died_on": "adverse_event_death_comes_last"}
    assert bodies.said(left_by_death(shared_world, participant)) == {"/status_on": "enrolment_death_comes_last"}
    assert left_by_death(shared_world, participant, "2025-05-11").status_code == 200


def test_a_death_that_ended_participation_and_a_fatal_event_tell_days_that_fit(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    assert left_by_death(shared_world, participant).status_code == 200
    late = posted(shared_world, participant, **FATAL, died_on="2025-05-11")
    assert bodies.said(late) == {"/died_on": "adverse_event_one_death"}
    assert posted(shared_world, participant, **DIED).status_code == 201


def test_a_participant_whose_pregnancy_is_recorded_does_not_become_male(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world, sex_at_birth="female")
    assert posted(shared_world, participant, special_situations=["pregnancy"]).status_code == 201
    known = shared_world.coordinator.get(f"/v1/participants/{participant}").json
    path, male = f"/v1/participants/{participant}", known | {"sex_at_birth": "male"}
    refused = shared_world.coordinator.put(path, male, version=known["version"])
    assert bodies.said(refused) == {"/sex_at_birth": "participant_pregnancy_possible"}
