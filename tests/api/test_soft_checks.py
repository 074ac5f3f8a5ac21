"""What a soft check asked stays in the trail: the value, that the check fired, and the comment that answered it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import bodies
from tests.conftest import World, dumped

RULE = "ck_above_50_uln"
COMMENT = "Repeated, confirmed by the laboratory"
CONFIRMED = {"confirmations": [{"rule": RULE, "comment": COMMENT}]}
HIGH = {"analyte": "CK", "value": 10400, "unit": "U/L", "upper_limit": 200, "collected_at": "2025-02-10T08:30:00Z"}


def queries(world: World, record_id: str) -> list[dict[str, Any]]:
    listed = world.monitor.get(f"/v1/studies/{world.study}/queries?record_id={record_id}").json
    return [world.monitor.get(f"/v1/queries/{query['id']}").json for query in listed]


def unusual(participant: str, **changes: Any) -> dict[str, Any]:
    return bodies.visit(participant, laboratory_results=[HIGH], **(CONFIRMED | changes))


@pytest.mark.requirement("A9")
def test_a_confirmed_check_leaves_the_value_the_prompt_and_the_answer(shared_world: World) -> None:
    world = shared_world
    visit = world.coordinator.post(f"/v1/studies/{world.study}/visits", unusual(bodies.enrolled(world))).json
    [query] = queries(world, visit["id"])
    first = world.monitor.get(f"/v1/visits/{visit['id']}/versions/1").json
    assert first["laboratory_results"][0]["value"] == 10400
    assert (query["origin"], query["rule"], query["field"]) == ("soft_check", RULE, "/laboratory_results/0/value")
    assert (query["record_version"], query["opened_by"], query["opened_by_id"]) == (1, "The registry", None)
    assert query["text"].startswith("CK is above 50 times its upper limit of normal")
    assert query["status"] == "answered"
    assert [(one["act"], one["text"], one["by_name"]) for one in query["thread"]] == [
        ("answer", COMMENT, "The coordinator")
    ]
    events = world.data_manager.get(f"/v1/audit?participant_id={visit['participant_id']}").json
    linked = {event["kind"] for event in events if event["change_set"] == events[-1]["change_set"]}
    assert linked == {"visit", "laboratory_alert", "data_query", "data_query_message"}


def test_a_check_is_noted_once_as_long_as_the_finding_stays(shared_world: World) -> None:
    world = shared_world
    path = f"/v1/studies/{world.study}/visits"
    visit = world.coordinator.post(path, unusual(bodies.enrolled(world))).json
    one = f"/v1/visits/{visit['id']}"
    assert world.coordinator.put(one, visit | {"mode": "remote"}, version=1).status_code == 200
    assert len(queries(world, visit["id"])) == 1
    normal = visit | {"laboratory_results": [HIGH | {"value": 800}], "confirmations": []}
    assert world.coordinator.put(one, normal, version=2).status_code == 200
    assert world.coordinator.put(one, visit, version=3).status_code == 200
    assert [query["record_version"] for query in queries(world, visit["id"])] == [1, 4]


def test_each_value_that_a_rule_asks_about_is_a_query_of_its_own(shared_world: World) -> None:
    world = shared_world
    results = [HIGH | {"collected_at": f"2025-02-{day}T08:30:00Z"} for day in ("09", "10")]
    sent = unusual(bodies.enrolled(world)) | {"laboratory_results": results}
    visit = world.coordinator.post(f"/v1/studies/{world.study}/visits", sent).json
    assert [(query["field"], len(query["thread"])) for query in queries(world, visit["id"])] == [
        ("/laboratory_results/0/value", 1), ("/laboratory_results/1/value", 1),
    ]  # fmt: skip


def test_a_changed_value_that_is_still_unusual_is_noted_again_and_one_that_only_moved_is_not(
    shared_world: World,
) -> None:
    world = shared_world
    visit = world.coordinator.post(f"/v1/studies/{world.study}/visits", unusual(bodies.enrolled(world))).json
    path = f"/v1/visits/{visit['id']}"
    again = {"confirmations": [{"rule": RULE, "comment": "The decimal point was wrong"}]}
    higher = visit | {"laboratory_results": [HIGH | {"value": 99000}]} | again
    assert world.coordinator.put(path, higher, version=1).status_code == 200
    first, second = queries(world, visit["id"])
    assert (second["record_version"], second["thread"][0]["text"]) == (2, "The decimal point was wrong")
    assert first["record_version"] == 1
    later = HIGH | {"value": 99000}
    normal = HIGH | {"value": 800, "collected_at": "2025-02-09T08:30:00Z"}
    assert world.coordinator.put(path, higher | {"laboratory_results": [normal, later]}, version=2).status_code == 200
    assert len(queries(world, visit["id"])) == 2


def test_a_draft_confirms_nothing_until_it_is_complete(shared_world: World) -> None:
    world = shared_world
    sent = unusual(bodies.enrolled(world), status="draft")
    visit = world.coordinator.post(f"/v1/studies/{world.study}/visits", sent).json
    assert queries(world, visit["id"]) == []
    world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"status": "complete"}, version=1)
    assert [query["record_version"] for query in queries(world, visit["id"])] == [2]


def test_many_visits_at_once_note_their_checks_too(shared_world: World) -> None:
    world = shared_world
    participants = [bodies.enrolled(world) for _ in range(3)]
    lines = [unusual(participants[0]), bodies.visit(participants[1]), unusual(participants[2])]
    body = "\n".join(dumped(line) for line in lines)
    signed = {"Authorization": f"Bearer {world.coordinator.token}", "Idempotency-Key": "bulk-of-soft-checks"}
    path = f"/v1/studies/{world.study}/visits:bulk"

    def sending(asked: str) -> list[dict[str, Any]]:
        answer = world.coordinator.client.post(
            path + asked, data=body, headers=signed, content_type="application/x-ndjson"
        )
        return [json.loads(line) for line in answer.text.splitlines()]

    assert {line["status"] for line in sending("?dry_run=true")} == {200}
    kept = sending("")
    assert [line["status"] for line in kept] == [201, 201, 201]
    assert [len(queries(world, line["id"])) for line in kept] == [1, 0, 1]
    sending("")
    assert [len(queries(world, line["id"])) for line in kept] == [1, 0, 1]


def test_a_dose_outside_the_published_range_is_noted(shared_world: World) -> None:
    world = shared_world
    sent = bodies.dose(bodies.enrolled(world), mg_per_intake=40)
    path = f"/v1/studies/{world.study}/doses"
    assert bodies.problem(world.coordinator.post(path, sent)) == "needs-confirmation"
    confirmed = sent | {"confirmations": [{"rule": "dose_outside_published_range", "comment": "By compassionate use"}]}
    dose = world.coordinator.post(path, confirmed).json
    changed = dose | {"adherence": "full"}
    assert world.coordinator.put(f"/v1/doses/{dose['id']}", changed, version=1).status_code == 200
    [query] = queries(world, dose["id"])
    assert (query["record_kind"], query["field"], query["status"]) == ("dose", "/mg_per_intake", "answered")
    doubled = changed | {"intakes_per_day": 2 * dose["intakes_per_day"]}
    assert world.coordinator.put(f"/v1/doses/{dose['id']}", doubled, version=2).status_code == 200
    assert [query["record_version"] for query in queries(world, dose["id"])] == [1, 3]


@pytest.mark.requirement("P5")
def test_nobody_closes_a_query_with_an_own_answer_or_comment(shared_world: World) -> None:
    world = shared_world
    path, study = f"/v1/accounts/{world.monitor.account_id}", f"/v1/studies/{world.study}"
    account = world.administrator.get(path).json
    both = account["grants"] + [{"role": "coordinator", "site_id": world.site}]
    widened = world.administrator.put(path, account | {"grants": both}, version=account["version"])
    assert widened.status_code == 200, widened.text
    visit = world.monitor.post(f"{study}/visits", unusual(bodies.enrolled(world))).json
    asked = {"record_kind": "visit", "record_id": visit["id"], "record_version": 1, "field": "/mode", "text": "Right?"}
    own = world.monitor.post(f"{study}/queries", asked).json
    assert world.monitor.post(f"/v1/queries/{own['id']}/answers", {"text": "Yes."}).status_code == 201
    world.administrator.put(path, account, version=widened.json["version"])
    for query in queries(world, visit["id"]):
        refused = world.monitor.post(f"/v1/queries/{query['id']}/closures", {})
        assert (refused.status_code, bodies.problem(refused)) == (403, "answered-by-oneself")
        assert world.data_manager.post(f"/v1/queries/{query['id']}/closures", {}).status_code == 201


def test_a_submission_that_is_refused_leaves_no_query(shared_world: World) -> None:
    world = shared_world
    participant = bodies.enrolled(world)
    before_consent = unusual(participant, visited_on="2025-01-02")
    assert world.coordinator.post(f"/v1/studies/{world.study}/visits", before_consent).status_code == 422
    assert world.monitor.get(f"/v1/studies/{world.study}/queries?participant_id={participant}").json == []
