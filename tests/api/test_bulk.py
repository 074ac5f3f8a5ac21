"""Many visits in one request: each line answered, dry runs, all or nothing, repeats."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import Person, World

NDJSON = "application/x-ndjson"
BROKEN = '{"event": "week_0"'


def uploaded(
    world: World, lines: list[Any], query: str = "", *, key: str | None = None, by: Person | None = None, **other: Any
) -> TestResponse:
    somebody = by or world.coordinator
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    headers = {"Authorization": f"Bearer {somebody.token}", "Idempotency-Key": key or uuid.uuid4().hex}
    path = f"/v1/studies/{other.get('study', world.study)}/visits:bulk{query}"
    return somebody.client.post(path, data=text, headers=headers, content_type=other.get("content_type", NDJSON))


def answers(response: TestResponse) -> list[dict[str, Any]]:
    assert response.mimetype == NDJSON, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def course(participant: str) -> list[dict[str, Any]]:
    days = {"week_0": "2025-02-10", "week_4": "2025-03-10", "week_12": "2025-05-05"}
    return [bodies.visit(participant, event=event, visited_on=day) for event, day in days.items()]


def recorded(world: World, participant: str) -> list[dict[str, Any]]:
    path = f"/v1/studies/{world.study}/visits?participant_id={participant}"
    visits: list[dict[str, Any]] = world.coordinator.get(path).json
    return visits


def test_each_line_is_recorded_and_answered(shared_world: World) -> None:
    first, second = bodies.enrolled(shared_world), bodies.enrolled(shared_world)
    response = uploaded(shared_world, [*course(first), bodies.whole_visit(second)])
    assert response.status_code == 200
    told = answers(response)
    assert [(line["line"], line["status"], line["version"]) for line in told] == [(n, 201, 1) for n in range(1, 5)]
    assert [visit["id"] for visit in recorded(shared_world, first)] == [line["id"] for line in told[:3]]
    assert recorded(shared_world, second)[0]["forms"]["damage"]["mdi_severity_total"] == 11
    history = shared_world.coordinator.get(f"/v1/visits/{told[0]['id']}/history").json
    assert (history[0]["action"], history[0]["actor"]) == ("record", "The coordinator")


def test_a_line_that_is_refused_does_not_hold_back_the_others(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    good, late, other = course(participant)
    late["visited_on"] = "2024-01-01"
    lines = [good, BROKEN, "[]", bodies.visit("nobody"), late, other, good | {"shoe_size": 34}]
    told = answers(uploaded(shared_world, lines))
    assert [line["status"] for line in told] == [201, 400, 422, 422, 422, 201, 422]
    problems = [line["problem"]["type"].removeprefix("/problems/") for line in told if "problem" in line]
    assert problems == ["malformed-request", "rules-broken", "rules-broken", "consent-missing", "rules-broken"]
    assert told[6]["problem"]["errors"][0]["pointer"] == "/shoe_size"
    assert [visit["event"] for visit in recorded(shared_world, participant)] == ["week_0", "week_12"]


def test_a_dry_run_judges_every_line_and_changes_nothing(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    key, events = uuid.uuid4().hex, shared_world.auditor.get("/v1/audit?limit=200&kind=visit").json
    response = uploaded(shared_world, [*course(participant), BROKEN], "?dry_run=true", key=key)
    told = answers(response)
    assert [line["status"] for line in told] == [200, 200, 200, 400]
    assert not any(line.get("id") or line.get("version") for line in told)
    assert recorded(shared_world, participant) == []
    assert shared_world.auditor.get("/v1/audit?limit=200&kind=visit").json == events
    in_earnest = answers(uploaded(shared_world, course(participant), key=key))
    assert [line["status"] for line in in_earnest] == [201, 201, 201]


def test_a_dry_run_finds_what_only_the_database_knows(shared_world: World) -> None:
    visit = bodies.visit(bodies.enrolled(shared_world), visited_on="2024-01-01", laboratory_results=[])
    [told] = answers(uploaded(shared_world, [visit], "?dry_run=true"))
    assert told["problem"]["type"] == "/problems/consent-missing"


def test_all_or_nothing_records_nothing_when_one_line_is_refused(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first, second, third = course(participant)
    response = uploaded(shared_world, [first, second | {"mode": "by post"}, third], "?atomic=true")
    assert response.status_code == 422
    told = answers(response)
    assert [line["status"] for line in told] == [424, 422, 424]
    assert told[0]["problem"]["type"] == "/problems/another-line-refused"
    assert not any("id" in line for line in told)
    assert recorded(shared_world, participant) == []


def test_all_or_nothing_records_all_when_every_line_passes(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    response = uploaded(shared_world, course(participant), "?atomic=true")
    assert response.status_code == 200
    assert [line["status"] for line in answers(response)] == [201, 201, 201]
    assert len(recorded(shared_world, participant)) == 3


def test_all_or_nothing_is_undone_by_what_only_the_database_knows(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first, second, _ = course(participant)
    response = uploaded(
        shared_world, [first, second | {"visited_on": "2024-01-01", "laboratory_results": []}], "?atomic=true"
    )
    assert [line["status"] for line in answers(response)] == [424, 422]
    assert recorded(shared_world, participant) == []


def test_all_or_nothing_reaches_over_every_chunk(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    small = {"laboratory_results": [], "forms": {}, "event": "unscheduled"}
    days = [f"2025-{month:02d}-{day:02d}" for month in range(2, 10) for day in range(1, 28)]
    lines: list[Any] = [bodies.visit(participant, visited_on=day, **small) for day in days]
    response = uploaded(shared_world, [*lines, BROKEN], "?atomic=true")
    assert [line["status"] for line in answers(response)] == [424] * len(days) + [400]
    assert recorded(shared_world, participant) == []


def test_a_repeat_is_answered_with_the_same_visits(shared_world: World) -> None:
    participant, key = bodies.enrolled(shared_world), uuid.uuid4().hex
    first = answers(uploaded(shared_world, course(participant), key=key))
    second = answers(uploaded(shared_world, course(participant), key=key))
    assert second == first
    assert len(recorded(shared_world, participant)) == 3


def test_a_broken_upload_is_completed_by_its_repeat(shared_world: World) -> None:
    participant, key = bodies.enrolled(shared_world), uuid.uuid4().hex
    first, second, third = course(participant)
    early = answers(uploaded(shared_world, [first, second | {"mode": "by post"}], key=key))
    whole = answers(uploaded(shared_world, [first, second, third], key=key))
    assert [line["status"] for line in whole] == [201, 201, 201]
    assert whole[0] == early[0]


def test_another_line_under_the_key_of_one_that_was_recorded_is_refused(shared_world: World) -> None:
    participant, key = bodies.enrolled(shared_world), uuid.uuid4().hex
    first, second, _ = course(participant)
    uploaded(shared_world, [first], key=key)
    [told] = answers(uploaded(shared_world, [second], key=key))
    assert told["problem"]["type"] == "/problems/idempotency-key-reused"


def test_the_same_event_twice_in_one_request_is_refused(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first, _, _ = course(participant)
    told = answers(uploaded(shared_world, [first, first | {"mode": "remote"}]))
    assert [line["status"] for line in told] == [201, 409]
    assert told[1]["problem"]["existing"] == f"/v1/visits/{told[0]['id']}"


def test_growth_is_compared_with_earlier_lines(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first, second, third = course(participant)
    second["forms"]["vital_signs"] = {"height": 128.4, "weight": 27.4}
    third["forms"]["vital_signs"] = {"height": 129, "weight": 35}
    told = answers(uploaded(shared_world, [first, second, third]))
    assert [line["status"] for line in told] == [201, 422, 422]
    assert [line["problem"]["errors"][0]["code"] for line in told[1:]] == ["height_decreased", "weight_changed"]


def test_blank_lines_are_passed_over_and_still_counted(shared_world: World) -> None:
    first, second, _ = course(bodies.enrolled(shared_world))
    told = answers(uploaded(shared_world, ["", first, "   ", second, "", ""]))
    assert [(line["line"], line["status"]) for line in told] == [(2, 201), (4, 201)]


@pytest.mark.parametrize("query", ["", "?atomic=true", "?dry_run=true"])
def test_nothing_is_answered_with_nothing(shared_world: World, query: str) -> None:
    response = uploaded(shared_world, [], query)
    assert (response.status_code, response.data) == (200, b"")


def test_a_line_that_is_too_long_is_refused_and_the_others_answered(shared_world: World) -> None:
    first, second, _ = course(bodies.enrolled(shared_world))
    told = answers(uploaded(shared_world, [first, '{"event": "' + "a" * 2**19 + '"}', second]))
    assert [(line["line"], line["status"]) for line in told] == [(1, 201), (2, 413), (3, 201)]
    assert told[1]["problem"]["type"] == "/problems/body-too-large"


def test_another_sites_participant_and_none_are_refused_alike(shared_world: World) -> None:
    lines = [bodies.visit(bodies.enrolled(shared_world)), bodies.visit("0198c5a0-1111-7000-8000-000000000000")]
    told = answers(uploaded(shared_world, lines, by=shared_world.neighbour))
    assert [line["problem"]["errors"][0]["code"] for line in told] == ["no_such_participant"] * 2
    assert told[0]["problem"] == told[1]["problem"]


def test_another_media_type_is_refused(shared_world: World) -> None:
    response = uploaded(shared_world, [], content_type="application/json")
    assert response.status_code == 415
    assert response.headers["Accept"] == NDJSON


def test_a_study_that_is_not_there_has_no_visits(shared_world: World) -> None:
    assert bodies.problem(uploaded(shared_world, [], study="NOWHERE")) == "no-such-record"


def test_only_who_may_record_visits_may_record_many(shared_world: World) -> None:
    for role in ("monitor", "statistician", "auditor", "administrator", "data_manager"):
        assert uploaded(shared_world, [], by=shared_world.people[role]).status_code == 403


def test_a_key_is_needed(shared_world: World) -> None:
    first, _, _ = course(bodies.enrolled(shared_world))
    response = uploaded(shared_world, [first], key="short")
    assert bodies.problem(response) == "idempotency-key-missing"


@pytest.mark.parametrize("query", ["?dry_run=yes", "?atomic=1", "?dryrun=true", "?atomic=true&atomic=false"])
def test_an_option_that_cannot_be_is_refused(shared_world: World, query: str) -> None:
    assert uploaded(shared_world, [], query).status_code in (400, 422)


def test_lines_that_are_no_text_are_answered_too(shared_world: World) -> None:
    headers = {"Authorization": f"Bearer {shared_world.coordinator.token}", "Idempotency-Key": uuid.uuid4().hex}
    path = f"/v1/studies/{shared_world.study}/visits:bulk"
    data = b"\xff\xfe\n\x00\n" + b"[" * 50_000 + b'\nnull\n{"a": NaN}'
    response = shared_world.coordinator.client.post(path, data=data, headers=headers, content_type=NDJSON)
    assert [line["status"] for line in answers(response)] == [400, 400, 400, 422, 400]
