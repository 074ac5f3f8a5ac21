"""Laboratory alerts over HTTP: raised with the visit, listed by urgency, acknowledged with words, resolved by a correction."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.domain import laboratory_watch
from registry.domain.laboratory_watch import Watch
from tests import bodies
from tests.conftest import Person, World, attribution, dumped, person

LOOKED_AT = {"comment": "Repeated in three days; dose held until then"}


def result(analyte: str, value: float, unit: str = "10*9/L", **said: Any) -> dict[str, Any]:
    return {"analyte": analyte, "value": value, "unit": unit} | said


SECRET = "a value of a patient"
LOW = [result("NEUT", 0.9, lower_limit=1.5)]
NORMAL = [result("NEUT", 3.1, lower_limit=1.5)]


def alerts(world: World, by: Person | None = None, **asked: Any) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = (by or world.coordinator).get(f"/v1/studies/{world.study}/laboratory-alerts?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json
    return found


def asked_of(world: World, visit: dict[str, Any], **asked: Any) -> list[tuple[str, str | None, int | None]]:
    return [(one["kind"], one["analyte"], one["grade"]) for one in alerts(world, visit_id=visit["id"], **asked)]


def acknowledged(by: Person, alert: dict[str, Any], body: Any = None, **said: Any) -> TestResponse:
    sent = {"alert_version": alert.get("version", 1)} | (body or LOOKED_AT)
    return by.post(f"/v1/laboratory-alerts/{alert['id']}/acknowledgement", sent, **said)


def amended(world: World, visit: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = world.coordinator.put(f"/v1/visits/{visit['id']}", visit | changes, version=visit["version"])
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json
    return changed


def test_a_result_that_holds_the_drug_is_in_both_work_lists_with_its_visit(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world, code="HOLD-01")
    visit = bodies.visited(world, participant, laboratory_results=LOW)
    for reader in (world.coordinator, world.safety_officer):
        [alert] = alerts(world, reader, participant_id=participant)
        assert (alert["kind"], alert["rule"], alert["urgency"], alert["status"]) == ("hold", "jaki-hold", 1, "open")
        assert (alert["analyte"], alert["measured"], alert["unit"], alert["grade"]) == ("NEUT", 0.9, "10*9/L", 3)
        assert (alert["visit_id"], alert["participant_code"]) == (visit["id"], "HOLD-01")
        assert (alert["visited_on"], alert["event"], alert["result_number"]) == ("2025-02-10", "week_0", 1)
    assert world.coordinator.get(f"/v1/laboratory-alerts/{alert['id']}").json == alert
    events = world.auditor.get(f"/v1/audit?kind=laboratory_alert&participant_id={participant}").json
    of_visit = world.auditor.get(f"/v1/audit?kind=visit&participant_id={participant}").json
    assert [one["change_set"] for one in events] == [one["change_set"] for one in of_visit]


def test_a_visit_that_is_refused_leaves_no_alert(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    body = bodies.visit(participant, visited_on="2024-01-10", laboratory_results=LOW)
    assert shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", body).status_code == 422
    assert alerts(shared_world, participant_id=participant) == []


def test_who_acknowledges_first_stays_with_what_was_said(shared_world: World) -> None:
    world = shared_world
    visit = bodies.visited(world, laboratory_results=LOW)
    [alert] = alerts(world, visit_id=visit["id"])
    first = acknowledged(world.coordinator, alert, key="one-acknowledgement")
    assert (first.status_code, first.json["status"], first.json["version"]) == (200, "acknowledged", 2)
    assert first.json["acknowledged_by"] == world.coordinator.account_id
    assert acknowledged(world.coordinator, alert, key="one-acknowledgement").json == first.json
    later = acknowledged(world.safety_officer, alert, {"comment": "Mine"})
    assert (later.status_code, later.json["comment"], later.json["version"]) == (200, LOOKED_AT["comment"], 2)
    assert alerts(world, visit_id=visit["id"]) == []
    assert [one["id"] for one in alerts(world, visit_id=visit["id"], status="acknowledged")] == [alert["id"]]
    history = world.auditor.get(f"/v1/laboratory-alerts/{alert['id']}/history").json
    assert [entry["reason"] for entry in history] == [None, LOOKED_AT["comment"]]


def test_a_correction_resolves_what_waits_and_a_resolved_alert_is_not_acknowledged(shared_world: World) -> None:
    world = shared_world
    visit = bodies.visited(world, laboratory_results=LOW)
    [alert] = alerts(world, visit_id=visit["id"])
    corrected = amended(world, visit, laboratory_results=NORMAL)
    assert asked_of(world, visit) == []
    [ended] = alerts(world, visit_id=visit["id"], status="resolved")
    assert (ended["id"], ended["version"], ended["acknowledged_at"]) == (alert["id"], 2, None)
    late = acknowledged(world.coordinator, alert)
    assert (late.status_code, late.json["state"], late.json["allowed"]) == (409, "resolved", [])
    amended(world, corrected, laboratory_results=LOW)
    assert asked_of(world, visit) == [("hold", "NEUT", 3)]


def test_an_acknowledged_alert_stays_and_only_what_is_worse_asks_again(shared_world: World) -> None:
    world = shared_world
    visit = bodies.visited(world, laboratory_results=LOW)
    [alert] = alerts(world, visit_id=visit["id"])
    acknowledged(world.coordinator, alert)
    better = amended(world, visit, laboratory_results=NORMAL)
    assert [one["id"] for one in alerts(world, visit_id=visit["id"], status="acknowledged")] == [alert["id"]]
    same = amended(world, better, laboratory_results=[result("NEUT", 0.85, lower_limit=1.5)])
    assert asked_of(world, visit) == []
    amended(world, same, laboratory_results=[result("NEUT", 0.4, lower_limit=1.5)])
    assert asked_of(world, visit) == [("hold", "NEUT", 4)]


def test_who_saw_a_lower_grade_does_not_acknowledge_the_higher_one(shared_world: World) -> None:
    visit = bodies.visited(shared_world, laboratory_results=LOW)
    [seen] = alerts(shared_world, visit_id=visit["id"])
    amended(shared_world, visit, laboratory_results=[result("NEUT", 0.4, lower_limit=1.5)])
    assert acknowledged(shared_world.coordinator, seen).status_code == 412
    [alert] = alerts(shared_world, visit_id=visit["id"])
    assert (alert["id"], alert["grade"]) == (seen["id"], 4)
    assert acknowledged(shared_world.coordinator, alert).status_code == 200


def test_a_visit_entered_in_error_ends_its_alerts_and_a_draft_without_a_day_has_them(shared_world: World) -> None:
    world = shared_world
    draft = bodies.visited(world, status="draft", visited_on=None, laboratory_results=LOW)
    assert asked_of(world, draft) == [("hold", "NEUT", 3)]
    amended(world, draft, entered_in_error=True)
    assert asked_of(world, draft) == []


def test_a_baseline_that_comes_later_changes_what_later_visits_ask(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world)
    raised = [result("ALT", 140, "U/L", upper_limit=40)]
    later = bodies.visited(world, participant, event="week_4", visited_on="2025-03-10", laboratory_results=raised)
    assert asked_of(world, later) == [("grade", "ALT", 2)]
    bodies.visited(world, participant, laboratory_results=[result("ALT", 150, "U/L", upper_limit=40)])
    assert asked_of(world, later) == []
    assert asked_of(world, later, status="resolved") == [("grade", "ALT", 2)]


def test_lines_of_a_bulk_submission_raise_alerts_and_a_dry_run_none(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world)
    lines = [
        bodies.visit(participant, laboratory_results=LOW),
        bodies.visit(participant, event="week_4", visited_on="2025-03-10", laboratory_results=NORMAL),
    ]
    path = f"/v1/studies/{world.study}/visits:bulk"
    for mode, expected in (("dry_run=true", []), ("atomic=true", ["week_0"])):
        headers = {"Authorization": f"Bearer {world.coordinator.token}", "Idempotency-Key": f"bulk-alerts-{mode}"}
        sent = "".join(dumped(line) + "\n" for line in lines)
        answer = world.coordinator.client.post(
            f"{path}?{mode}", data=sent, headers=headers, content_type="application/x-ndjson"
        )
        assert answer.status_code == 200, answer.text
        assert [one["event"] for one in alerts(world, participant_id=participant)] == expected


def test_the_list_is_in_the_order_of_urgency_then_age_page_by_page(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world)
    results = [result("CHOL", 380, "mg/dL", upper_limit=200), result("BKVPLASMA", 900, "{copies}/mL"), *LOW]
    for event, day in (("week_0", "2025-02-10"), ("week_4", "2025-03-10")):
        bodies.visited(world, participant, event=event, visited_on=day, laboratory_results=results)
    every = alerts(world, participant_id=participant)
    assert [(one["urgency"], one["event"]) for one in every] == [
        (1, "week_0"), (1, "week_4"), (2, "week_0"), (2, "week_4"), (3, "week_0"),
    ]  # fmt: skip
    path, paged = f"/v1/studies/{world.study}/laboratory-alerts?participant_id={participant}&limit=2", []
    while path:
        answer = world.coordinator.get(path)
        paged += answer.json
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    assert paged == every
    assert [one["kind"] for one in alerts(world, participant_id=participant, kind="virus", urgency=2)] == ["virus"] * 2
    assert alerts(world, participant_id=participant, analyte="ALT") == []
    assert alerts(world, participant_id=participant, site_id=world.other_site) == []


def test_another_sites_alerts_are_not_there(shared_world: World) -> None:
    world = shared_world
    visit = bodies.visited(world, laboratory_results=LOW)
    [alert] = alerts(world, visit_id=visit["id"])
    assert alerts(world, world.neighbour, visit_id=visit["id"]) == []
    for path in ("", "/history", "/versions/1"):
        assert world.neighbour.get(f"/v1/laboratory-alerts/{alert['id']}{path}").status_code == 404
    assert acknowledged(world.neighbour, alert).status_code == 404
    assert world.neighbour.get(f"/v1/participants/{visit['participant_id']}/laboratory-safety").status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, {"/comment": "required", "/alert_version": "required"}),
        ({"alert_version": 1, "comment": " "}, {"/comment": "wrong_length"}),
        ({"alert_version": 1, "comment": "x" * 501}, {"/comment": "wrong_length"}),
        (
            {"alert_version": 0, "comment": "x", "status": "resolved"},
            {"/alert_version": "out_of_range", "/status": "unknown_field"},
        ),
    ],
)
def test_an_acknowledgement_says_what_follows(shared_world: World, body: Any, said: dict[str, str]) -> None:
    nowhere = {"id": "0198c5a0-1111-7000-8000-000000000000"}
    answer = shared_world.coordinator.post(f"/v1/laboratory-alerts/{nowhere['id']}/acknowledgement", body)
    assert (answer.status_code, bodies.said(answer)) == (422, said)
    assert acknowledged(shared_world.coordinator, nowhere).status_code == 404
    assert acknowledged(shared_world.monitor, nowhere).status_code == 403


def test_of_two_who_acknowledge_at_once_one_stays(shared_world: World) -> None:
    world = shared_world
    visit = bodies.visited(world, laboratory_results=LOW)
    [alert] = alerts(world, visit_id=visit["id"])
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda by: acknowledged(by, alert), [world.coordinator, world.safety_officer]))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json


def test_visits_of_one_participant_sent_at_once_see_each_other(shared_world: World) -> None:
    """Whichever comes last finds the other: the later visit's rise of grade is asked in either order."""
    world = shared_world
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        second = person(world.app, tx, "coordinator", world.site)
        tx.commit()
    for _ in range(3):
        participant = bodies.enrolled(world)
        first = bodies.visit(participant, laboratory_results=[result("PLAT", 200, lower_limit=150)])
        later = bodies.visit(
            participant,
            event="week_4",
            visited_on="2025-03-10",
            laboratory_results=[result("PLAT", 60, lower_limit=150)],
        )
        path = f"/v1/studies/{world.study}/visits"
        with ThreadPoolExecutor(2) as pool:
            sent = [pool.submit(by.post, path, body) for by, body in ((world.coordinator, first), (second, later))]
            assert [one.result().status_code for one in sent] == [201, 201]
        assert [(one["kind"], one["analyte"]) for one in alerts(world, participant_id=participant)] == [
            ("shift", "PLAT")
        ]


def test_a_rule_that_fails_loses_no_visit_and_ends_no_alert(
    shared_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = shared_world
    visit = bodies.visited(world, laboratory_results=LOW)

    def failing(*_: Any) -> Iterator[Any]:
        raise ZeroDivisionError(SECRET)
        yield

    broken = Watch(failing, frozenset({"hold"}), "jaki-hold")
    monkeypatch.setattr(laboratory_watch, "WATCHES", (broken, *laboratory_watch.WATCHES[1:]))
    amended(world, visit, laboratory_results=[*NORMAL, result("BKVURINE", 5, "{copies}/mL")])
    assert [one[0] for one in asked_of(world, visit)] == ["hold", "virus"]
    said = capsys.readouterr()
    assert "jaki-hold" in said.out + said.err
    assert SECRET not in said.out + said.err
    assert 'registry_laboratory_rule_failures_total{rule="jaki-hold"}' in world.coordinator.get("/metrics").text


def test_a_participants_laboratory_safety_tells_grades_baseline_shift_trend_and_hold(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world, birth_year=2018)
    course = (
        ("week_0", "2025-02-10", 3.0, 0.4, 128),
        ("week_4", "2025-03-10", 1.4, 0.5, 128.5),
        ("week_52", "2026-02-09", 0.9, 0.7, 130),
    )
    for event, day, neutrophils, creatinine, height in course:
        results = [result("NEUT", neutrophils, lower_limit=1.5), result("CREAT", creatinine, "mg/dL", upper_limit=0.8)]
        forms = {"vital_signs": {"height": height}}
        bodies.visited(world, participant, event=event, visited_on=day, laboratory_results=results, forms=forms)
    told = world.safety_officer.get(f"/v1/participants/{participant}/laboratory-safety").json
    assert told["ctcae_version"] == "5.0"
    by_analyte = {one["analyte"]: one for one in told["analytes"]}
    cells = by_analyte["NEUT"]
    assert (cells["baseline_grade"], cells["trend"]["harmful"], cells["trend"]["change_percent"]) == (0, True, -70)
    assert [(one["grade"], one["shift"], one["hold"]) for one in cells["results"]] == [
        (0, None, False), (2, 2, False), (3, 3, True),
    ]  # fmt: skip
    assert [round(one["rate"], 1) for one in told["filtration"]] == [132.2, 106.1, 76.7]
    assert [one["slow"] for one in told["growth"]] == [None, None, True]
    assert told["growth"][2]["velocity"] == pytest.approx(1.630580, abs=1e-6)
    kinds = {(one["kind"], one["analyte"], one["event"]) for one in alerts(world, participant_id=participant)}
    assert kinds == {
        ("hold", "NEUT", "week_52"), ("shift", "NEUT", "week_4"), ("shift", "CREAT", "week_52"), ("renal", "CREAT", "week_52"),
        ("growth", None, "week_52"), ("trend", "NEUT", "week_52"),
    }  # fmt: skip
