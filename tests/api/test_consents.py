"""Consents over HTTP: given, assented to, withdrawn, corrected."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World


def consented(world: World, participant_id: str, **changes: Any) -> TestResponse:
    return world.coordinator.post(f"/v1/studies/{world.study}/consents", bodies.consent(participant_id, **changes))


def enrolled(world: World) -> str:
    body = bodies.participant(world.site)
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
