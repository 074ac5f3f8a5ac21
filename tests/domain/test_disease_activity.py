"""MYOACT: the sum of six extramuscular organ scales."""

from decimal import Decimal

from registry.domain.disease_activity import MUSCLE, ORGANS, myoact

WORST = dict.fromkeys(ORGANS, Decimal(10))


def test_six_extramuscular_organs_are_counted():
    organs = ("constitutional", "cutaneous", "skeletal", "gastrointestinal", "pulmonary", "cardiovascular")
    assert tuple(f"mdaat_{organ}" for organ in organs) == ORGANS


def test_the_sum_is_at_most_60_and_with_the_muscle_70():
    result = myoact({**WORST, MUSCLE: Decimal(10), "mdaat_other": Decimal(10)})
    assert (result.value, result.details.with_muscle, result.details.maximum) == (60, 70, 60)


def test_without_the_muscle_scale_only_the_extramuscular_sum_is_told():
    result = myoact(WORST)
    assert (result.value, result.details.with_muscle, result.final) == (60, None, True)


def test_a_missing_organ_makes_no_sum():
    result = myoact({**WORST, "mdaat_skeletal": None})
    assert (result.value, result.missing, result.final) == (None, ("mdaat_skeletal",), False)
