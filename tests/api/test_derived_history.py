"""The history of derived values: every value that each has had, and the writes that made it so."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import pytest

from registry.db import records
from registry.db.transaction import Transaction
from tests import bodies
from tests.api import kidney
from tests.api.kidney import corrected, creatinine, seen
from tests.conftest import World, attribution


@pytest.fixture
def recorded(shared_world: World) -> dict[str, Any]:
    return kidney.measured(shared_world)


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


def test_the_newest_entry_is_what_the_visit_answers(shared_world: World) -> None:
    code = f"OWN-{uuid.uuid4().hex[:6].upper()}"
    study = {"code": code, "title": "Own", "protocol_version": "1.0", "design": "single_arm"}
    assert shared_world.administrator.post("/v1/studies", study).status_code == 201
    body = bodies.participant(shared_world.site)
    participant = shared_world.coordinator.post(f"/v1/studies/{code}/participants", body).json["id"]
    consent = bodies.consent(participant)
    assert shared_world.coordinator.post(f"/v1/studies/{code}/consents", consent).status_code == 201
    sent = bodies.visit(participant, forms={"vital_signs": {"height": 140}}, laboratory_results=[creatinine(0.5)])
    path = f"/v1/visits/{shared_world.coordinator.post(f'/v1/studies/{code}/visits', sent).json['id']}"
    changes = [{"rule_constants": {"egfr": {"k": 0.5}}}, {"title": "Renamed"}, {"rule_constants": {}}]
    for version, change in enumerate(changes, start=1):
        study |= change
        assert shared_world.administrator.put(f"/v1/studies/{code}", study, version=version).status_code == 200
        newest = shared_world.coordinator.get(f"{path}/derived/history?rule=egfr").json[-1]
        answered = seen(shared_world.coordinator.get(path).json)
        assert {name: newest[name] for name in answered} == answered
        assert newest["because"][0]["version"] == version + 1


def test_a_rule_that_there_is_not_is_refused_by_its_parameter(shared_world: World, recorded: dict[str, Any]) -> None:
    answer = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}/derived/history?rule=egfr2")
    assert (answer.status_code, bodies.said(answer)) == (422, {"/rule": "not_in_list"})


def test_a_page_has_twenty_moments_unless_told(shared_world: World, recorded: dict[str, Any]) -> None:
    path = f"/v1/visits/{recorded['id']}"
    for version in range(1, 20):
        body = corrected(recorded) if version % 2 else recorded
        assert shared_world.coordinator.put(f"{path}?derived=false", body, version=version).status_code == 200
    page = shared_world.coordinator.get(f"{path}/derived/history?rule=egfr")
    assert (len(page.json), "Link" in page.headers) == (19, True), "one of the twenty is the enrolment"
    whole = shared_world.coordinator.get(f"{path}/derived/history?rule=egfr&limit=50")
    assert (len(whole.json), "Link" in whole.headers) == (20, False)


# --- while others write -------------------------------------------------------------------------------------------


def test_a_moment_that_is_committed_while_a_page_is_read_comes_on_a_later_page(
    shared_world: World, recorded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    study, participant = f"/v1/studies/{shared_world.study}", recorded["participant_id"]
    dose = shared_world.coordinator.post(f"{study}/doses", bodies.dose(participant)).json
    other = shared_world.coordinator.post(
        f"{study}/concomitant-medications", bodies.concomitant_medication(participant)
    ).json
    database = shared_world.app.extensions["registry"].database
    settle, late = records.settle, ExitStack()
    begun: list[Transaction] = []

    def settle_and_write(tx: Transaction) -> datetime:
        moment = settle(tx)
        if not begun:
            begun.append(late.enter_context(database.transaction()))
            begun[0].attribute(attribution(reason="Committed late"))
            records.amend(begun[0], "dose", dose["id"], 1, {"started_on": "2025-03-10"})
            for version in (1, 2):
                with database.transaction() as early:
                    early.attribute(attribution(reason="Committed early"))
                    records.amend(early, "concomitant_medication", other["id"], version, {"dose": 10 + version})
                    early.commit()
        return moment

    monkeypatch.setattr(records, "settle", settle_and_write)
    path = f"/v1/participants/{participant}/derived/history"
    first = shared_world.coordinator.get(f"{path}?limit=3")
    begun[0].commit()
    late.close()
    rest = shared_world.coordinator.get(first.headers["Link"].split(">")[0].strip("<").replace("limit=3", "limit=50"))
    whole = shared_world.coordinator.get(f"{path}?limit=50").json
    assert first.json + rest.json == whole
    versions = [one["version"] for entry in whole for one in entry["because"] if one["id"] == dose["id"]]
    assert set(versions) == {1, 2}, "what was committed late is told"
