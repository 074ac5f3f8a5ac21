"""A form that two people enter over HTTP is written in no other way, and as every form is: checked, confirmed, audited."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import bodies
from tests.conftest import World, dumped
from tests.double_entry import (
    FORM,
    NEEDED,
    OTHER,
    VALUES,
    differing,
    entering,
    read,
    reconciling,
    told,
    visited,
)


@pytest.fixture(scope="module")
def empty(doubled: World) -> dict[str, Any]:
    """A visit of which nothing was entered."""
    return visited(doubled)


def test_such_a_form_is_not_submitted_with_a_visit(doubled: World) -> None:
    participant = bodies.enrolled(doubled)
    path = f"/v1/studies/{doubled.study}/visits"
    sent = bodies.visit(participant, forms={FORM: VALUES, "muscle_strength": {"cmas_total": 41, "cmas_maximum": 52}})
    for status in ("complete", "draft"):
        assert bodies.said(doubled.coordinator.post(path, sent | {"status": status})) == NEEDED
    signed = {"Authorization": f"Bearer {doubled.coordinator.token}", "Idempotency-Key": "bulk-of-one-form"}
    bulk = doubled.coordinator.client.post(
        f"{path}:bulk", data=dumped(sent), headers=signed, content_type="application/x-ndjson"
    )
    assert json.loads(bulk.text)["problem"]["errors"][0]["code"] == "double_entry_needed"
    visit = doubled.coordinator.post(path, sent | {"forms": {}}).json
    visit["forms"][FORM] = VALUES
    for who in ("coordinator", "data_manager"):
        assert bodies.said(doubled.people[who].put(f"/v1/visits/{visit['id']}", visit, version=1)) == NEEDED


def test_a_form_that_was_written_is_corrected_by_a_data_manager_only(doubled: World) -> None:
    visit = differing(doubled)
    reconciling(doubled, visit)
    path, now = f"/v1/visits/{visit['id']}", read(doubled, visit)
    assert doubled.coordinator.put(path, now | {"mode": "remote"}, version=2).status_code == 200
    now = read(doubled, visit)
    corrected = now | {"forms": now["forms"] | {FORM: now["forms"][FORM] | {"pain": 4}}}
    removed = now | {"forms": now["forms"] | {FORM: None}}
    for changed in (corrected, removed):
        assert bodies.said(doubled.coordinator.put(path, changed, version=3)) == NEEDED
    assert doubled.data_manager.put(path, corrected, version=2).status_code == 412
    assert doubled.data_manager.put(path, corrected, version=3).json["forms"][FORM]["pain"] == 4


def test_a_form_that_was_removed_is_entered_again_by_two_and_reconciled_again(doubled: World) -> None:
    visit = differing(doubled)
    reconciling(doubled, visit)
    path, now = f"/v1/visits/{visit['id']}", read(doubled, visit)
    removed = doubled.data_manager.put(path, now | {"forms": now["forms"] | {FORM: None}}, version=2)
    assert removed.status_code == 200, removed.text
    asked = told(doubled, visit)
    assert (asked["state"], asked["entered_by"], asked["reconciled_by"]) == ("none", [], None)
    assert reconciling(doubled, visit).json["state"] == "none"
    assert entering(doubled, visit, **VALUES).json["pair_number"] == 2
    seen = doubled.investigator.get(f"{path}/form-entries").json
    assert [(one["pair_number"], one["hidden"]) for one in seen] == [(1, False), (1, False), (2, True)]
    assert bodies.said(entering(doubled, visit, **VALUES)) == {"": "second_person_needed"}
    assert entering(doubled, visit, "investigator", **(VALUES | {"pain": 4})).json["state"] == "differs"
    done = reconciling(doubled, visit, choices={"pain": 1})
    assert (done.status_code, done.json["pair_number"], done.json["visit_version"]) == (201, 2, 4), done.text
    assert (told(doubled, visit)["state"], read(doubled, visit)["forms"][FORM]["pain"]) == ("reconciled", 3)


def test_other_forms_are_entered_once_and_not_twice(doubled: World) -> None:
    visit = bodies.visited(doubled, forms={"muscle_strength": {"cmas_total": 41, "cmas_maximum": 52}})
    assert bodies.said(entering(doubled, visit, form="muscle_strength", cmas_total=41, cmas_maximum=52)) == {
        "/form": "not_double_entered"
    }


@pytest.mark.parametrize(
    ("form", "values", "said"),
    [
        (FORM, {"pain": 11}, {"/values/pain": "out_of_range"}),
        (FORM, {"pain": "3"}, {"/values/pain": "wrong_type"}),
        (FORM, {"pane": 3}, {"/values/pane": "unknown_field"}),
        (FORM, {"missing": {"pain": "lazy"}}, {"/values/missing/pain": "not_in_list"}),
        ("vital_signs", {"weight": 900}, {"/values/weight": "out_of_range"}),
        ("diary", {}, {"/form": "not_in_list"}),
    ],
)
def test_an_entry_is_what_the_form_takes(
    doubled: World, empty: dict[str, Any], form: str, values: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(entering(doubled, empty, form=form, **values)) == said


def test_each_person_confirms_what_is_unusual_and_the_visit_keeps_it(doubled: World) -> None:
    participant = bodies.enrolled(doubled)
    visits = [visited(doubled, participant_id=participant, event=event, visited_on=day)
              for event, day in (("week_0", "2025-02-10"), ("week_4", "2025-03-10"))]  # fmt: skip
    for who in ("coordinator", "investigator"):
        assert entering(doubled, visits[0], who, "vital_signs", height=128).status_code == 201
    asked = entering(doubled, visits[1], "coordinator", "vital_signs", height=127)
    assert (bodies.problem(asked), bodies.said(asked)) == ("needs-confirmation", {"/values/height": "height_decreased"})
    confirmed = {"confirmations": [{"rule": "height_decreased", "comment": "Measured twice"}]}
    for who in ("coordinator", "investigator"):
        done = entering(doubled, visits[1], who, "vital_signs", height=127, **confirmed)
        assert done.status_code == 201, done.text
    written = read(doubled, visits[1])
    assert written["confirmations"] == confirmed["confirmations"]
    queries = doubled.monitor.get(f"/v1/studies/{doubled.study}/queries?record_id={written['id']}").json
    assert [(query["rule"], query["record_version"], query["status"]) for query in queries] == [
        ("height_decreased", 2, "answered")
    ]


def test_an_entry_stands_on_what_else_the_visit_says_by_then(doubled: World) -> None:
    visit = differing(doubled)
    changed = read(doubled, visit) | {"mode": "remote"}
    assert doubled.coordinator.put(f"/v1/visits/{visit['id']}", changed, version=1).status_code == 200
    assert reconciling(doubled, visit).json["visit_version"] == 3
    assert read(doubled, visit)["mode"] == "remote"


@pytest.mark.requirement("P1")
def test_another_sites_double_entry_is_not_there(doubled: World) -> None:
    visit, neighbour = visited(doubled), doubled.people["neighbour"]
    assert entering(doubled, visit, "neighbour", **VALUES).status_code == 404
    for route in ("form-entries", "double-entries", "reconciliations"):
        assert neighbour.get(f"/v1/visits/{visit['id']}/{route}").status_code == 404


def test_a_repeated_request_is_answered_again(doubled: World) -> None:
    visit = visited(doubled)
    path, sent = f"/v1/visits/{visit['id']}/form-entries", {"form": FORM, "values": VALUES}
    first, again = (doubled.coordinator.post(path, sent, key="entry-of-a-script") for _ in range(2))
    assert (again.status_code, again.json) == (201, first.json)
    assert len(doubled.coordinator.get(path).json) == 1


def test_a_study_without_a_protocol_asks_for_no_double_entry(world: World) -> None:
    visit = bodies.visited(world)
    assert world.coordinator.get(f"/v1/visits/{visit['id']}/double-entries").json == []
    assert bodies.said(entering(world, visit, **VALUES)) == {"/form": "not_double_entered"}


def test_a_locked_visit_takes_no_form_and_the_entry_that_would_write_it_is_not_kept(doubled: World) -> None:
    visit = visited(doubled)
    entering(doubled, visit, **VALUES)
    path = f"/v1/studies/{doubled.study}/data-locks"
    body = {"scope": "visit", "record_id": visit["id"], "state": "locked", "reason": "Interim analysis"}
    assert doubled.data_manager.post(path, body).status_code == 201
    refused = entering(doubled, visit, "investigator", **VALUES)
    assert (refused.status_code, bodies.problem(refused)) == (409, "record-locked")
    assert told(doubled, visit)["state"] == "first"


@pytest.mark.requirement("P5")
@pytest.mark.parametrize("scope", ["visit", "participant"])
def test_a_lock_takes_neither_a_first_entry_nor_one_that_differs(doubled: World, scope: str) -> None:
    visit, begun = visited(doubled), visited(doubled)
    entering(doubled, begun, **VALUES)
    for one in (visit, begun):
        record = one["id"] if scope == "visit" else one["participant_id"]
        body = {"scope": scope, "record_id": record, "state": "locked", "reason": "Interim analysis"}
        assert doubled.data_manager.post(f"/v1/studies/{doubled.study}/data-locks", body).status_code == 201
    for refused in (entering(doubled, visit, **VALUES), entering(doubled, begun, "investigator", **OTHER)):
        assert (refused.status_code, bodies.problem(refused), refused.json["scope"]) == (409, "record-locked", scope)
