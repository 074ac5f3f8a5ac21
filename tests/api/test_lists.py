"""Lists: filters, pages that stay whole while records are added, and the past."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import Person, World


def listed(somebody: Person, path: str) -> list[dict[str, Any]]:
    answer = somebody.get(path)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json
    return rows


def next_of(answer: TestResponse) -> str | None:
    link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
    return link[1] if link else None


def pages(somebody: Person, path: str | None) -> list[list[str]]:
    """The ids of every page, from the first to the one without a next."""
    found = []
    while path is not None:
        answer = somebody.get(path)
        assert answer.status_code == 200, answer.text
        found.append([row["id"] for row in answer.json])
        path = next_of(answer)
    return found


def now() -> str:
    return quote(datetime.now(UTC).isoformat())


@pytest.fixture(scope="module")
def course(shared_world: World) -> dict[str, Any]:
    """One participant with five visits, one of them a draft, and one at another time."""
    participant = bodies.enrolled(shared_world)
    weeks = {"week_0": "2025-02-10", "week_4": "2025-03-10", "week_8": "2025-04-07", "week_12": "2025-05-05"}
    visits = {
        event: bodies.visited(shared_world, participant, event=event, visited_on=day, laboratory_results=[])
        for event, day in weeks.items()
    }
    draft = bodies.visited(shared_world, participant, event="week_24", status="draft", visited_on=None,
                           laboratory_results=[])  # fmt: skip
    bodies.visited(shared_world)
    return {"participant": participant, "visits": visits | {"week_24": draft}}


FILTERS = [
    ("", ["week_0", "week_4", "week_8", "week_12", "week_24"]),
    ("&status=draft", ["week_24"]),
    ("&status=complete&from_date=2025-03-10", ["week_4", "week_8", "week_12"]),
    ("&to_date=2025-03-10", ["week_0", "week_4"]),
    ("&from_date=2025-03-11&to_date=2025-05-04", ["week_8"]),
    ("&event=week_8", ["week_8"]),
    ("&event=week_104", []),
    ("&event=week_8&status=draft", []),
]


@pytest.mark.parametrize(("asked", "events"), FILTERS)
def test_visits_are_filtered(shared_world: World, course: dict[str, Any], asked: str, events: list[str]) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={course['participant']}{asked}"
    assert [visit["event"] for visit in listed(shared_world.coordinator, path)] == events


def test_a_list_shows_each_visit_as_it_is_read_alone(shared_world: World, course: dict[str, Any]) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={course['participant']}&derived=true"
    for visit in listed(shared_world.coordinator, path):
        assert visit == shared_world.coordinator.get(f"/v1/visits/{visit['id']}").json


def test_records_are_filtered_by_site_and_only_those_one_may_see_are_shown(
    shared_world: World, course: dict[str, Any]
) -> None:
    for kind in ("participants", "visits", "consents"):
        path = f"/v1/studies/{shared_world.study}/{kind}?limit=200"
        everything = {row["id"] for row in listed(shared_world.auditor, path)}
        assert {row["id"] for row in listed(shared_world.auditor, f"{path}&site_id={shared_world.site}")} == everything
        assert listed(shared_world.auditor, f"{path}&site_id={shared_world.other_site}") == []
        assert listed(shared_world.neighbour, path) == []
        assert listed(shared_world.neighbour, f"{path}&site_id={shared_world.site}") == []


def test_changed_since_gives_what_changed_at_or_after_a_moment(shared_world: World) -> None:
    first, second = (bodies.visited(shared_world) for _ in range(2))
    path = f"/v1/studies/{shared_world.study}/visits?limit=200&changed_since="
    ids = [row["id"] for row in listed(shared_world.coordinator, path + quote(second["changed_at"]))]
    assert second["id"] in ids
    assert first["id"] not in ids
    amended = shared_world.coordinator.put(f"/v1/visits/{first['id']}", first | {"mode": "remote"}, version=1).json
    ids = [row["id"] for row in listed(shared_world.coordinator, path + quote(amended["changed_at"]))]
    assert ids == [first["id"]]


LISTS = [
    "participants",
    "consents",
    "visits",
    "doses",
    "concomitant-medications",
    "adverse-events",
    "laboratory-results",
]


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_of_a_study_takes_the_filters_it_promises(shared_world: World, kind: str) -> None:
    bodies.visited(shared_world)
    asked = f"site_id={shared_world.site}&limit=1"
    if kind != "laboratory-results":
        asked += "&changed_since=2020-01-01T00:00:00Z"
    if kind != "participants":
        asked += "&participant_id=0198c5a0-1111-7000-8000-000000000000"
    answer = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/{kind}?{asked}")
    assert answer.status_code == 200, answer.text


# --- pages --------------------------------------------------------------------------------------------------------


def test_pages_are_whole_and_keep_their_filter(shared_world: World, course: dict[str, Any]) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={course['participant']}&status=complete&limit=3"
    found = pages(shared_world.coordinator, path)
    assert found == [
        [course["visits"][event]["id"] for event in ("week_0", "week_4", "week_8")],
        [course["visits"]["week_12"]["id"]],
    ]


def test_a_last_page_that_is_full_has_no_next(shared_world: World, course: dict[str, Any]) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={course['participant']}&limit=5"
    answer = shared_world.coordinator.get(path)
    assert len(answer.json) == 5
    assert "Link" not in answer.headers


def test_records_added_between_pages_neither_hide_nor_repeat_one(shared_world: World) -> None:
    before = [bodies.enrolled(shared_world) for _ in range(6)]
    path: str | None = f"/v1/studies/{shared_world.study}/participants?limit=2"
    seen, added = [], []
    while path is not None:
        answer = shared_world.coordinator.get(path)
        seen += [row["id"] for row in answer.json]
        path = next_of(answer)
        if len(added) < 3:
            added.append(bodies.enrolled(shared_world))
    assert len(seen) == len(set(seen))
    assert set(before) | set(added) <= set(seen)
    assert [one for one in seen if one in before] == before


@pytest.mark.parametrize("path", ["/v1/studies", "/v1/sites", "/v1/accounts", "/v1/tokens"])
def test_lists_of_the_registry_itself_are_paged_too(shared_world: World, path: str) -> None:
    if path == "/v1/studies":
        study = {"title": "Another", "protocol_version": "1.0", "design": "single_arm"}
        for code in ("PAGED-1", "PAGED-2"):
            assert shared_world.administrator.post(path, study | {"code": code}).status_code == 201
    whole = [row["id"] for row in listed(shared_world.administrator, path)]
    found = pages(shared_world.administrator, f"{path}?limit=1")
    assert [len(page) for page in found] == [1] * len(whole)
    assert [one for page in found for one in page] == whole


@pytest.mark.parametrize(("limit", "status"), [("1", 200), ("200", 200), ("0", 422), ("201", 422), ("-1", 422),
                                               ("ten", 422), ("", 422), ("1.0", 422), ("9999999999", 422)])  # fmt: skip
def test_a_page_has_1_to_200_entries(shared_world: World, limit: str, status: int) -> None:
    answer = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/visits?limit={limit}")
    assert answer.status_code == status
    if status == 422:
        assert list(bodies.said(answer)) == ["/limit"]


# --- cursors ------------------------------------------------------------------------------------------------------


@pytest.fixture
def cursor(shared_world: World, course: dict[str, Any]) -> str:
    answer = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/visits?limit=2")
    return parse_qs(urlsplit(next_of(answer) or "").query)["cursor"][0]


def refused(world: World, path: str, somebody: str = "coordinator") -> None:
    answer = world.people[somebody].get(path)
    assert answer.status_code == 400, answer.text
    assert bodies.problem(answer) == "cursor-not-understood"


def test_a_cursor_continues_its_list(shared_world: World, cursor: str) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?cursor={cursor}"
    assert shared_world.coordinator.get(path).status_code == 200
    assert shared_world.coordinator.get(f"{path}&limit=7").status_code == 200


def test_a_cursor_of_another_list_is_refused(shared_world: World, cursor: str) -> None:
    refused(shared_world, f"/v1/studies/{shared_world.study}/participants?cursor={cursor}")
    refused(shared_world, f"/v1/studies/{shared_world.study}/visits?status=draft&cursor={cursor}")
    refused(shared_world, f"/v1/sites?cursor={cursor}")
    refused(shared_world, f"/v1/audit?cursor={cursor}", "auditor")


def test_a_cursor_that_was_altered_is_refused(shared_world: World, cursor: str) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?cursor="
    for place in range(len(cursor)):
        altered = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        refused(shared_world, path + altered)


@pytest.mark.parametrize("made_up", ["x", "%00", "null", "!!!!", "0198c5a0-1111-7000-8000-000000000000", "é" * 20])
def test_a_cursor_that_was_made_up_is_refused(shared_world: World, made_up: str) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?cursor="
    answer = shared_world.coordinator.get(path + (made_up if made_up == "%00" else quote(made_up)))
    assert answer.status_code in (400, 422)


def test_a_cursor_signed_with_nothing_is_refused(shared_world: World) -> None:
    forged = base64.urlsafe_b64encode(bytes(16) + b"0198c5a0-1111-7000-8000-000000000000").decode().rstrip("=")
    refused(shared_world, f"/v1/studies/{shared_world.study}/visits?cursor={forged}")


# --- the past -----------------------------------------------------------------------------------------------------


def test_what_is_read_as_of_a_moment_is_what_was_read_then(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    participant = shared_world.coordinator.get(f"/v1/participants/{recorded['participant_id']}").json
    paths = {
        "visit": f"/v1/visits/{recorded['id']}",
        "visits": f"/v1/studies/{shared_world.study}/visits?participant_id={recorded['participant_id']}",
        "participant": f"/v1/participants/{participant['id']}",
        "participants": f"/v1/studies/{shared_world.study}/participants?limit=200",
    }
    moment = now()
    then = {name: shared_world.coordinator.get(path).json for name, path in paths.items()}
    changed = recorded | {"forms": {"vital_signs": {"height": 120}}, "laboratory_results": [], "mode": "remote"}
    assert shared_world.coordinator.put(paths["visit"], changed, version=1).status_code == 200
    moved = participant | {"disease_course": "chronic", "indications": []}
    assert shared_world.coordinator.put(paths["participant"], moved, version=1).status_code == 200
    bodies.visited(shared_world, recorded["participant_id"], event="week_52", visited_on="2025-03-01")
    bodies.enrolled(shared_world)
    for name, path in paths.items():
        asked = f"{path}{'&' if '?' in path else '?'}as_of={moment}"
        assert shared_world.coordinator.get(asked).json == then[name], name
        assert shared_world.coordinator.get(path).json != then[name], name


def test_filters_of_the_past_are_about_the_past(shared_world: World) -> None:
    recorded = bodies.visited(shared_world, status="draft")
    moment = now()
    shared_world.coordinator.put(f"/v1/visits/{recorded['id']}", recorded | {"status": "complete"}, version=1)
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={recorded['participant_id']}&status=draft"
    assert listed(shared_world.coordinator, path) == []
    assert listed(shared_world.coordinator, f"{path}&as_of={moment}") == [recorded | {"derived": None}]


def test_the_past_is_paged_too(shared_world: World, course: dict[str, Any]) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={course['participant']}&as_of={now()}"
    whole = [row["id"] for row in listed(shared_world.coordinator, path)]
    assert [one for page in pages(shared_world.coordinator, f"{path}&limit=2") for one in page] == whole


def test_before_its_creation_a_record_is_not_there(shared_world: World) -> None:
    moment = now()
    recorded = bodies.visited(shared_world)
    assert shared_world.coordinator.get(f"/v1/visits/{recorded['id']}?as_of={moment}").status_code == 404
    path = f"/v1/studies/{shared_world.study}/visits?participant_id={recorded['participant_id']}&as_of={moment}"
    assert listed(shared_world.coordinator, path) == []


def test_the_past_of_another_site_is_hidden(shared_world: World, course: dict[str, Any]) -> None:
    path = f"/v1/studies/{shared_world.study}/visits?as_of={now()}"
    assert listed(shared_world.neighbour, path) == []


def test_the_future_cannot_be_read(shared_world: World, course: dict[str, Any]) -> None:
    soon = quote((datetime.now(UTC) + timedelta(minutes=1)).isoformat())
    visit = course["visits"]["week_0"]["id"]
    for path in (f"/v1/visits/{visit}", f"/v1/studies/{shared_world.study}/visits"):
        answer = shared_world.coordinator.get(f"{path}?as_of={soon}")
        assert answer.status_code == 422
        assert bodies.problem(answer) == "moment-in-the-future"
    for moment in ("yesterday", "2025-01-01", "2025-01-01T00:00:00"):
        answer = shared_world.coordinator.get(f"/v1/visits/{visit}?as_of={moment}")
        assert bodies.said(answer) == {"/as_of": "wrong_type"}
