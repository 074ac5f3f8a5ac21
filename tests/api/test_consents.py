"""Consents over HTTP: given, assented to, withdrawn, corrected."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.conftest import World


def consented(world: World, participant_id: str, **changes: Any) -> TestResponse:
    return world.coordinator.post(f"/v1/studies/{world.study}/consents", bodies.consent(participant_id, **changes))


def enrolled(world: World, **changes: Any) -> str:
    body = bodies.participant(world.site, **changes)
    participant_id: str = world.coordinator.post(f"/v1/studies/{world.study}/participants", body).json["id"]
    return participant_id


def visited(world: World, participant_id: str, day: str) -> TestResponse:
    body = bodies.visit(participant_id, event="unscheduled", visited_on=day, laboratory_results=[])
    return world.coordinator.post(f"/v1/studies/{world.study}/visits", body)


def test_a_consent_is_recorded_withdrawn_and_told_in_its_history(shared_world: World) -> None:
    given = consented(shared_world, enrolled(shared_world))
    assert given.status_code == 201, given.text
    path = f"/v1/consents/{given.json['id']}"
    withdrawn = shared_world.coordinator.put(path, given.json | {"withdrawn_on": "2025-06-01"}, version=1)
    assert withdrawn.json["withdrawn_on"] == "2025-06-01"
    assert shared_world.coordinator.get(f"{path}/versions/1").json == given.json
    changes = shared_world.coordinator.get(f"{path}/history").json[1]["changes"]
    assert changes == [{"field": "/withdrawn_on", "old": None, "new": "2025-06-01"}]


def test_an_assent_alone_is_no_consent(shared_world: World) -> None:
    participant = enrolled(shared_world)
    assert consented(shared_world, participant, kind="assent", given_by="participant").status_code == 201
    assert bodies.problem(visited(shared_world, participant, "2025-02-10")) == "consent-missing"
    consented(shared_world, participant)
    assert visited(shared_world, participant, "2025-02-10").status_code == 201


def test_a_new_consent_covers_what_comes_after_a_withdrawal(shared_world: World) -> None:
    participant = enrolled(shared_world)
    consented(shared_world, participant, withdrawn_on="2025-02-01")
    consented(shared_world, participant, given_on="2025-04-01", document_version="2.0")
    days = ("2025-01-09", "2025-01-10", "2025-02-01", "2025-02-02", "2025-03-31", "2025-04-01")
    statuses = [visited(shared_world, participant, day).status_code for day in days]
    assert statuses == [422, 201, 201, 422, 422, 201]


def test_a_consent_entered_in_error_counts_for_nothing(shared_world: World) -> None:
    participant = enrolled(shared_world)
    given = consented(shared_world, participant).json
    marked = given | {"entered_in_error": True}
    assert shared_world.coordinator.put(f"/v1/consents/{given['id']}", marked, version=1).status_code == 200
    assert bodies.problem(visited(shared_world, participant, "2025-02-10")) == "consent-missing"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"withdrawn_on": "2025-01-09"}, {"/withdrawn_on": "before_consent"}),
        ({"given_on": "2025-01"}, {"/given_on": "wrong_type"}),
        ({"given_on": None}, {"/given_on": "null"}),
        ({"given_by": "teacher"}, {"/given_by": "not_in_list"}),
        ({"kind": "opt_out"}, {"/kind": "not_in_list"}),
        ({"document_version": " "}, {"/document_version": "wrong_length"}),
        ({"signature": "A. Smith"}, {"/signature": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(consented(shared_world, enrolled(shared_world), **changes)) == said


def test_a_consent_may_be_withdrawn_on_the_day_it_was_given(shared_world: World) -> None:
    assert consented(shared_world, enrolled(shared_world), withdrawn_on="2025-01-10").status_code == 201


def test_a_consent_stays_with_its_participant(shared_world: World) -> None:
    given = consented(shared_world, enrolled(shared_world)).json
    moved = given | {"participant_id": enrolled(shared_world)}
    answer = shared_world.coordinator.put(f"/v1/consents/{given['id']}", moved, version=1)
    assert bodies.said(answer) == {"/participant_id": "fixed"}


# --- what it agrees to, and when it counts ------------------------------------------------------------------------


def test_a_consent_that_does_not_say_agrees_to_the_registrys_own_use(shared_world: World) -> None:
    participant = enrolled(shared_world)
    assert consented(shared_world, participant).json["scopes"] == ["registry"]
    told = consented(shared_world, participant, scopes=["biobank", "registry"], language="pt-BR").json
    assert (told["scopes"], told["language"], told["consent_document_id"]) == (["biobank", "registry"], "pt-BR", None)
    assert consented(shared_world, participant, scopes=[]).json["scopes"] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scopes": ["marketing"]}, {"/scopes/0": "not_in_list"}),
        ({"scopes": ["registry", "registry"]}, {"/scopes": "repeated"}),
        ({"scopes": None}, {"/scopes": "null"}),
        ({"language": "deutsch!"}, {"/language": "wrong_form"}),
    ],
)
def test_uses_and_language_are_of_their_lists(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(consented(shared_world, enrolled(shared_world), **changes)) == said


def why(answer: TestResponse) -> str:
    """The rule of consent by which a visit was refused, whose answer holds nothing of the child's."""
    assert bodies.problem(answer) == "consent-missing"
    assert not re.search(r"(19|20)\d\d-\d\d", answer.text), "no date of the child's"
    return bodies.said(answer)["/visited_on"]


@pytest.mark.requirement("P5")
def test_a_parents_consent_counts_through_the_month_of_majority(shared_world: World) -> None:
    participant = enrolled(shared_world, birth_year=2007, birth_month=2)
    consented(shared_world, participant)
    assert visited(shared_world, participant, "2025-02-28").status_code == 201
    assert why(visited(shared_world, participant, "2025-03-01")) == "visit_majority_reached"
    consented(shared_world, participant, given_by="participant", given_on="2025-03-01")
    assert visited(shared_world, participant, "2025-03-01").status_code == 201


def test_the_law_of_the_place_says_the_age_of_majority(world: World) -> None:
    site = world.administrator.get(f"/v1/sites/{world.site}").json
    assert site["age_of_majority"] == 18
    younger = world.administrator.put(f"/v1/sites/{world.site}", site | {"age_of_majority": 16}, version=1)
    assert younger.json["age_of_majority"] == 16
    participant = enrolled(world, birth_year=2009, birth_month=2)
    consented(world, participant)
    assert why(visited(world, participant, "2025-03-01")) == "visit_majority_reached"
    wrong = world.administrator.put(f"/v1/sites/{world.site}", site | {"age_of_majority": 13}, version=2)
    assert bodies.said(wrong) == {"/age_of_majority": "out_of_range"}


@pytest.mark.requirement("P5")
def test_the_protocol_asks_for_the_childs_assent_from_an_age(world: World) -> None:
    protocols.applied(world, assent_from_age=11, consent_documents=[])
    participant = enrolled(world, birth_year=2014, birth_month=5)
    consented(world, participant)
    assert visited(world, participant, "2025-04-30").status_code == 201
    assert why(visited(world, participant, "2025-05-01")) == "visit_assent_missing"
    assent = consented(world, participant, kind="assent", given_by="participant", given_on="2025-05-01").json
    visit = visited(world, participant, "2025-05-01")
    assert visit.status_code == 201, visit.text
    withdrawn = world.coordinator.put(f"/v1/consents/{assent['id']}", assent | {"entered_in_error": True}, version=1)
    assert bodies.said(withdrawn) == {"/given_on": "consent_covers_visits"}


def test_what_was_measured_is_corrected_though_a_consent_counts_no_more(world: World) -> None:
    participant = enrolled(world)
    consented(world, participant)
    visit = visited(world, participant, "2025-05-01").json
    child = world.coordinator.get(f"/v1/participants/{participant}").json
    older = world.coordinator.put(f"/v1/participants/{participant}", child | {"birth_year": 2005}, version=1)
    assert older.status_code == 200, older.text
    path = f"/v1/visits/{visit['id']}"
    corrected = world.coordinator.put(path, visit | {"mode": "remote"}, version=1)
    assert corrected.status_code == 200, corrected.text
    moved = world.coordinator.put(path, visit | {"visited_on": "2025-05-02"}, version=2)
    assert why(moved) == "visit_majority_reached"
