"""The edit checks of a visit over HTTP: hard ones refuse, soft ones ask for a confirmation that is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import Person, World, attribution, person

CK = {"analyte": "CK", "unit": "U/L", "upper_limit": 200, "collected_at": "2025-02-10T08:30:00Z"}


def submitted(world: World, participant_id: str, **changes: Any) -> TestResponse:
    return world.coordinator.post(f"/v1/studies/{world.study}/visits", bodies.visit(participant_id, **changes))


def grown(height: float | None, weight: float | None) -> dict[str, Any]:
    return {"vital_signs": {"height": height, "weight": weight}}


def test_an_unusual_value_is_accepted_once_it_is_confirmed_and_the_confirmation_is_kept(shared_world: World) -> None:
    participant, high = bodies.enrolled(shared_world), [CK | {"value": 10001}]
    asked = submitted(shared_world, participant, laboratory_results=high)
    assert bodies.problem(asked) == "needs-confirmation"
    assert asked.json["errors"][0]["confirmable"] is True
    given = [{"rule": asked.json["errors"][0]["code"], "comment": "Measured twice"}]
    kept = submitted(shared_world, participant, laboratory_results=high, confirmations=given)
    assert kept.status_code == 201, kept.text
    assert kept.json["confirmations"] == given
    history = shared_world.coordinator.get(f"/v1/visits/{kept.json['id']}/history").json
    assert {"field": "/confirmations", "old": None, "new": given} in history[0]["changes"]


@pytest.mark.parametrize(
    ("value", "comparator", "status"), [(10000, None, 201), (10000.1, None, 422), (10000, ">", 422), (99999, "<", 201)]
)
def test_ck_asks_above_fifty_times_the_upper_limit(
    shared_world: World, value: float, comparator: str | None, status: int
) -> None:
    result = CK | {"value": value, "comparator": comparator}
    answer = submitted(shared_world, bodies.enrolled(shared_world), laboratory_results=[result])
    assert answer.status_code == status, answer.text
    if status == 422:
        assert bodies.said(answer) == {"/laboratory_results/0/value": "ck_above_50_uln"}


def test_a_height_that_shrank_asks(shared_world: World) -> None:
    participant = bodies.visited(shared_world, forms=grown(128.5, 27.4))["participant_id"]
    shrunk = submitted(shared_world, participant, event="week_4", visited_on="2025-03-10", forms=grown(128.4, 27.4))
    same = submitted(shared_world, participant, event="week_4", visited_on="2025-03-10", forms=grown(128.5, 27.4))
    assert bodies.said(shrunk) == {"/forms/vital_signs/height": "height_decreased"}
    assert same.status_code == 201


@pytest.mark.parametrize(("weight", "status"), [(24, 201), (24.01, 422), (16, 201), (15.99, 422)])
def test_a_weight_that_changed_by_more_than_a_fifth_asks(shared_world: World, weight: float, status: int) -> None:
    participant = bodies.visited(shared_world, forms=grown(None, 20))["participant_id"]
    answer = submitted(shared_world, participant, event="week_4", visited_on="2025-03-10", forms=grown(None, weight))
    assert answer.status_code == status, answer.text
    if status == 422:
        assert bodies.said(answer) == {"/forms/vital_signs/weight": "weight_changed"}


def test_growth_is_compared_with_the_last_earlier_visit_that_counts(shared_world: World) -> None:
    participant = bodies.visited(shared_world, forms=grown(120, 20))["participant_id"]
    wrong = submitted(shared_world, participant, event="week_4", visited_on="2025-03-10", forms=grown(150, 22))
    later = submitted(shared_world, participant, event="week_8", visited_on="2025-03-20", forms=grown(121, 21))
    assert bodies.said(later) == {"/forms/vital_signs/height": "height_decreased"}
    marked = wrong.json | {"entered_in_error": True}
    assert shared_world.coordinator.put(f"/v1/visits/{wrong.json['id']}", marked, version=1).status_code == 200
    later = submitted(shared_world, participant, event="week_8", visited_on="2025-03-20", forms=grown(121, 21))
    assert later.status_code == 201, later.text
    earlier = submitted(shared_world, participant, event="unscheduled", visited_on="2025-02-01", forms=grown(119, 19))
    assert earlier.status_code == 201, earlier.text


def test_a_confirmation_that_nothing_asked_for_is_refused(shared_world: World) -> None:
    given = [{"rule": "ck_above_50_uln", "comment": "To be safe"}]
    answer = submitted(shared_world, bodies.enrolled(shared_world), confirmations=given)
    assert bodies.problem(answer) == "rules-broken"
    assert bodies.said(answer) == {"/confirmations/0/rule": "nothing_to_confirm"}


def test_a_hard_rule_cannot_be_confirmed(shared_world: World) -> None:
    given = [{"rule": "total_contradicts_items", "comment": "It is right"}]
    forms = bodies.every_form()
    forms["muscle_strength"]["cmas_total"] = 51
    answer = submitted(shared_world, bodies.enrolled(shared_world), forms=forms, confirmations=given)
    assert bodies.problem(answer) == "rules-broken"
    assert bodies.said(answer)["/forms/muscle_strength/cmas_total"] == "total_contradicts_items"


def test_a_draft_is_not_asked_but_its_completion_is(shared_world: World) -> None:
    participant, high = bodies.enrolled(shared_world), [CK | {"value": 20000}]
    draft = submitted(shared_world, participant, status="draft", laboratory_results=high)
    assert draft.status_code == 201, draft.text
    completed = draft.json | {"status": "complete"}
    answer = shared_world.coordinator.put(f"/v1/visits/{draft.json['id']}", completed, version=1)
    assert bodies.said(answer) == {"/laboratory_results/0/value": "ck_above_50_uln"}


TOTALS = [
    ("muscle_strength", "cmas_total", 51),
    ("muscle_strength", "mmt8_total", 149),
    ("muscle_strength", "mmt26_total", 235),
    ("skin_disease", "cdasi_activity_total", 49),
    ("skin_disease", "cdasi_damage_total", 30),
    ("skin_disease", "das_skin_total", 5),
    ("skin_disease", "das_muscle_total", 8),
    ("skin_disease", "das_total", 12),
    ("skin_disease", "nailfold_density", 6.4),
    ("functioning", "chaq_index", 1.125),
    ("damage", "mdi_severity_total", 12),
]


@pytest.mark.parametrize(("form", "field", "wrong"), TOTALS, ids=[field for _, field, _ in TOTALS])
def test_a_total_that_contradicts_its_items_is_refused_even_in_a_draft(
    shared_world: World, form: str, field: str, wrong: float
) -> None:
    forms = bodies.every_form()
    forms[form][field] = wrong
    answer = submitted(shared_world, bodies.enrolled(shared_world), status="draft", forms=forms)
    assert bodies.said(answer).get(f"/forms/{form}/{field}") == "total_contradicts_items", answer.text


@pytest.mark.parametrize(
    ("strength", "pointer", "code"),
    [
        ({"cmas_total": 41}, "cmas_maximum", "total_without_maximum"),
        ({"mmt8_total": 70}, "mmt8_maximum", "total_without_maximum"),
        ({"cmas_total": 50, "cmas_maximum": 49}, "cmas_total", "total_above_maximum"),
        ({"mmt8_total": 81, "mmt8_maximum": 80}, "mmt8_total", "total_above_maximum"),
        ({"mmt8_maximum": 80, "mmt8_biceps_left": 9}, "mmt8_biceps_left", "mmt8_other_side"),
        ({"cmas_total": 2, "cmas_maximum": 52, "cmas_sit_ups": 2}, "cmas_total", "total_without_all_items"),
    ],
)
def test_a_scale_is_never_assumed(shared_world: World, strength: dict[str, Any], pointer: str, code: str) -> None:
    answer = submitted(shared_world, bodies.enrolled(shared_world), forms={"muscle_strength": strength})
    assert bodies.said(answer) == {f"/forms/muscle_strength/{pointer}": code}


def test_a_result_taken_after_the_visit_was_entered_is_refused(shared_world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat(timespec="seconds")
    answer = submitted(
        shared_world,
        bodies.enrolled(shared_world),
        laboratory_results=[CK | {"value": 1, "collected_at": soon}],
    )
    assert bodies.said(answer) == {"/laboratory_results/0/collected_at": "result_after_entry"}


@pytest.fixture(scope="module")
def date_line(shared_world: World) -> dict[str, tuple[str, Person]]:
    """A site where it is always tomorrow, or later, for the other: 26 hours lie between them."""
    found = {}
    for code, zone in (("KIR", "Pacific/Kiritimati"), ("HOW", "Etc/GMT+12")):
        site = {"code": code, "country": "KI", "time_zone": zone}
        site_id = shared_world.administrator.post("/v1/sites", site).json["id"]
        with shared_world.app.extensions["registry"].database.transaction() as tx:
            tx.attribute(attribution())
            somebody = person(shared_world.app, tx, "coordinator", site_id)
            tx.commit()
        found[zone] = (site_id, somebody)
    return found


def test_the_future_begins_when_the_day_ends_at_the_site(
    shared_world: World, date_line: dict[str, tuple[str, Person]]
) -> None:
    today = datetime.now(ZoneInfo("Pacific/Kiritimati")).date().isoformat()
    answers = {}
    for zone, (site, coordinator) in date_line.items():
        path = f"/v1/studies/{shared_world.study}"
        participant = coordinator.post(f"{path}/participants", bodies.participant(site)).json["id"]
        coordinator.post(f"{path}/consents", bodies.consent(participant))
        body = bodies.visit(participant, visited_on=today, laboratory_results=[])
        answers[zone] = coordinator.post(f"{path}/visits", body)
    assert answers["Pacific/Kiritimati"].status_code == 201, answers["Pacific/Kiritimati"].text
    assert bodies.said(answers["Etc/GMT+12"]) == {"/visited_on": "visit_in_the_future"}


def test_tomorrow_is_refused_at_every_site_even_in_a_draft(shared_world: World) -> None:
    tomorrow = (datetime.now(ZoneInfo("Europe/Berlin")).date() + timedelta(days=1)).isoformat()
    answer = submitted(shared_world, bodies.enrolled(shared_world), visited_on=tomorrow, status="draft")
    assert bodies.said(answer) == {"/visited_on": "visit_in_the_future"}


@pytest.mark.parametrize(("value", "accepted"), [(4, True), (0, True), (4.1, False), (5, False), (2.5, False)])
def test_on_the_likert_scale_a_global_is_a_whole_number_to_four(
    shared_world: World, value: float, accepted: bool
) -> None:
    form = {"physician_global_activity": value, "physician_global_scale": "likert"}
    answer = submitted(shared_world, bodies.enrolled(shared_world), forms={"disease_activity": form})
    assert (answer.status_code == 201) is accepted, answer.text
    if not accepted:
        assert bodies.said(answer) == {"/forms/disease_activity/physician_global_activity": "not_on_likert_scale"}
