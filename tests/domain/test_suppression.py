"""What is blank is itself shared by k participants, and what leaves is."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.suppression import bounds, rare_codes, suppressed

WORTHS = (1, 2, 3)
KEYS = st.tuples(
    st.sampled_from([None, 2020, 2021]), st.sampled_from(["DE", "FR", "JP"]), st.sampled_from(["female", "male"])
)
CLASSES = st.dictionaries(KEYS, st.integers(1, 9), max_size=12)


def left_over(classes, k, worths=WORTHS):
    sizes = Counter()
    for key, left in suppressed(classes, k, worths).items():
        sizes[left] += classes[key]
    return sizes


def test_only_cells_of_classes_too_small_go_blank_and_those_of_least_worth_first():
    classes = {(2020, "DE", "female"): 5, (2020, "DE", "male"): 3, (2021, "DE", "male"): 2}
    assert suppressed(classes, 5, WORTHS) == {
        (2020, "DE", "female"): (2020, "DE", "female"),
        (2020, "DE", "male"): (None, "DE", "male"),
        (2021, "DE", "male"): (None, "DE", "male"),
    }


def test_too_few_left_over_take_along_the_class_that_loses_least():
    classes = {(2020, "DE", "female"): 90, (2020, "FR", "female"): 6, (2020, "JP", "female"): 1}
    assert left_over(classes, 5) == {(2020, "DE", "female"): 90, (2020, None, "female"): 7}


def test_with_fewer_than_k_in_all_everything_is_blank():
    assert left_over({(2020, "DE", "female"): 2, (2020, "FR", "male"): 2}, 5) == {(None, None, None): 4}


def test_with_nobody_there_is_nothing():
    assert suppressed({}, 5, WORTHS) == {}


@settings(max_examples=40, deadline=None)
@given(classes=CLASSES, k=st.integers(1, 8))
def test_every_class_that_leaves_has_k_participants_and_no_cell_is_changed(classes, k):
    everybody = sum(classes.values())
    assert all(size >= min(k, everybody) for size in left_over(classes, k).values())
    for key, left in suppressed(classes, k, WORTHS).items():
        assert all(after in (before, None) for before, after in zip(key, left, strict=True))


@settings(max_examples=40, deadline=None)
@given(classes=CLASSES, k=st.integers(1, 8), seed=st.randoms(use_true_random=False))
def test_the_order_in_which_classes_come_changes_nothing(classes, k, seed):
    others = list(classes.items())
    seed.shuffle(others)
    assert suppressed(dict(others), k, WORTHS) == suppressed(classes, k, WORTHS)


@pytest.mark.parametrize(
    ("participants", "blank"),
    [
        ({"a": 40, "b": 30, "c": 20}, set()),
        ({"a": 40, "b": 30, "c": 3}, {"b", "c"}),
        ({"a": 60, "b": 9, "c": 3}, {"b", "c"}),
        ({"0": 57, "1": 3}, {"0", "1"}),
        ({"a": 40, "b": 4, "c": 5}, {"a", "b", "c"}),
        ({"a": 40, "b": 0}, set()),
        ({}, set()),
    ],
)
def test_a_rare_code_takes_the_next_rarest_along_until_k_are_blank(participants, blank):
    assert rare_codes(participants, 12, sum(participants.values())) == blank


def test_participants_with_several_rare_codes_are_not_counted_twice():
    participants = {"a": 40, "b": 30, "c": 4, "d": 4, "e": 4}
    assert rare_codes(participants, 12, 82) == {"c", "d", "e"}
    assert rare_codes(participants, 12, 74) == {"b", "c", "d", "e"}


def test_a_total_that_counts_others_as_well_is_safe():
    assert rare_codes({"a": 40, "b": 30, "c": 6, "d": 6}, 12, 500) == {"b", "c", "d"}


def test_with_k_of_one_nothing_is_rare():
    assert rare_codes({"a": 1, "b": 1}, 1, 2) == set()


def decimals(*values):
    return [Decimal(str(value)) for value in values]


def test_k_participants_reach_the_limits():
    lowest, highest = decimals(1, 2, 3, 4, 5.5, 6), decimals(1, 9, 8, 7, 99.1, 6)
    assert bounds(lowest, highest, 2) == (Decimal(2), Decimal(9))
    assert bounds(lowest, highest, 1) == (Decimal(1), Decimal("99.1"))


def test_numbers_of_too_few_participants_have_no_limits():
    assert bounds([], [], 5) == (None, None)
    assert bounds(decimals(1, 2), decimals(3, 4), 5) == (None, None)
    assert bounds(decimals(1, 5), decimals(2, 6), 2) == (None, None)


@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 60)), max_size=30), k=st.integers(1, 6))
def test_at_least_k_participants_are_at_either_limit(pairs, k):
    lowest, highest = [Decimal(low) for low, _ in pairs], [Decimal(low + more) for low, more in pairs]
    low, high = bounds(lowest, highest, k)
    if low is not None:
        assert sum(value <= low for value in lowest) >= k
        assert sum(value >= high for value in highest) >= k
        assert low <= high
