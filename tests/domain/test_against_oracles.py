"""The response score and the laboratory grades agree with naive second implementations on fifteen hundred inputs each."""

import random

from tests.oracles.drawn_grades import graded_both_ways
from tests.oracles.drawn_responses import scored_both_ways

INPUTS = 1_500
SHOWN = 5
"""How many disagreements a failure shows, each as the body, what the calculation gives and what the oracle gives."""


def disagreements(both_ways, seed):
    rng = random.Random(seed)
    drawn = (both_ways(rng) for _ in range(INPUTS))
    return [one for one in drawn if one[1] != one[2]]


def test_the_total_improvement_score_agrees_with_its_oracle():
    assert disagreements(scored_both_ways, 2016)[:SHOWN] == []


def test_the_laboratory_grades_agree_with_their_oracle():
    assert disagreements(graded_both_ways, 5060)[:SHOWN] == []
