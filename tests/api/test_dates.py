"""Dates of records: none lies in the future, and no visit before the participant's birth."""

from __future__ import annotations

from typing import Any

import pytest

from tests import bodies
from tests.conftest import World

FUTURE = [
    ("consents", bodies.consent, {"given_on": "2099-01-01"}),
    ("consents", bodies.consent, {"withdrawn_on": "2099-01-01"}),
    ("doses", bodies.dose, {"started_on": "2099-01-01"}),
    ("doses", bodies.dose, {"ended_on": "2099-01-01"}),
    ("adverse-events", bodies.adverse_event, {"started_on": "2099"}),
    ("adverse-events", bodies.adverse_event, {"ended_on": "2099-05"}),
    ("concomitant-medications", bodies.concomitant_medication, {"started_on": "2099-05"}),
    ("concomitant-medications", bodies.concomitant_medication, {"ended_on": "2099-05-06"}),
]


@pytest.mark.parametrize(("path", "body", "changes"), FUTURE)
def test_a_date_in_the_future_is_refused(shared_world: World, path: str, body: Any, changes: dict[str, str]) -> None:
    participant = bodies.enrolled(shared_world)
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/{path}", body(participant, **changes))
    assert answer.status_code == 422, answer.text
    assert bodies.said(answer) == {f"/{name}": "in_the_future" for name in changes}


@pytest.mark.parametrize("changes", [{"symptom_onset": "2099"}, {"diagnosed_on": "2099-01"}, {"birth_year": 2099}])
def test_a_participant_has_no_future_dates(shared_world: World, changes: dict[str, Any]) -> None:
    body = bodies.participant(shared_world.site, symptom_onset=None, diagnosed_on=None) | changes
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/participants", body)
    assert answer.status_code == 422, answer.text
    assert bodies.said(answer) == {f"/{name}": "in_the_future" for name in changes}


def test_a_visit_is_not_before_the_month_of_birth(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    early = bodies.consent(participant, given_on="2014-01-01")
    shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/consents", early)
    body = bodies.visit(participant, visited_on="2014-04-30", laboratory_results=[])
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", body)
    assert bodies.said(answer) == {"/visited_on": "before_birth"}
    body["visited_on"] = "2014-05-01"
    assert shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/visits", body).status_code == 201
