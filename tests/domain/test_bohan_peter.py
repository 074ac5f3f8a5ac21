"""Bohan and Peter: a category only where it is certain."""

from itertools import product

import pytest

from registry.domain.bohan_peter import BOHAN_PETER, OTHERS, Criteria, bohan_peter
from registry.domain.rules import overriding

NAMES = ("rash", *OTHERS)


def criteria(*states):
    return Criteria(**dict(zip(NAMES, states, strict=True)))


WORKED = [
    ("rash and four", (True, True, True, True, True), "definite"),
    ("rash and three", (True, True, True, True, False), "definite"),
    ("rash and two", (True, True, True, False, False), "probable"),
    ("rash and one", (True, False, False, True, False), "possible"),
    ("rash alone", (True, False, False, False, False), "not_met"),
    ("four without rash", (False, True, True, True, True), "not_met"),
]


@pytest.mark.parametrize(("states", "category"), [row[1:] for row in WORKED], ids=[f"2.10: {row[0]}" for row in WORKED])
def test_the_category_follows_from_the_rash_and_the_number_of_others(states, category):
    result = bohan_peter(criteria(*states))
    assert (result.category, result.final, result.missing, result.reason) == (category, True, (), None)


def test_what_is_not_known_leaves_it_indeterminate_with_its_range():
    result = bohan_peter(criteria(True, True, None, True, None))
    assert (result.category, result.final) == ("indeterminate", False)
    assert result.missing == ("biopsy", "electromyography")
    assert (result.details.lowest_category, result.details.highest_category) == ("probable", "definite")
    assert (result.details.met, result.details.highest_met) == (2, 4)


def test_a_rash_not_known_ranges_from_not_met():
    result = bohan_peter(criteria(None, True, True, True, True))
    assert (result.category, result.details.lowest_category, result.details.highest_category) == (
        "indeterminate",
        "not_met",
        "definite",
    )


def test_what_is_not_known_does_not_matter_where_the_category_is_certain():
    assert bohan_peter(criteria(True, True, True, True, None)).category == "definite"
    assert bohan_peter(criteria(False, None, None, None, None)).category == "not_met"


def test_it_is_indeterminate_exactly_where_what_is_not_known_can_change_it():
    for states in product((True, False, None), repeat=5):
        ways = product(*((True, False) if state is None else (state,) for state in states))
        possible = {bohan_peter(criteria(*way)).category for way in ways}
        category = bohan_peter(criteria(*states)).category
        assert {category} == possible if len(possible) == 1 else category == "indeterminate"


def test_a_study_can_ask_for_more():
    rule = overriding(BOHAN_PETER, {"definite": 4})
    assert bohan_peter(criteria(True, True, True, True, False), rule).category == "probable"
