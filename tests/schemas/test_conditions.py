"""What a protocol may write as a condition, and where it is told what is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from registry.schemas.base import Record
from registry.schemas.conditions import Condition
from registry.schemas.sentences import pointed

AGE = {"measure": "age", "at_least": 2}


class Holder(Record):
    """Something with a condition."""

    condition = Condition()


def said(condition: Any) -> dict[str, str]:
    try:
        Holder().load({"condition": condition})
    except ValidationError as error:
        return {rule.pointer.removeprefix("/condition"): rule.code for rule in pointed(error.messages)}
    return {}


def nested(depth: int) -> dict[str, Any]:
    return {"not": nested(depth - 1)} if depth > 1 else AGE


@pytest.mark.parametrize(
    "condition",
    [
        AGE,
        {"measure": "neut", "below": Decimal("1.5"), "within_days": 28},
        {"measure": "sex", "equals": "female"},
        {"measure": "classification", "one_of": ["definite", "probable"]},
        {"measure": "prior_treatments", "contains_any": ["rituximab"]},
        {"all": [AGE, {"any": [AGE, {"not": AGE}]}]},
        nested(5),
    ],
)
def test_a_condition_is_taken_as_it_was_sent(condition: dict[str, Any]) -> None:
    assert Holder().load({"condition": condition}) == {"condition": condition}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("age", {"": "wrong_type"}),
        ({}, {"": "wrong_form"}),
        ({"all": [AGE], "any": [AGE]}, {"": "wrong_form"}),
        ({"some": [AGE]}, {"": "wrong_form"}),
        ({"all": []}, {"/all": "wrong_type"}),
        ({"all": AGE}, {"/all": "wrong_type"}),
        ({"all": [AGE, 3]}, {"/all/1": "wrong_form"}),
        ({"not": [AGE]}, {"/not": "wrong_form"}),
        (nested(6), {"/not/not/not/not/not": "too_deep"}),
        ({"measure": "shoe_size", "at_least": 2}, {"/measure": "no_such_measure"}),
        ({"measure": ["age"], "at_least": 2}, {"/measure": "no_such_measure"}),
        ({"measure": "age"}, {"": "one_comparison"}),
        ({"measure": "age", "at_least": 2, "below": 18}, {"": "one_comparison"}),
        ({"measure": "age", "at_least": 2, "unit": "a"}, {"/unit": "unknown_field"}),
        ({"measure": "age", "at_least": "2"}, {"/at_least": "wrong_type"}),
        ({"measure": "age", "at_least": True}, {"/at_least": "wrong_type"}),
        ({"measure": "age", "at_least": Decimal("NaN")}, {"/at_least": "wrong_type"}),
        ({"measure": "age", "at_least": 10**13}, {"/at_least": "wrong_type"}),
        ({"measure": "age", "one_of": ["2"]}, {"/one_of": "comparison_does_not_fit"}),
        ({"measure": "age", "at_least": 2, "within_days": 28}, {"/within_days": "not_dated"}),
        ({"measure": "weight", "at_least": 2, "within_days": -1}, {"/within_days": "out_of_range"}),
        ({"measure": "weight", "at_least": 2, "within_days": True}, {"/within_days": "out_of_range"}),
        ({"measure": "sex", "equals": "girl"}, {"/equals": "not_in_list"}),
        ({"measure": "sex", "equals": ["female"]}, {"/equals": "not_in_list"}),
        ({"measure": "high_risk", "equals": "indeterminate"}, {"/equals": "not_in_list"}),
        ({"measure": "sex", "one_of": "female"}, {"/one_of": "wrong_type"}),
        ({"measure": "autoantibodies", "contains_any": []}, {"/contains_any": "wrong_type"}),
        ({"measure": "autoantibodies", "contains_any": ["nxp2", "nxp2"]}, {"/contains_any": "wrong_type"}),
        ({"measure": "autoantibodies", "contains_any": ["aspirin"]}, {"/contains_any": "not_in_list"}),
        ({"measure": "autoantibodies", "contains_any": [{"a": 1}]}, {"/contains_any": "wrong_type"}),
        (
            {"any": [{"all": [AGE, {"measure": "weight", "below": "x"}]}, {"measure": "x"}]},
            {"/any/0/all/1/below": "wrong_type", "/any/1/measure": "no_such_measure"},
        ),
    ],
)
def test_what_is_no_condition_is_refused_where_it_is_wrong(condition: Any, expected: dict[str, str]) -> None:
    assert said(condition) == expected
