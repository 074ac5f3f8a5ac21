"""The glomerular filtration rate of a visit: whether it is low, or fell from baseline. Rule of ours, version 1.

The rate is the bedside Schwartz estimate of a creatinine and the height, or the rate that a laboratory reported. Every
result of a visit is looked at, and may be low; the one that counts may have fallen. A censored creatinine or rate is told to
be low where every possible value is; it has no fall.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from registry.domain.course import Course, Visit, exact
from registry.domain.derivations.laboratory import after_baseline, numbered
from registry.domain.dosing import twelve_digits
from registry.domain.laboratory_alert import Alert
from registry.domain.laboratory_grades import grade_of
from registry.domain.laboratory_safety import RENAL_ALERT
from registry.domain.laboratory_values import Reported, below, in_unit
from registry.domain.renal_function import EGFR, egfr

UNIT = "mL/min/{1.73_m2}"
CREATININE, REPORTED = "CREAT", "EGFR"
_OTHER_WAY = {"<": ">", ">": "<"}


@dataclass(frozen=True, slots=True)
class Rate:
    """A filtration rate, or what it lies below (`<`) or above (`>`)."""

    value: Decimal
    comparator: str | None = None


def kidneys(course: Course, visit: Visit) -> Iterator[Alert]:
    """Ask about a filtration rate that is low or fell, by each analyte that tells it."""
    rule = course.rules[RENAL_ALERT.id]
    for analyte in (CREATININE, REPORTED):
        for number, result in numbered(visit):
            rate = _rate_of(course, visit, result) if result["analyte"] == analyte else None
            if rate is None:
                continue
            low = below(rate.value, rate.comparator, rule.constants.low_below)
            change = fall(course, visit, analyte, rate) if result is visit.counting(analyte) else None
            if low or (change is not None and change >= rule.constants.fall_percent):
                grade = grade_of(course, visit, analyte, number)
                yield Alert(kind="renal", rule=rule.id, rule_version=rule.version, analyte=analyte, result_number=number,
                            grade=grade, measured=rate.value, unit=UNIT, worse_when=-1)  # fmt: skip


def rate_at(course: Course, visit: Visit, analyte: str) -> Rate | None:
    """Give the rate of a visit by the creatinine, or as reported; None where there is none."""
    result = visit.counting(analyte)
    return None if result is None else _rate_of(course, visit, result)


def _rate_of(course: Course, visit: Visit, result: Reported) -> Rate | None:
    comparator = result.get("comparator")
    if result["analyte"] == REPORTED:
        value = in_unit(result, UNIT)
        return None if value is None else Rate(value, comparator)
    value = _of_creatinine(course, visit, result)
    return None if value is None else Rate(value, _OTHER_WAY.get(comparator or ""))


def _of_creatinine(course: Course, visit: Visit, result: Reported) -> Decimal | None:
    """Give the rate that the number of a creatinine makes: of a censored one a bound on the other side."""
    height = visit.measured("vital_signs", "height")
    if height is None and visit.image.get("visited_on"):
        known = course.last_number("vital_signs", "height", visit)
        height = known[0] if known else None
    details = egfr(height, exact(result.get("value")), result.get("unit"), course.rules[EGFR.id]).details
    return None if details is None else details.unrounded


def fall(course: Course, visit: Visit, analyte: str, rate: Rate) -> Decimal | None:
    """Give the fall from baseline in percent; None before there is a baseline, or where a rate is censored or not there."""
    if rate.comparator or course.baseline is None or not after_baseline(course, visit):
        return None
    before = course.remembered(f"{analyte} rate", course.baseline, lambda: _at_baseline(course, analyte))
    return None if before is None or before.comparator or before.value <= 0 else _percent(before.value, rate.value)


def _at_baseline(course: Course, analyte: str) -> Rate | None:
    """Give the rate at the baseline visit, else at the last complete one before it."""
    earlier = reversed(course.until(course.baseline)) if course.baseline else ()
    rates = (rate_at(course, one, analyte) for one in earlier)
    return next((rate for rate in rates if rate is not None), None)


def _percent(before: Decimal, now: Decimal) -> Decimal:
    return twelve_digits(Fraction(before - now) * 100 / Fraction(before))
