"""High risk: one feature of SHARE is enough, and its absence needs every one of them known."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.high_risk import HIGH_RISK, Features, high_risk
from registry.domain.rules import overriding

D = Decimal
FLAGS = (
    "bed_bound",
    "aspiration",
    "gastrointestinal_vasculopathy",
    "myocarditis",
    "central_nervous_system",
    "skin_ulceration",
    "intensive_care",
)
NONE = Features(
    **dict.fromkeys(FLAGS, False),
    dysphagia="none",
    interstitial_lung_disease="absent",
    cmas_total=D(15),
    cmas_maximum=D(52),
    mmt8_total=D(30),
    mmt8_maximum=D(80),
    age_months=D(12),
)

PRESENT = [
    *((name, {name: True}) for name in FLAGS),
    ("dysphagia", {"dysphagia": "mild"}),
    ("dysphagia", {"dysphagia": "moderate_severe"}),
    ("interstitial_lung_disease", {"interstitial_lung_disease": "present"}),
    ("cmas_total", {"cmas_total": D(14)}),
    ("mmt8_total", {"mmt8_total": D(29)}),
    ("mmt8_total", {"mmt8_total": D(29), "mmt8_maximum": D(150)}),
    ("age_months", {"age_months": D(11)}),
]


def test_every_feature_at_its_limit_is_not_high_risk():
    result = high_risk(NONE)
    assert (result.category, result.final, result.missing, result.reason) == ("not_high_risk", True, (), None)
    assert len(result.details.absent) == 12


@pytest.mark.parametrize(("feature", "changes"), PRESENT, ids=[f"S-SHARE: {list(row[1].values())}" for row in PRESENT])
def test_one_feature_is_enough(feature, changes):
    result = high_risk(replace(NONE, **changes))
    assert (result.category, result.final, result.details.present) == ("high_risk", True, (feature,))


@pytest.mark.parametrize(("feature", "changes"), PRESENT)
def test_one_feature_is_enough_whatever_is_not_known(feature, changes):
    scale = {"cmas_maximum": D(52), "mmt8_maximum": D(80)}
    result = high_risk(Features(**(scale | changes)))
    assert (result.category, result.final, result.details.present) == ("high_risk", True, (feature,))
    assert len(result.missing) == 11


NOT_KNOWN = [
    *((name, {name: None}) for name in (*FLAGS, "dysphagia", "interstitial_lung_disease", "cmas_total", "age_months")),
    ("interstitial_lung_disease", {"interstitial_lung_disease": "suspected"}),
    ("cmas_total", {"cmas_maximum": D(49)}),
    ("cmas_total", {"cmas_maximum": None}),
    ("mmt8_total", {"mmt8_total": None}),
    ("mmt8_total", {"mmt8_maximum": None}),
    ("mmt8_total", {"mmt8_total": D(99), "mmt8_maximum": D(150)}),
]


@pytest.mark.parametrize(
    ("feature", "changes"), NOT_KNOWN, ids=[f"{row[0]} {list(row[1].values())}" for row in NOT_KNOWN]
)
def test_a_feature_that_is_not_known_leaves_it_indeterminate(feature, changes):
    result = high_risk(replace(NONE, **changes))
    assert (result.category, result.final, result.missing) == ("indeterminate", False, (feature,))
    assert result.reason


def test_an_mmt8_of_both_sides_bounds_that_of_one_side():
    result = high_risk(replace(NONE, mmt8_total=D(100), mmt8_maximum=D(150)))
    assert "mmt8_total" in result.details.absent


@settings(max_examples=35, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(FLAGS, st.sampled_from((True, False, None)))))
def test_every_feature_is_present_absent_or_not_known(flags):
    told = high_risk(replace(NONE, **flags)).details
    assert len({*told.present, *told.absent, *told.unknown}) == 12


def test_a_study_can_set_its_own_limit():
    rule = overriding(HIGH_RISK, {"cmas_below": D(20)})
    assert high_risk(NONE, rule).details.present == ("cmas_total",)
