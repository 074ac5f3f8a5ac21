"""The figures of the risk are those of the books, and exact."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest

from registry.domain.deidentification import PROFILES
from registry.domain.disclosure_risk import closeness, matches, measured, one_in


def known(*values, visits=()):
    return (values, visits)


A, B, C = known("DE", "female"), known("DE", "male"), known(None, "male")


def test_each_adversary_has_a_risk_of_their_own():
    people = [A] * 5 + [B] * 4 + [C]
    risk = measured(people, {A: 10, B: 4, C: 8}, [{}] * 10, Decimal("0.2"))
    assert (risk.participants, risk.classes, risk.k, risk.uniques) == (10, 3, 1, 1)
    assert (risk.prosecutor_max, risk.prosecutor_average) == (1, Fraction(3, 10))
    assert risk.journalist_max == Fraction(1, 4)
    assert risk.marketer == Fraction(1, 10) * (Fraction(5, 10) + 1 + Fraction(1, 8))
    assert risk.journalist_average == risk.marketer
    assert risk.above == 5


@pytest.mark.parametrize(("size", "above"), [(11, 11), (12, 0), (13, 0)])
def test_0_09_means_classes_of_12_or_more(size, above):
    assert measured([A] * size, {}, [{}] * size, Decimal("0.09")).above == above


def test_the_k_of_each_profile_is_the_least_that_its_threshold_lets_pass():
    for profile in PROFILES.values():
        threshold = Fraction(profile.threshold)
        assert one_in(profile.k) <= threshold
        assert profile.k == 1 or one_in(profile.k - 1) > threshold


def test_l_and_t_are_those_of_the_worst_class():
    sensitive = [{"course": value, "event": "no"} for value in ["x", "y", "x", "x", "x"]]
    risk = measured([A, A, A, B, B], {}, sensitive, Decimal(1))
    assert risk.diversity == {"course": 1, "event": 1}
    assert risk.closeness == {"course": Fraction(1, 5), "event": 0}


def test_distance_counts_values_that_a_class_does_not_have():
    assert closeness([Counter(x=2), Counter(y=2), Counter(z=4)]) == Fraction(3, 4)
    assert closeness([]) == 0


def test_a_blank_may_be_anybody_and_a_value_only_its_own():
    population = [*[A] * 3, *[B] * 2, known("FR", "male"), known(None, "male")]
    assert matches({A, B, C}, population) == {A: 3, B: 2, C: 4}


def test_planned_events_are_those_of_everybody_who_had_them_and_days_of_those_who_had_the_same():
    some, all_ = frozenset({"week_0"}), frozenset({"week_0", "week_4"})
    events = [known("DE", visits=some), known("DE", visits=all_), known("DE", visits=all_)]
    assert matches(set(events), events) == {known("DE", visits=some): 3, known("DE", visits=all_): 2}
    days = [known("DE", visits=(1, 28)), known("DE", visits=(1, 29))]
    assert matches(set(days), days) == dict.fromkeys(days, 1)


def test_with_nobody_there_is_no_risk():
    risk = measured([], {}, [], Decimal("0.09"))
    assert (risk.k, risk.prosecutor_max, risk.marketer, risk.above) == (0, 0, 0, 0)


def test_the_population_is_never_smaller_than_the_class():
    assert measured([A, A], {A: 1}, [{}, {}], Decimal(1)).journalist_max == Fraction(1, 2)
