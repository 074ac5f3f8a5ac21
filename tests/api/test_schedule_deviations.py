"""What departs from the schedule becomes a deviation, once: out of the window, missed; found on recording or on demand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests import bodies
from tests.api.expecting import ago, begun, deviations, expecting, schedule_of, stood
from tests.conftest import Person, World

OUT, MISSED = "visit_out_of_window", "visit_missed"


@pytest.fixture(scope="module")
def study(shared_world: World) -> World:
    """A study with visits at weeks 0, 4 and 12 that the tests of this file share."""
    return expecting(shared_world)


@pytest.fixture(scope="module")
def admin(shared_world: World) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection, to put expected visits into the past and to look into the audit."""
    with psycopg.connect(shared_world.installation.admin_url, autocommit=True) as connection:
        yield connection


LATER = """
    update expected_visit set missed_from = current_date - 1, closes_on = current_date - 3
    where participant_id = any (%s) and event = 'week_4'"""
"""As if so many days had passed."""


def detected(study: World, person: Person | None = None, key: str | None = None) -> dict[str, Any]:
    path = f"/v1/studies/{study.study}/protocol-deviations:detect"
    answer = (person or study.people["data_manager"]).post(path, {}, key=key)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.parametrize(("days", "noted"), [(20, [(OUT, "week_4")]), (21, []), (35, []), (36, [(OUT, "week_4")])])
def test_a_visit_out_of_its_window_is_noted_when_it_is_recorded(
    study: World, days: int, noted: list[tuple[str, str]]
) -> None:
    participant = begun(study, 60)
    visit = bodies.visited(study, participant, event="week_4", visited_on=ago(60 - days), laboratory_results=[])
    assert deviations(study, participant) == noted
    path = f"/v1/studies/{study.study}/protocol-deviations?participant_id={participant}"
    for one in study.coordinator.get(path).json:
        assert (one["visit_id"], one["occurred_on"]) == (visit["id"], visit["visited_on"])
        assert (one["origin"], one["status"]) == ("registry", "to_classify")


def test_a_visit_that_is_amended_out_of_its_window_and_back_is_noted_once_for_each_day(study: World) -> None:
    participant = begun(study, 60)
    visit = bodies.visited(study, participant, event="week_4", visited_on=ago(30), laboratory_results=[])
    assert deviations(study, participant) == []
    for version, (day, times) in enumerate(((ago(10), 1), (ago(30), 1), (ago(10), 1), (ago(9), 2)), 1):
        sent = visit | {"visited_on": day, "derived": None}
        assert study.coordinator.put(f"/v1/visits/{visit['id']}", sent, version=version).status_code == 200
        assert deviations(study, participant) == [(OUT, "week_4")] * times


def test_a_visit_that_is_recorded_anew_out_of_its_window_is_noted_anew(study: World) -> None:
    participant = begun(study, 60)
    wrong = bodies.visited(study, participant, event="week_4", visited_on=ago(10), laboratory_results=[])
    sent = wrong | {"entered_in_error": True, "derived": None}
    assert study.coordinator.put(f"/v1/visits/{wrong['id']}", sent, version=1).status_code == 200
    right = bodies.visited(study, participant, event="week_4", visited_on=ago(10), laboratory_results=[])
    path = f"/v1/studies/{study.study}/protocol-deviations?participant_id={participant}"
    assert [one["visit_id"] for one in study.coordinator.get(path).json] == [wrong["id"], right["id"]]


def test_a_baseline_long_after_the_enrolment_is_out_of_its_window(study: World) -> None:
    participant = bodies.enrolled(study)
    stood(study, participant, "enrolled", 40)
    bodies.visited(study, participant, visited_on=ago(20), laboratory_results=[])
    assert deviations(study, participant) == [(OUT, "week_0")]
    found = schedule_of(study, participant)
    assert (found["week_0"]["status"], found["week_0"]["target_on"]) == ("done_out_of_window", ago(40))
    assert found["week_4"]["target_on"] == ago(20 - 28)


def test_a_draft_departs_from_nothing_until_it_is_complete(study: World) -> None:
    participant = begun(study, 60)
    draft = bodies.visited(study, participant, event="week_4", status="draft", visited_on=ago(5), laboratory_results=[])
    assert deviations(study, participant) == []
    sent = draft | {"status": "complete", "derived": None}
    assert study.coordinator.put(f"/v1/visits/{draft['id']}", sent, version=1).status_code == 200
    assert deviations(study, participant) == [(OUT, "week_4")]


def test_visits_that_are_entered_late_one_after_the_other_were_not_missed(study: World) -> None:
    participant = begun(study, 200)
    for event, days in (("week_4", 28), ("week_12", 84)):
        assert deviations(study, participant) == []
        bodies.visited(study, participant, event=event, visited_on=ago(200 - days), laboratory_results=[])
    assert deviations(study, participant) == []


def test_what_was_missed_is_dismissed_when_it_is_recorded_and_taken_up_again_when_it_was_not(study: World) -> None:
    participant = begun(study, 85)
    path = f"/v1/studies/{study.study}/protocol-deviations?participant_id={participant}"
    detected(study)
    visit = bodies.visited(study, participant, event="week_4", visited_on=ago(57), laboratory_results=[])
    [noted] = study.coordinator.get(path).json
    assert (noted["category"], noted["status"], noted["assessment"]) == (MISSED, "dismissed", "The visit is recorded.")
    sent = visit | {"entered_in_error": True, "derived": None}
    assert study.coordinator.put(f"/v1/visits/{visit['id']}", sent, version=1).status_code == 200
    [again] = study.coordinator.get(path).json
    assert (again["version"], again["status"], again["assessment"]) == (3, "to_classify", None)
    bodies.visited(study, participant, event="week_4", visited_on=ago(57), laboratory_results=[])
    history = study.people["monitor"].get(f"/v1/protocol-deviations/{noted['id']}/history").json
    assert [event["reason"] for event in history[1:]] == [
        "The visit is recorded", "The visit is missed again", "The visit is recorded",
    ]  # fmt: skip
    assert {event["actor"] for event in history[1:]} == {"The coordinator"}


def test_what_somebody_judged_stays_when_the_visit_is_recorded(study: World) -> None:
    participant = begun(study, 85)
    path = f"/v1/studies/{study.study}/protocol-deviations?participant_id={participant}"
    detected(study)
    [noted] = study.coordinator.get(path).json
    judged = noted | {"status": "classified", "severity": "minor", "action": "none"}
    answer = study.people["monitor"].put(f"/v1/protocol-deviations/{noted['id']}", judged, version=1)
    assert answer.status_code == 200, answer.text
    bodies.visited(study, participant, event="week_4", visited_on=ago(57), laboratory_results=[])
    assert study.coordinator.get(path).json == [answer.json]


def test_what_is_not_yet_missed_is_not_noted(study: World) -> None:
    participant = begun(study, 76)
    detected(study)
    assert deviations(study, participant) == []


def test_detection_notes_what_time_brought_about_once_and_counts_it(
    shared_world: World, admin: psycopg.Connection[Any]
) -> None:
    study = expecting(shared_world)
    people = [begun(study, days) for days in (30, 40)]
    admin.execute(LATER, [people])
    first = detected(study)
    assert first == {"participants": 2, OUT: 0, MISSED: 2}
    assert detected(study) == first
    assert [deviations(study, one) for one in people] == [[(MISSED, "week_4")]] * 2


def test_a_repeated_request_for_detection_is_answered_alike(shared_world: World) -> None:
    study = expecting(shared_world)
    begun(study, 85)
    key = uuid.uuid4().hex
    first = detected(study, key=key)
    assert first == {"participants": 1, OUT: 0, MISSED: 1}
    assert detected(study, key=key) == first


@pytest.mark.requirement("A10")
def test_detection_is_in_the_audit(study: World, admin: psycopg.Connection[Any]) -> None:
    path = f"/v1/studies/{study.study}/protocol-deviations:detect"
    answer = study.people["monitor"].post(path, {})
    query = "select action, kind, role from audit.event where request_id = %s"
    assert ("detect_deviations", "schedule", "monitor") in admin.execute(
        query, [answer.headers["X-Request-Id"]]
    ).fetchall()


@pytest.mark.requirement("P1")
def test_detection_looks_at_the_sites_of_who_asks(shared_world: World) -> None:
    study = expecting(shared_world)
    participant = begun(study, 85)
    assert detected(study, study.people["neighbour"]) == {"participants": 0, OUT: 0, MISSED: 0}
    assert detected(study, study.coordinator)["participants"] == 1
    assert deviations(study, participant) == [(MISSED, "week_4")]
    path = f"/v1/studies/{study.study}/protocol-deviations:detect"
    assert study.people["statistician"].post(path, {}).status_code == 403
    assert study.coordinator.post("/v1/studies/NOWHERE/protocol-deviations:detect", {}).status_code == 404


def test_detection_at_the_same_time_notes_each_deviation_once(
    shared_world: World, admin: psycopg.Connection[Any]
) -> None:
    study = expecting(shared_world)
    people = [begun(study, 30) for _ in range(3)]
    admin.execute(LATER, [people])
    askers = [Person(study.app.test_client(), study.people["data_manager"].token) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda asker: detected(study, asker), askers))
    assert answers == [{"participants": 3, OUT: 0, MISSED: 3}] * 4
    assert [deviations(study, one) for one in people] == [[(MISSED, "week_4")]] * 3


def test_visits_recorded_at_the_same_time_leave_one_schedule(study: World) -> None:
    participant = bodies.enrolled(study)
    sent = [
        bodies.visit(participant, event=event, visited_on=ago(days), laboratory_results=[])
        for event, days in (("week_0", 60), ("week_4", 30), ("week_12", 2), ("unscheduled", 1))
    ]
    senders = [Person(study.app.test_client(), study.coordinator.token) for _ in sent]
    with ThreadPoolExecutor(4) as pool:
        asked = zip(senders, sent, strict=True)
        answers = list(pool.map(lambda one: one[0].post(f"/v1/studies/{study.study}/visits", one[1]), asked))
    assert [answer.status_code for answer in answers] == [201] * 4
    rows = study.coordinator.get(f"/v1/participants/{participant}/schedule").json
    assert [(row["event"], row["status"]) for row in rows] == [
        ("week_0", "done"), ("week_4", "done"), ("week_12", "done_out_of_window"),
    ]  # fmt: skip
    assert deviations(study, participant) == [(OUT, "week_12")]
