"""The difference of two risks, with the hybrid score interval (Newcombe, Statistics in Medicine 1998;17:873-890, method 10)."""

from __future__ import annotations

from decimal import Decimal

from registry.statistics.rates import CONFIDENCE, NONE, Estimate, rounded

PLACES = Decimal("0.0001")


def difference(with_event: int, all_of: int, other_with: int, other_all: int) -> Estimate:
    """Give the first risk less the other, from -1 to 1; nothing where a group is empty."""
    if all_of == 0 or other_all == 0:
        return NONE
    from statsmodels.stats.proportion import confint_proportions_2indep  # noqa: PLC0415 (loading it takes a second)

    lower, upper = confint_proportions_2indep(
        with_event, all_of, other_with, other_all, method="newcomb", compare="diff", alpha=1 - CONFIDENCE
    )
    apart = with_event / all_of - other_with / other_all
    return Estimate(rounded(apart, PLACES), rounded(float(lower), PLACES), rounded(float(upper), PLACES))
