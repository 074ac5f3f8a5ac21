"""The rules as a stateless service: worked examples, clear refusals, nothing recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from registry.db.transaction import as_json, from_json
from registry.domain.rulebook import RULEBOOK
from registry.schemas.calculations import CALCULATIONS
from registry.schemas.calculations.answers import calculated
from registry.schemas.calculations.calculation import Calculation, Example
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
