"""Growth between visits: height velocity in younger children, and the fall of height for age from baseline. Ours, version 1.

Two heights of complete visits, or of the visit itself, are compared that lie at least six months apart: the velocity is
counted from the last one that is that far back, the fall of the z-score from the height at baseline. Whether a height was
taken lying or standing is not considered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from registry.domain.course import Course, Visit
from registry.domain.derivations.growth import height_score
from registry.domain.derivations.laboratory import after_baseline
from registry.domain.dosing import twelve_digits
from registry.domain.laboratory_alert import Alert
from registry.domain.laboratory_safety import HEIGHT_VELOCITY

DAYS_A_YEAR = Fraction(1461, 4)
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Height velocity (cm a year) with the visit it is counted from, and the change of height for age from baseline."""

    velocity: Decimal | None = None
    since: Visit | None = None
    slow: bool | None = None
    score_change: Decimal | None = None
    fallen: bool | None = None


def growing(course: Course, visit: Visit) -> Iterator[Alert]:
    """Ask about slow growth, else about a fall of height for age."""
    rule = course.rules[HEIGHT_VELOCITY.id]
    found = growth_at(course, visit)
    if found.slow or found.fallen:
        measured, unit = (found.velocity, "cm/a") if found.slow else (found.score_change, "{z-score}")
        yield Alert(kind="growth", rule=rule.id, rule_version=rule.version, measured=measured, unit=unit, worse_when=-1)


def growth_at(course: Course, visit: Visit) -> Growth:
    """Judge the growth of a visit; empty where it has no day or no height."""
    if not visit.image.get("visited_on") or visit.measured("vital_signs", "height") is None:
        return Growth()
    at = course.rules[HEIGHT_VELOCITY.id].constants
    since = _far_back(course, visit, at.months_apart)
    speed = None if since is None else velocity(since, visit)
    young = course.participant.months_old(visit.on) < at.judged_below_months
    change = _score_change(course, visit, at.months_apart)
    return Growth(
        velocity=speed,
        since=since,
        slow=None if speed is None or not young else speed < at.slow_below,
        score_change=change,
        fallen=None if change is None else change <= -at.score_fall,
    )


def velocity(since: Visit, visit: Visit) -> Decimal:
    """Give the growth between two heights, cm a year, to 12 digits."""
    first, last = since.measured("vital_signs", "height"), visit.measured("vital_signs", "height")
    if first is None or last is None:
        raise ValueError("a height is missing")
    return twelve_digits(Fraction(last - first) * DAYS_A_YEAR / (visit.on - since.on).days)


def _far_back(course: Course, visit: Visit, months: int) -> Visit | None:
    """Give the last complete visit with a height that lies so many months back."""
    earlier = (one for one in reversed(course.before(visit)) if one.measured("vital_signs", "height") is not None)
    return next((one for one in earlier if apart(one.on, visit.on, months)), None)


def apart(first: date, last: date, months: int) -> bool:
    """Whether two days are so many whole months apart."""
    between = (last.year - first.year) * MONTHS_A_YEAR + last.month - first.month - (last.day < first.day)
    return between >= months


def _score_change(course: Course, visit: Visit, months: int) -> Decimal | None:
    """Give the change of the unrounded z-score of height from baseline."""
    if course.baseline is None or not after_baseline(course, visit):
        return None
    known = course.last_number("vital_signs", "height", course.baseline)
    if known is None or not apart(known[1].on, visit.on, months):
        return None
    before, now = height_score(course, known[1]), height_score(course, visit)
    return None if before is None or now is None else now - before
