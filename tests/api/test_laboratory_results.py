"""Laboratory results over HTTP: submitted with their visit, standardised beside what was reported, read across visits."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World

AT = {"collected_at": "2025-02-10T08:30:00Z"}


def reported(world: World, *results: dict[str, Any]) -> TestResponse:
    body = bodies.visit(bodies.enrolled(world), laboratory_results=[AT | result for result in results])
    return world.coordinator.post(f"/v1/studies/{world.study}/visits", body)


CONVERTED = [
    ("CK", 10, "ukat/L", 600, "U/L"),
    ("HGB", 12.5, "g/dL", 125, "g/L"),
    ("CREAT", 0.5, "mg/dL", 44.21, "umol/L"),
    ("CXCL10", 1.25, "ng/mL", 1250, "pg/mL"),
    ("IFNA", 250, "fg/mL", 0.25, "pg/mL"),
    ("WBC", 7200, "/uL", 7.2, "10*9/L"),
    ("BKVPLASMA", 3, "{Log_copies}/mL", 1000, "{copies}/mL"),
    ("SIGLEC1", 4200, "{mAb}/{cell}", 4200, "{mAb}/{cell}"),
    ("SIGLEC1", 812, "{MFI}", 812, "{MFI}"),
    ("IFN28Z", -1.5, "{score}", -1.5, "{score}"),
]


@pytest.mark.parametrize(("analyte", "value", "unit", "standard", "standard_unit"), CONVERTED)
def test_a_value_is_kept_as_reported_beside_its_standard(
    shared_world: World, analyte: str, value: float, unit: str, standard: float, standard_unit: str
) -> None:
    answer = reported(shared_world, {"analyte": analyte, "value": value, "unit": unit})
    assert answer.status_code == 201, answer.text
    [kept] = answer.json["laboratory_results"]
    assert (kept["value"], kept["unit"]) == (value, unit)
    assert (kept["standard_value"], kept["standard_unit"]) == (standard, standard_unit)


def test_limits_of_normal_are_standardised_with_the_value(shared_world: World) -> None:
    result = {"analyte": "HGB", "value": 12, "unit": "g/dL", "lower_limit": 11.5, "upper_limit": 15.5}
    [kept] = reported(shared_world, result).json["laboratory_results"]
    assert (kept["standard_lower_limit"], kept["standard_upper_limit"]) == (115, 155)


def test_a_unit_that_is_not_known_is_answered_with_those_that_are(shared_world: World) -> None:
    answer = reported(shared_world, {"analyte": "CK", "value": 3, "unit": "IU/L"})
    assert bodies.said(answer) == {"/laboratory_results/0/unit": "unknown_unit"}
    assert all(unit in answer.json["errors"][0]["detail"] for unit in ("U/L", "ukat/L"))


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"analyte": "CK"}, {"value": "no_result"}),
        ({"analyte": "CK", "value": 3}, {"unit": "required"}),
        ({"analyte": "CK", "value": 3, "unit": "U/L", "missing_reason": "refused"}, {"missing_reason": "not_missing"}),
        ({"analyte": "CK", "value": -1, "unit": "U/L"}, {"value": "out_of_range"}),
        ({"analyte": "CK", "finding": "positive"}, {"finding": "not_qualitative"}),
        ({"analyte": "HBSAG", "value": 3, "unit": "1"}, {"value": "not_quantitative"}),
        ({"analyte": "CK", "value": 3, "unit": "U/L", "comparator": "<="}, {"comparator": "not_in_list"}),
        ({"analyte": "CK", "value": 3, "unit": "U/L", "specimen": "urine"}, {"specimen": "wrong_specimen"}),
        ({"analyte": "CK", "value": 3, "unit": "U/L", "lower_limit": 9, "upper_limit": 8}, {"lower_limit": "limits_reversed"}),
        ({"analyte": "CK", "value": "812", "unit": "U/L"}, {"value": "wrong_type"}),
        ({"analyte": "CK", "value": 0.1234567, "unit": "U/L"}, {"value": "too_precise"}),
        ({"analyte": "VITD", "value": 3, "unit": "U/L"}, {"analyte": "not_in_list"}),
        ({"analyte": "BKVPLASMA", "value": 99, "unit": "{Log_copies}/mL"}, {"value": "out_of_range"}),
        ({"analyte": "SIGLEC1", "value": 3, "unit": "{mfi}"}, {"unit": "unknown_unit"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, result: dict[str, Any], said: dict[str, str]
) -> None:
    expected = {f"/laboratory_results/0/{name}": code for name, code in said.items()}
    assert bodies.said(reported(shared_world, result)) == expected


def test_the_same_result_twice_is_refused_and_another_assay_is_not(shared_world: World) -> None:
    result = {"analyte": "CK", "value": 3, "unit": "U/L"}
    assert bodies.said(reported(shared_world, result, result | {"value": 4})) == {"/laboratory_results": "repeated"}
    assert reported(shared_world, result, result | {"assay": "Other"}).status_code == 201


def test_results_are_read_alone_and_across_visits(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    visits = [
        bodies.visited(shared_world, participant, event=event, visited_on=day)
        for event, day in (("week_0", "2025-02-10"), ("week_4", "2025-03-10"))
    ]
    path = f"/v1/studies/{shared_world.study}/laboratory-results?participant_id={participant}"
    listed = shared_world.coordinator.get(path).json
    assert [result["visit_id"] for result in listed] == [visit["id"] for visit in visits]
    assert shared_world.coordinator.get(f"{path}&visit_id={visits[1]['id']}").json == listed[1:]
    assert shared_world.coordinator.get(f"{path}&analyte=LDH").json == []
    one = f"/v1/laboratory-results/{listed[0]['id']}"
    assert shared_world.coordinator.get(one).json == listed[0]
    assert shared_world.neighbour.get(one).status_code == 404
    assert shared_world.neighbour.get(path).json == []


def test_a_result_that_was_removed_is_listed_no_more(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    shared_world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"laboratory_results": []}, version=1)
    path = f"/v1/studies/{shared_world.study}/laboratory-results?participant_id={visit['participant_id']}"
    assert shared_world.coordinator.get(path).json == []


def test_results_are_not_written_apart_from_their_visit(shared_world: World) -> None:
    path = f"/v1/studies/{shared_world.study}/laboratory-results"
    answer = shared_world.coordinator.post(path, {"analyte": "CK"})
    assert bodies.problem(answer) == "method-not-allowed"
