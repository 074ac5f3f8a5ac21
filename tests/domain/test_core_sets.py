"""Core set measures are compared like with like, and the enzyme that counts is the most abnormal at baseline."""

from dataclasses import replace
from decimal import Decimal

import pytest

from registry.domain.core_set_enzymes import Enzyme, enzyme_pair
from registry.domain.core_sets import Assessment, compared


def enzyme(code, value, upper_limit=None, unit="U/L", comparator=None):
    limit = None if upper_limit is None else Decimal(upper_limit)
    return Enzyme(enzyme=code, value=Decimal(value), upper_limit=limit, unit=unit, comparator=comparator)


def test_the_most_abnormal_enzyme_is_the_highest_multiple_of_its_own_limit_whatever_its_unit():
    baseline = (enzyme("CK", 1000, 200), enzyme("ALDOLASE", "0.8", "0.1", "ukat/L"), enzyme("LDH", 700, 250))
    pair = enzyme_pair(baseline, (enzyme("ALDOLASE", 12, 7), enzyme("CK", 100, 200)))
    assert (pair.enzyme, pair.baseline, pair.followup, pair.upper_limit) == ("ALDOLASE", 48, 12, 6)


def test_the_upper_limit_is_that_of_the_baseline():
    assert enzyme_pair((enzyme("CK", 900, 200),), (enzyme("CK", 300, 150),)).upper_limit == 200


def test_an_enzyme_without_a_limit_gives_way_to_one_with_a_limit():
    baseline = (enzyme("CK", 90000), enzyme("ALT", 41, 40))
    assert enzyme_pair(baseline, baseline).enzyme == "ALT"


def test_a_single_enzyme_is_followed_without_a_limit():
    pair = enzyme_pair((enzyme("CK", 66),), (enzyme("CK", 84),))
    assert (pair.enzyme, pair.baseline, pair.followup, pair.upper_limit, pair.reason) == ("CK", 66, 84, None, None)


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_that_is_not_above_zero_is_none(limit):
    assert enzyme_pair((enzyme("CK", 66, limit),), (enzyme("CK", 84),)).upper_limit is None


def test_several_enzymes_without_limits_leave_the_most_abnormal_unknown():
    pair = enzyme_pair((enzyme("CK", 66), enzyme("LDH", 300)), (enzyme("CK", 84),))
    assert pair.missing == ("baseline/enzymes/CK/upper_limit", "baseline/enzymes/LDH/upper_limit")
    assert "cannot be told" in pair.reason


def test_another_enzyme_never_stands_in_at_follow_up():
    pair = enzyme_pair((enzyme("CK", 900, 200), enzyme("ALT", 41, 40)), (enzyme("ALT", 40, 40),))
    assert (pair.baseline, pair.missing) == (None, ("followup/enzymes/CK",))


def test_equal_multiples_are_told_apart_by_a_fixed_order():
    baseline = (enzyme("ALT", 80, 40), enzyme("CK", 400, 200))
    assert enzyme_pair(baseline, baseline).enzyme == "CK"


@pytest.mark.parametrize(("before", "after"), [("<", None), (">", None), (None, "<"), (None, ">")])
def test_a_censored_value_is_never_taken_as_exact(before, after):
    pair = enzyme_pair((enzyme("CK", 900, 200, comparator=before),), (enzyme("CK", 300, 200, comparator=after),))
    assert (pair.baseline, pair.missing) == (None, (f"{'baseline' if before else 'followup'}/enzymes/CK",))
    assert "censored" in pair.reason


def test_a_value_above_the_limit_of_measurement_may_be_the_most_abnormal():
    baseline = (enzyme("CK", 300, 200, comparator=">"), enzyme("ALT", 400, 40))
    assert "CK is censored" in enzyme_pair(baseline, baseline).reason


def test_a_value_below_the_limit_of_measurement_leaves_a_higher_one_the_most_abnormal():
    baseline = (enzyme("ALT", 10, 40, comparator="<"), enzyme("CK", 900, 200))
    assert enzyme_pair(baseline, baseline).enzyme == "CK"


@pytest.mark.parametrize(("before", "after", "missing"), [(None, "U/L", "baseline"), ("U/L", None, "followup")])
def test_a_unit_given_at_one_visit_only_is_never_guessed(before, after, missing):
    pair = enzyme_pair((enzyme("CK", 900, 200, before),), (enzyme("CK", 300, 200, after),))
    assert pair.missing == (f"{missing}/enzymes/CK/unit",)


def test_without_any_unit_both_are_units_per_litre():
    pair = enzyme_pair((enzyme("CK", 900, 200, None),), (enzyme("CK", 300, 200, None),))
    assert (pair.baseline, pair.followup) == (900, 300)


def test_a_unit_of_something_else_is_not_compared():
    assert "unit of CK" in enzyme_pair((enzyme("CK", 9, 2, "mg/dL"),), (enzyme("CK", 3, 2, "mg/dL"),)).reason


def test_a_study_names_the_enzyme_that_counts():
    baseline = (enzyme("CK", 900, 200), enzyme("ALT", 400, 40))
    assert enzyme_pair(baseline, baseline, "CK").enzyme == "CK"
    assert enzyme_pair(baseline, baseline, "LDH").missing == ("baseline/enzymes",)


VISIT = Assessment(
    physician_global_activity=Decimal(4),
    patient_global_activity=Decimal(4),
    mmt_total=Decimal(60),
    mmt_maximum=Decimal(80),
    cmas_total=Decimal(40),
    cmas_maximum=Decimal(52),
)


def strength(before, after, tool="mmt8"):
    return next(one for one in compared(before, after, "imacs", tool) if one.measure == "strength")


@pytest.mark.parametrize(
    ("core_set", "fields"),
    [
        ("imacs", ["enzymes", "extramuscular_global_activity"]),
        ("printo", ["chq_physical_summary", "das_total"]),
    ],
)
def test_a_core_set_has_six_measures(core_set, fields):
    found = [one.field for one in compared(VISIT, VISIT, core_set, "mmt8")]
    assert found == ["physician_global_activity", "patient_global_activity", "mmt_total", "chaq_index", *fields]


def test_a_total_needs_its_maximum():
    assert strength(replace(VISIT, mmt_maximum=None), VISIT).missing == ("baseline/mmt_maximum",)


def test_a_total_above_its_maximum_is_not_compared():
    assert "above the maximum" in strength(VISIT, replace(VISIT, cmas_total=Decimal(53)), "cmas").reason


def test_versions_of_the_cmas_are_never_mixed():
    assert "never mixed" in strength(VISIT, replace(VISIT, cmas_maximum=Decimal(49)), "cmas").reason


def test_the_tool_of_strength_that_was_not_chosen_does_not_stand_in():
    one = strength(replace(VISIT, mmt_total=None), replace(VISIT, mmt_total=None))
    assert one.missing == ("baseline/mmt_total", "followup/mmt_total")


def test_two_questions_are_not_one_measure():
    before = replace(VISIT, patient_global_wording="disease_activity")
    after = replace(VISIT, patient_global_wording="overall_well_being")
    one = compared(before, after, "imacs", "mmt8")[1]
    assert (one.improvement, one.missing) == (None, ("followup/patient_global_activity",))
    assert "asked differently" in one.reason


def test_a_reason_names_the_visit_and_never_a_value():
    one = compared(VISIT, replace(VISIT, physician_global_activity=None), "imacs", "mmt8")[0]
    assert one.reason == "The physician's global activity is missing at follow-up."
