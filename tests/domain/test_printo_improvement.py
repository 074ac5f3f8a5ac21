"""The PRINTO definition of improvement gives the highest level that is certain."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.core_sets import Assessment
from registry.domain.printo_improvement import LEVELS, printo_improvement
from registry.schemas.calculations.printo_improvement import CALCULATION
from tests.domain.response_bodies import sent

FIELDS = ("physician_global_activity", "patient_global_activity", "cmas_total", "chaq_index", "chq_physical_summary",
          "das_total")  # fmt: skip
BETTER = {"cmas_total", "chq_physical_summary"}


def visit(*percents):
    """A visit with each measure improved by a percent of 10; None leaves it out. CHAQ is taken out of its range."""
    values = {
        field: None if percent is None else 10 + Decimal(percent) / 10 * (1 if field in BETTER else -1)
        for field, percent in zip(FIELDS, percents, strict=True)
    }
    return Assessment(**values, cmas_maximum=Decimal(52))


def decided(*percents):
    return printo_improvement(visit(*(0,) * 6), visit(*percents), strength_measure="cmas")


@pytest.mark.parametrize("example", CALCULATION.examples, ids=[one.source for one in CALCULATION.examples])
def test_a_worked_example_is_decided(example):
    result = CALCULATION.of(sent(example.body))
    assert (result.category, result.final) == (example.category, True)


@pytest.mark.parametrize(
    ("percents", "category"),
    [
        ((20, 20, 20, 0, 0, 0), "printo_20"),
        ((20, 20, 0, 0, 0, "19.9"), "not_met"),
        ((50, 50, 50, 0, 0, 0), "printo_50"),
        ((50, 50, "49.9", 0, 0, 0), "printo_20"),
        ((70, 70, 70, 0, 0, 0), "printo_70"),
        ((70, 70, "69.9", 0, 0, 0), "printo_50"),
        ((90, 90, 90, 0, 0, 0), "printo_90"),
        ((90, 90, "89.9", 0, 0, 0), "printo_70"),
        ((90, 90, 0, 90, "-30.1", 0), "printo_90"),
        ((90, 90, 0, 90, "-30.1", "-30.1"), "not_met"),
        ((90, 90, 0, 90, "-30.1", -30), "printo_90"),
        ((90, 90, -30, 90, 0, 0), "printo_90"),
        ((90, 90, "-30.1", 90, 90, 90), "not_met"),
    ],
)
def test_a_level_is_reached_by_three_with_one_worse_at_most_and_never_strength(percents, category):
    result = decided(*percents)
    assert (result.category, result.final) == (category, True)


@pytest.mark.parametrize(
    ("percents", "category"),
    [
        ((20, 20, 20, 0, 0, None), "printo_20"),
        ((20, 20, 20, 0, None, None), "indeterminate"),
        ((20, 20, 0, 0, 0, None), "indeterminate"),
        ((20, 0, 0, 0, 0, None), "not_met"),
        ((90, 90, None, 90, 0, 0), "indeterminate"),
        ((90, 90, 90, 0, 0, None), "printo_90"),
    ],
)
def test_what_is_missing_leaves_it_open_only_where_it_could_decide(percents, category):
    assert decided(*percents).category == category


def test_a_level_that_is_certain_is_given_while_a_higher_one_is_open():
    result = decided(50, 50, 20, 0, 0, None)
    assert (result.category, result.final) == ("printo_20", False)
    assert [level.decision for level in result.details.levels] == ["met", "indeterminate", "not_met", "not_met"]


def test_a_worsening_from_zero_is_left_to_a_person():
    before, after = visit(100, 0, 0, 0, 0, 0), visit(0, 90, 90, 90, 0, 0)
    result = printo_improvement(before, after, strength_measure="cmas")
    assert (result.category, result.final) == ("printo_90", False)
    assert "reviewed by a person" in result.reason


@given(st.tuples(*[st.sampled_from([-40, -30, 0, 20, 50, 70, 90])] * 6))
@settings(max_examples=40)
def test_a_level_that_is_reached_has_every_lower_one(percents):
    decisions = [level.decision for level in decided(*percents).details.levels]
    met = decisions.count("met")
    assert decisions == ["met"] * met + ["not_met"] * (len(LEVELS) - met)
