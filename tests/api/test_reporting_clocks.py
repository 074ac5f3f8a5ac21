"""Reporting clocks: started with the event in one transaction, listed by urgency, ended by what follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import bodies
from tests.conftest import World
from tests.reporting import ago, amended, clocks, serious, submission

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def study_of_its_own(world: World, code: str) -> World:
    body = {"code": code, "title": "A study", "protocol_version": "1", "design": "single_arm"}
    assert world.administrator.post("/v1/studies", body).status_code == 201
    return replace(world, study=code)


def work_list(world: World, **asked: Any) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = world.safety_officer.get(f"/v1/studies/{world.study}/reporting-clocks?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json
    return found


def length(clock: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(clock["due_at"]) - datetime.fromisoformat(clock["started_at"])


def test_a_serious_event_starts_its_clocks_with_it(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation", site_aware_at=ago(hours=2))
    found = clocks(shared_world, event)
    assert {kind: length(clock) for kind, clock in found.items()} == {
        "site_to_sponsor": 24 * HOUR, "serious_unexpected": 15 * DAY}  # fmt: skip
    assert found["site_to_sponsor"]["started_at"][:19] == event["site_aware_at"][:19]
    assert (found["serious_unexpected"]["started_at"], found["serious_unexpected"]["provisional"]) == (
        event["changed_at"], True)  # fmt: skip
    site = found["site_to_sponsor"]
    assert (site["status"], site["overdue"], site["met"], site["provisional"]) == ("running", False, None, False)
    assert 21.9 <= float(site["hours_left"]) < 22.1


def test_a_due_moment_is_told_in_utc_and_by_the_clock_of_the_site(shared_world: World) -> None:
    clock = clocks(shared_world, serious(shared_world, "death"))["fatal_or_life_threatening"]
    due = datetime.fromisoformat(clock["due_at"])
    assert clock["due_at"].endswith("Z")
    assert clock["time_zone"] == "Europe/Berlin"
    assert clock["due_at_site"] == due.astimezone(ZoneInfo("Europe/Berlin")).isoformat(timespec="seconds")


def test_an_event_that_is_not_serious_starts_none(shared_world: World) -> None:
    event = shared_world.coordinator.post(
        f"/v1/studies/{shared_world.study}/adverse-events", bodies.adverse_event(bodies.enrolled(shared_world))
    ).json
    assert clocks(shared_world, event) == {}


def test_an_upgrade_starts_the_clock_of_the_new_class_and_leaves_the_other(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    before = clocks(shared_world, event)["serious_unexpected"]
    amended(shared_world, event, seriousness_criteria=["hospitalisation", "life_threatening"], grade=4)
    found = clocks(shared_world, event)
    assert (found["serious_unexpected"]["due_at"], found["serious_unexpected"]["version"]) == (before["due_at"], 1)
    assert found["fatal_or_life_threatening"]["event_version"] == found["site_to_sponsor"]["event_version"] == 2
    amended(shared_world, event, outcome="recovered")
    assert clocks(shared_world, event) == found | {kind: clocks(shared_world, event)[kind] for kind in found}
    assert len(shared_world.auditor.get(f"/v1/adverse-events/{event['id']}/reporting-clocks").json) == 4


def test_an_assessment_ends_a_clock_and_both_are_in_its_history(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    drug = {"drug": "baricitinib", "causality": "reasonable_possibility", "expectedness": "expected"}
    listed = drug | {"reference_safety_information_id": bodies.reference(shared_world)}
    expected = {"sponsor_aware_at": ago(hours=1), "drugs": [listed]}
    made = shared_world.safety_officer.post(f"/v1/adverse-events/{event['id']}/sponsor-assessment", expected)
    assert made.status_code == 201, made.text
    clock = clocks(shared_world, event)["serious_unexpected"]
    assert (clock["status"], clock["met"], clock["hours_left"]) == ("not_required", None, None)
    history = shared_world.auditor.get(f"/v1/reporting-clocks/{clock['id']}/history").json
    assert [entry["action"] for entry in history] == ["record", "amend"]
    assert "follows from the adverse event" in history[-1]["reason"]
    first = shared_world.auditor.get(f"/v1/reporting-clocks/{clock['id']}/versions/1").json
    assert (first["status"], first["hours_left"]) == ("running", None)


def test_an_event_entered_in_error_ends_its_clocks_and_keeps_them(shared_world: World) -> None:
    event = serious(shared_world, "disability")
    amended(shared_world, event, entered_in_error=True)
    found = clocks(shared_world, event)
    assert {clock["status"] for clock in found.values()} == {"not_required"}
    assert len(found) == 2


def test_the_work_list_is_in_the_order_of_urgency_page_by_page(shared_world: World) -> None:
    own = study_of_its_own(shared_world, "CLOCKS-1")
    serious(own, "hospitalisation")
    fatal = serious(own, "death", site_aware_at=ago(hours=30))
    found = work_list(own)
    assert [clock["kind"] for clock in found] == [
        "site_to_sponsor", "site_to_sponsor", "fatal_or_life_threatening", "serious_unexpected"]  # fmt: skip
    assert [clock["due_at"] for clock in found] == sorted(clock["due_at"] for clock in found)
    assert (found[0]["adverse_event_id"], found[0]["overdue"], found[0]["overdue_at"]) == (fatal["id"], True, None)
    first = own.safety_officer.get("/v1/studies/CLOCKS-1/reporting-clocks?limit=3")
    rest = own.safety_officer.get(first.headers["Link"].partition("<")[2].partition(">")[0])
    assert [clock["id"] for clock in [*first.json, *rest.json]] == [clock["id"] for clock in found]


def test_the_work_list_is_filtered(shared_world: World) -> None:
    own = study_of_its_own(shared_world, "CLOCKS-2")
    late = serious(own, "hospitalisation", site_aware_at=ago(hours=25))
    serious(own, "death")
    assert [clock["adverse_event_id"] for clock in work_list(own, overdue="true")] == [late["id"]]
    assert len(work_list(own, overdue="false")) == 3
    assert [clock["kind"] for clock in work_list(own, kind="serious_unexpected")] == ["serious_unexpected"]
    assert len(work_list(own, due_before=ago(days=-8).replace("+00:00", "Z"))) == 3
    assert len(work_list(own, site_id=own.site)) == 4
    assert work_list(own, site_id=own.other_site) == work_list(own, status="submitted") == []


def test_a_clock_is_seen_at_its_site_only(shared_world: World) -> None:
    event = serious(shared_world, "death")
    clock = clocks(shared_world, event)["site_to_sponsor"]
    neighbour = shared_world.people["neighbour"]
    for path in (f"reporting-clocks/{clock['id']}", f"adverse-events/{event['id']}/reporting-clocks"):
        assert shared_world.coordinator.get(f"/v1/{path}").status_code == 200
        assert neighbour.get(f"/v1/{path}").status_code == 404
    listed = neighbour.get(f"/v1/studies/{shared_world.study}/reporting-clocks").json
    assert listed == []


@pytest.mark.parametrize("query", ["status=late", "due_before=tomorrow", "cursor=abc"])
def test_a_filter_that_makes_no_sense_is_refused(shared_world: World, query: str) -> None:
    answer = shared_world.safety_officer.get(f"/v1/studies/{shared_world.study}/reporting-clocks?{query}")
    assert answer.status_code in (400, 422)


def test_two_writers_start_a_clock_once(world: World) -> None:
    event = serious(world, "hospitalisation")
    present = world.coordinator.get(f"/v1/adverse-events/{event['id']}").json
    worse = present | {"seriousness_criteria": ["life_threatening"], "grade": 4}
    raised = {"sponsor_aware_at": ago(hours=1), "seriousness_criteria": ["life_threatening"], "drugs": []}
    with ThreadPoolExecutor(2) as pool:
        by_site = pool.submit(world.coordinator.put, f"/v1/adverse-events/{event['id']}", worse, version=1)
        by_sponsor = pool.submit(
            world.safety_officer.post, f"/v1/adverse-events/{event['id']}/sponsor-assessment", raised
        )
    assert (by_site.result().status_code, by_sponsor.result().status_code) == (200, 201)
    found = world.auditor.get(f"/v1/adverse-events/{event['id']}/reporting-clocks").json
    assert [clock["kind"] for clock in found].count("fatal_or_life_threatening") == 1


def test_a_correction_of_when_the_sponsor_learned_of_it_moves_a_clock_that_runs(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation")
    said = {"sponsor_aware_at": ago(days=2), "drugs": []}
    shared_world.safety_officer.post(f"/v1/adverse-events/{event['id']}/sponsor-assessment", said)
    clock = clocks(shared_world, event)["serious_unexpected"]
    assert (clock["started_at"][:19], clock["version"]) == (said["sponsor_aware_at"][:19], 2)
    sent = submission(clocks(shared_world, event)["site_to_sponsor"])
    assert shared_world.coordinator.post(f"/v1/adverse-events/{event['id']}/submissions", sent).status_code == 201
    assert clocks(shared_world, event)["serious_unexpected"]["version"] == 2


def test_a_clock_that_ran_out_stays_until_it_is_submitted_and_an_error_ends_it_as_not_met(shared_world: World) -> None:
    event = serious(shared_world, "hospitalisation", site_aware_at=ago(hours=40))
    before = clocks(shared_world, event)["site_to_sponsor"]
    amended(shared_world, event, serious=False, seriousness_criteria=[], site_aware_at=None)
    amended(shared_world, event, serious=True, seriousness_criteria=["hospitalisation"])
    all_of_it = shared_world.safety_officer.get(f"/v1/adverse-events/{event['id']}/reporting-clocks").json
    [clock] = [one for one in all_of_it if one["kind"] == "site_to_sponsor"]
    assert {**clock, "hours_left": None} == {**before, "hours_left": None}
    amended(shared_world, event, entered_in_error=True)
    ended = clocks(shared_world, event)["site_to_sponsor"]
    assert (ended["status"], ended["met"], ended["due_at"]) == ("not_required", False, before["due_at"])
    assert ended["overdue_at"]


def test_a_later_awareness_of_the_sponsor_takes_no_overdue_clock_back(shared_world: World) -> None:
    event = serious(shared_world, "life_threatening", grade=4, site_aware_at=ago(days=14))
    path = f"/v1/adverse-events/{event['id']}/sponsor-assessment"
    made = shared_world.safety_officer.post(path, {"sponsor_aware_at": ago(days=13), "drugs": []}).json
    before = clocks(shared_world, event)["fatal_or_life_threatening"]
    later = {"sponsor_aware_at": ago(minutes=1), "drugs": []}
    assert shared_world.safety_officer.put(f"/v1/sponsor-assessments/{made['id']}", later, version=1).status_code == 200
    after = clocks(shared_world, event)["fatal_or_life_threatening"]
    assert (after["due_at"], after["overdue"], after["version"]) == (before["due_at"], True, before["version"])


def test_a_jak_inhibitor_in_force_that_nobody_assessed_is_reported_in_haste(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    dose = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/doses", bodies.dose(participant))
    assert dose.status_code == 201, dose.text
    other = [{"drug": "methotrexate", "causality": "unlikely"}]
    onset = {"participant": participant, "started_on": "2025-04", "causality": other}
    event = serious(shared_world, "hospitalisation", **onset)
    assert clocks(shared_world, event)["serious_unexpected"]["provisional"] is True
    report = shared_world.safety_officer.get(f"/v1/adverse-events/{event['id']}/expedited-report").json
    assert (report["expedited"], report["provisional"]) == (True, True)
    assessed = {"sponsor_aware_at": ago(seconds=1), "drugs": []}
    made = shared_world.safety_officer.post(f"/v1/adverse-events/{event['id']}/sponsor-assessment", assessed).json
    assert (made["classification"]["susar"], made["classification"]["provisional"]) == (True, True)
