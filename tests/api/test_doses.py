"""Doses of JAK inhibitors over HTTP: intervals that never overlap, and amounts a day that are derived."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World


def dosed(world: World, participant_id: str, **changes: Any) -> TestResponse:
    return world.coordinator.post(f"/v1/studies/{world.study}/doses", bodies.dose(participant_id, **changes))


def test_a_dose_is_recorded_with_what_it_makes_a_day(shared_world: World) -> None:
    answer = dosed(shared_world, bodies.enrolled(shared_world), mg_per_intake=2.5, intakes_per_day=0.5, weight_used=25,
                   confirmations=[])  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert (answer.json["mg_per_day"], answer.json["mg_per_kg_per_day"]) == (1.25, 0.05)
    assert answer.json["atc"] == "L04AF02"
    assert shared_world.coordinator.get(f"/v1/doses/{answer.json['id']}").json == answer.json


def test_without_a_weight_there_is_no_dose_for_each_kilogram(shared_world: World) -> None:
    answer = dosed(shared_world, bodies.enrolled(shared_world), weight_used=None)
    assert (answer.json["mg_per_day"], answer.json["mg_per_kg_per_day"]) == (2, None)


@pytest.mark.parametrize(
    ("atc", "accepted"), [("L04AF02", True), ("L04AA37", True), ("L04AF01", False), ("L04AA29", False)]
)
def test_an_atc_code_current_or_old_is_one_of_the_drugs(shared_world: World, atc: str, accepted: bool) -> None:
    answer = dosed(shared_world, bodies.enrolled(shared_world), atc=atc)
    if accepted:
        assert answer.json["atc"] == atc
    else:
        assert bodies.said(answer) == {"/atc": "atc_of_other_drug"}


OVERLAPS = [
    ("2025-01-01", None, 409),
    ("2025-01-01", "2025-02-09", 201),
    ("2025-01-01", "2025-02-10", 409),
    ("2025-03-10", None, 409),
    ("2025-03-11", None, 201),
    ("2025-02-20", "2025-02-20", 409),
]


@pytest.mark.parametrize(("start", "end", "status"), OVERLAPS)
def test_two_jak_inhibitors_never_overlap(shared_world: World, start: str, end: str | None, status: int) -> None:
    participant = bodies.enrolled(shared_world)
    first = dosed(shared_world, participant, started_on="2025-02-10", ended_on="2025-03-10")
    assert first.status_code == 201
    other = {"drug": "tofacitinib", "mg_per_intake": 5, "intakes_per_day": 2}
    answer = dosed(shared_world, participant, started_on=start, ended_on=end, **other)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert bodies.problem(answer) == "doses-overlap"
        assert bodies.said(answer) == {"/started_on": "dose_no_overlap"}


def test_an_amendment_cannot_make_doses_overlap(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first = dosed(shared_world, participant, ended_on="2025-03-10").json
    dosed(shared_world, participant, started_on="2025-03-11")
    path = f"/v1/doses/{first['id']}"
    answer = shared_world.coordinator.put(path, first | {"ended_on": "2025-03-11"}, version=1)
    assert answer.status_code == 409
    shorter = shared_world.coordinator.put(path, first | {"ended_on": "2025-03-09"}, version=1)
    assert shorter.json["ended_on"] == "2025-03-09"


def test_another_participants_dose_is_in_nobodys_way(shared_world: World) -> None:
    for _ in range(2):
        assert dosed(shared_world, bodies.enrolled(shared_world)).status_code == 201


def test_a_dose_entered_in_error_frees_its_interval(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    wrong = dosed(shared_world, participant).json
    path = f"/v1/doses/{wrong['id']}"
    assert shared_world.coordinator.put(path, wrong | {"entered_in_error": True}, version=1).status_code == 200
    assert dosed(shared_world, participant).status_code == 201
    assert shared_world.coordinator.put(path, wrong, version=2).status_code == 409


RANGE = [
    (4, 40, True),
    (4.001, 40, False),
    (2, 29.99, True),
    (4, 29.99, False),
    (0.5, 20, False),
    (1, 20, True),
    (2, 9, False),
]


@pytest.mark.parametrize(("amount", "weight", "usual"), RANGE)
def test_a_dose_outside_the_published_range_asks(
    shared_world: World, amount: float, weight: float, usual: bool
) -> None:
    participant = bodies.enrolled(shared_world)
    answer = dosed(shared_world, participant, mg_per_intake=amount, weight_used=weight)
    assert (answer.status_code == 201) is usual, answer.text
    if not usual:
        assert bodies.problem(answer) == "needs-confirmation"
        assert bodies.said(answer) == {"/mg_per_intake": "dose_outside_published_range"}
        given = [{"rule": "dose_outside_published_range", "comment": "As agreed with the sponsor"}]
        kept = dosed(shared_world, participant, mg_per_intake=amount, weight_used=weight, confirmations=given)
        assert kept.json["confirmations"] == given


def test_a_usual_dose_is_not_confirmed(shared_world: World) -> None:
    given = [{"rule": "dose_outside_published_range", "comment": "To be safe"}]
    answer = dosed(shared_world, bodies.enrolled(shared_world), confirmations=given)
    assert bodies.said(answer) == {"/confirmations/0/rule": "nothing_to_confirm"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ended_on": "2025-02-09"}, {"/ended_on": "end_before_start"}),
        ({"started_on": "2025-02"}, {"/started_on": "wrong_type"}),
        ({"started_on": None}, {"/started_on": "null"}),
        ({"drug": "prednisolone"}, {"/drug": "not_in_list"}),
        ({"formulation": "injection"}, {"/formulation": "not_in_list"}),
        ({"mg_per_intake": 0}, {"/mg_per_intake": "out_of_range"}),
        ({"mg_per_intake": "2"}, {"/mg_per_intake": "wrong_type"}),
        ({"intakes_per_day": 2.125}, {"/intakes_per_day": "too_precise"}),
        ({"mg_per_day": 4, "dose": 4}, {"/dose": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(dosed(shared_world, bodies.enrolled(shared_world), **changes)) == said


def test_the_last_day_may_be_the_first(shared_world: World) -> None:
    assert dosed(shared_world, bodies.enrolled(shared_world), ended_on="2025-02-10").status_code == 201


def test_doses_are_listed_by_drug(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    given = dosed(shared_world, participant).json
    path = f"/v1/studies/{shared_world.study}/doses?participant_id={participant}&drug="
    assert shared_world.coordinator.get(f"{path}baricitinib").json == [given]
    assert shared_world.coordinator.get(f"{path}tofacitinib").json == []


def test_a_changed_dose_tells_what_it_was(shared_world: World) -> None:
    given = dosed(shared_world, bodies.enrolled(shared_world)).json
    path = f"/v1/doses/{given['id']}"
    shared_world.coordinator.put(path, given | {"mg_per_intake": 1}, version=1, reason="Renal function")
    changes = shared_world.coordinator.get(f"{path}/history").json[1]["changes"]
    assert {"field": "/mg_per_intake", "old": 2, "new": 1} in changes
    assert {"field": "/mg_per_day", "old": 2, "new": 1} in changes
    assert shared_world.coordinator.get(f"{path}/versions/1").json == given
