"""Queries over HTTP: opened, answered in words and by amendment, closed, asked again, counted by age."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World

WEIGHT = "/forms/vital_signs/weight"


def body(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    usual = {
        "record_kind": "visit",
        "record_id": record["id"],
        "record_version": record["version"],
        "field": WEIGHT,
        "text": "Please check the weight against the source.",
    }
    return usual | changes


def opening(world: World, record: dict[str, Any] | None = None, who: str = "monitor", **changes: Any) -> TestResponse:
    sent = body(record or bodies.visited(world), **changes)
    return world.people[who].post(f"/v1/studies/{world.study}/queries", sent)


def opened(world: World, record: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    answer = opening(world, record, **changes)
    assert answer.status_code == 201, answer.text
    query: dict[str, Any] = answer.json
    return query


def said(world: World, who: str, query: dict[str, Any], path: str, **words: Any) -> TestResponse:
    return world.people[who].post(f"/v1/queries/{query['id']}/{path}", words)


def read(world: World, query: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = world.coordinator.get(f"/v1/queries/{query['id']}").json
    return found


@pytest.fixture(scope="module")
def visit(shared_world: World) -> dict[str, Any]:
    """A visit for tests that change nothing of it."""
    return bodies.visited(shared_world)


@pytest.mark.requirement("P5", "A10")
def test_a_query_is_answered_in_words_closed_and_its_thread_tells_who_said_what(shared_world: World) -> None:
    world = shared_world
    query = opened(world)
    assert (query["status"], query["origin"], query["opened_by"], query["age_days"]) == (
        "open",
        "monitor",
        "The monitor",
        0,
    )
    answered = said(world, "coordinator", query, "answers", text="The scale was right: 27.4 kg.")
    assert (answered.status_code, answered.json["status"]) == (201, "answered"), answered.text
    assert said(world, "data_manager", query, "closures").json["status"] == "closed"
    closed = read(world, query)
    assert [(one["act"], one["by_name"], one["by_role"], one["text"]) for one in closed["thread"]] == [
        ("answer", "The coordinator", "coordinator", "The scale was right: 27.4 kg."),
        ("close", "The data_manager", "data_manager", None),
    ]
    assert (closed["status"], closed["messages"], closed["version"]) == ("closed", 2, 3)
    history = world.monitor.get(f"/v1/queries/{query['id']}/history").json
    assert [event["reason"] for event in history] == [None, "A query was answered", "A query was closed"]


def test_an_amendment_answers_a_query_which_stays_about_the_version_it_was_opened_on(shared_world: World) -> None:
    world = shared_world
    visit = bodies.visited(world)
    query = opened(world, visit)
    assert bodies.said(said(world, "coordinator", query, "answers", amended=True)) == {"/amended": "not_amended"}
    visit["forms"]["vital_signs"]["weight"] = 27.9
    assert world.coordinator.put(f"/v1/visits/{visit['id']}", visit, version=1).status_code == 200
    assert said(world, "coordinator", query, "answers", amended=True).json["answered_version"] == 2
    assert said(world, "monitor", query, "closures", text="Thank you").status_code == 201
    visit["forms"]["vital_signs"]["weight"] = 28.1
    assert world.coordinator.put(f"/v1/visits/{visit['id']}", visit, version=2).status_code == 200
    assert read(world, query)["record_version"] == 1
    assert said(world, "monitor", query, "reopenings", text="And the height?").json["status"] == "open"
    assert said(world, "coordinator", query, "answers", amended=True).json["answered_version"] == 3
    assert said(world, "monitor", query, "reopenings", text="Again?").json["status"] == "open"
    assert bodies.said(said(world, "coordinator", query, "answers", amended=True)) == {"/amended": "not_amended"}


@pytest.mark.requirement("P5")
@pytest.mark.parametrize(
    ("before", "act", "who", "state", "allowed"),
    [
        ([], "closures", "monitor", "open", ["answer", "withdraw"]),
        ([], "reopenings", "monitor", "open", ["answer", "withdraw"]),
        (["answers"], "answers", "coordinator", "answered", ["close", "reopen"]),
        (["answers"], "withdrawals", "monitor", "answered", ["close", "reopen"]),
        (["answers", "closures"], "closures", "monitor", "closed", ["reopen"]),
        (["withdrawals"], "answers", "coordinator", "closed", ["reopen"]),
    ],
)
def test_what_a_state_does_not_allow_is_refused_with_what_it_does(
    shared_world: World, visit: dict[str, Any], before: list[str], act: str, who: str, state: str, allowed: list[str]
) -> None:
    query = opened(shared_world, visit)
    for step in before:
        somebody = "coordinator" if step == "answers" else "monitor"
        assert said(shared_world, somebody, query, step, text="As told").status_code == 201
    refused = said(shared_world, who, query, act, text="As told")
    assert (refused.status_code, bodies.problem(refused)) == (409, "transition-not-allowed")
    assert (refused.json["state"], refused.json["allowed"]) == (state, allowed)
    assert len(read(shared_world, query)["thread"]) == len(before)


def test_only_who_opened_a_query_withdraws_it(shared_world: World) -> None:
    query = opened(shared_world)
    assert bodies.problem(said(shared_world, "data_manager", query, "withdrawals", text="Mine?")) == "opened-by-another"
    assert said(shared_world, "monitor", query, "withdrawals", text="Asked in error").json["status"] == "closed"


def test_a_comment_is_added_in_any_state_and_makes_a_new_version(shared_world: World) -> None:
    query = opened(shared_world)
    assert said(shared_world, "coordinator", query, "comments", text="We look it up.").json["status"] == "open"
    said(shared_world, "coordinator", query, "answers", text="Found.")
    said(shared_world, "monitor", query, "closures")
    assert said(shared_world, "monitor", query, "comments", text="For the file.").json["status"] == "closed"
    assert read(shared_world, query)["version"] == 5


def test_two_answers_at_once_make_one(shared_world: World) -> None:
    query = opened(shared_world)

    def answering(_: int) -> int:
        person = replace(shared_world.coordinator, client=shared_world.app.test_client())
        return person.post(f"/v1/queries/{query['id']}/answers", {"text": "Right."}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(answering, range(4)))
    assert statuses == [201, 409, 409, 409]
    assert [one["act"] for one in read(shared_world, query)["thread"]] == ["answer"]


def test_a_repeated_request_is_answered_again_and_does_nothing(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    path = f"/v1/studies/{shared_world.study}/queries"
    first, again = (shared_world.monitor.post(path, body(visit), key="query-of-a-script") for _ in range(2))
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    answers = f"/v1/queries/{first.json['id']}/answers"
    told = [shared_world.coordinator.post(answers, {"text": "Yes"}, key="answer-of-a-script") for _ in range(2)]
    assert [one.status_code for one in told] == [201, 201]
    assert told[0].json == told[1].json


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"field": "/forms/vital_signs/wait"}, {"/field": "no_such_field"}),
        ({"field": "weight"}, {"/field": "no_such_field"}),
        ({"field": "/forms/vital_signs/weight/0"}, {"/field": "no_such_field"}),
        ({"field": "/laboratory_results/-/value"}, {"/field": "no_such_field"}),
        ({"field": "/derived/0"}, {"/field": "no_such_field"}),
        ({"field": "/weight') or true; drop table visit; --"}, {"/field": "no_such_field"}),
        ({"record_kind": "consent"}, {"/field": "no_such_field"}),
        ({"record_kind": "account"}, {"/record_kind": "not_in_list"}),
        ({"record_kind": "dose", "field": "/mg_per_intake"}, {"/record_id": "no_such_record"}),
        ({"record_version": 2}, {"/record_version": "no_such_version"}),
        ({"record_version": 0}, {"/record_version": "out_of_range"}),
        ({"text": " "}, {"/text": "wrong_length"}),
        ({"text": "x" * 2001}, {"/text": "wrong_length"}),
        ({"status": "closed"}, {}),
    ],
)
def test_a_query_is_about_a_field_of_a_version_that_there_is(
    shared_world: World, visit: dict[str, Any], changes: dict[str, Any], refused: dict[str, str]
) -> None:
    answer = opening(shared_world, visit, **changes)
    if refused:
        assert bodies.said(answer) == refused
    else:
        assert answer.json["status"] == "open"  # what the registry sets is taken from nobody


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("participants", "/diagnosed_on"),
        ("doses", "/mg_per_intake"),
        ("concomitant-medications", "/dose"),
        ("adverse-events", "/causality/0/causality"),
        ("consents", "/given_on"),
    ],
)
def test_every_kind_of_record_can_be_asked_about(shared_world: World, kind: str, field: str) -> None:
    participant = bodies.enrolled(shared_world)
    if kind in ("participants", "consents"):
        found = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/{kind}?limit=200").json
        record = next(row for row in found if participant in (row["id"], row.get("participant_id")))
    else:
        make = getattr(bodies, kind.replace("-", "_")[:-1])
        record = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/{kind}", make(participant)).json
    table = kind.replace("-", "_")[:-1]
    query = opened(shared_world, record, record_kind=table, field=field)
    assert (query["participant_id"], query["site_id"]) == (participant, shared_world.site)


def test_an_answer_says_something_and_hostile_words_are_kept_as_they_are(shared_world: World) -> None:
    query = opened(shared_world, text="Robert'); drop table data_query; -- <script>alert(1)</script> %s {0}")
    assert bodies.said(said(shared_world, "coordinator", query, "answers")) == {"/text": "required"}
    assert bodies.said(said(shared_world, "coordinator", query, "answers", amended=False)) == {"/text": "required"}
    assert bodies.said(said(shared_world, "coordinator", query, "answers", text="a\x00b")) == {"/text": "unprintable"}
    assert said(shared_world, "coordinator", query, "answers", text='\'; --\n"é"').status_code == 201
    assert read(shared_world, query)["thread"][0]["text"] == '\'; --\n"é"'


@pytest.mark.requirement("P1")
def test_another_sites_queries_are_not_there(shared_world: World) -> None:
    world, neighbour = shared_world, shared_world.people["neighbour"]
    query = opened(world)
    assert neighbour.get(f"/v1/queries/{query['id']}").status_code == 404
    assert said(world, "neighbour", query, "answers", text="Ours?").status_code == 404
    assert neighbour.get(f"/v1/studies/{world.study}/queries").json == []
    there = neighbour.post(f"/v1/studies/{world.study}/participants", bodies.participant(world.other_site)).json
    asked = opening(world, there, record_kind="participant", field="/sex_at_birth")
    assert bodies.said(asked) == {"/record_id": "no_such_record"}
    assert opening(world, there, "data_manager", record_kind="participant", field="/sex_at_birth").status_code == 201
    assert said(world, "monitor", query, "answers", text="I am not the site").status_code == 403


def test_the_work_list_is_filtered_and_oldest_first(shared_world: World) -> None:
    world = shared_world
    visit = bodies.visited(world)
    first, second = opened(world, visit), opened(world, visit, field="/mode")
    said(world, "coordinator", second, "answers", text="In person.")
    path = f"/v1/studies/{world.study}/queries?record_id={visit['id']}"

    def found(more: str) -> list[str]:
        return [row["id"] for row in world.coordinator.get(path + more).json]

    assert found("") == [first["id"], second["id"]]
    assert found("&status=open") == [first["id"]]
    assert found("&field=/mode&origin=monitor") == [second["id"]]
    assert found(f"&participant_id={visit['participant_id']}&site_id={world.site}&record_kind=visit") == found("")
    assert found("&origin=bulk") == []
    page = world.coordinator.get(f"{path}&limit=1")
    assert 'rel="next"' in page.headers["Link"]


def backdated(world: World, query: dict[str, Any], days: int) -> None:
    """Move the opening of a query into the past, which no route can."""
    with psycopg.connect(world.installation.admin_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update data_query set recorded_at = now() - make_interval(days => %s) where id = %s", [days, query["id"]]
        )


def test_queries_are_counted_by_site_status_and_age(world: World) -> None:
    visit = bodies.visited(world)
    fields = ("/mode", "/visited_on", "/event", WEIGHT, "/forms/vital_signs/height")
    queries = [opened(world, visit, field=field) for field in fields]
    for query, days in zip(queries, (7, 8, 28, 56, 57), strict=True):
        backdated(world, query, days)
    said(world, "coordinator", queries[4], "answers", text="Yes")
    counted = world.coordinator.get(f"/v1/studies/{world.study}/query-counts").json
    assert [(row["status"], row["age_band"], row["count"]) for row in counted] == [
        ("answered", "over_56", 1), ("open", "0-7", 1), ("open", "8-14", 1), ("open", "15-28", 1), ("open", "29-56", 1),
    ]  # fmt: skip
    assert {row["site_id"] for row in counted} == {world.site}
    assert read(world, queries[2])["age_days"] == 28
    assert world.people["neighbour"].get(f"/v1/studies/{world.study}/query-counts").json == []
    elsewhere = f"/v1/studies/{world.study}/query-counts?site_id={world.other_site}"
    assert world.data_manager.get(elsewhere).json == []


def test_the_database_lets_no_query_change_what_it_is_about(shared_world: World) -> None:
    query = opened(shared_world)
    changed = "update data_query set version = version + 1, record_version = 2 where id = %s"
    with connected(shared_world) as connection, pytest.raises(psycopg.errors.CheckViolation) as refused:
        connection.execute(changed, [query["id"]])
    assert refused.value.diag.constraint_name == "data_query_keeps_its_subject"


def connected(world: World) -> Connection[Any]:
    return psycopg.connect(world.installation.admin_url)
