"""The schedule over HTTP: the coordinator's work list, windows by the day, completeness, and what moves it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from registry.domain.schedule import SCHEDULE_STATUSES
from tests import bodies
from tests.api.expecting import ago, begun, expecting, planned, schedule_of, today
from tests.conftest import Person, World


@pytest.fixture(scope="module")
def study(shared_world: World) -> World:
    """A study with visits at weeks 0, 4 and 12 that the tests of this file share."""
    return expecting(shared_world)


def listed(person: Person, query: str) -> list[dict[str, Any]]:
    answer = person.get(f"/v1/schedule?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json
    return found


# --- how a visit stands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "week_4", "week_12"),
    [
        (20, ("upcoming", 1), ("upcoming", 57)),
        (21, ("due", 14), ("upcoming", 56)),
        (35, ("due", 0), ("upcoming", 42)),
        (36, ("overdue", 1), ("upcoming", 41)),
        (76, ("overdue", 41), ("upcoming", 1)),
        (77, ("missed", 42), ("due", 14)),
        (92, ("missed", 57), ("overdue", 1)),
        (119, ("missed", 84), ("overdue", 28)),
        (120, ("missed", 85), ("missed", 29)),
    ],
)
def test_a_visit_stands_by_the_days_since_the_baseline(
    study: World, days: int, week_4: tuple[str, int], week_12: tuple[str, int]
) -> None:
    found = schedule_of(study, begun(study, days))
    assert found["week_0"]["status"] == "done"
    assert (found["week_4"]["status"], found["week_4"]["days"]) == week_4
    assert (found["week_12"]["status"], found["week_12"]["days"]) == week_12


def test_an_expected_visit_tells_window_version_and_record(study: World) -> None:
    participant = begun(study, 30)
    found = schedule_of(study, participant)
    row = found["week_4"]
    dates = {name: row[name] for name in ("target_on", "opens_on", "closes_on", "next_opens_on", "missed_from")}
    assert dates == {
        "target_on": ago(2), "opens_on": ago(9), "closes_on": ago(-5), "next_opens_on": ago(-47), "missed_from": ago(-47),
    }  # fmt: skip
    assert row["participant_id"] == participant
    assert row["participant_code"] == study.coordinator.get(f"/v1/participants/{participant}").json["code"]
    assert [row["visit_id"], row["visit_status"], row["skipped_visit_id"]] == [None, None, None]
    assert found["week_12"]["next_opens_on"] is None
    baseline = found["week_0"]
    assert (baseline["visit_version"], baseline["visit_status"], baseline["days"]) == (1, "complete", None)
    version = study.coordinator.get(f"/v1/visits/{baseline['visit_id']}").json["protocol_version_id"]
    assert row["protocol_version_id"] == version


@pytest.mark.parametrize(
    ("days", "status", "out"),
    [(20, "done_out_of_window", 1), (21, "done", None), (35, "done", None), (36, "done_out_of_window", 1)],
)
def test_a_visit_is_done_in_its_window_or_out_of_it(study: World, days: int, status: str, out: int | None) -> None:
    participant = begun(study, 60)
    bodies.visited(study, participant, event="week_4", visited_on=ago(60 - days), laboratory_results=[])
    row = schedule_of(study, participant)["week_4"]
    assert (row["status"], row["days"]) == (status, out)


def test_a_draft_is_named_and_is_not_done(study: World) -> None:
    participant = begun(study, 30)
    draft = bodies.visited(study, participant, event="week_4", status="draft", visited_on=None, laboratory_results=[])
    row = schedule_of(study, participant)["week_4"]
    assert (row["status"], row["visit_id"], row["visit_status"]) == ("due", draft["id"], "draft")


def test_the_day_is_that_of_the_site(shared_world: World) -> None:
    study = expecting(shared_world, [planned("week_0", 0, 0), planned("week_4", 28, 0)])
    places = {"KIR": "Pacific/Kiritimati", "PPG": "Pacific/Pago_Pago"}  # never on the same day
    found = {}
    baseline = today("Pacific/Kiritimati") - timedelta(days=28)
    for code, zone in places.items():
        site = study.administrator.post("/v1/sites", {"code": code, "country": "KI", "time_zone": zone}).json["id"]
        grants = [{"role": "coordinator", "site_id": site}]
        account = {"name": code, "organisation": "Tests", "grants": grants}
        account_id = study.administrator.post("/v1/accounts", account).json["id"]
        token = {"account_id": account_id, "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
        local = Person(study.app.test_client(), study.administrator.post("/v1/tokens", token).json["token"])
        there = type(study)(study.app, study.installation, study.study, site, site, {"coordinator": local})
        participant = bodies.enrolled(there)
        bodies.visited(there, participant, visited_on=baseline.isoformat(), laboratory_results=[])
        found[code] = schedule_of(there, participant)["week_4"]
    assert (found["KIR"]["status"], found["PPG"]["status"]) == ("due", "upcoming")
    assert found["KIR"]["target_on"] == found["PPG"]["target_on"]


# --- completeness -------------------------------------------------------------------------------------------------


def test_what_the_protocol_asks_for_and_the_record_lacks_is_named(study: World) -> None:
    participant = begun(study, 30, forms={"vital_signs": {"weight": 27.4}})
    row = schedule_of(study, participant)["week_0"]
    assert (row["missing_forms"], row["missing_analytes"]) == (["damage"], ["CK", "ALT"])


def test_what_is_missing_with_a_reason_is_there(study: World) -> None:
    participant = bodies.enrolled(study)
    forms = {"vital_signs": {"missing": {"weight": "refused"}}, "damage": {"missing": {"mdi_extent_total": "not_done"}}}
    results = [{"analyte": "CK", "missing_reason": "refused"}, {"analyte": "ALT", "value": 20, "unit": "U/L"}]
    bodies.visited(study, participant, visited_on=ago(30), forms=forms, laboratory_results=results)
    row = schedule_of(study, participant)["week_0"]
    assert (row["missing_forms"], row["missing_analytes"]) == ([], [])


def test_a_form_without_a_value_or_a_reason_is_lacking(study: World) -> None:
    forms = {"vital_signs": {}, "damage": {"missing": {}}}
    participant = begun(study, 30, forms=forms)
    assert schedule_of(study, participant)["week_0"]["missing_forms"] == ["vital_signs", "damage"]
    found = listed(study.coordinator, f"participant_id={participant}&incomplete=true")
    assert [row["event"] for row in found] == ["week_0"]


def test_a_form_that_was_taken_back_is_lacking_again(study: World) -> None:
    forms = {"vital_signs": {"weight": 27.4}, "damage": {"mdi_extent_total": 2, "mdi_extent_maximum": 38}}
    participant = begun(study, 30, forms=forms)
    visit = study.coordinator.get(f"/v1/visits/{schedule_of(study, participant)['week_0']['visit_id']}").json
    sent = visit | {"forms": {"vital_signs": {"weight": 27.4}}, "derived": None}
    assert study.coordinator.put(f"/v1/visits/{visit['id']}", sent, version=1).status_code == 200
    assert schedule_of(study, participant)["week_0"]["missing_forms"] == ["damage"]


# --- the work list ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clinic(shared_world: World) -> tuple[World, dict[int, str]]:
    """A study with participants whose baselines were so many days ago."""
    study = expecting(shared_world)
    return study, {days: begun(study, days) for days in (1, 14, 28, 50, 80, 200)}


Clinic = tuple[World, dict[int, str]]


def test_the_work_list_is_due_overdue_and_soon_upcoming_in_the_order_of_target_days(clinic: Clinic) -> None:
    study, people = clinic
    found = listed(study.coordinator, f"study={study.study}")
    assert [(row["participant_id"], row["event"], row["status"]) for row in found] == [
        (people[50], "week_4", "overdue"),
        (people[28], "week_4", "due"),
        (people[80], "week_12", "due"),
        (people[14], "week_4", "upcoming"),
        (people[1], "week_4", "upcoming"),
        (people[50], "week_12", "upcoming"),
    ]
    everywhere = listed(study.coordinator, "limit=200")
    assert {row["id"] for row in found} < {row["id"] for row in everywhere}
    assert {row["status"] for row in everywhere} <= {"due", "overdue", "upcoming"}


def test_pages_follow_each_other_without_gap_or_double(clinic: Clinic) -> None:
    study, _ = clinic
    query = f"study={study.study}&from_date=2025-01-01"
    whole = listed(study.coordinator, query)
    path, found = f"/v1/schedule?{query}&limit=4", []
    while path:
        answer = study.coordinator.get(path)
        found += answer.json
        path = answer.headers["Link"].split(">")[0].strip("<") if "Link" in answer.headers else ""
    assert len(whole) == 18
    assert found == whole
    assert [row["target_on"] for row in whole] == sorted(row["target_on"] for row in whole)


def test_the_schedule_is_filtered_by_what_is_asked(clinic: Clinic) -> None:
    study, people = clinic
    of_study = f"study={study.study}"

    def count(query: str) -> int:
        return len(listed(study.coordinator, f"{of_study}&{query}"))

    assert count("status=missed") == 3
    assert count("status=done") == 6
    assert count("status=upcoming") == 6
    assert count("event=week_12") == 2
    assert count("event=week_12&status=upcoming") == 4
    assert count(f"participant_id={people[28]}") == 1
    assert count(f"participant_id={people[28]}&from_date=2025-01-01") == 3
    assert count(f"from_date={ago(0)}&to_date={ago(0)}") == 1
    assert count(f"to_date={ago(150)}") == 2
    assert count("incomplete=true") == 6
    assert count("incomplete=false") == 12
    assert count(f"site_id={study.site}") == 6
    assert count(f"site_id={study.other_site}") == 0
    assert bodies.problem(study.coordinator.get("/v1/schedule?study=NOWHERE")) == "no-such-record"


def test_each_filter_finds_what_the_whole_list_shows(shared_world: World) -> None:
    study = expecting(shared_world)
    people = {days: begun(study, days) for days in (14, 28, 40, 50, 80, 200)}
    bodies.visited(study, people[50], event="week_4", visited_on=ago(2), laboratory_results=[])
    skip = {"participant_id": people[80], "event": "week_4", "reason": "travel"}
    assert study.coordinator.post(f"/v1/studies/{study.study}/skipped-visits", skip).status_code == 201
    whole = listed(study.coordinator, f"study={study.study}&from_date=2025-01-01")
    assert {row["status"] for row in whole} == set(SCHEDULE_STATUSES)
    for status in SCHEDULE_STATUSES:
        found = listed(study.coordinator, f"study={study.study}&status={status}")
        assert found == [row for row in whole if row["status"] == status], status
    for incomplete in (True, False):
        found = listed(study.coordinator, f"study={study.study}&incomplete={str(incomplete).lower()}")
        lacking = [row for row in whole if row["visit_id"] and row["missing_forms"] + row["missing_analytes"]]
        assert found == [row for row in whole if (row in lacking) is incomplete]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("status=late", "/status"), ("event=unscheduled", "/event"), ("from_date=today", "/from_date"),
        ("incomplete=1", "/incomplete"), ("participant=x", "/participant"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_its_place(study: World, query: str, said: str) -> None:
    assert list(bodies.said(study.coordinator.get(f"/v1/schedule?{query}"))) == [said]


def test_a_cursor_of_another_list_is_refused(clinic: Clinic) -> None:
    study, _ = clinic
    answer = study.coordinator.get(f"/v1/schedule?study={study.study}&limit=2")
    elsewhere = answer.headers["Link"].split(">")[0].strip("<").replace("limit=2", "limit=2&status=due")
    assert bodies.problem(study.coordinator.get(elsewhere)) == "cursor-not-understood"


@pytest.mark.requirement("P1")
def test_another_sites_schedule_is_not_there(clinic: Clinic) -> None:
    study, people = clinic
    neighbour = study.people["neighbour"]
    assert listed(neighbour, f"study={study.study}&from_date=2025-01-01") == []
    assert neighbour.get(f"/v1/participants/{people[28]}/schedule").status_code == 404
    assert study.people["statistician"].get("/v1/schedule").status_code == 403
    assert len(listed(study.people["data_manager"], f"study={study.study}&from_date=2025-01-01")) == 18
