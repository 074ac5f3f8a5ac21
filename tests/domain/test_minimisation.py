"""Minimisation: a worked example by hand, least imbalance always where p is 1, and better balance than by chance alone."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.minimisation import DRAWS, Levels, Minimisation

TWO_ARMS = Minimisation({"a": 1, "b": 1}, Fraction(4, 5))
BEFORE: list[tuple[Levels, str]] = [
    ({"sex": "f", "age": "young"}, "a"),
    ({"sex": "f", "age": "old"}, "a"),
    ({"sex": "m", "age": "young"}, "b"),
    ({"sex": "f", "age": "young"}, "a"),
    ({"sex": "m", "age": "old"}, "b"),
    ({"sex": "f", "age": "young"}, "b"),
]
"""Girls: three in a, one in b. Young: two in a, two in b. Derived by hand below; no published table was at hand."""


def test_the_imbalance_of_each_arm_is_as_counted_by_hand() -> None:
    """A young girl given a: girls 4 and 1, young 3 and 2, hence 3 + 1 = 4; given b: 3 and 2, 2 and 3, hence 1 + 1 = 2."""
    new = {"sex": "f", "age": "young"}
    assert TWO_ARMS.imbalances(new, BEFORE) == {"a": 4, "b": 2}
    variance = Minimisation({"a": 1, "b": 1}, Fraction(4, 5), "variance")
    assert variance.imbalances(new, BEFORE) == {
        "a": Fraction(9, 4) + Fraction(1, 4),
        "b": Fraction(1, 4) + Fraction(1, 4),
    }


@pytest.mark.parametrize(("share", "arm"), [("0", "b"), ("0.7999", "b"), ("0.8", "a"), ("0.9999", "a")])
def test_the_arm_of_least_imbalance_has_the_probability_and_the_other_the_rest(share: str, arm: str) -> None:
    draw = -(-Fraction(share) * DRAWS // 1)
    assert TWO_ARMS.chosen({"sex": "f", "age": "young"}, BEFORE, int(draw)) == arm


def test_counts_are_divided_by_the_shares_of_the_ratio() -> None:
    """2 : 1 with two in a and one in b is even: another in a is 3/2 and 1, in b 1 and 2."""
    uneven = Minimisation({"a": 2, "b": 1}, Fraction(1))
    before: list[tuple[Levels, str]] = [({"sex": "f"}, "a"), ({"sex": "f"}, "a"), ({"sex": "f"}, "b")]
    assert uneven.imbalances({"sex": "f"}, before) == {"a": Fraction(1, 2), "b": Fraction(1)}


def test_where_all_arms_are_alike_chance_decides_by_the_ratio() -> None:
    three = Minimisation({"a": 1, "b": 1, "c": 1}, Fraction(9, 10))
    given_arms = [three.chosen({"sex": "f"}, [], -(-DRAWS * n // 300)) for n in range(300)]
    assert [given_arms.count(arm) for arm in "abc"] == [100, 100, 100]


def test_arms_of_least_imbalance_share_their_probability() -> None:
    three = Minimisation({"a": 1, "b": 1, "c": 1}, Fraction(9, 10))
    given_arms = [three.chosen({"sex": "f"}, [({"sex": "f"}, "c")], -(-DRAWS * n // 1000)) for n in range(1000)]
    assert [given_arms.count(arm) for arm in "abc"] == [450, 450, 100]


def test_without_factors_the_arms_are_kept_even_as_a_whole() -> None:
    assert TWO_ARMS.imbalances({}, [({}, "a"), ({}, "a"), ({}, "b")]) == {"a": 2, "b": 0}


levels = st.fixed_dictionaries(
    {"sex": st.sampled_from("fm"), "age": st.sampled_from("yo"), "site": st.sampled_from("ABC")}
)
ratios = st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), min_size=2, max_size=3)


@given(
    ratio=ratios, measure=st.sampled_from(["range", "variance"]), new=levels, draw=st.integers(0, DRAWS - 1),
    before=st.lists(st.tuples(levels, st.sampled_from("abc")), max_size=25),
)  # fmt: skip
@settings(max_examples=40)
def test_with_probability_one_an_arm_of_least_imbalance_is_always_chosen(
    ratio: dict[str, int], measure: str, new: Levels, draw: int, before: list[tuple[Levels, str]]
) -> None:
    rule = Minimisation(ratio, Fraction(1), measure)
    seen = [(others, arm) for others, arm in before if arm in ratio]
    imbalances = rule.imbalances(new, seen)
    assert imbalances[rule.chosen(new, seen, draw)] == min(imbalances.values())


def test_margins_are_more_even_than_by_simple_randomisation() -> None:
    """Of 40 trials of 60 with three factors, the mean of the largest difference in a margin: by chance about 8."""
    chance = random.Random(20260101)
    by_rule = by_chance = 0
    for _ in range(40):
        people = [
            {"sex": chance.choice("fm"), "age": chance.choice("yo"), "site": chance.choice("ABC")} for _ in range(60)
        ]
        given_arms: list[tuple[Levels, str]] = []
        for person in people:
            given_arms.append((person, TWO_ARMS.chosen(person, given_arms, chance.randrange(DRAWS))))
        by_rule += worst(given_arms)
        by_chance += worst([(person, chance.choice("ab")) for person in people])
    assert by_rule * 2 < by_chance


def worst(given_arms: list[tuple[Levels, str]]) -> int:
    margins: dict[tuple[str, str], int] = {}
    for person, arm in given_arms:
        for margin in person.items():
            margins[margin] = margins.get(margin, 0) + (1 if arm == "a" else -1)
    return max(map(abs, margins.values()))
