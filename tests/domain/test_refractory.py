"""Refractory disease: one arm of the definition is enough, and what is not known is not assumed."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from registry.domain.refractory import INPUTS, REFRACTORY, Treatment, refractory
from registry.domain.rules import overriding

D = Decimal
FAILED = Treatment(
    glucocorticoid_mg_per_kg=D("0.75"),
    glucocorticoid_months=D(2),
    glucocorticoid_failed=True,
    glucocorticoid_intolerance=False,
    immunosuppressants_failed=0,
)
NOT_FAILED = replace(FAILED, glucocorticoid_failed=False)

ARMS = [
    ("two months of 0.75 mg/kg failed", FAILED, "refractory"),
    ("a dose just below", replace(FAILED, glucocorticoid_mg_per_kg=D("0.7499")), "not_refractory"),
    ("a time just below", replace(FAILED, glucocorticoid_months=D("1.99")), "not_refractory"),
    ("high-dose glucocorticoid did not fail", NOT_FAILED, "not_refractory"),
    ("intolerance", replace(NOT_FAILED, glucocorticoid_intolerance=True), "refractory"),
    ("one immunosuppressant failed", replace(NOT_FAILED, immunosuppressants_failed=1), "refractory"),
]


@pytest.mark.parametrize(("treatment", "category"), [row[1:] for row in ARMS], ids=[f"2.7: {row[0]}" for row in ARMS])
def test_one_arm_of_the_definition_is_enough(treatment, category):
    result = refractory(treatment)
    assert (result.category, result.final, result.missing) == (category, True, ())


def test_each_arm_is_told_and_whether_both_hold():
    both = refractory(replace(FAILED, immunosuppressants_failed=2)).details
    assert (both.glucocorticoid_failure, both.immunosuppressant_failure, both.both_arms) == (True, True, True)
    one = refractory(FAILED).details
    assert (one.glucocorticoid_failure, one.immunosuppressant_failure, one.both_arms) == (True, False, False)


def test_an_arm_that_holds_decides_whatever_is_not_known():
    result = refractory(Treatment(immunosuppressants_failed=1))
    assert (result.category, result.final) == ("refractory", True)
    assert "glucocorticoid_failed" in result.missing
    assert result.details.both_arms is None


def test_nothing_known_is_indeterminate_with_every_input_missing():
    result = refractory(Treatment())
    assert (result.category, result.final, result.missing) == ("indeterminate", False, INPUTS)
    assert result.reason


def test_it_is_indeterminate_exactly_where_what_is_not_known_can_change_it():
    choices = ((D("0.7"), D(1)), (D(1), D(3)), (True, False), (True, False), (0, 1))
    for states in product(*((*choice, None) for choice in choices)):
        ways = product(*(choice if state is None else (state,) for state, choice in zip(states, choices, strict=True)))
        possible = {refractory(Treatment(**dict(zip(INPUTS, way, strict=True)))).category for way in ways}
        category = refractory(Treatment(**dict(zip(INPUTS, states, strict=True)))).category
        assert {category} == possible if len(possible) == 1 else category == "indeterminate"


def test_attested_indications_are_told_and_compute_nothing():
    result = refractory(NOT_FAILED, indications=("calcinosis", "unable_to_wean_steroids", "refractory_skin"))
    assert result.category == "not_refractory"
    assert result.details.attested_indications == ("refractory_skin", "unable_to_wean_steroids")


def test_a_study_can_ask_for_two_immunosuppressants():
    rule = overriding(REFRACTORY, {"immunosuppressants": 2})
    assert refractory(replace(NOT_FAILED, immunosuppressants_failed=1), rule).category == "not_refractory"
