"""The IMACS definition of improvement counts relative changes, and is decided only where nothing missing could decide it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.core_set_enzymes import Enzyme
from registry.domain.core_sets import Assessment
from registry.domain.definition_of_improvement import DEFINITION_OF_IMPROVEMENT, definition_of_improvement
from registry.domain.rules import ConstantRefused, overriding
from registry.schemas.calculations import core_set_examples as vectors
from registry.schemas.calculations.definition_of_improvement import CALCULATION
from tests.domain.response_bodies import sent

NAMES = ("physician_global_activity", "patient_global_activity", "mmt_total", "chaq_index", "ck",
         "extramuscular_global_activity")  # fmt: skip
BASELINE = (Decimal(5), Decimal(5), Decimal(50), Decimal(1), Decimal(500), Decimal(5))


def visit(values):
    given = dict(zip(NAMES, values, strict=True))
    ck = given.pop("ck")
    enzymes = () if ck is None else (Enzyme(enzyme="CK", value=ck, upper_limit=Decimal(200), unit="U/L"),)
    return Assessment(**given, mmt_maximum=Decimal(80), enzymes=enzymes)


def improved_by(*percents):
    """A follow-up with each measure improved by a percent of the baseline; None leaves it out."""
    return visit(
        None if percent is None else value * (1 + Decimal(percent) / 100 * (1 if value == 50 else -1))
        for value, percent in zip(BASELINE, percents, strict=True)
    )


def decided(*percents):
    return definition_of_improvement(visit(BASELINE), improved_by(*percents))


@pytest.mark.parametrize("example", CALCULATION.examples, ids=[one.source for one in CALCULATION.examples])
def test_a_worked_example_is_decided(example):
    result = CALCULATION.of(sent(example.body))
    assert (result.category, result.final) == (example.category, True)


def test_the_published_case_improved_in_three_and_worsened_in_one():
    """Domain reference 8.1 A: PGA 91 %, PtGA 50 %, extramuscular 100 %; CPK 27 % worse."""
    result = CALCULATION.of(sent(vectors.A))
    assert (result.details.improved_measures, result.details.worsened_measures) == (3, 1)
    percents = [one.percent_change for one in result.details.measures]
    assert [percent and round(percent) for percent in percents] == [91, 50, 3, None, -27, 100]


@pytest.mark.parametrize(
    ("percents", "category"),
    [
        pytest.param((20, 20, 20, 0, 0, 0), "met", id="three by exactly 20 %"),
        pytest.param((20, 20, "19.9", 0, 0, 0), "not_met", id="two by 20 %, one just below"),
        pytest.param((20, 20, 0, 20, -25, -25), "met", id="two worsened by 25 %"),
        pytest.param((20, 20, 20, -25, -25, -25), "not_met", id="three worsened by exactly 25 %"),
        pytest.param((20, 20, 20, -25, -25, "-24.9"), "met", id="the third just below 25 %"),
        pytest.param((90, 90, -25, 90, 90, 90), "not_met", id="strength worsened by 25 %"),
        pytest.param((90, 90, "-24.9", 90, 90, 90), "met", id="strength worsened by less"),
        pytest.param((0, 0, 0, 0, 0, 0), "not_met", id="nothing changed"),
    ],
)
def test_it_is_met_by_three_of_six_with_at_most_two_worse_and_never_strength(percents, category):
    result = decided(*percents)
    assert (result.category, result.final, result.reason) == (category, True, None)


@pytest.mark.parametrize(
    ("percents", "category"),
    [
        pytest.param((20, 20, 20, 0, 0, None), "met", id="the missing one may worsen"),
        pytest.param((20, 20, 20, 0, None, None), "met", id="two missing ones may worsen"),
        pytest.param((20, 20, 20, -25, None, None), "indeterminate", id="a third might worsen"),
        pytest.param((20, 20, 0, 0, 0, None), "indeterminate", id="the third improvement may be missing"),
        pytest.param((20, 0, 0, 0, 0, None), "not_met", id="even then only two improve"),
        pytest.param((20, 20, None, 20, 0, 0), "indeterminate", id="strength might have worsened"),
        pytest.param((None, None, -30, None, None, None), "not_met", id="strength worsened, all else missing"),
        pytest.param((20, 20, 20, -30, -30, -30), "not_met", id="three worsened"),
        pytest.param((None,) * 6, "indeterminate", id="nothing is known"),
    ],
)
def test_what_is_missing_leaves_it_open_only_where_it_could_decide(percents, category):
    result = decided(*percents)
    assert (result.category, result.final) == (category, category != "indeterminate")


def test_a_missing_measure_is_named():
    result = decided(20, 20, 20, 0, None, None)
    assert result.missing == ("followup/enzymes/CK", "followup/extramuscular_global_activity")
    assert "missing at follow-up" in result.reason


def test_a_worsening_from_zero_is_left_to_a_person():
    before = replace(visit(BASELINE), chaq_index=Decimal(0))
    result = definition_of_improvement(before, improved_by(20, 20, 20, 0, 0, 0))
    assert (result.category, result.final) == ("met", False)
    assert "reviewed by a person" in result.reason


def test_worsenings_from_zero_that_could_decide_leave_it_open():
    before = replace(visit(BASELINE), chaq_index=Decimal(0))
    result = definition_of_improvement(before, improved_by(20, 20, 20, 0, -30, -30))
    assert (result.category, result.final) == ("indeterminate", False)


def test_a_measure_that_stays_zero_neither_improved_nor_worsened():
    zero = {"chaq_index": Decimal(0)}
    result = definition_of_improvement(
        replace(visit(BASELINE), **zero), replace(improved_by(20, 20, 20, 0, 0, 0), **zero)
    )
    assert (result.category, result.final) == ("met", True)


def test_strength_that_rises_from_zero_is_not_counted_as_improved():
    result = definition_of_improvement(replace(visit(BASELINE), mmt_total=Decimal(0)), improved_by(20, 20, 0, 0, 0, 0))
    assert (result.category, result.details.improved_measures) == ("not_met", 2)


def test_two_likert_globals_are_compared_with_each_other():
    before, after = (
        replace(one, physician_global_activity=Decimal(value), physician_global_scale="likert")
        for one, value in ((visit(BASELINE), 4), (improved_by(0, 20, 20, 0, 0, 0), 2))
    )
    assert definition_of_improvement(before, after).category == "met"


def test_the_strength_of_the_participant_can_be_the_cmas():
    before, after = (
        replace(one, cmas_total=Decimal(total), cmas_maximum=Decimal(52))
        for one, total in ((visit(BASELINE), 40), (improved_by(90, 90, 90, 90, 90, 90), 30))
    )
    assert definition_of_improvement(before, after, strength_measure="cmas").category == "not_met"


def test_a_study_sets_its_own_percent():
    rule = overriding(DEFINITION_OF_IMPROVEMENT, {"improvement": 30})
    after = improved_by(29, 30, 30, 0, 0, 0)
    assert definition_of_improvement(visit(BASELINE), after, rule).category == "not_met"
    with pytest.raises(ConstantRefused):
        overriding(DEFINITION_OF_IMPROVEMENT, {"enzyme": "HGB"})


PERCENT = st.sampled_from([-30, -25, -10, 0, 19, 20, 50])


@given(st.tuples(*[PERCENT] * 6), st.sets(st.integers(0, 5)))
@settings(max_examples=50)
def test_a_decision_with_measures_missing_is_that_of_the_whole(percents, absent):
    whole = decided(*percents).category
    partial = decided(*(None if place in absent else percent for place, percent in enumerate(percents))).category
    assert partial in {whole, "indeterminate"}
