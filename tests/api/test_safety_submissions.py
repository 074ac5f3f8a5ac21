"""Submissions: what was sent to whom stops the clocks that it names, once, and nothing else does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from registry.db import records
from registry.db.transaction import Database
from tests.conftest import Person, World, attribution
from tests.reporting import ago, amended, clocks, serious, submission

DAY = timedelta(days=1)


def sent(by: Person, event: dict[str, Any], body: dict[str, Any]) -> TestResponse:
    return by.post(f"/v1/adverse-events/{event['id']}/submissions", body)


def refused(answer: TestResponse, pointer: str, code: str) -> None:
    assert answer.status_code == 422, answer.text
    assert [(rule["pointer"], rule["code"]) for rule in answer.json["errors"]] == [(pointer, code)]


def change_beneath_the_api(world: World, clock: dict[str, Any], change: dict[str, Any]) -> None:
    database: Database = world.app.extensions["registry"].database
    with database.transaction() as tx:
        tx.attribute(attribution(reason="A test"))
        records.amend(tx, "reporting_clock", clock["id"], clock["version"], change)


def test_a_submission_stops_the_clock_that_it_names(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    clock = clocks(shared_world, event)["site_to_sponsor"]
    made = sent(shared_world.coordinator, event, submission(clock))
    assert made.status_code == 201, made.text
    stopped = clocks(shared_world, event)["site_to_sponsor"]
    assert (stopped["status"], stopped["met"], stopped["overdue"]) == ("submitted", True, False)
    assert (stopped["safety_submission_id"], stopped["submitted_at"]) == (made.json["id"], made.json["submitted_at"])
    listed = shared_world.auditor.get(f"/v1/adverse-events/{event['id']}/submissions").json
    assert listed == [made.json]


def test_a_late_submission_is_seen_as_late(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation", site_aware_at=ago(hours=25))
    sent(shared_world.coordinator, event, submission(clocks(shared_world, event)["site_to_sponsor"]))
    late = clocks(shared_world, event)["site_to_sponsor"]
    assert (late["status"], late["met"], late["overdue"]) == ("submitted", False, False)


def test_a_report_of_a_death_starts_the_clock_of_its_follow_up(shared_world: World) -> None:
    event = serious(shared_world, "death")
    first = clocks(shared_world, event)["fatal_or_life_threatening"]
    report = submission(first, recipient="authority", recipient_name="An authority")
    made = sent(shared_world.safety_officer, event, report)
    assert made.status_code == 201, made.text
    follow_up = clocks(shared_world, event)["fatal_follow_up"]
    assert (follow_up["status"], follow_up["started_at"]) == ("running", made.json["submitted_at"])
    due, began = (datetime.fromisoformat(follow_up[name]) for name in ("due_at", "started_at"))
    assert due - began == 8 * DAY
    followed = submission(follow_up, recipient="authority", recipient_name="An authority", reference="SAE-001/2")
    assert sent(shared_world.safety_officer, event, followed).status_code == 201
    assert {clock["status"] for clock in clocks(shared_world, event).values()} == {"submitted", "running"}
    amended(shared_world, event, outcome="fatal", term="Shingles, disseminated")
    assert clocks(shared_world, event)["fatal_follow_up"]["status"] == "submitted"


def test_a_submission_for_information_stops_nothing(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    told = submission(recipient="investigators", recipient_name="Every investigator")
    assert sent(shared_world.safety_officer, event, told).status_code == 201
    assert {clock["status"] for clock in clocks(shared_world, event).values()} == {"running"}


def test_a_site_submits_to_the_sponsor_and_nobody_else(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    expedited = clocks(shared_world, event)["serious_unexpected"]
    answer = sent(shared_world.investigator, event, submission(expedited, recipient="authority"))
    refused(answer, "/recipient", "by_safety_officer")
    assert sent(shared_world.monitor, event, submission()).status_code == 403


def test_a_clock_is_stopped_by_a_submission_to_whom_it_is_due(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    found = clocks(shared_world, event)
    refused(sent(shared_world.coordinator, event, submission(found["serious_unexpected"])),
            "/clock_ids/0", "other_recipient")  # fmt: skip
    to_authority = submission(found["serious_unexpected"], found["site_to_sponsor"], recipient="authority")
    refused(sent(shared_world.safety_officer, event, to_authority), "/clock_ids/1", "other_recipient")
    assert {clock["status"] for clock in clocks(shared_world, event).values()} == {"running"}


def test_a_submission_has_a_moment_at_which_it_can_have_been_made(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation", site_aware_at=ago(hours=2))
    clock = clocks(shared_world, event)["site_to_sponsor"]
    early, late = submission(clock, submitted_at=ago(hours=3)), submission(clock, submitted_at=ago(hours=-1))
    refused(sent(shared_world.coordinator, event, early), "/submitted_at", "before_start")
    refused(sent(shared_world.coordinator, event, late), "/submitted_at", "in_the_future")


def test_a_clock_of_another_event_is_not_stopped(shared_world: World) -> None:
    event, other = serious(shared_world, "hospitalisation"), serious(shared_world, "hospitalisation")
    foreign = submission(clocks(shared_world, other)["site_to_sponsor"])
    refused(sent(shared_world.coordinator, event, foreign), "/clock_ids/0", "no_such_clock")
    assert sent(shared_world.people["neighbour"], event, submission()).status_code == 404


def test_what_a_submission_needs_is_asked_for_at_once(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    answer = sent(shared_world.coordinator, event, {"recipient": "press", "status": "submitted"})
    assert {rule["pointer"] for rule in answer.json["errors"]} == {
        "/recipient", "/recipient_name", "/submitted_at", "/reference", "/status"}  # fmt: skip


def test_a_clock_is_stopped_once(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    clock = clocks(shared_world, event)["site_to_sponsor"]
    assert sent(shared_world.coordinator, event, submission(clock)).status_code == 201
    again = sent(shared_world.coordinator, event, submission(clock, reference="SAE-002"))
    assert (again.status_code, again.json["state"]) == (409, "submitted")
    assert len(shared_world.auditor.get(f"/v1/adverse-events/{event['id']}/submissions").json) == 1


def test_of_two_submissions_at_once_one_stops_the_clock(world: World) -> None:
    event = serious(world, "hospitalisation")
    clock = clocks(world, event)["site_to_sponsor"]
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(sent, by, event, submission(clock)) for by in (world.coordinator, world.investigator)]
    assert sorted(answer.result().status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize("change", [
    {"status": "submitted"}, {"status": "submitted", "submitted_at": "2026-01-01T00:00:00Z"},
    {"status": "running", "submitted_at": "2026-01-01T00:00:00Z"},
])  # fmt: skip
def test_the_database_stops_no_clock_without_a_submission(shared_world: World, change: dict[str, Any]) -> None:
    clock = clocks(shared_world, serious(shared_world, "hospitalisation"))["site_to_sponsor"]
    with pytest.raises(psycopg.errors.CheckViolation):
        change_beneath_the_api(shared_world, clock, change)


def test_the_database_lets_a_clock_that_was_stopped_stand(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    sent(shared_world.coordinator, event, submission(clocks(shared_world, event)["site_to_sponsor"]))
    stopped = clocks(shared_world, event)["site_to_sponsor"]
    with pytest.raises(psycopg.errors.CheckViolation, match="only a running clock"):
        change_beneath_the_api(shared_world, stopped, {"due_at": "2099-01-01T00:00:00Z"})


def test_a_submission_names_the_clocks_that_it_answers(shared_world: World) -> None:
    event = serious(shared_world, "life_threatening", grade=4, site_aware_at=ago(hours=2))
    refused(
        sent(shared_world.coordinator, event, submission(submitted_at=ago(hours=1))), "/clock_ids", "names_no_clock"
    )


def test_a_submission_to_the_sponsor_is_not_before_the_site_was_aware(shared_world: World) -> None:
    event = serious(shared_world, "life_threatening", grade=4, site_aware_at=ago(hours=2))
    stopping = submission(clocks(shared_world, event)["site_to_sponsor"], submitted_at=ago(hours=1))
    made = sent(shared_world.coordinator, event, stopping).json
    assert clocks(shared_world, event)["fatal_or_life_threatening"]["started_at"] == made["submitted_at"]
    for moment, code in (("2001-01-01T00:00:00Z", "before_onset"), (ago(hours=3), "before_awareness")):
        answer = sent(shared_world.coordinator, event, submission(submitted_at=moment))
        refused(answer, "/submitted_at", code)
    assert sent(shared_world.coordinator, event, submission(submitted_at=ago(hours=2))).status_code == 201
    assert clocks(shared_world, event)["fatal_or_life_threatening"]["started_at"] == made["submitted_at"]


def test_what_was_submitted_of_an_event_entered_in_error_is_taken_back_by_another_submission(
    shared_world: World,
) -> None:
    event = serious(shared_world, "hospitalisation")
    amended(shared_world, event, entered_in_error=True)
    taken_back = submission(recipient="authority", recipient_name="An authority", reference="SAE-001/N")
    assert sent(shared_world.safety_officer, event, taken_back).status_code == 201


def test_the_database_takes_back_no_clock_that_ran_out(shared_world: World) -> None:
    clock = clocks(shared_world, serious(shared_world, "hospitalisation", site_aware_at=ago(days=2)))["site_to_sponsor"]
    with pytest.raises(psycopg.errors.CheckViolation, match="not due later"):
        change_beneath_the_api(shared_world, clock, {"due_at": ago(hours=-1)})
    with psycopg.connect(shared_world.installation.admin_url) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("update reporting_clock set overdue_at = now() where id = %s", [clock["id"]])
    with pytest.raises(psycopg.errors.CheckViolation, match="not due later"):
        change_beneath_the_api(shared_world, clock, {"overdue_at": None})
