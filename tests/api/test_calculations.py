"""The rules as a stateless service: worked examples, clear refusals, nothing recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from registry.db.transaction import as_json, from_json
from registry.domain.rulebook import RULEBOOK
from registry.schemas.base import schema_of
from registry.schemas.calculations import CALCULATIONS
from registry.schemas.calculations.answers import calculated
from registry.schemas.calculations.calculation import Calculation, Example
from registry.schemas.fields import Part
from tests.conftest import World

PROMISED = {
    "total-improvement-score", "clinically-inactive-disease", "jdmai", "cmas", "mmt8", "cdasi", "chaq", "classification",
    "ctcae-grade", "prednisone-equivalent", "egfr", "interferon-score", "enzyme-signal",
}  # fmt: skip
EXAMPLES = [
    pytest.param(calculation, example, id=f"{name}: {example.source}")
    for name, calculation in CALCULATIONS.items()
    for example in calculation.examples
]


def path(name: str) -> str:
    return f"/v1/calculations/{name}"


def answered(world: World, name: str, body: Any) -> Any:
    answer = world.partner.client.post(
        path(name),
        data=as_json(body),
        headers={"Authorization": f"Bearer {world.partner.token}", "Content-Type": "application/json"},
    )
    return answer.status_code, from_json(answer.data)


def test_every_promised_calculation_is_there_with_a_worked_example() -> None:
    assert CALCULATIONS.keys() >= PROMISED
    assert [name for name, one in CALCULATIONS.items() if not one.examples] == []
    assert {rule.id for one in CALCULATIONS.values() for rule in one.rules} <= RULEBOOK.keys()


@pytest.mark.parametrize(("calculation", "example"), EXAMPLES)
def test_a_worked_example_comes_out_as_its_source_says(
    shared_world: World, calculation: Calculation, example: Example
) -> None:
    status, told = answered(shared_world, calculation.name, example.body)
    assert status == 200, told
    assert example.value is None or Decimal(told["value"]) == Decimal(example.value)
    assert example.category is None or told["category"] == example.category
    assert told["rule"] in {rule.id for rule in calculation.rules}
    assert told["version"] == RULEBOOK[told["rule"]].version


@pytest.mark.parametrize(("calculation", "example"), EXAMPLES)
def test_the_command_gives_what_the_service_gives(
    shared_world: World, calculation: Calculation, example: Example
) -> None:
    _, told = answered(shared_world, calculation.name, example.body)
    assert from_json(as_json(calculated(calculation, from_json(as_json(example.body))))) == told


@pytest.mark.parametrize("name", CALCULATIONS)
def test_bad_input_names_the_field(shared_world: World, name: str) -> None:
    status, told = answered(shared_world, name, {"no_such_field": 1})
    assert status == 422
    assert "/no_such_field" in {error["pointer"] for error in told["errors"]}
    status, _ = answered(shared_world, name, [])
    assert status == 422


@pytest.mark.parametrize("name", CALCULATIONS)
def test_a_constant_that_the_rule_does_not_have_is_refused_by_its_name(shared_world: World, name: str) -> None:
    body = {**CALCULATIONS[name].examples[0].body, "constants": {"no_such_constant": 1}}
    status, told = answered(shared_world, name, body)
    assert status == 422
    assert [error["pointer"] for error in told["errors"]] == ["/constants/no_such_constant"]


def test_own_constants_hold_and_are_told(shared_world: World) -> None:
    body = {"height": 140, "creatinine": Decimal("0.5"), "unit": "mg/dL", "constants": {"k": Decimal("0.5")}}
    status, told = answered(shared_world, "egfr", body)
    assert (status, told["value"], told["overridden"]) == (200, 140, ["k"])


REFUSED: list[tuple[str, Any, str, str, str]] = [
    ("total-improvement-score", {"baseline": {"physician_global_activity": 11}, "followup": {}},
     "/baseline/physician_global_activity", "out_of_range",
     "Physician's global activity: the value must lie from 0 to 10 (total-improvement-score)."),
    ("total-improvement-score", {"baseline": {}}, "/followup", "required",
     "Measures at the follow-up visit: the value is required (total-improvement-score)."),
    ("total-improvement-score", {"baseline": {"enzymes": [{"enzyme": "CK", "value": "1"}]}, "followup": {}},
     "/baseline/enzymes/0/value", "wrong_type", "Value in the unit: the value must be a number (total-improvement-score)."),
    ("total-improvement-score", {"baseline": {"enzymes": [1]}, "followup": {}}, "/baseline/enzymes/0", "wrong_type",
     "Muscle enzymes, each of them once: the value must be an object (total-improvement-score)."),
    ("cmas", {"a/b": 1}, "/a~1b", "unknown_field", "a/b: this field does not exist here (cmas)."),
    ("cmas", {"cmas_total": 53, "cmas_maximum": 52}, "/cmas_total", "out_of_range",
     "CMAS total: the value must lie from 0 to 52 (cmas)."),
    ("cmas", [], "", "wrong_type", "The value must be an object (cmas)."),
    ("jdmai", {"version": 1, "score": 2, "muscle": 1}, "/score", "given_twice",
     "Give the score of the JDMAI or its components, not both (jdmai)."),
    ("egfr", {"height": 140, "creatinine": 1, "unit": "mg/dL", "constants": {"k": 0}}, "/constants/k", "constant_refused",
     "k must be above 0 (egfr)."),
    ("egfr", {"height": 140, "creatinine": 1, "unit": "mg/dL", "constants": {"l": 0}}, "/constants/l", "constant_refused",
     "The rule egfr has no constant of this name."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "pointer", "code", "sentence"), REFUSED)
def test_a_refusal_names_the_measure_and_the_rule(
    shared_world: World, name: str, body: Any, pointer: str, code: str, sentence: str
) -> None:
    status, told = answered(shared_world, name, body)
    assert status == 422
    assert told["errors"] == [{"pointer": pointer, "code": code, "detail": sentence}]


@pytest.mark.parametrize("name", CALCULATIONS)
def test_every_input_of_the_wrong_kind_is_refused_by_its_words_and_the_rule(shared_world: World, name: str) -> None:
    calculation = CALCULATIONS[name]
    assert calculation.takes.calculation == name
    declared = schema_of(calculation.takes).load_fields
    _, told = answered(shared_world, name, {key: {"odd": 1} for key in declared})
    refused = {error["pointer"]: error["detail"] for error in told["errors"]}
    for field, kind in declared.items():
        sentences = [said for pointer, said in refused.items() if pointer.split("/")[1] == field]
        assert all(f"({name})." in said or f" {name} " in said for said in sentences)
        assert field == "constants" or isinstance(kind, Part) or sentences[0].startswith(kind.metadata["description"])


def test_a_calculation_needs_no_key_and_records_nothing(shared_world: World) -> None:
    newest = shared_world.auditor.get("/v1/audit?limit=200").json
    for _ in range(2):
        status, _told = answered(shared_world, "egfr", {"height": 140, "creatinine": 1, "unit": "mg/dL"})
        assert status == 200
    assert shared_world.auditor.get("/v1/audit?limit=200").json == newest


def test_a_constant_of_an_odd_kind_is_refused(shared_world: World) -> None:
    for odd in ("a", [1], True, {"a": 1}, Decimal("1e12")):
        body = {"height": 140, "creatinine": 1, "unit": "mg/dL", "constants": {"k": odd}}
        status, told = answered(shared_world, "egfr", body)
        assert status == 422, odd
        assert told["errors"][0]["pointer"].startswith("/constants")
