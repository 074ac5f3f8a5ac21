"""Queries in bulk over HTTP: a filter, tried first; one query a record; nothing but declared fields reaches the statement."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.api import data_query_batches
from tests import bodies
from tests.conftest import World

WEIGHT = "/forms/vital_signs/weight"
HOSTILE = (
    "/forms/vital_signs/weight; drop table visit",
    '/forms/vital_signs/weight" is null or true --',
    "/forms/visit where true; --/weight",
    "/forms/account/name",
    "/forms/vital_signs/voided",
    "/participant_id",
    "/site_id",
    "/forms",
    "/laboratory_results",
    "/laboratory_results/0/value",
    "/forms/vital_signs/weight/",
    "//weight",
    "/",
)


def bulk(world: World, *, who: str = "data_manager", dry_run: bool = False, key: str | None = None,
         text: str = "Please complete it.", **asked: Any) -> TestResponse:  # fmt: skip
    sent = {"filter": {"record_kind": "visit", "field": WEIGHT} | asked, "text": text, "dry_run": dry_run}
    return world.people[who].post(f"/v1/studies/{world.study}/queries:bulk", sent, key=key)


def found(world: World, **asked: Any) -> list[str]:
    """The records that a dry run names."""
    answer = bulk(world, dry_run=True, **asked)
    assert answer.status_code == 200, answer.text
    assert answer.json["count"] == len(answer.json["records"])
    return [row["record_id"] for row in answer.json["records"]]


def visit_with(world: World, participant: str, signs: dict[str, Any] | None, **changes: Any) -> str:
    forms = {} if signs is None else {"vital_signs": signs}
    visit_id: str = bodies.visited(world, participant, forms=forms, **changes)["id"]
    return visit_id


def queries(world: World, **asked: str) -> list[dict[str, Any]]:
    said = "&".join(f"{name}={value}" for name, value in asked.items())
    rows: list[dict[str, Any]] = world.data_manager.get(f"/v1/studies/{world.study}/queries?{said}").json
    return rows


def test_a_filter_is_tried_then_opens_one_query_a_record_and_none_twice(shared_world: World) -> None:
    world, participant = shared_world, bodies.enrolled(shared_world)
    lacking = visit_with(world, participant, {"height": 128})
    without = visit_with(world, participant, None, event="week_4", visited_on="2025-03-10")
    visit_with(world, participant, {"weight": 27.4}, event="week_12", visited_on="2025-05-05")
    visit_with(world, participant, {"missing": {"weight": "refused"}}, event="week_24", visited_on="2025-07-28")
    asked = {"participant_id": participant, "missing": True}
    assert found(world, **asked) == [lacking, without]
    assert queries(world, participant_id=participant) == []
    done = bulk(world, **asked)
    assert (done.status_code, done.json["dry_run"], done.json["count"]) == (200, False, 2)
    opened = queries(world, participant_id=participant)
    assert [(row["record_id"], row["origin"], row["field"], row["status"]) for row in opened] == [
        (one, "bulk", WEIGHT, "open") for one in (lacking, without)
    ]
    assert {row["batch_id"] for row in opened} == {done.json["batch_id"]}
    assert [row["query_id"] for row in done.json["records"]] == [row["id"] for row in opened]
    assert found(world, **asked) == []
    again = bulk(world, **asked)
    assert (again.json["count"], again.json["batch_id"]) == (0, None)


def test_a_query_that_was_closed_is_no_obstacle(shared_world: World) -> None:
    world, participant = shared_world, bodies.enrolled(shared_world)
    visit = visit_with(world, participant, {"height": 128})
    done = bulk(world, participant_id=participant, missing=True).json["records"][0]
    path = f"/v1/queries/{done['query_id']}"
    world.coordinator.post(f"{path}/answers", {"text": "Not done"})
    assert found(world, participant_id=participant, missing=True) == []
    world.data_manager.post(f"{path}/closures", {})
    assert found(world, participant_id=participant, missing=True) == [visit]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"below": 20}, [0]), ({"above": 20}, [1, 2]), ({"above": 20, "below": 40}, [1]), ({"equals": 27.4}, [1]),
        ({"below": 60, "event": "week_12"}, [2]), ({"above": 10, "from_date": "2025-02-11"}, [1, 2]),
        ({"above": 10, "to_date": "2025-03-10"}, [0, 1]),
    ],
)  # fmt: skip
def test_values_are_compared(shared_world: World, bounds: dict[str, Any], expected: list[int]) -> None:
    participant = bodies.enrolled(shared_world)
    days = {"week_0": "2025-02-10", "week_4": "2025-03-10", "week_12": "2025-05-05"}
    confirmed = {"confirmations": [{"rule": "weight_changed", "comment": "Weighed twice"}]}
    visits = [
        visit_with(shared_world, participant, {"weight": weight}, event=event, visited_on=days[event],
                   **({} if event == "week_0" else confirmed))
        for event, weight in (("week_0", 15), ("week_4", 27.4), ("week_12", 52))
    ]  # fmt: skip
    for asked in queries(shared_world, participant_id=participant):  # by the soft check that was confirmed
        shared_world.monitor.post(f"/v1/queries/{asked['id']}/closures", {})
    assert found(shared_world, participant_id=participant, **bounds) == [visits[one] for one in expected]


def test_results_of_an_analyte_are_found_by_value_and_where_they_lack(shared_world: World) -> None:
    world, participant = shared_world, bodies.enrolled(shared_world)
    high = bodies.visited(world, participant)["id"]
    none = bodies.visited(world, participant, event="week_4", visited_on="2025-03-10", laboratory_results=[])["id"]
    asked = {"participant_id": participant, "field": "/laboratory_results", "analyte": "CK"}
    assert found(world, above=800, **asked) == [high]
    assert found(world, above=900, **asked) == []
    assert found(world, missing=True, **asked) == [none]
    row = bulk(world, above=800, **asked).json["records"][0]
    assert row["field"] == "/laboratory_results/0/value"
    assert bulk(world, missing=True, **asked).json["records"][0]["field"] == "/laboratory_results"
    assert found(world, missing=True, **asked) == []
    assert found(world, text="And the ALT?", missing=True, **(asked | {"analyte": "ALT"})) == [high, none]


def test_other_kinds_of_record_are_found_by_their_own_fields(shared_world: World) -> None:
    world, participant = shared_world, bodies.enrolled(shared_world, indications=[])
    base = f"/v1/studies/{world.study}"
    dose = world.coordinator.post(f"{base}/doses", bodies.dose(participant)).json["id"]
    event = world.coordinator.post(f"{base}/adverse-events", bodies.adverse_event(participant)).json["id"]
    of = {"participant_id": participant}
    assert found(world, record_kind="dose", field="/adherence", missing=True, from_date="2025-02-10", **of) == [dose]
    assert found(world, record_kind="dose", field="/started_on", above="2025-02-09", **of) == [dose]
    assert found(world, record_kind="adverse_event", field="/grade", above=1, **of) == [event]
    assert found(world, record_kind="adverse_event", field="/serious", equals=False, **of) == [event]
    assert found(world, record_kind="adverse_event", field="/outcome", equals="fatal", **of) == []
    assert found(world, record_kind="participant", field="/indications", missing=True, **of) == [participant]
    assert found(world, field="/forms/damage", missing=True, **of) == []


def test_the_whole_form_may_be_what_is_missing(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    visit = visit_with(shared_world, participant, None)
    visit_with(shared_world, participant, {"weight": 27}, event="week_4", visited_on="2025-03-10")
    assert found(shared_world, participant_id=participant, field="/forms/vital_signs", missing=True) == [visit]


@pytest.mark.parametrize("field", HOSTILE)
def test_a_field_that_is_not_declared_never_reaches_the_database(shared_world: World, field: str) -> None:
    refused = bulk(shared_world, field=field, missing=True)
    assert bodies.said(refused) == {"/filter/field": "no_such_field"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, {"/filter/missing": "one_of"}),
        ({"missing": True, "above": 3}, {"/filter/missing": "one_of"}),
        ({"above": "3; drop table visit"}, {"/filter/above": "wrong_type"}),
        ({"above": 1000}, {"/filter/above": "out_of_range"}),
        ({"above": [1]}, {"/filter/above": "wrong_type"}),
        ({"field": "/mode", "above": "in_person"}, {"/filter/above": "not_ordered"}),
        ({"field": "/mode", "equals": "by_post"}, {"/filter/equals": "not_in_list"}),
        ({"field": "/confirmations", "equals": "x"}, {"/filter/field": "not_compared"}),
        ({"record_kind": "adverse_event", "field": "/term", "equals": "x"}, {"/filter/field": "not_compared"}),
        ({"record_kind": "dose", "field": "/adherence", "missing": True, "event": "week_0"}, {"/filter/event": "not_of_this_kind"}),
        ({"record_kind": "participant", "field": "/indications", "missing": True, "to_date": "2025-01-01"},
         {"/filter/to_date": "not_of_this_kind"}),
        ({"analyte": "CK", "missing": True}, {"/filter/analyte": "not_of_this_kind"}),
        ({"missing": True, "where": "true"}, {"/filter/where": "unknown_field"}),
        ({"record_kind": "account", "missing": True}, {"/filter/record_kind": "not_in_list"}),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_asked_is_refused(
    shared_world: World, asked: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(bulk(shared_world, **asked)) == said


def test_more_than_the_limit_is_refused_and_nothing_is_opened(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    participant = bodies.enrolled(shared_world)
    for event in ("week_0", "week_4"):
        visit_with(shared_world, participant, None, event=event)
    monkeypatch.setattr(data_query_batches, "MOST_QUERIES", 1)
    assert bodies.said(bulk(shared_world, participant_id=participant, missing=True)) == {"/filter": "too_many"}
    assert queries(shared_world, participant_id=participant) == []


def test_a_repeat_is_answered_again_and_two_at_once_open_each_query_once(shared_world: World) -> None:
    world, participant = shared_world, bodies.enrolled(shared_world)
    visit_with(world, participant, {"height": 128})
    first, again = (bulk(world, participant_id=participant, missing=True, key="bulk-of-a-script") for _ in range(2))
    assert again.json == first.json
    manager = world.data_manager

    def opening(_: int) -> int:
        world.people[f"manager {_}"] = replace(manager, client=world.app.test_client())
        asked = {"participant_id": participant, "field": "/forms/vital_signs/temperature", "missing": True}
        count: int = bulk(world, who=f"manager {_}", **asked).json["count"]
        return count

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(opening, range(3))) == [0, 0, 1]


def test_a_run_that_found_nothing_opens_nothing_when_it_is_repeated(shared_world: World) -> None:
    world, participant = shared_world, bodies.enrolled(shared_world)
    first = bulk(world, participant_id=participant, missing=True, key="bulk-of-nothing")
    tried = bulk(world, participant_id=participant, missing=True, key="bulk-of-a-trial", dry_run=True)
    assert (first.status_code, first.json["count"], tried.json["count"]) == (200, 0, 0)
    visit = visit_with(world, participant, None)
    again = bulk(world, participant_id=participant, missing=True, key="bulk-of-nothing")
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    assert queries(world, participant_id=participant) == []
    assert found(world, participant_id=participant, missing=True) == [visit]
    assert bulk(world, participant_id=participant, missing=True, key="bulk-of-a-trial", dry_run=True).json["count"] == 1


@pytest.mark.requirement("P1")
def test_a_monitor_finds_the_records_of_the_own_site_only(shared_world: World) -> None:
    world, neighbour = shared_world, shared_world.people["neighbour"]
    there = neighbour.post(f"/v1/studies/{world.study}/participants", bodies.participant(world.other_site)).json["id"]
    asked = {"record_kind": "participant", "field": "/strength_measure", "missing": True, "participant_id": there}
    assert bulk(world, who="monitor", dry_run=True, **asked).json["count"] == 0
    assert found(world, **asked) == [there]
    assert bulk(world, who="coordinator", **asked).status_code == 403
