"""A daily dose against the published doses: both sides of every boundary of weight, kidney function and dose."""

from dataclasses import fields
from decimal import Decimal

import pytest

from registry.domain.dose_band import DOSE_BAND, Daily, dose_band
from registry.domain.dose_ranges import dose_outside_published_range, published_range
from registry.domain.rules import ConstantRefused, overriding

D = Decimal


def band(drug, form, mg, weight, egfr=None, rule=DOSE_BAND):
    mg, weight, egfr = (None if text is None else D(text) for text in (mg, weight, egfr))
    return dose_band(Daily(drug=drug, formulation=form, mg_per_day=mg, weight=weight, egfr=egfr), rule)


BARICITINIB = [
    ("2", "9.99", "90", "no_published_dose"),
    ("2", "10", "90", "within"),
    ("1.99", "10", "90", "below"),
    ("2.01", "29.99", "90", "above"),
    ("2", "30", "90", "below"),
    ("4", "30", "90", "within"),
    ("4.01", "30", "90", "above"),
    ("4", "30", "60", "within"),
    ("4", "30", "59.999", "above"),
    ("2", "30", "59.999", "within"),
    ("2", "30", "30", "within"),
    ("2", "30", "29.999", "not_recommended"),
    ("1", "29.99", "30", "within"),
    ("2", "29.99", "59.9", "above"),
    ("0.5", "20", "45", "below"),
    ("1", "20", "29.999", "not_recommended"),
]


@pytest.mark.parametrize(("mg", "weight", "egfr", "expected"), BARICITINIB)
def test_baricitinib_goes_by_weight_and_kidney_function(mg, weight, egfr, expected):
    result = band("baricitinib", "tablet", mg, weight, egfr)
    assert (result.category, result.final) == (expected, True)


OTHERS = [
    ("tofacitinib", "tablet", "4.99", "19.99", "below"),
    ("tofacitinib", "tablet", "5", "10", "within"),
    ("tofacitinib", "tablet", "5", "9.99", "no_published_dose"),
    ("tofacitinib", "tablet", "15.01", "19.99", "above"),
    ("tofacitinib", "tablet", "7.99", "25", "below"),
    ("tofacitinib", "tablet", "8", "39.99", "within"),
    ("tofacitinib", "tablet", "8", "40", "below"),
    ("ruxolitinib", "tablet", "9.99", "25", "below"),
    ("ruxolitinib", "tablet", "5", "24.99", "within"),
    ("upadacitinib", "oral_solution", "6", "19.99", "within"),
    ("upadacitinib", "oral_solution", "6", "20", "below"),
    ("upadacitinib", "oral_solution", "8", "29.99", "within"),
    ("upadacitinib", "oral_solution", "12", "30", "within"),
    ("upadacitinib", "extended_release_tablet", "15", "30", "within"),
    ("upadacitinib", "extended_release_tablet", "15", "29.99", "no_published_dose"),
    ("filgotinib", "tablet", "100", "50", "no_published_dose"),
    ("ruxolitinib", "cream", "10", "30", "no_published_dose"),
]


@pytest.mark.parametrize(("drug", "form", "mg", "weight", "expected"), OTHERS)
def test_other_drugs_go_by_weight_and_formulation(drug, form, mg, weight, expected):
    result = band(drug, form, mg, weight)
    assert (result.category, result.final) == (expected, True)


def test_without_an_egfr_baricitinib_is_compared_with_normal_kidney_function_and_is_not_final():
    result = band("baricitinib", "tablet", "2", "30")
    assert (result.category, result.final, result.missing) == ("below", False, ("egfr",))


def test_the_sources_of_the_rows_are_told():
    details = band("tofacitinib", "tablet", "8", "22").details
    assert len(details.sources) == 2
    assert (details.lowest, details.highest) == (D(5), D(15))
    assert details.mg_per_kg_per_day == D("0.363636363636")
    assert "half the dose" in band("baricitinib", "tablet", "2", "30", "45").details.sources[0]


@pytest.mark.parametrize(("mg", "weight", "missing"), [(None, "30", ("mg_per_day",)), ("4", None, ("weight",))])
def test_what_is_missing_is_named(mg, weight, missing):
    result = band("baricitinib", "tablet", mg, weight, "90")
    assert (result.category, result.missing, result.final) == (None, missing, False)


def test_a_study_may_set_the_lowest_weight():
    rule = overriding(DOSE_BAND, {"lowest_weight": 8})
    assert band("tofacitinib", "oral_solution", "5", "9", rule=rule).category == "within"
    assert band("tofacitinib", "oral_solution", "5", "7.9", rule=rule).category == "no_published_dose"


def test_the_check_of_a_dose_without_an_egfr_still_covers_both_kidney_functions():
    limits = published_range("baricitinib", "tablet", D(30))
    assert (limits.lowest, limits.highest) == (D(2), D(4))
    assert dose_outside_published_range("baricitinib", "tablet", D(2), D(30)) is None


def own(**constants):
    return overriding(DOSE_BAND, constants)


@pytest.mark.parametrize(
    ("drug", "form", "weight", "constants", "below", "mg"),
    [
        ("upadacitinib", "oral_solution", "19.99", {"upadacitinib_oral_solution": {"from_10_kg": 5}}, "4.99", "5"),
        ("upadacitinib", "oral_solution", "20", {"upadacitinib_oral_solution": {"from_20_kg": 7}}, "6.99", "7"),
        ("upadacitinib", "oral_solution", "30", {"upadacitinib_oral_solution": {"from_30_kg": 11}}, "10.99", "11"),
        (
            "upadacitinib",
            "extended_release_tablet",
            "30",
            {"upadacitinib_extended_release_tablet": {"from_30_kg": 14}},
            "13.99",
            "14",
        ),
        ("tofacitinib", "tablet", "39.99", {"tofacitinib": {"from_20_kg": 7}}, "6.99", "7"),
        ("tofacitinib", "tablet", "40", {"tofacitinib": {"from_40_kg": 9}}, "8.99", "9"),
    ],
)
def test_a_study_may_set_the_doses_that_were_not_confirmed(drug, form, weight, constants, below, mg):
    rule = own(**constants)
    assert band(drug, form, mg, weight, rule=rule).category == "within"
    assert band(drug, form, below, weight, rule=rule).category == "below"
    assert band(drug, form, mg, weight).category == "below"


def test_a_study_may_include_the_higher_doses_of_the_nih_programmes():
    included = own(nih_baricitinib="included")
    assert band("baricitinib", "tablet", "12", "20", "60").category == "above"
    assert band("baricitinib", "tablet", "12", "20", "60", included).category == "within"
    assert band("baricitinib", "tablet", "12.01", "20", "60", included).category == "above"
    assert band("baricitinib", "tablet", "12", "20", "59.99", included).category == "above"
    assert band("baricitinib", "tablet", "4", "20", "29.99", included).category == "not_recommended"
    assert band("baricitinib", "tablet", "4", "9.99", "60", included).category == "no_published_dose"
    lower = own(nih_baricitinib="included", nih_baricitinib_doses={"highest": 8})
    assert band("baricitinib", "tablet", "8", "20", "60", lower).category == "within"
    assert band("baricitinib", "tablet", "8.01", "20", "60", lower).category == "above"


def test_a_study_may_set_the_limits_of_kidney_function():
    rule = own(baricitinib_halved_below_egfr=50, baricitinib_not_recommended_below_egfr=20)
    cases = [("50", "4"), ("49.99", "2"), ("20", "2")]
    assert [band("baricitinib", "tablet", mg, "30", egfr, rule).category for egfr, mg in cases] == ["within"] * 3
    assert band("baricitinib", "tablet", "4", "30", "49.99", rule).category == "above"
    assert band("baricitinib", "tablet", "2", "30", "19.99", rule).category == "not_recommended"


def test_limits_that_are_alike_leave_no_half_dose():
    rule = own(baricitinib_not_recommended_below_egfr=60)
    assert band("baricitinib", "tablet", "4", "30", "60", rule).category == "within"
    assert band("baricitinib", "tablet", "2", "30", "59.99", rule).category == "not_recommended"


@pytest.mark.parametrize(
    "constants",
    [
        {"baricitinib_not_recommended_below_egfr": D("60.01")},
        {"baricitinib_halved_below_egfr": D("29.99")},
        {"baricitinib_halved_below_egfr": 20, "baricitinib_not_recommended_below_egfr": 50},
        {"baricitinib_not_recommended_below_egfr": -1},
        {"tofacitinib": {"from_10_kg": 0}},
        {"upadacitinib_oral_solution": {"from_10_kg": -6}},
        {"upadacitinib_oral_solution": {"from_15_kg": 6}},
        {"nih_baricitinib": "perhaps"},
        {"nih_baricitinib_doses": {"lowest": D("12.01")}},
    ],
)
def test_constants_that_make_no_sense_are_refused_by_their_name(constants):
    with pytest.raises(ConstantRefused) as refused:
        own(**constants)
    assert refused.value.name in constants


def test_each_constant_tells_how_sure_it_is():
    certainty = {one.name: one.metadata["certainty"] for one in fields(DOSE_BAND.constants)}
    assert (certainty["tofacitinib"], certainty["nih_baricitinib"]) == (96, 70)
    assert certainty["upadacitinib_oral_solution"] == certainty["upadacitinib_extended_release_tablet"] == 88
    assert certainty["baricitinib_halved_below_egfr"] == 100
    assert DOSE_BAND.certainty == min(certainty.values())
