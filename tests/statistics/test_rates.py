"""Rates, their differences and risk differences against published worked examples."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.statistics import rates, risks


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [(0, "0.000", "3.689"), (1, "0.025", "5.572"), (2, "0.242", "7.225"), (10, "4.795", "18.390")],
)
def test_exact_limits_are_those_of_garwoods_table(events: int, lower: str, upper: str) -> None:
    """Garwood 1936, as every table of exact Poisson limits prints them: 0 to 3.689, 0.0253 to 5.572, 4.795 to 18.39."""
    found = rates.poisson(events, Decimal(100))
    assert (found.value, found.lower, found.upper) == (Decimal(events), Decimal(lower), Decimal(upper))


def test_a_rate_is_per_hundred_years() -> None:
    found = rates.poisson(3, Decimal("36.104"))
    assert found.value == Decimal("8.309")
    assert rates.poisson(0, Decimal(0)) == rates.NONE


@pytest.mark.parametrize(
    ("one", "other", "difference", "lower", "upper"),
    [
        ((56, 70), (48, 80), "0.2000", "0.0524", "0.3339"),
        ((9, 10), (3, 10), "0.6000", "0.1705", "0.8090"),
        ((6, 7), (2, 7), "0.5714", "0.0582", "0.8062"),
        ((5, 56), (0, 29), "0.0893", "-0.0381", "0.1926"),
        ((0, 10), (0, 20), "0.0000", "-0.1611", "0.2775"),
        ((10, 10), (0, 10), "1.0000", "0.6075", "1.0000"),
    ],
)
def test_risk_differences_have_the_limits_of_newcombes_table(
    one: tuple[int, int], other: tuple[int, int], difference: str, lower: str, upper: str
) -> None:
    """Newcombe 1998, Table II, method 10, rows a to c, e, g and h."""
    found = risks.difference(*one, *other)
    assert (found.value, found.lower, found.upper) == (Decimal(difference), Decimal(lower), Decimal(upper))


def test_a_rate_difference_lies_within_limits_made_of_the_exact_ones() -> None:
    """By hand: 10 and 4 in 100 years each, limits (4.795, 18.390) and (1.090, 10.242).

    6 - sqrt(5.205^2 + 6.242^2) = -2.127 and 6 + sqrt(8.390^2 + 2.910^2) = 14.881.
    """
    found = rates.difference(10, Decimal(100), 4, Decimal(100))
    assert (found.value, found.lower, found.upper) == (Decimal("6.000"), Decimal("-2.127"), Decimal("14.881"))
    swapped = rates.difference(4, Decimal(100), 10, Decimal(100))
    assert (swapped.lower, swapped.upper) == (Decimal("-14.881"), Decimal("2.127"))
    assert rates.difference(1, Decimal(0), 1, Decimal(1)) == rates.NONE
    assert risks.difference(0, 0, 1, 2) == rates.NONE
