"""Size and growth of a child: body mass index, surface area, and z-scores of the WHO reference of 2007."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.growth import (
    BODY_SURFACE_AREA,
    Child,
    SurfaceConstants,
    bmi_z_score,
    body_mass_index,
    body_surface_area,
    height_z_score,
    z_score,
)
from registry.domain.growth_reference import FIRST_MONTH, LAST_MONTH, Lms, lms
from registry.domain.rules import ConstantRefused, overriding

D = Decimal


def girl(months=61, **size):
    return Child(sex="female", age_months=months, **{name: D(value) for name, value in size.items()})


@pytest.mark.parametrize(
    ("height", "weight", "index"), [("120", "36", "25.00"), ("140", "35", "17.86"), ("100.5", "15.25", "15.10")]
)
def test_the_body_mass_index_is_weight_by_height_in_metres_squared(height, weight, index):
    result = body_mass_index(D(height), D(weight))
    assert result.value == D(index)
    assert abs(result.details.unrounded - result.value) <= D("0.005")


@pytest.mark.parametrize(
    ("height", "weight", "area"), [("100", "36", "1.00"), ("140", "35", "1.17"), ("30", "1", "0.09")]
)
def test_the_surface_area_is_the_root_of_height_times_weight(height, weight, area):
    assert body_surface_area(D(height), D(weight)).value == D(area)


def test_an_unrounded_surface_keeps_twelve_digits():
    assert body_surface_area(D(140), D(35)).details.unrounded == D("1.16666666667")


def test_a_study_may_set_the_divisor_but_not_to_nothing():
    with pytest.raises(ConstantRefused, match="divisor must be above 0"):
        overriding(BODY_SURFACE_AREA, {"divisor": 0})


def test_a_divisor_below_nothing_makes_no_constants():
    with pytest.raises(ConstantRefused):
        SurfaceConstants(divisor=D("-0.1"))
    assert body_surface_area(D(140), D(35), overriding(BODY_SURFACE_AREA, {"divisor": 3136})).value == D("1.25")


def test_what_is_missing_is_named():
    assert body_mass_index(D(140), None).missing == ("weight",)
    assert body_surface_area(None, None).missing == ("height", "weight")
    assert bmi_z_score(Child(height=D(140))).missing == ("weight", "sex", "age_months")
    assert height_z_score(Child()).missing == ("height", "sex", "age_months")


CHECKED = [
    ("height", "male", "1", "110.2647", "0.04164"),
    ("height", "female", "1", "109.6016", "0.04355"),
    ("body_mass_index", "male", "-0.7387", "15.2641", "0.0839"),
    ("body_mass_index", "female", "-0.8886", "15.2441", "0.09692"),
]


@pytest.mark.parametrize(
    ("measure", "sex", "power", "median", "variation"), CHECKED, ids=lambda value: f"WHO2007-{value}"
)
def test_the_reference_at_61_months_is_that_of_who(measure, sex, power, median, variation):
    assert lms(measure, sex, 61) == Lms(D(power), D(median), D(variation))


@pytest.mark.parametrize("measure", ["height", "body_mass_index"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_every_month_of_the_reference_is_there_and_can_be_read_at_3_sd(measure, sex):
    rows = [lms(measure, sex, month) for month in range(FIRST_MONTH, LAST_MONTH + 1)]
    assert len(rows) == 168
    for row in rows:
        assert row.median > 0
        assert 1 - 3 * abs(row.power) * row.variation > 0


@pytest.mark.parametrize("sex", ["male", "female"])
@pytest.mark.parametrize("measure", ["body_mass_index", "height"])
@pytest.mark.parametrize("month", [61, 120, 228])
def test_the_quantile_of_a_z_score_gives_that_z_score(measure, sex, month):
    found = lms(measure, sex, month)
    for z in range(-3, 4):
        quantile = float(found.median) * (1 + float(found.power) * float(found.variation) * z) ** (
            1 / float(found.power)
        )
        given, _ = z_score(D(str(round(quantile, 6))), found, weight_based=measure == "body_mass_index")
        assert abs(given - z) < D("0.0001")


def test_the_median_is_nought():
    assert height_z_score(girl(height="109.6")).value == 0
    assert bmi_z_score(Child(height=D(100), weight=D("15.26"), sex="male", age_months=61)).value == 0


def test_beyond_3_sd_the_body_mass_index_counts_in_distances_of_2_to_3_sd():
    reference = lms("body_mass_index", "male", 120)
    steps = {
        z: reference.median * (1 + reference.power * reference.variation * z) ** (1 / reference.power)
        for z in (-3, -2, 2, 3)
    }
    above = steps[3] + (steps[3] - steps[2])
    below = steps[-3] - (steps[-2] - steps[-3]) / 2
    for measured, expected in ((above, 4), (below, D("-3.5"))):
        found, restricted = z_score(measured, reference, weight_based=True)
        assert restricted
        assert abs(found - expected) < D("1e-9")


def test_height_is_not_restricted_beyond_3_sd():
    result = height_z_score(girl(height="90"))
    assert result.details.restricted is False
    assert abs(result.details.unrounded - (D(90) / D("109.6016") - 1) / D("0.04355")) < D("1e-9")


@pytest.mark.parametrize(("months", "known"), [(60, False), (61, True), (228, True), (229, False)])
def test_the_reference_is_for_61_to_228_months(months, known):
    result = height_z_score(girl(months, height="130"))
    assert (result.value is not None) is known
    assert known or "61 to 228 months" in result.reason


@pytest.mark.parametrize("sex", ["intersex", "unknown"])
def test_another_sex_has_no_reference(sex):
    result = bmi_z_score(Child(height=D(120), weight=D(25), sex=sex, age_months=100))
    assert (result.value, result.missing, result.final) == (None, ("sex",), False)


@settings(max_examples=35, deadline=None)
@given(
    sex=st.sampled_from(["female", "male"]),
    months=st.integers(61, 228),
    sizes=st.lists(st.decimals(5, 80, places=2), min_size=2, max_size=2, unique=True),
)
def test_a_higher_body_mass_index_has_a_higher_z_score(sex, months, sizes):
    low, high = (z_score(size, lms("body_mass_index", sex, months), weight_based=True)[0] for size in sorted(sizes))
    assert low < high
