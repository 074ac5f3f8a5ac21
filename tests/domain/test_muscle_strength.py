"""CMAS, MMT8 and MMT26: totals by items or as stated, each on its own scale."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import items
from registry.domain.muscle_strength import CMAS, MMT8, cmas, mmt8, mmt26, read_cmas, read_mmt8
from registry.domain.rules import overriding

BEST = {item.field: item.maximum for item in items.CMAS_ITEMS}
RIGHT = {item.field: 10 for item in (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"])}
LEFT = {item.field: 10 for item in (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["left"])}


def stated(total, maximum=52):
    return {"cmas_total": total, "cmas_maximum": maximum}


def codes(reading):
    return [(one.code, one.field) for one in reading.broken]


def test_the_items_of_a_cmas_sum_to_52():
    result = cmas(BEST)
    assert (result.value, result.final) == (52, True)
    assert (result.details.basis, result.details.maximum, result.details.expected) == ("items", 52, 52)


def test_a_cmas_without_items_is_taken_as_stated():
    result = cmas(stated(47))
    assert (result.value, result.details.basis, result.details.expected) == (47, "stated", None)


def test_a_missing_item_makes_no_cmas_and_nothing_is_imputed():
    result = cmas({**BEST, "cmas_pick_up": None, "cmas_sit_ups": None})
    assert (result.value, result.missing, result.final) == (None, ("cmas_sit_ups", "cmas_pick_up"), False)
    assert result.reason == "The CMAS total is the sum of its 14 items; items are missing, and none is imputed."


def test_a_cmas_of_which_nothing_is_recorded_says_so():
    result = cmas({})
    assert (result.value, result.missing) == (None, ("cmas_total",))
    assert result.reason == "Neither the CMAS total nor any of its items is recorded."


def test_a_stated_cmas_without_its_maximum_means_nothing():
    result = cmas({"cmas_total": 47})
    assert (result.value, result.missing) == (None, ("cmas_maximum",))
    assert read_cmas({"cmas_total": 47}).broken == ()


def test_a_cmas_that_contradicts_its_items_is_none():
    values = {**BEST, **stated(51)}
    assert codes(read_cmas(values)) == [("total_contradicts_items", "cmas_total")]
    assert cmas(values).reason == "The CMAS total (cmas_total) must be the sum of its 14 items."
    assert cmas(values).details.expected == 52


def test_a_cmas_with_some_of_its_items_is_none():
    values = {**stated(51), "cmas_pick_up": 3}
    assert codes(read_cmas(values)) == [("total_without_all_items", "cmas_total")]
    assert len(cmas(values).missing) == 13


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (stated(49, 49), []),
        (stated(50, 49), [("total_above_maximum", "cmas_total")]),
        (stated(52), []),
        (stated(53), [("total_above_maximum", "cmas_total")]),
        ({**BEST, "cmas_maximum": 49}, [("total_above_maximum", "cmas_maximum")]),
    ],
)
def test_a_cmas_never_exceeds_its_maximum(values, found):
    assert codes(read_cmas(values)) == found
    assert (cmas(values).value is None) is bool(found)


@pytest.mark.parametrize(
    ("total", "impairment"), [(52, "none"), (48, "none"), (47, None), (45, None), (15, None), (14, "severe"), (0, "severe")]
)  # fmt: skip
def test_impairment_is_said_only_where_the_source_gives_a_limit(total, impairment):
    details = cmas(stated(total)).details
    assert details.impairment == impairment
    assert (details.impairment_note is None) is (impairment is not None)


def test_between_the_limits_the_points_of_the_source_are_told():
    note = "The source names points, not intervals: 45 mild, 39 mild to moderate, 30 moderate impairment."
    assert cmas(stated(40)).details.impairment_note == note


def test_what_a_cmas_out_of_49_means_is_not_said():
    details = cmas(stated(49, 49)).details
    assert (details.impairment, details.impairment_note) == (None, "The source gives what a CMAS means out of 52 only.")


@pytest.mark.parametrize(("age", "told"), [(3, False), (4, True), (5, False), (None, False)])
def test_at_4_years_the_mean_of_healthy_children_is_told(age, told):
    note = cmas(stated(46), age).details.age_note
    assert note == ("Healthy children of 4 years score 46.6 on average, not 52." if told else None)


def test_a_study_can_set_the_limit_of_severe_impairment():
    rule = overriding(CMAS, {"severe_below": 20})
    assert cmas(stated(19), rule=rule).details.impairment == "severe"
    assert cmas(stated(19), rule=rule).rule.overridden == ("severe_below",)


@given(st.fixed_dictionaries({item.field: st.integers(0, item.maximum) for item in items.CMAS_ITEMS}))
@settings(max_examples=35)
def test_a_cmas_of_any_items_lies_from_0_to_52(values):
    assert 0 <= cmas(values).value <= 52
    assert cmas(values).value == sum(values.values())


@pytest.mark.parametrize(
    ("values", "total", "side"),
    [
        ({**RIGHT, "mmt8_maximum": 80}, 80, "right"),
        ({**LEFT, "mmt8_maximum": 80, "mmt8_side": "left"}, 80, "left"),
        ({**RIGHT, **LEFT, "mmt8_maximum": 150}, 150, "both"),
        ({"mmt8_total": 78, "mmt8_maximum": 80}, 78, "right"),
        ({"mmt8_total": 146, "mmt8_maximum": 150}, 146, "both"),
    ],
)
def test_an_mmt8_is_out_of_80_or_of_150(values, total, side):
    result = mmt8(values)
    assert (result.value, result.details.side, result.details.maximum) == (total, side, values["mmt8_maximum"])


@pytest.mark.parametrize(("total", "broken"), [(80, False), (81, True)])
def test_a_total_of_both_sides_is_refused_out_of_80(total, broken):
    values = {"mmt8_total": total, "mmt8_maximum": 80}
    assert codes(read_mmt8(values)) == ([("total_above_maximum", "mmt8_total")] if broken else [])
    assert (mmt8(values).value is None) is broken


def test_a_muscle_of_the_other_side_is_refused_out_of_80():
    values = {**RIGHT, "mmt8_biceps_left": 9, "mmt8_maximum": 80}
    assert codes(read_mmt8(values)) == [("mmt8_other_side", "mmt8_biceps_left")]
    assert mmt8(values).value is None
    assert "(right); the left one must be left out" in mmt8(values).reason


def test_an_mmt8_out_of_150_needs_both_sides():
    result = mmt8({**RIGHT, "mmt8_maximum": 150})
    assert result.value is None
    assert result.missing == items.fields(items.MMT8_BY_SIDE["left"])


@pytest.mark.parametrize("values", [RIGHT, {"mmt8_total": 78}, {**RIGHT, "mmt8_total": 80}])
def test_an_mmt8_without_its_maximum_means_nothing(values):
    result = mmt8(values)
    assert (result.value, result.missing, result.final) == (None, ("mmt8_maximum",), False)
    assert result.reason == "The MMT8 total needs mmt8_maximum: the scale is never assumed."
    assert read_mmt8(values).broken == ()


def test_the_mmt8_has_no_constants():
    assert MMT8.certainty == 100


def test_an_mmt26_is_the_sum_of_its_groups():
    values = {"mmt_axial": 20, "mmt_proximal": 160, "mmt_distal": 79}
    assert mmt26(values).value == 259
    assert mmt26({**values, "mmt_distal": None}).missing == ("mmt_distal",)
    assert mmt26({**values, "mmt26_total": 260}).value is None
    assert mmt26({"mmt26_total": Decimal(241)}).details.maximum == 260
