"""Rates of events by person-time, with exact intervals (Garwood, Biometrika 1936;28:437-442), and their difference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

CONFIDENCE = 0.95
EXACT = "exact-c"
PLACES = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its confidence interval; None where it cannot be estimated."""

    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None

    def named(self, *names: str) -> dict[str, Decimal | None]:
        """Give the estimate, its lower and its upper limit by three names."""
        return dict(zip(names, (self.value, self.lower, self.upper), strict=True))


NONE = Estimate(None, None, None)


def poisson(events: int, person_time: Decimal, per: int = 100) -> Estimate:
    """Give events for each `per` units of person-time with the exact interval; nothing without person-time.

    Both sides are of 2.5 % also without an event: the lower limit is 0 then, the upper that of 3.689 events.
    """
    if person_time <= 0:
        return NONE
    from statsmodels.stats.rates import confint_poisson  # noqa: PLC0415 (loading it takes a second)

    time = float(person_time) / per
    lower, upper = confint_poisson(events, time, method=EXACT, alpha=1 - CONFIDENCE)
    return Estimate(rounded(events / time), rounded(lower), rounded(upper))


def difference(events: int, person_time: Decimal, other_events: int, other_time: Decimal, per: int = 100) -> Estimate:
    """Give the first rate less the other, with the interval made of the exact limits of both (MOVER).

    Zou and Donner, Statistics in Medicine 2008;27:1693-1702 [MEM 90%]; nothing without person-time on both sides.
    """
    if person_time <= 0 or other_time <= 0:
        return NONE
    from statsmodels.stats.rates import confint_poisson_2indep  # noqa: PLC0415 (loading it takes a second)

    one, two = float(person_time) / per, float(other_time) / per
    lower, upper = confint_poisson_2indep(
        events, one, other_events, two, method="mover", method_mover=EXACT, compare="diff", alpha=1 - CONFIDENCE
    )
    return Estimate(rounded(events / one - other_events / two), rounded(lower), rounded(upper))


def rounded(value: float, places: Decimal = PLACES) -> Decimal | None:
    """Give a statistic as a decimal of declared digits; None for one that is not finite."""
    if not math.isfinite(value):
        return None
    found = Decimal(repr(float(value))).quantize(places)
    return abs(found) if found == 0 else found
