"""The hMC is the sum of its four parts, and refuses a recoding of the floor rise that nobody published."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.hybrid_measure import HMC, Measures, hmc
from registry.domain.rules import ConstantRefused, overriding

MAPPING = {"floor_rise_0": 0, "floor_rise_1": 2, "floor_rise_2": 4, "floor_rise_3": 6, "floor_rise_4": 9}
PARTS = ("mmt8_total", "cmas_head_elevation", "cmas_sit_ups", "floor_rise_recoded")


def measures(**values):
    return Measures(**{name: None if value is None else Decimal(value) for name, value in values.items()})


def test_the_best_of_every_part_makes_100():
    result = hmc(measures(mmt8_total=80, cmas_head_elevation=5, cmas_sit_ups=6, floor_rise_recoded=9))
    assert (result.value, result.final, result.missing) == (100, True, ())


def test_a_floor_rise_as_scored_is_refused_until_a_study_sets_the_recoding():
    given = measures(mmt8_total=80, cmas_head_elevation=5, cmas_sit_ups=6, cmas_floor_rise=3)
    result = hmc(given)
    assert (result.value, result.missing, result.final) == (None, ("floor_rise_recoded",), False)
    assert "not published" in result.reason
    assert "floor_rise_3" in result.reason
    assert hmc(given, overriding(HMC, MAPPING)).value == 97


def test_a_recoding_of_one_score_leaves_the_others_refused():
    given = measures(mmt8_total=80, cmas_head_elevation=5, cmas_sit_ups=6, cmas_floor_rise=3)
    assert "floor_rise_3" in hmc(given, overriding(HMC, {"floor_rise_4": 9})).reason


@pytest.mark.parametrize("value", [-1, 10])
def test_a_recoding_out_of_its_range_is_refused(value):
    with pytest.raises(ConstantRefused, match="floor_rise_3 must be at least 0 and at most 9"):
        overriding(HMC, {"floor_rise_3": value})


@pytest.mark.parametrize("own", [{"floor_rise_1": 5, "floor_rise_2": 2}, {"floor_rise_0": 3, "floor_rise_4": 2}])
def test_a_better_floor_rise_never_counts_less(own):
    with pytest.raises(ConstantRefused, match="must not be above"):
        overriding(HMC, own)


def test_two_floor_rises_may_count_the_same():
    assert overriding(HMC, {"floor_rise_1": 2, "floor_rise_2": 2}).constants.floor_rise_2 == 2


@pytest.mark.parametrize("absent", PARTS)
def test_a_missing_part_makes_no_hmc(absent):
    whole = dict.fromkeys(PARTS, 5)
    result = hmc(measures(**{**whole, absent: None}))
    assert (result.value, result.missing, result.final) == (None, (absent,), False)


@settings(max_examples=35)
@given(st.integers(0, 80), st.integers(0, 5), st.integers(0, 6), st.integers(0, 9))
def test_the_hmc_lies_from_0_to_100(mmt8, head, sit_ups, rise):
    values = dict(zip(PARTS, (mmt8, head, sit_ups, rise), strict=True))
    assert hmc(measures(**values)).value == sum(values.values()) <= 100
