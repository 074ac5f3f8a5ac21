"""Every pattern of visits that leaves is shared, and as few visits as may be are left out for it."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.visit_patterns import kept

PATTERNS = st.dictionaries(st.frozensets(st.sampled_from("abcdef")), st.integers(1, 6), max_size=14)


def sizes(patterns, k):
    shared = Counter()
    for pattern, leaving in kept(patterns, k).items():
        shared[leaving] += patterns[pattern]
    return shared


def test_the_last_visits_of_those_who_came_longest_are_left_out():
    short, long = frozenset({"week_0", "week_4"}), frozenset({"week_0", "week_4", "week_8"})
    assert kept({short: 9, long: 4}, 5) == {short: short, long: short}


def test_an_odd_visit_is_left_out():
    usual, odd = frozenset({"week_0", "week_4"}), frozenset({"week_0", "week_4", "week_6"})
    assert kept({usual: 30, odd: 1}, 5) == {usual: usual, odd: usual}


def test_patterns_that_enough_share_are_left_alone():
    patterns = {frozenset({"a"}): 5, frozenset({"a", "b"}): 5, frozenset(): 5}
    assert kept(patterns, 5) == {pattern: pattern for pattern in patterns}


def test_with_fewer_than_k_no_visit_leaves():
    assert kept({frozenset({"a"}): 3}, 5) == {frozenset({"a"}): frozenset()}
    assert kept({}, 5) == {}


@settings(max_examples=40, deadline=None)
@given(patterns=PATTERNS, k=st.integers(1, 8))
def test_every_pattern_that_leaves_is_shared_and_was_there(patterns, k):
    assert all(leaving <= pattern for pattern, leaving in kept(patterns, k).items())
    assert all(size >= min(k, sum(patterns.values())) for size in sizes(patterns, k).values())


@settings(max_examples=40, deadline=None)
@given(patterns=PATTERNS, k=st.integers(1, 8), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_patterns_changes_nothing(patterns, k, seed):
    others = list(patterns.items())
    seed.shuffle(others)
    assert kept(dict(others), k) == kept(patterns, k)
