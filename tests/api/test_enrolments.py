"""Enrolment: where a participant stands, in the order that the states allow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import bodies
from tests.conftest import World

DAY = "2025-02-03"


def screened(world: World, **changes: Any) -> str:
    """A participant without a consent."""
    body = bodies.participant(world.site, **changes)
    participant_id: str = world.coordinator.post(f"/v1/studies/{world.study}/participants", body).json["id"]
    return participant_id


def standing(world: World, participant_id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.coordinator.get(f"/v1/participants/{participant_id}/enrolment").json
    return found


def moved(world: World, participant_id: str, status: str, day: str = DAY, **changes: Any) -> Any:
    """Ask for another state, of the version that is there."""
    present = standing(world, participant_id)
    body = {"status": status, "status_on": day} | changes
    return world.coordinator.put(f"/v1/enrolments/{present['id']}", body, version=present["version"])


@pytest.mark.requirement("P5", "A10")
def test_a_participant_is_screened_enrolled_treated_and_completes(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first = standing(shared_world, participant)
    assert (first["status"], first["version"], first["enrolled_on"]) == ("screening", 1, None)
    for status, day in (("enrolled", DAY), ("on_treatment", "2025-02-10"), ("completed", "2025-08-11")):
        answer = moved(shared_world, participant, status, day)
        assert answer.status_code == 200, answer.text
        assert (answer.json["status"], answer.json["status_on"]) == (status, day)
        assert answer.json["enrolled_on"] == DAY
    history = shared_world.monitor.get(f"/v1/enrolments/{first['id']}/history").json
    assert [event["version"] for event in history] == [1, 2, 3, 4]
    assert history[0]["actor"] == "The coordinator"
    assert history[1]["reason"] == "A correction"


def test_the_states_of_a_study_are_listed_by_state_and_site(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    moved(shared_world, participant, "screen_failure", reason="not_eligible")
    path = f"/v1/studies/{shared_world.study}/enrolments?site_id={shared_world.site}&status="
    assert participant in [one["participant_id"] for one in shared_world.coordinator.get(f"{path}screen_failure").json]
    assert participant not in [one["participant_id"] for one in shared_world.coordinator.get(f"{path}screening").json]


@pytest.mark.requirement("P5")
def test_a_step_out_of_order_is_refused_with_what_is_allowed(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    answer = moved(shared_world, participant, "on_treatment")
    assert (answer.status_code, bodies.problem(answer)) == (409, "transition-not-allowed")
    assert (answer.json["state"], answer.json["allowed"]) == ("screening", ["enrolled", "screen_failure"])
    assert standing(shared_world, participant)["version"] == 1


def test_a_failed_screening_needs_a_reason_and_may_be_repeated(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    answer = moved(shared_world, participant, "screen_failure")
    assert bodies.said(answer) == {"/reason": "reason_needed"}
    assert moved(shared_world, participant, "screen_failure", reason="not_eligible").status_code == 200
    assert moved(shared_world, participant, "screening", "2025-03-03").status_code == 200
    assert moved(shared_world, participant, "enrolled", "2025-03-03").json["enrolled_on"] == "2025-03-03"


@pytest.mark.parametrize("left", ["withdrawn", "lost_to_follow_up", "completed"])
def test_who_left_may_come_back_while_the_consent_is_in_force(shared_world: World, left: str) -> None:
    participant = bodies.enrolled(shared_world)
    moved(shared_world, participant, "enrolled")
    assert moved(shared_world, participant, left, "2025-04-01", reason="other").status_code == 200
    assert moved(shared_world, participant, "enrolled", "2025-05-01").json["enrolled_on"] == DAY


@pytest.mark.requirement("P5")
def test_nobody_is_enrolled_without_a_consent_in_force_on_that_day(shared_world: World) -> None:
    participant = screened(shared_world)
    answer = moved(shared_world, participant, "enrolled")
    assert (answer.status_code, bodies.problem(answer)) == (422, "consent-missing")
    shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/consents", bodies.consent(participant))
    assert bodies.problem(moved(shared_world, participant, "enrolled", "2025-01-09")) == "consent-missing"
    assert moved(shared_world, participant, "enrolled").status_code == 200
    assert bodies.problem(moved(shared_world, participant, "enrolled", "2025-01-09")) == "consent-missing"


def test_the_day_of_a_state_is_neither_in_the_future_nor_before_the_state_before(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    assert bodies.said(moved(shared_world, participant, "enrolled", "2099-01-01")) == {"/status_on": "in_the_future"}
    assert moved(shared_world, participant, "enrolled").status_code == 200
    early = moved(shared_world, participant, "on_treatment", "2025-02-02")
    assert bodies.said(early) == {"/status_on": "before_previous_state"}
    assert moved(shared_world, participant, "on_treatment", "2025-02-10").status_code == 200
    early = moved(shared_world, participant, "on_treatment", "2025-02-02")
    assert bodies.said(early) == {"/status_on": "before_previous_state"}
    assert moved(shared_world, participant, "on_treatment", "2025-02-08").json["status_on"] == "2025-02-08"


def test_what_says_nothing_new_makes_no_version(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    moved(shared_world, participant, "enrolled")
    assert moved(shared_world, participant, "enrolled").json["version"] == 2


def test_a_change_of_a_stale_version_is_refused(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    present = standing(shared_world, participant)
    moved(shared_world, participant, "enrolled")
    body = {"status": "screen_failure", "status_on": DAY, "reason": "other"}
    answer = shared_world.coordinator.put(f"/v1/enrolments/{present['id']}", body, version=1)
    assert (answer.status_code, bodies.problem(answer)) == (412, "version-stale")


def test_another_site_sees_and_moves_nobody_of_this_one(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    present = standing(shared_world, participant)
    neighbour = shared_world.people["neighbour"]
    assert neighbour.get(f"/v1/participants/{participant}/enrolment").status_code == 404
    body = {"status": "enrolled", "status_on": DAY}
    assert neighbour.put(f"/v1/enrolments/{present['id']}", body, version=1).status_code == 404
    found = neighbour.get(f"/v1/studies/{shared_world.study}/enrolments").json
    assert participant not in [one["participant_id"] for one in found]


def test_of_two_who_move_a_participant_at_once_one_does(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    present = standing(shared_world, participant)
    wanted = [
        {"status": "enrolled", "status_on": DAY},
        {"status": "screen_failure", "status_on": DAY, "reason": "other"},
    ]

    def ask(body: dict[str, Any]) -> int:
        path = f"/v1/enrolments/{present['id']}"
        return shared_world.people["investigator"].put(path, body, version=1).status_code

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(ask, wanted)) == [200, 412]


def test_a_consent_that_an_enrolment_rests_on_is_not_marked_as_an_error_before_the_right_one_is_there(
    shared_world: World,
) -> None:
    participant, base = bodies.enrolled(shared_world), f"/v1/studies/{shared_world.study}"
    assert moved(shared_world, participant, "enrolled").status_code == 200
    [given] = shared_world.coordinator.get(f"{base}/consents?participant_id={participant}").json
    path, marked = f"/v1/consents/{given['id']}", given | {"entered_in_error": True}
    refused = shared_world.coordinator.put(path, marked, version=1)
    assert bodies.said(refused) == {"/given_on": "consent_covers_enrolment"}
    assert "record the one that is right first" in refused.json["errors"][0]["detail"]
    later = shared_world.coordinator.put(path, given | {"given_on": "2025-02-04"}, version=1)
    assert bodies.said(later) == {"/given_on": "consent_covers_enrolment"}
    right = bodies.consent(participant, given_on="2025-01-11")
    assert shared_world.coordinator.post(f"{base}/consents", right).status_code == 201
    assert shared_world.coordinator.put(path, marked, version=1).status_code == 200


def test_a_consent_is_withdrawn_before_the_enrolment_and_that_becomes_a_deviation(shared_world: World) -> None:
    participant, base = bodies.enrolled(shared_world), f"/v1/studies/{shared_world.study}"
    assert moved(shared_world, participant, "enrolled").status_code == 200
    leaving = bodies.withdrawal(participant, kind="data_use", withdrawn_on="2025-02-02")
    assert shared_world.coordinator.post(f"{base}/withdrawals", leaving).status_code == 201
    [noted] = shared_world.monitor.get(f"{base}/protocol-deviations?participant_id={participant}").json
    assert (noted["category"], noted["occurred_on"], noted["visit_id"]) == ("consent", DAY, None)
    treated = moved(shared_world, participant, "on_treatment")
    assert bodies.said(treated) == {"/status_on": "enrolment_within_consent"}
    assert treated.json["errors"][0]["detail"].startswith("No consent is in force on this day")
