"""A record is answered in one state with what is derived from it: version, values, derived values and ETag."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.db import courses
from tests import bodies
from tests.api import kidney
from tests.api.kidney import corrected, creatinine, seen
from tests.conftest import World, dumped


@pytest.fixture
def recorded(shared_world: World) -> dict[str, Any]:
    return kidney.measured(shared_world)


def between(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], TestResponse]) -> None:
    """Let somebody amend a record once it was read for an answer, and before its course is."""
    ask, done = courses.ask, list[int]()

    def late(*given: Any, **named: Any) -> courses.Asked:
        if not done:
            done.append(1)
            done.append(meanwhile().status_code)
            assert done[1] == 200
        return ask(*given, **named)

    monkeypatch.setattr(courses, "ask", late)


def of_one_state(record: dict[str, Any], version: int, height: float, value: float) -> None:
    assert (record["version"], record["forms"]["vital_signs"]["height"]) == (version, height)
    assert (seen(record)["value"], seen(record)["inputs"][0]["version"]) == (value, version)


def test_a_visit_that_is_amended_while_it_is_read_is_answered_in_one_state(
    shared_world: World, recorded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/visits/{recorded['id']}"
    writer = replace(shared_world.coordinator, client=shared_world.app.test_client())
    between(monkeypatch, lambda: writer.put(f"{path}?derived=false", corrected(recorded), version=1))
    answer = shared_world.coordinator.get(path)
    of_one_state(answer.json, 2, 70, 57.8)
    assert answer.headers["ETag"].startswith('"2.')
    assert shared_world.coordinator.get(path).headers["ETag"] == answer.headers["ETag"]


def test_a_list_whose_visit_is_amended_while_it_is_read_is_of_one_state(
    shared_world: World, recorded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = replace(shared_world.coordinator, client=shared_world.app.test_client())
    path = f"/v1/visits/{recorded['id']}?derived=false"
    between(monkeypatch, lambda: writer.put(path, corrected(recorded), version=1))
    asked = f"/v1/studies/{shared_world.study}/visits?participant_id={recorded['participant_id']}&derived=true"
    (row,) = shared_world.coordinator.get(asked).json
    of_one_state(row, 2, 70, 57.8)


def test_a_visit_that_turns_out_an_error_while_it_is_read_is_answered_as_one(
    shared_world: World, recorded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/visits/{recorded['id']}"
    writer = replace(shared_world.coordinator, client=shared_world.app.test_client())
    between(monkeypatch, lambda: writer.put(f"{path}?derived=false", recorded | {"entered_in_error": True}, version=1))
    answer = shared_world.coordinator.get(path).json
    assert (answer["version"], answer["entered_in_error"], answer["derived"]) == (2, True, [])


def test_a_participant_that_is_amended_while_it_is_read_is_answered_in_one_state(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = bodies.participant(shared_world.site)
    enrolled = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/participants", body).json
    path = f"/v1/participants/{enrolled['id']}"
    writer = replace(shared_world.coordinator, client=shared_world.app.test_client())
    changed = enrolled | {"disease_course": "chronic"}
    between(monkeypatch, lambda: writer.put(f"{path}?derived=false", changed, version=1))
    answer = shared_world.coordinator.get(path)
    assert (answer.json["version"], answer.json["disease_course"]) == (2, "chronic")
    assert shared_world.coordinator.get(path).json == answer.json


def test_a_version_that_a_bulk_made_is_shown_with_all_that_the_bulk_recorded(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    later = {"event": "week_4", "visited_on": "2025-03-10", "forms": {}, "laboratory_results": [creatinine(0.5)]}
    first = bodies.visit(participant, forms={"vital_signs": {"height": 140}}, laboratory_results=[])
    lines = "".join(dumped(one) + "\n" for one in (bodies.visit(participant, **later), first))
    answer = shared_world.coordinator.client.post(
        f"/v1/studies/{shared_world.study}/visits:bulk?atomic=true",
        data=lines,
        headers={"Authorization": f"Bearer {shared_world.coordinator.token}", "Idempotency-Key": uuid.uuid4().hex},
        content_type="application/x-ndjson",
    )
    assert answer.status_code == 200, answer.text
    path = f"/v1/visits/{json.loads(answer.text.splitlines()[0])['id']}"
    assert seen(shared_world.coordinator.get(f"{path}/versions/1").json)["value"] == 115.6
    assert shared_world.coordinator.get(f"{path}/versions/1").json == shared_world.coordinator.get(path).json
