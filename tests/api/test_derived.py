"""What is derived from a visit and a participant: with the record, as of the past, and in lists."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from tests import bodies
from tests.api import kidney
from tests.api.kidney import corrected, creatinine, seen
from tests.conftest import World


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def recorded(shared_world: World) -> dict[str, Any]:
    return kidney.measured(shared_world)


# --- with the record ----------------------------------------------------------------------------------------------


def test_a_visit_is_answered_with_what_the_rules_make_of_it(shared_world: World, recorded: dict[str, Any]) -> None:
    read = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}")
    assert read.status_code == 200
    egfr = seen(read.json)
    assert (egfr["value"], egfr["unit"], egfr["final"], egfr["version"]) == (115.6, "mL/min/{1.73_m2}", True, "1")
    assert [(one["record"], one["id"], one["version"]) for one in egfr["inputs"]] == [("visit", recorded["id"], 1)]
    assert set(egfr["inputs"][0]["fields"]) == {"/laboratory_results/CREAT", "/forms/vital_signs/height"}
    assert read.json == recorded


def test_an_amended_input_changes_the_value_at_once(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    amended = shared_world.coordinator.put(path, corrected(recorded), version=1)
    assert amended.status_code == 200, amended.text
    assert seen(amended.json)["value"] == 57.8
    assert seen(amended.json)["inputs"][0]["version"] == 2
    assert shared_world.coordinator.get(path).json == amended.json


def test_an_input_of_another_record_changes_the_value_of_a_visit_whose_version_stays(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first = bodies.visited(shared_world, participant, forms={"vital_signs": {"height": 140}}, laboratory_results=[])
    later = {"event": "week_4", "visited_on": "2025-03-10", "forms": {}, "laboratory_results": [creatinine(0.5)]}
    second = bodies.visited(shared_world, participant, **later)
    path = f"/v1/visits/{second['id']}"
    before = shared_world.coordinator.get(path)
    assert seen(before.json)["value"] == 115.6
    assert shared_world.coordinator.put(f"/v1/visits/{first['id']}", corrected(first), version=1).status_code == 200
    after = shared_world.coordinator.get(path, **{"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json["version"], seen(after.json)["value"]) == (200, 1, 57.8)
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_visit_is_read_without_what_is_derived_where_that_is_asked(
    shared_world: World, recorded: dict[str, Any]
) -> None:
    path = f"/v1/visits/{recorded['id']}"
    without = shared_world.coordinator.get(f"{path}?derived=false")
    assert without.json == recorded | {"derived": None}
    assert without.headers["ETag"] == '"1"'
    amended = shared_world.coordinator.put(f"{path}?derived=false", corrected(recorded), version=1)
    assert (amended.json["derived"], amended.headers["ETag"]) == (None, '"2"')
    posted = shared_world.coordinator.post(
        f"/v1/studies/{shared_world.study}/visits?derived=false", bodies.visit(bodies.enrolled(shared_world))
    )
    assert (posted.status_code, posted.json["derived"]) == (201, None)


def test_a_participant_is_answered_with_what_the_rules_make_of_it(shared_world: World) -> None:
    body = bodies.participant(shared_world.site)
    enrolled = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/participants", body).json
    path = f"/v1/participants/{enrolled['id']}"
    assert isinstance(enrolled["derived"], list)
    assert shared_world.coordinator.get(path).json == enrolled
    assert shared_world.coordinator.get(f"{path}?derived=false").json == enrolled | {"derived": None}
    amended = shared_world.coordinator.put(path, enrolled | {"disease_course": "chronic"}, version=1)
    assert amended.status_code == 200, amended.text
    assert shared_world.coordinator.get(path).json == amended.json
    assert shared_world.coordinator.get(f"{path}/versions/1").json == enrolled


@pytest.mark.parametrize("changes", [{"entered_in_error": True}, {"status": "draft", "visited_on": None}])
def test_nothing_is_derived_from_a_visit_that_counts_for_nothing_or_has_no_date(
    shared_world: World, changes: dict[str, Any]
) -> None:
    assert bodies.visited(shared_world, **changes)["derived"] == []


def test_nothing_derived_from_a_draft_is_final(shared_world: World) -> None:
    draft = bodies.visited(
        shared_world, status="draft", forms={"vital_signs": {"height": 140}}, laboratory_results=[creatinine(0.5)]
    )
    assert (seen(draft)["value"], seen(draft)["final"]) == (115.6, False)


def test_an_answer_can_be_sent_back_as_it_is(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    read = shared_world.coordinator.get(path)
    unchanged = shared_world.coordinator.put(path, read.json, version=1, **{"If-Match": read.headers["ETag"]})
    assert (unchanged.status_code, unchanged.json) == (200, recorded)
    assert len(shared_world.coordinator.get(f"{path}/history").json) == 1


def test_derived_values_are_neither_kept_nor_part_of_the_audit(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    assert shared_world.coordinator.put(path, corrected(recorded), version=1).status_code == 200
    entries = shared_world.coordinator.get(f"{path}/history").json
    changed = {change["field"] for entry in entries for change in entry["changes"]}
    assert not any("derived" in pointer for pointer in changed)


# --- ETag and If-Match --------------------------------------------------------------------------------------------


def test_a_change_is_made_from_a_version_whatever_was_derived_from_it(
    shared_world: World, recorded: dict[str, Any]
) -> None:
    path = f"/v1/visits/{recorded['id']}"
    tag = {"If-Match": '"1.00000000"'}
    assert shared_world.coordinator.get(path, **tag).status_code == 200
    assert shared_world.coordinator.put(path, corrected(recorded), version=1, **tag).status_code == 200
    assert shared_world.coordinator.put(path, recorded, version=1, **tag).status_code == 412
    assert shared_world.coordinator.get(path, **tag).status_code == 412


@pytest.mark.parametrize("tag", ['"1."', '"1.0000000"', '"1.0000000g"', '"1.000000000"', '".00000000"'])
def test_a_tag_of_another_form_names_no_version(shared_world: World, recorded: dict[str, Any], tag: str) -> None:
    path = f"/v1/visits/{recorded['id']}"
    assert shared_world.coordinator.put(path, recorded, version=1, **{"If-Match": tag}).status_code == 412


# --- the past -----------------------------------------------------------------------------------------------------


def test_the_past_shows_what_was_derived_then(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    moment = now()
    amended = shared_world.coordinator.put(path, corrected(recorded), version=1).json
    assert shared_world.coordinator.get(f"{path}?as_of={moment}").json == recorded
    assert shared_world.coordinator.get(f"{path}?as_of={now()}").json == amended
    assert shared_world.coordinator.get(f"{path}/versions/1").json == recorded
    assert shared_world.coordinator.get(f"{path}/versions/2").json == amended
    assert shared_world.coordinator.get(f"{path}/versions/1?derived=false").json == recorded | {"derived": None}


def test_a_repeated_post_is_answered_with_what_was_derived_at_first(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    sent = bodies.visit(participant, forms={"vital_signs": {"height": 140}}, laboratory_results=[creatinine(0.5)])
    path, key = f"/v1/studies/{shared_world.study}/visits", uuid.uuid4().hex
    first = shared_world.coordinator.post(path, sent, key=key)
    assert shared_world.coordinator.put(f"/v1/visits/{first.json['id']}", corrected(first.json), version=1).json
    again = shared_world.coordinator.post(path, sent, key=key)
    assert (again.status_code, again.json, again.headers["ETag"]) == (201, first.json, first.headers["ETag"])


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["visits", "participants"])
def test_a_list_has_derived_values_only_where_they_are_asked_for(shared_world: World, kind: str) -> None:
    for number in range(3):
        bodies.visited(shared_world, forms={"vital_signs": {"height": 130 + number}})
    path = f"/v1/studies/{shared_world.study}/{kind}"
    plain = shared_world.coordinator.get(path).json
    assert all(row["derived"] is None for row in plain)
    found = shared_world.coordinator.get(f"{path}?derived=true").json
    assert [row | {"derived": None} for row in found] == plain
    for row in found:
        assert row["derived"] == shared_world.coordinator.get(f"/v1/{kind}/{row['id']}").json["derived"]


def test_a_list_of_the_past_has_what_was_derived_then(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={recorded['participant_id']}&derived=true"
    moment = now()
    shared_world.coordinator.put(f"/v1/visits/{recorded['id']}", corrected(recorded), version=1)
    assert shared_world.coordinator.get(f"{path}&as_of={moment}").json == [recorded]


@pytest.mark.parametrize("kind", ["visits", "participants"])
def test_a_page_with_derived_values_has_at_most_fifty_records(shared_world: World, kind: str) -> None:
    path = f"/v1/studies/{shared_world.study}/{kind}"
    assert shared_world.coordinator.get(f"{path}?derived=true&limit=50").status_code == 200
    assert shared_world.coordinator.get(f"{path}?derived=false&limit=51").status_code == 200
    refused = shared_world.coordinator.get(f"{path}?derived=true&limit=51")
    assert (refused.status_code, bodies.said(refused)) == (422, {"/limit": "too_many_derived"})
