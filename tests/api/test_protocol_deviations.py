"""Protocol deviations: reported, noted by the registry, classified, closed."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from registry.db.transaction import Database
from tests import bodies
from tests.conftest import Person, World, attribution

CLASSIFIED = {"status": "classified", "severity": "minor", "action": "documented"}


def reported(world: World, somebody: Person | None = None, **changes: Any) -> dict[str, Any]:
    body = bodies.protocol_deviation(changes.pop("participant_id", None) or bodies.enrolled(world), **changes)
    answer = (somebody or world.coordinator).post(f"/v1/studies/{world.study}/protocol-deviations", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def judged(world: World, deviation: dict[str, Any], **changes: Any) -> Any:
    path = f"/v1/protocol-deviations/{deviation['id']}"
    return world.monitor.put(path, deviation | changes, version=deviation["version"])


def noted(world: World, participant: str, category: str, day: str, event: str | None, visit: str | None) -> str | None:
    """Note a deviation as triggers and the schedule do."""
    database = Database(world.installation.service_url, size=1)
    database.open()
    with database.transaction() as tx:
        tx.attribute(attribution(sites=world.site))
        row = tx.one(
            "select note_deviation(%s, %s, %s, %s, %s)::text as id", [participant, category, day, event, visit]
        )
        tx.commit()
    database.close()
    return row["id"] if row else None


@pytest.mark.requirement("A10")
def test_a_deviation_is_reported_classified_closed_and_reopened(shared_world: World) -> None:
    deviation = reported(shared_world)
    assert (deviation["status"], deviation["origin"], deviation["severity"]) == ("to_classify", "site", None)
    classified = judged(shared_world, deviation, **CLASSIFIED)
    assert classified.status_code == 200, classified.text
    closed = judged(shared_world, classified.json, status="closed", assessment="Explained to the family")
    assert (closed.status_code, closed.json["status"]) == (200, "closed")
    reopened = judged(shared_world, closed.json, status="classified", severity="major")
    assert (reopened.json["status"], reopened.json["severity"]) == ("classified", "major")
    history = shared_world.monitor.get(f"/v1/protocol-deviations/{deviation['id']}/history").json
    assert [event["action"] for event in history] == ["record", "amend", "amend", "amend"]
    first = shared_world.monitor.get(f"/v1/protocol-deviations/{deviation['id']}/versions/1").json
    assert first == deviation


def test_what_is_to_be_classified_is_a_work_list(shared_world: World) -> None:
    open_one, done = reported(shared_world), reported(shared_world, shared_world.monitor)
    assert done["origin"] == "monitor"
    judged(shared_world, done, **CLASSIFIED)
    path = f"/v1/studies/{shared_world.study}/protocol-deviations?status=to_classify&site_id={shared_world.site}"
    ids = [one["id"] for one in shared_world.monitor.get(path).json]
    assert open_one["id"] in ids
    assert done["id"] not in ids


@pytest.mark.requirement("P5")
def test_a_step_out_of_order_is_refused_with_what_is_allowed(shared_world: World) -> None:
    deviation = reported(shared_world)
    answer = judged(shared_world, deviation, **(CLASSIFIED | {"status": "closed"}))
    assert (answer.status_code, bodies.problem(answer)) == (409, "transition-not-allowed")
    assert (answer.json["state"], answer.json["allowed"]) == ("to_classify", ["classified", "dismissed"])
    closed = judged(shared_world, judged(shared_world, deviation, **CLASSIFIED).json, status="closed").json
    answer = judged(shared_world, closed, severity="critical")
    assert (answer.json["state"], answer.json["allowed"]) == ("closed", ["classified"])


def test_it_is_classified_with_severity_and_action_and_dismissed_in_words(shared_world: World) -> None:
    deviation = reported(shared_world)
    answer = judged(shared_world, deviation, status="classified")
    assert bodies.said(answer) == {"/severity": "classification_needed", "/action": "classification_needed"}
    assert bodies.said(judged(shared_world, deviation, severity="minor")) == {"/severity": "not_classified"}
    assert bodies.said(judged(shared_world, deviation, status="dismissed")) == {"/assessment": "assessment_needed"}
    assert judged(shared_world, deviation, status="dismissed", assessment="It was allowed").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"description": None}, {"/description": "required"}),
        ({"category": "lateness"}, {"/category": "not_in_list"}),
        ({"occurred_on": "2099-01-01"}, {"/occurred_on": "in_the_future"}),
        ({"visit_id": str(uuid.uuid4())}, {"/visit_id": "no_such_visit"}),
        ({"participant_id": str(uuid.uuid4())}, {"/participant_id": "no_such_participant"}),
        (CLASSIFIED, {"/status": "not_classified"}),
        ({"origin": "registry", "severity": "minor"}, {"/severity": "not_classified"}),
    ],
)
def test_a_report_that_is_not_right_is_refused(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    body = bodies.protocol_deviation(bodies.enrolled(shared_world)) | changes
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/protocol-deviations", body)
    assert answer.status_code == 422
    assert bodies.said(answer) == said


def test_a_deviation_is_about_a_visit_of_its_participant(shared_world: World) -> None:
    visit, other = bodies.visited(shared_world), bodies.visited(shared_world)
    assert (
        reported(shared_world, participant_id=visit["participant_id"], visit_id=visit["id"])["visit_id"] == visit["id"]
    )
    body = bodies.protocol_deviation(other["participant_id"], visit_id=visit["id"])
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/protocol-deviations", body)
    assert bodies.said(answer) == {"/visit_id": "no_such_visit"}


@pytest.mark.requirement("P2")
def test_a_coordinator_reports_and_does_not_judge(shared_world: World) -> None:
    deviation = reported(shared_world)
    path = f"/v1/protocol-deviations/{deviation['id']}"
    assert shared_world.coordinator.put(path, deviation | CLASSIFIED, version=1).status_code == 403


def test_another_site_sees_and_judges_nothing_of_this_one(shared_world: World) -> None:
    deviation = reported(shared_world)
    neighbour = shared_world.people["neighbour"]
    assert neighbour.get(f"/v1/protocol-deviations/{deviation['id']}").status_code == 404
    found = neighbour.get(f"/v1/studies/{shared_world.study}/protocol-deviations").json
    assert deviation["id"] not in [one["id"] for one in found]


def test_a_stale_version_is_refused(shared_world: World) -> None:
    deviation = reported(shared_world)
    judged(shared_world, deviation, **CLASSIFIED)
    answer = judged(shared_world, deviation, status="dismissed", assessment="No")
    assert (answer.status_code, bodies.problem(answer)) == (412, "version-stale")


def test_the_registry_notes_a_deviation_once(shared_world: World) -> None:
    visit = bodies.visited(shared_world, event="unscheduled")
    participant = visit["participant_id"]
    other = bodies.visited(shared_world, participant, event="unscheduled", visited_on="2025-02-20")["id"]
    assert noted(shared_world, participant, "visit_missed", "2025-04-01", "week_4", None)
    assert noted(shared_world, participant, "visit_missed", "2025-04-02", "week_4", None) is None
    assert noted(shared_world, participant, "visit_missed", "2025-04-01", "week_8", None)
    assert noted(shared_world, participant, "visit_out_of_window", "2025-02-10", "unscheduled", visit["id"])
    assert noted(shared_world, participant, "visit_out_of_window", "2025-02-10", "unscheduled", visit["id"]) is None
    assert noted(shared_world, participant, "visit_out_of_window", "2025-02-11", "unscheduled", visit["id"])
    assert noted(shared_world, participant, "visit_out_of_window", "2025-02-20", "unscheduled", other)
    assert noted(shared_world, participant, "unblinding", "2025-02-10", None, None)
    assert noted(shared_world, participant, "unblinding", "2025-02-10", None, None) is None
    path = f"/v1/studies/{shared_world.study}/protocol-deviations?participant_id={participant}"
    found = shared_world.monitor.get(path).json
    assert {(one["origin"], one["status"]) for one in found} == {("registry", "to_classify")}
    assert len(found) == 6


def test_of_several_who_find_the_same_deviation_at_once_one_notes_it(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)

    def note(_: int) -> str | None:
        return noted(shared_world, participant, "visit_missed", "2025-04-01", "week_4", None)

    with ThreadPoolExecutor(4) as several:
        found = list(several.map(note, range(4)))
    assert len([one for one in found if one is not None]) == 1


def test_what_the_registry_noted_is_judged_and_not_told_otherwise(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    deviation_id = noted(shared_world, participant, "visit_missed", "2025-04-01", "week_4", None)
    deviation = shared_world.monitor.get(f"/v1/protocol-deviations/{deviation_id}").json
    answer = judged(shared_world, deviation, event="week_8", occurred_on="2025-04-02")
    noted_so = "noted_by_the_registry"
    assert bodies.said(answer) == {"/event": noted_so, "/occurred_on": noted_so}
    told = judged(shared_world, deviation, description="The family was on holiday", **CLASSIFIED)
    assert told.json["description"] == "The family was on holiday"


def test_the_database_keeps_no_deviation_half_classified(shared_world: World) -> None:
    deviation = reported(shared_world)
    with (
        psycopg.connect(shared_world.installation.admin_url) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute("update protocol_deviation set severity = 'major' where id = %s", [deviation["id"]])
