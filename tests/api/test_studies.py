"""Studies over HTTP: read by everyone, defined by an administrator; records stay in theirs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import simplejson

from tests import bodies
from tests.conftest import World


def study(code: str, **changes: Any) -> dict[str, Any]:
    registered = [{"register": "ClinicalTrials.gov", "identifier": "NCT05524311"}]
    usual = {"title": "A trial", "protocol_version": "2.1", "design": "randomised", "registrations": registered}
    return {"code": code, **usual, **changes}


def test_an_administrator_defines_a_study_and_everybody_reads_it(shared_world: World) -> None:
    defined = shared_world.administrator.post("/v1/studies", study("TRIAL-1"))
    assert defined.status_code == 201, defined.text
    assert {name: defined.json[name] for name in study("TRIAL-1")} == study("TRIAL-1")
    for person in shared_world.people.values():
        read = person.get("/v1/studies/TRIAL-1")
        assert (read.status_code, read.json) == (200, defined.json)


def test_a_new_protocol_version_makes_a_new_version_of_the_study(shared_world: World) -> None:
    defined = shared_world.administrator.post("/v1/studies", study("TRIAL-2")).json
    path = "/v1/studies/TRIAL-2"
    amended = shared_world.administrator.put(path, defined | {"protocol_version": "3.0"}, version=1)
    assert (amended.status_code, amended.headers["ETag"]) == (200, '"2"')
    assert shared_world.coordinator.get(path).json["protocol_version"] == "3.0"


def test_a_code_names_one_study(shared_world: World) -> None:
    assert shared_world.administrator.post("/v1/studies", study("TRIAL-3")).status_code == 201
    again = shared_world.administrator.post("/v1/studies", study("TRIAL-3"))
    assert again.status_code == 409
    assert bodies.problem(again) == "already-recorded"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "trial"}, {"/code": "wrong_form"}),
        ({"title": ""}, {"/title": "wrong_length"}),
        ({"design": "survey"}, {"/design": "not_in_list"}),
        ({"registrations": [{"register": "CTIS"}]}, {"/registrations/0/identifier": "required"}),
        ({"registrations": None}, {"/registrations": "null"}),
        ({"sponsor": "X"}, {"/sponsor": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(shared_world.administrator.post("/v1/studies", study("TRIAL-4") | changes)) == said


OWN = {"egfr": {"k": Decimal("0.413000000001")}}


def test_a_study_sets_constants_of_its_own_and_they_stay_exact(shared_world: World) -> None:
    body = simplejson.dumps(study("OWN-1", rule_constants=OWN))
    defined = shared_world.administrator.post("/v1/studies", body)
    assert defined.status_code == 201, defined.text
    assert shared_world.coordinator.get("/v1/studies/OWN-1").get_data(as_text=True) == defined.get_data(as_text=True)
    assert simplejson.loads(defined.text, use_decimal=True)["rule_constants"] == OWN


def test_a_study_without_constants_of_its_own_has_none(shared_world: World) -> None:
    assert shared_world.administrator.post("/v1/studies", study("OWN-2")).json["rule_constants"] == {}


def test_a_change_of_constants_is_an_amendment_with_a_reason_that_the_history_tells(shared_world: World) -> None:
    defined = shared_world.administrator.post("/v1/studies", study("OWN-3")).json
    path, changed = "/v1/studies/OWN-3", defined | {"rule_constants": {"egfr": {"k": 0.5}}}
    assert (
        bodies.problem(shared_world.administrator.put(path, changed, version=1, reason="")) == "change-reason-missing"
    )
    amended = shared_world.administrator.put(path, changed, version=1, reason="Protocol 3.0")
    assert (amended.status_code, amended.json["rule_constants"]) == (200, {"egfr": {"k": 0.5}})
    entry = shared_world.auditor.get(f"/v1/studies/{defined['id']}/history").json[1]
    assert [(change["field"], change["new"]) for change in entry["changes"]] == [("/rule_constants/egfr/k", 0.5)]
    assert entry["reason"] == "Protocol 3.0"
    again = shared_world.administrator.put(path, amended.json, version=2)
    assert again.json["version"] == 2, "the same constants make no version"


@pytest.mark.parametrize(
    ("constants", "said"),
    [
        ({"no-such-rule": {"k": 1}}, {"/rule_constants/no-such-rule": "constant_refused"}),
        ({"a/b~": {}}, {"/rule_constants/a~1b~0": "constant_refused"}),
        ({"egfr": {"kk": 1}}, {"/rule_constants/egfr/kk": "constant_refused"}),
        ({"egfr": {"k": "1"}}, {"/rule_constants/egfr/k": "constant_refused"}),
        ({"egfr": {"k": True}}, {"/rule_constants/egfr/k": "constant_refused"}),
        ({"egfr": {"k": None}}, {"/rule_constants/egfr/k": "constant_refused"}),
        ({"egfr": {"k": 1e10}}, {"/rule_constants/egfr/k": "constant_refused"}),
        ({"egfr": {"k": 1e-13}}, {"/rule_constants/egfr/k": "constant_refused"}),
        ({"egfr": {"k": [1], "l": 1}}, dict.fromkeys(("/rule_constants/egfr/k", "/rule_constants/egfr/l"), "constant_refused")),
        ({"egfr": {"k": 0}}, {"/rule_constants/egfr/k": "constant_refused"}),
        ({"jdmai1": {"inactive_at_most": 9}}, {"/rule_constants/jdmai1/inactive_at_most": "constant_refused"}),
        ({"jdmai1": {"inactive_at_most": 9, "low_at_most": 8}}, {"/rule_constants/jdmai1/inactive_at_most": "constant_refused"}),
        ({"egfr": 1}, {"/rule_constants/egfr": "wrong_type"}),
        ({"egfr": None}, {"/rule_constants/egfr": "wrong_type"}),
        ([], {"/rule_constants": "wrong_type"}),
        (None, {"/rule_constants": "null"}),
    ],
)  # fmt: skip
def test_constants_that_are_none_of_a_rule_are_refused_with_their_place(
    shared_world: World, constants: Any, said: dict[str, str]
) -> None:
    assert bodies.said(shared_world.administrator.post("/v1/studies", study("OWN-4", rule_constants=constants))) == said


def test_constants_that_make_sense_together_are_taken_together(shared_world: World) -> None:
    own = {"jdmai1": {"inactive_at_most": 7, "low_at_most": 9}}
    assert shared_world.administrator.post("/v1/studies", study("OWN-5", rule_constants=own)).status_code == 201


def test_a_study_that_is_not_there_has_no_lists(shared_world: World) -> None:
    for kind in ("participants", "visits", "consents", "doses", "laboratory-results", "adverse-events"):
        answer = shared_world.coordinator.get(f"/v1/studies/NOWHERE/{kind}")
        assert bodies.problem(answer) == "no-such-record"


RECORDS = {
    "consents": bodies.consent,
    "visits": bodies.visit,
    "doses": bodies.dose,
    "concomitant-medications": bodies.concomitant_medication,
    "adverse-events": bodies.adverse_event,
}


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_of_a_participant_is_not_taken_under_another_study(shared_world: World, kind: str) -> None:
    shared_world.administrator.post("/v1/studies", study("OTHER-STUDY"))
    body = RECORDS[kind](bodies.enrolled(shared_world))
    answer = shared_world.coordinator.post(f"/v1/studies/OTHER-STUDY/{kind}", body)
    assert answer.status_code == 422, answer.text
    assert bodies.said(answer) == {"/participant_id": "no_such_participant"}
    assert shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/{kind}?participant_id={body['participant_id']}"
                                        ).json == [] or kind == "consents"  # fmt: skip


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_of_another_sites_participant_and_of_none_are_refused_alike(shared_world: World, kind: str) -> None:
    for participant in (bodies.enrolled(shared_world), "0198c5a0-1111-7000-8000-000000000000"):
        answer = shared_world.neighbour.post(f"/v1/studies/{shared_world.study}/{kind}", RECORDS[kind](participant))
        assert answer.status_code == 422, answer.text
        assert bodies.said(answer) == {"/participant_id": "no_such_participant"}


@pytest.mark.parametrize("kind", ["participants", *RECORDS])
def test_nothing_is_recorded_in_a_study_that_is_not_there(shared_world: World, kind: str) -> None:
    make = RECORDS.get(kind)
    body = make(bodies.enrolled(shared_world)) if make else bodies.participant(shared_world.site)
    answer = shared_world.coordinator.post(f"/v1/studies/NOWHERE/{kind}", body)
    assert answer.status_code == 404, answer.text
    assert bodies.problem(answer) == "no-such-record"
