"""Concomitant medications over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World


def given(world: World, **changes: Any) -> TestResponse:
    body = bodies.concomitant_medication(bodies.enrolled(world), **changes)
    return world.coordinator.post(f"/v1/studies/{world.study}/concomitant-medications", body)


WEANED = {"ended_on": "2025-03-31", "reason_for_end": "remission"}


def test_a_steroid_is_recorded_and_weaned(shared_world: World) -> None:
    start = given(shared_world, dose=12.5, indication="Muscle weakness")
    assert start.status_code == 201, start.text
    path = f"/v1/concomitant-medications/{start.json['id']}"
    ended = shared_world.coordinator.put(path, start.json | WEANED, version=1, reason="Weaned")
    assert {name: ended.json[name] for name in (*WEANED, "dose")} == WEANED | {"dose": 12.5}
    assert shared_world.coordinator.get(path).json == ended.json
    assert shared_world.coordinator.get(f"{path}/versions/1").json == start.json
    assert [entry["reason"] for entry in shared_world.coordinator.get(f"{path}/history").json] == [None, "Weaned"]


def test_several_medications_go_on_at_once(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    path = f"/v1/studies/{shared_world.study}/concomitant-medications"
    for name in ("prednisolone", "methotrexate", "aciclovir"):
        body = bodies.concomitant_medication(participant, medication=name)
        assert shared_world.coordinator.post(path, body).status_code == 201
    listed = shared_world.coordinator.get(f"{path}?participant_id={participant}").json
    assert [one["medication"] for one in listed] == ["prednisolone", "methotrexate", "aciclovir"]


@pytest.mark.parametrize(
    ("start", "end"), [("2025-03", "2025"), ("2025-03", "2025-03"), ("2025", "2025-01"), (None, "2024")]
)
def test_a_partial_end_that_may_follow_the_start_is_accepted(shared_world: World, start: str | None, end: str) -> None:
    assert given(shared_world, started_on=start, ended_on=end).status_code == 201


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"started_on": "2025-03", "ended_on": "2025-02"}, {"/ended_on": "end_before_start"}),
        ({"started_on": "2025-03-02", "ended_on": "2024"}, {"/ended_on": "end_before_start"}),
        ({"dose_unit": None}, {"/dose_unit": "required"}),
        ({"dose_unit": "tablets"}, {"/dose_unit": "not_in_list"}),
        ({"medication": "grapefruit"}, {"/medication": "not_in_list"}),
        ({"dose": -1}, {"/dose": "out_of_range"}),
        ({"reason_for_end": "efficacy"}, {"/reason_for_end": "not_in_list"}),
        ({"frequency": "often"}, {"/frequency": "not_in_list"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(given(shared_world, **changes)) == said


def test_a_record_entered_in_error_is_kept_and_marked(shared_world: World) -> None:
    wrong = given(shared_world).json
    path = f"/v1/concomitant-medications/{wrong['id']}"
    marked = shared_world.coordinator.put(path, wrong | {"entered_in_error": True}, version=1, reason="Wrong child")
    assert marked.json["entered_in_error"] is True
    assert shared_world.coordinator.get(path).json["medication"] == "prednisolone"
