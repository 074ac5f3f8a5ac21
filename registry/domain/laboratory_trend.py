"""Three results of an analyte in a row: whether they move towards harm. Rule of ours, version 1, of low certainty.

The results are those that count at a visit and at the last two complete visits before it that have one in a unit that
converts. Each must lie further towards harm than the one before, the change from the first to the third must be large
enough, and the third must not lie within its limit of normal where that is given. A censored value moves nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice, pairwise

from registry.domain.course import Course, Visit, exact
from registry.domain.dosing import twelve_digits
from registry.domain.laboratory_safety import HARMFUL, TrendConstants
from registry.domain.laboratory_values import Reported, in_unit
from registry.domain.rules import Rule

MANY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The results in the order of their visits, the change in percent of the first, and whether they move towards harm."""

    results: tuple[Reported, ...]
    visits: tuple[Visit, ...]
    change: Decimal | None
    harmful: bool | None


def trend(course: Course, visit: Visit, analyte: str, rule: Rule[TrendConstants]) -> Trend:
    """Judge the last three results of an analyte, up to a visit that has a result of it and a day."""
    last = visit.counting(analyte) or {}
    found = [
        (visit, last, in_unit(last, last.get("unit") or "")),
        *islice(_earlier(course, visit, analyte, last), MANY - 1),
    ]
    in_order = found[::-1]
    values = [value for _, _, value in in_order if value is not None]
    censored = any(result.get("comparator") for _, result, _ in in_order)
    change = None
    if len(values) == MANY and values[0] > 0 and not censored:
        change = percent_of(values[-1] - values[0], values[0])
    return Trend(
        results=tuple(result for _, result, _ in in_order),
        visits=tuple(one for one, _, _ in in_order),
        change=change,
        harmful=None if change is None else _harmful(analyte, values, change, last, rule.constants),
    )


def _earlier(
    course: Course, visit: Visit, analyte: str, last: Reported
) -> Iterator[tuple[Visit, Reported, Decimal | None]]:
    for one in reversed(course.before(visit)):
        kept = one.counting(analyte)
        value = None if kept is None else in_unit(kept, last.get("unit") or "")
        if kept is not None and value is not None:
            yield one, kept, value


def _harmful(analyte: str, values: list[Decimal], change: Decimal, last: Reported, at: TrendConstants) -> bool:
    way = HARMFUL[analyte]
    if any((after - before) * way <= 0 for before, after in pairwise(values)) or change * way < at.change_percent:
        return False
    return not within_limit(analyte, last)


def within_limit(analyte: str, result: Reported) -> bool:
    """Whether a result lies within the limit of normal that is given on the side of harm; both in the unit reported."""
    way, value = HARMFUL[analyte], exact(result.get("value"))
    limit = exact(result.get("upper_limit" if way > 0 else "lower_limit"))
    return limit is not None and value is not None and (value - limit) * way <= 0


def percent_of(change: Decimal, first: Decimal) -> Decimal:
    """Give a change in percent of what it began with, to 12 digits."""
    return twelve_digits(Fraction(change) * 100 / Fraction(first))
