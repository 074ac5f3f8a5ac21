"""Confirmed deterioration as in ProDERM: three criteria, two visits in a row, and no percentage from zero."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.deterioration import DETERIORATION, MEASURES, Measures, deterioration
from registry.domain.rules import overriding

BASELINE = {
    "physician_global_activity": "4",
    "patient_global_activity": "4",
    "mmt8_total": "70",
    "chaq_index": "1",
    "extramuscular_global_activity": "4",
}


def measures(**values):
    merged = {**BASELINE, **values}
    return Measures(**{name: None if value is None else Decimal(value) for name, value in merged.items()})


def judged(baseline=None, previous=None, **visit):
    """The result of a visit against a baseline, with a visit before it where one is given."""
    before = None if previous is None else measures(**previous)
    return deterioration(measures(**(baseline or {})), measures(**visit), before)


WORSE = {"extramuscular_global_activity": "6"}


@pytest.mark.parametrize(
    ("visit", "criterion"),
    [
        ({"physician_global_activity": "6", "mmt8_total": "56"}, "physician_global_and_mmt8"),
        ({"extramuscular_global_activity": "6"}, "extramuscular"),
        (
            {"physician_global_activity": "5.2", "patient_global_activity": "5.2", "mmt8_total": "49"},
            "core_set",
        ),
        ({"patient_global_activity": "5.2", "chaq_index": "1.3", "extramuscular_global_activity": "5.2"}, "core_set"),
    ],
)
def test_each_criterion_alone_is_a_deterioration_and_is_told(visit, criterion):
    result = judged(**visit)
    assert (result.category, result.final, result.missing) == ("unconfirmed", True, ())
    told = result.details.visit
    names = ("physician_global_and_mmt8", "extramuscular", "core_set")
    assert [name for name in names if getattr(told, name) == "met"] == [criterion]


@pytest.mark.parametrize(
    "visit",
    [
        {"physician_global_activity": "5.9", "mmt8_total": "56"},
        {"physician_global_activity": "6", "mmt8_total": "57"},
        {"physician_global_activity": "6"},
        {"mmt8_total": "49"},
        {"extramuscular_global_activity": "5.9"},
        {"physician_global_activity": "5.2", "patient_global_activity": "5.1", "mmt8_total": "49"},
        {"physician_global_activity": "5.2", "patient_global_activity": "5.2", "mmt8_total": "50"},
        {"physician_global_activity": "1", "mmt8_total": "80"},
    ],
)
def test_just_below_a_criterion_is_none(visit):
    result = judged(previous=WORSE, **visit)
    assert (result.category, result.final) == ("none", True)


def test_it_is_confirmed_where_the_visit_before_meets_any_criterion_too():
    assert judged(previous=WORSE, physician_global_activity="6", mmt8_total="56").category == "confirmed"
    assert judged(previous={}, **WORSE).category == "unconfirmed"


def test_how_much_worse_is_told_in_percent_of_the_baseline():
    changes = {one.measure: one for one in judged(mmt8_total="56", chaq_index="0.5").details.visit.changes}
    assert (changes["mmt8_total"].worsening, changes["mmt8_total"].percent) == (14, Decimal("20.0"))
    assert changes["chaq_index"].percent == Decimal("-50.0")


def test_a_worsening_from_zero_is_flagged_and_never_final():
    result = judged({"chaq_index": "0"}, patient_global_activity="5.2", mmt8_total="49", chaq_index="0.125")
    assert (result.category, result.final) == ("indeterminate", False)
    assert result.details.manual_review == ("chaq_index",)
    assert result.details.visit.core_set == "manual_review"
    assert "manual review" in result.reason


def test_a_criterion_in_cm_counts_from_a_baseline_of_zero():
    result = judged({"extramuscular_global_activity": "0"}, extramuscular_global_activity="2")
    assert (result.category, result.final) == ("unconfirmed", False)
    assert result.details.visit.extramuscular == "met"


def test_what_stays_at_zero_is_not_worse():
    zero = dict.fromkeys(BASELINE, "0")
    result = judged(zero, **zero)
    assert (result.category, result.final, result.details.manual_review) == ("none", True, ())


def test_missing_measures_are_named_and_leave_it_undecided_where_they_could_change_it():
    result = judged(extramuscular_global_activity=None)
    assert (result.category, result.final) == ("indeterminate", False)
    assert result.missing == ("visit/extramuscular_global_activity",)


def test_missing_measures_that_cannot_change_it_leave_it_decided():
    result = judged(patient_global_activity=None, chaq_index=None)
    assert (result.category, result.final) == ("none", True)
    assert result.missing == ("visit/patient_global_activity", "visit/chaq_index")
    assert judged(**dict.fromkeys(BASELINE)).category == "indeterminate"
    assert judged(**{**dict.fromkeys(BASELINE), **WORSE}).category == "unconfirmed"


def test_an_undecided_visit_before_leaves_open_whether_it_is_confirmed():
    result = judged(previous={"extramuscular_global_activity": None}, **WORSE)
    assert (result.category, result.final) == ("indeterminate", False)
    assert result.missing == ("previous/extramuscular_global_activity",)
    assert "This visit meets" in result.reason


def test_a_study_can_set_how_much_is_worse():
    rule = overriding(DETERIORATION, {"extramuscular_cm": 3})
    assert deterioration(measures(), measures(**WORSE), None, rule).category == "none"


tenths = st.decimals(0, 10, places=1)
scores = st.fixed_dictionaries(
    {
        "physician_global_activity": tenths,
        "patient_global_activity": tenths,
        "mmt8_total": st.integers(0, 80),
        "chaq_index": st.integers(0, 24).map(lambda eighths: Decimal(eighths) / 8),
        "extramuscular_global_activity": tenths,
    }
)


@settings(max_examples=40)
@given(scores, scores, scores, st.sets(st.sampled_from(MEASURES)))
def test_what_is_decided_holds_whatever_was_missing(baseline, previous, visit, absent):
    partly = {name: None if name in absent else value for name, value in visit.items()}
    told = judged(baseline, previous, **partly).category
    assert told in {"indeterminate", judged(baseline, previous, **visit).category}


@settings(max_examples=35)
@given(scores, scores)
def test_a_visit_like_the_baseline_is_none(baseline, previous):
    assert judged(baseline, previous, **baseline).category == "none"


@pytest.mark.parametrize(("sixths", "worse"), [(13, "met"), (12, "failed")])
def test_a_mean_that_does_not_end_worsens_by_exactly_30_percent(sixths, worse):
    before, now = Decimal(10) / 6, Decimal(sixths) / 6
    result = judged({"chaq_index": before}, chaq_index=now)
    (change,) = (one for one in result.details.visit.changes if one.measure == "chaq_index")
    assert change.core_set == worse
