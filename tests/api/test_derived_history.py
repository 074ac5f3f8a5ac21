"""The history of derived values: every value that each has had, and the writes that made it so."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests import bodies
from tests.conftest import World

WHEN = {"collected_at": "2025-02-10T08:30:00Z"}


def creatinine(value: float) -> dict[str, Any]:
    return {"analyte": "CREAT", "value": value, "unit": "mg/dL", **WHEN}


def seen(record: dict[str, Any], rule: str = "egfr") -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in record["derived"] if one["rule"] == rule)
    return found


@pytest.fixture
def recorded(shared_world: World) -> dict[str, Any]:
    """A visit of a child of 140 cm with a creatinine of 0.5 mg/dL: an eGFR of 115.6."""
    return bodies.visited(shared_world, forms={"vital_signs": {"height": 140}}, laboratory_results=[creatinine(0.5)])


def corrected(visit: dict[str, Any]) -> dict[str, Any]:
    """The same visit of a child of 70 cm: an eGFR of 57.8."""
    return visit | {"forms": {"vital_signs": {"height": 70}}}


def told(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["value"], entry["final"], entry["withdrawn"], [one["version"] for one in entry["inputs"]]


def test_the_history_of_a_value_shows_each_and_what_made_it_so(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    shared_world.coordinator.put(path, corrected(recorded), version=1, reason="Measured again")
    shared_world.coordinator.put(path, corrected(recorded) | {"entered_in_error": True}, version=2, reason="A mix-up")
    answer = shared_world.coordinator.get(f"{path}/derived/history?rule=egfr")
    assert answer.status_code == 200, answer.text
    assert [told(entry) for entry in answer.json] == [
        (115.6, True, False, [1]),
        (57.8, True, False, [2]),
        (None, False, True, [2]),
    ]
    because = [entry["because"] for entry in answer.json]
    assert [(one["record"], one["id"], one["version"], one["reason"]) for [one] in because] == [
        ("visit", recorded["id"], 1, None),
        ("visit", recorded["id"], 2, "Measured again"),
        ("visit", recorded["id"], 3, "A mix-up"),
    ]
    assert {one["actor"] for [one] in because} == {"The coordinator"}
    history = shared_world.coordinator.get(f"{path}/history").json
    assert [one["change_set"] for [one] in because] == [entry["change_set"] for entry in history]


def test_a_change_elsewhere_in_the_course_is_told_as_the_cause(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first = bodies.visited(shared_world, participant, forms={"vital_signs": {"height": 140}}, laboratory_results=[])
    later = {"event": "week_4", "visited_on": "2025-03-10", "forms": {}, "laboratory_results": [creatinine(0.5)]}
    second = bodies.visited(shared_world, participant, **later)
    shared_world.coordinator.put(f"/v1/visits/{first['id']}", corrected(first), version=1)
    answer = shared_world.coordinator.get(f"/v1/visits/{second['id']}/derived/history?rule=egfr").json
    assert [entry["value"] for entry in answer] == [115.6, 57.8]
    assert [one["id"] for one in answer[1]["because"]] == [first["id"]]


def test_a_moment_that_changes_no_value_is_not_told(shared_world: World, recorded: dict[str, Any]) -> None:
    event = bodies.adverse_event(recorded["participant_id"])
    assert shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/adverse-events", event).status_code == 201
    answer = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}/derived/history?rule=egfr")
    assert len(answer.json) == 1


def test_a_history_is_read_in_pages_of_moments(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    for version in range(1, 5):
        body = corrected(recorded) if version % 2 else recorded
        assert shared_world.coordinator.put(path, body, version=version).status_code == 200
    whole = shared_world.coordinator.get(f"{path}/derived/history?rule=egfr").json
    assert [entry["value"] for entry in whole] == [115.6, 57.8, 115.6, 57.8, 115.6]
    asked, found = f"{path}/derived/history?rule=egfr&limit=2", []
    while asked:
        page = shared_world.coordinator.get(asked)
        found += page.json
        asked = page.headers["Link"].split(">")[0].strip("<") if "Link" in page.headers else ""
    assert found == whole


def test_the_history_of_a_participant_follows_its_records(shared_world: World, recorded: dict[str, Any]) -> None:
    participant = recorded["participant_id"]
    dose = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/doses", bodies.dose(participant)).json
    answer = shared_world.coordinator.get(f"/v1/participants/{participant}/derived/history?rule=jak-exposure")
    assert answer.status_code == 200, answer.text
    assert dose["id"] in {one["id"] for one in answer.json[-1]["because"]}


@pytest.mark.parametrize("path", ["visits/{visit}/derived/history", "participants/{participant}/derived/history"])
def test_another_sites_history_is_not_there(shared_world: World, recorded: dict[str, Any], path: str) -> None:
    asked = path.format(visit=recorded["id"], participant=recorded["participant_id"])
    assert shared_world.neighbour.get(f"/v1/{asked}").status_code == 404
    assert shared_world.coordinator.get(f"/v1/{asked}").status_code == 200


# --- a study's own constants --------------------------------------------------------------------------------------


def test_a_studys_own_constant_changes_what_is_derived_and_is_told_as_the_cause(shared_world: World) -> None:
    code = f"OWN-{uuid.uuid4().hex[:6].upper()}"
    study = {"code": code, "title": "Own", "protocol_version": "1.0", "design": "single_arm"}
    assert shared_world.administrator.post("/v1/studies", study).status_code == 201
    body = bodies.participant(shared_world.site)
    participant = shared_world.coordinator.post(f"/v1/studies/{code}/participants", body).json["id"]
    consent = bodies.consent(participant)
    assert shared_world.coordinator.post(f"/v1/studies/{code}/consents", consent).status_code == 201
    sent = bodies.visit(participant, forms={"vital_signs": {"height": 140}}, laboratory_results=[creatinine(0.5)])
    recorded = shared_world.coordinator.post(f"/v1/studies/{code}/visits", sent).json
    own = study | {"rule_constants": {"egfr": {"k": 0.5}}}
    assert shared_world.administrator.put(f"/v1/studies/{code}", own, version=1).status_code == 200
    now_derived = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}").json
    assert (seen(recorded)["value"], seen(recorded)["overridden"]) == (115.6, [])
    assert (seen(now_derived)["value"], seen(now_derived)["overridden"]) == (140, ["k"])
    assert shared_world.coordinator.get(f"/v1/visits/{recorded['id']}/versions/1").json == recorded
    history = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}/derived/history?rule=egfr").json
    assert [(entry["value"], entry["because"][0]["record"]) for entry in history] == [(115.6, "visit"), (140, "study")]
