"""Participants over HTTP: enrolled under a code, never under what would identify them."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.domain import items
from registry.domain.diagnostic_items import DIAGNOSTIC_ITEMS
from tests import bodies
from tests.conftest import World


def enrol(world: World, **changes: Any) -> TestResponse:
    body = bodies.participant(world.site) | changes
    return world.coordinator.post(f"/v1/studies/{world.study}/participants", body)


def test_a_coordinator_enrols_a_participant_and_reads_it_back(shared_world: World) -> None:
    sent = {
        "ancestry": ["european", "african"],
        "disease_course": "polycyclic",
        "autoantibodies": [
            {"antibody": "tif1_gamma", "finding": "positive", "method": "immunoblot", "tested_on": "2021"}
        ],
        "indications": ["refractory_skin", "calcinosis"],
        "prior_treatments": ["prednisolone", "methotrexate"],
        "access_barriers": ["insurance"],
    }
    enrolled = enrol(shared_world, **sent)
    assert enrolled.status_code == 201, enrolled.text
    assert {name: enrolled.json[name] for name in sent} == sent
    read = shared_world.coordinator.get(f"/v1/participants/{enrolled.json['id']}")
    assert (read.json, read.headers["ETag"]) == (enrolled.json, enrolled.headers["ETag"])


def test_what_was_found_at_diagnosis_and_the_variant_of_the_criteria_are_recorded(shared_world: World) -> None:
    sent = dict.fromkeys(items.fields(DIAGNOSTIC_ITEMS), True) | {"diagnostic_gottron_sign": False}
    sent |= {"diagnostic_biopsy_done": None, "core_set": "printo", "strength_measure": "cmas"}
    enrolled = enrol(shared_world, **sent)
    assert enrolled.status_code == 201, enrolled.text
    assert {name: enrolled.json[name] for name in sent} == sent
    assert shared_world.coordinator.get(f"/v1/participants/{enrolled.json['id']}").json == enrolled.json
    assert enrol(shared_world).json["core_set"] is None


def test_the_variant_of_the_criteria_is_set_by_an_amendment_that_the_history_tells(shared_world: World) -> None:
    enrolled = enrol(shared_world, core_set="imacs").json
    path = f"/v1/participants/{enrolled['id']}"
    unreasoned = shared_world.coordinator.put(path, enrolled | {"core_set": "printo"}, version=1, reason="")
    assert bodies.problem(unreasoned) == "change-reason-missing"
    amended = shared_world.coordinator.put(path, enrolled | {"core_set": "printo"}, version=1, reason="Protocol 2.0")
    assert (amended.status_code, amended.json["core_set"]) == (200, "printo")
    [change] = shared_world.coordinator.get(f"{path}/history").json[1]["changes"]
    assert (change["field"], change["old"], change["new"]) == ("/core_set", "imacs", "printo")


IDENTIFYING = [
    "name", "first_name", "last_name", "surname", "initials", "address", "street", "city", "postcode", "zip", "phone",
    "email", "hospital_number", "mrn", "medical_record_number", "nhs_number", "insurance_number", "date_of_birth",
    "birth_date", "birthdate", "birth_day", "dob", "photo", "comment",
]  # fmt: skip


@pytest.mark.parametrize("field", IDENTIFYING)
def test_what_would_identify_a_participant_has_no_field(shared_world: World, field: str) -> None:
    answer = enrol(shared_world, **{field: "2014-05-17"})
    assert answer.status_code == 422
    assert bodies.said(answer) == {f"/{field}": "unknown_field"}
    assert "2014-05-17" not in answer.text


@pytest.mark.parametrize("code", ["Anna", "ab", "A", "A" * 21, "P 1", "-P1", "Ä-001", "P-1\n", 7])
def test_a_code_is_of_the_form_that_codes_have(shared_world: World, code: Any) -> None:
    assert list(bodies.said(enrol(shared_world, code=code))) == ["/code"]


def test_a_code_is_taken_once_a_site_and_study(shared_world: World) -> None:
    first = enrol(shared_world, code="TWICE-1")
    again = enrol(shared_world, code="TWICE-1")
    assert again.status_code == 409
    assert bodies.problem(again) == "participant-already-recorded"
    assert again.json["existing"] == f"/v1/participants/{first.json['id']}"
    elsewhere = bodies.participant(shared_world.other_site, code="TWICE-1")
    answer = shared_world.neighbour.post(f"/v1/studies/{shared_world.study}/participants", elsewhere)
    assert answer.status_code == 201, answer.text


def test_a_participant_cannot_take_the_code_of_another(shared_world: World) -> None:
    first, second = enrol(shared_world).json, enrol(shared_world).json
    answer = shared_world.coordinator.put(
        f"/v1/participants/{second['id']}", second | {"code": first["code"]}, version=1
    )
    assert answer.status_code == 409
    assert bodies.problem(answer) == "participant-already-recorded"


def test_nobody_enrols_at_a_site_of_others_or_at_none(shared_world: World) -> None:
    for site in (shared_world.other_site, "0198c5a0-1111-7000-8000-000000000000"):
        assert bodies.said(enrol(shared_world, site_id=site)) == {"/site_id": "no_such_site"}


def test_a_participant_stays_at_its_site(shared_world: World) -> None:
    enrolled = enrol(shared_world).json
    moved = enrolled | {"site_id": shared_world.other_site}
    answer = shared_world.coordinator.put(f"/v1/participants/{enrolled['id']}", moved, version=1)
    assert bodies.said(answer) == {"/site_id": "fixed"}


def test_an_amendment_replaces_the_whole_and_keeps_the_first_version(shared_world: World) -> None:
    enrolled = enrol(shared_world, disease_course="chronic").json
    path = f"/v1/participants/{enrolled['id']}"
    sent = {name: enrolled[name] for name in ("site_id", "code", "birth_year", "birth_month", "sex_at_birth")}
    amended = shared_world.data_manager.put(path, sent, version=1, reason="Chart review")
    assert amended.status_code == 200, amended.text
    assert (amended.json["disease_course"], amended.json["indications"]) == (None, [])
    assert shared_world.coordinator.get(f"{path}/versions/1").json == enrolled
    history = shared_world.coordinator.get(f"{path}/history").json
    changed = {change["field"] for change in history[1]["changes"]}
    assert changed == {"/disease_course", "/indications", "/symptom_onset", "/diagnosed_on"}
    assert (history[1]["role"], history[1]["action"], history[1]["reason"]) == ("data_manager", "amend", "Chart review")


def test_an_amendment_that_changes_nothing_makes_no_version(shared_world: World) -> None:
    enrolled = enrol(shared_world).json
    answer = shared_world.coordinator.put(f"/v1/participants/{enrolled['id']}", enrolled, version=1)
    assert answer.json == enrolled


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"symptom_onset": "2014-04"}, {"/symptom_onset": "before_birth"}),
        ({"symptom_onset": None, "diagnosed_on": "2013"}, {"/diagnosed_on": "before_birth"}),
        ({"symptom_onset": "2021-07"}, {"/diagnosed_on": "before_onset"}),
        ({"symptom_onset": "2021-13"}, {"/symptom_onset": "wrong_type"}),
        ({"symptom_onset": "2021-02-29"}, {"/symptom_onset": "wrong_type"}),
        ({"birth_month": 13}, {"/birth_month": "out_of_range"}),
        ({"birth_year": 1989}, {"/birth_year": "out_of_range"}),
        ({"sex_at_birth": "f"}, {"/sex_at_birth": "not_in_list"}),
        ({"indications": ["ild", "ild"]}, {"/indications": "repeated"}),
        ({"indications": ["ild", "rash"]}, {"/indications/1": "not_in_list"}),
        ({"core_set": "pedsql"}, {"/core_set": "not_in_list"}),
        ({"strength_measure": "mmt26"}, {"/strength_measure": "not_in_list"}),
        ({"diagnostic_dysphagia": "yes"}, {"/diagnostic_dysphagia": "wrong_type"}),
        ({"ancestry": "european"}, {"/ancestry": "wrong_type"}),
        ({"autoantibodies": [{"antibody": "mda5"}]},
         {"/autoantibodies/0/finding": "required", "/autoantibodies/0/method": "required"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(enrol(shared_world, **changes)) == said


@pytest.mark.parametrize("onset", ["2021", "2021-06", "2021-06-14", "2014", "2014-05"])
def test_a_date_is_as_partial_as_people_know_it(shared_world: World, onset: str) -> None:
    assert enrol(shared_world, symptom_onset=onset).json["symptom_onset"] == onset


def test_a_participant_is_found_by_its_code(shared_world: World) -> None:
    enrolled = enrol(shared_world, code="FIND-ME").json
    path = f"/v1/studies/{shared_world.study}/participants?code="
    assert shared_world.coordinator.get(f"{path}FIND-ME&derived=true").json == [enrolled]
    assert shared_world.neighbour.get(f"{path}FIND-ME").json == []
    assert shared_world.coordinator.get(f"{path}find-me").json == []
