"""CTCAE grades of a course: of each result, at a visit, at baseline, and the worst after it, by the study's CTCAE version."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from registry.domain.course import Course, Visit, exact
from registry.domain.derivations import laboratory
from registry.domain.laboratory_safety import LABORATORY_GRADE_ALERT

INCREASED = ":increased"
"""How the subject of an increase ends, where the analyte is graded both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A result with its grade; None where it cannot be told, with the reason. `subject` is the analyte, or its increase."""

    analyte: str
    subject: str
    grade: int | None
    final: bool
    reason: str | None
    result_number: int
    value: Decimal | None
    comparator: str | None
    unit: str | None


def graded(course: Course, visit: Visit) -> tuple[Graded, ...]:
    """Grade every result of a visit that the CTCAE grades, once a course."""
    return course.remembered("grades", visit, lambda: tuple(_graded(course, visit)))


def _graded(course: Course, visit: Visit) -> Iterator[Graded]:
    version = course.rules[LABORATORY_GRADE_ALERT.id].constants.ctcae_version
    for number, result in laboratory.numbered(visit):
        if result["analyte"] not in laboratory.GRADED:
            continue
        for derived in laboratory.grades(course, visit, result, number, version):
            given = derived.result
            yield Graded(
                analyte=result["analyte"],
                subject=str(given.subject),
                grade=None if given.value is None else int(given.value),
                final=given.final,
                reason=given.reason,
                result_number=number,
                value=exact(result["value"]),
                comparator=result.get("comparator"),
                unit=result.get("unit"),
            )


def grade_of(course: Course, visit: Visit, subject: str, number: int) -> int | None:
    """Give the grade of one result of a visit, by its place; None where there is none."""
    every = graded(course, visit)
    return next((one.grade for one in every if (one.subject, one.result_number) == (subject, number)), None)


def grade_at(course: Course, visit: Visit) -> dict[str, int]:
    """Give the worst grade of each subject at a visit that can be told."""
    found: dict[str, int] = {}
    for one in graded(course, visit):
        if one.grade is not None:
            found[one.subject] = max(found.get(one.subject, 0), one.grade)
    return found


def counting_number(visit: Visit, analyte: str) -> int | None:
    """Give the place of the result that counts for an analyte at a visit; None where there is none."""
    kept = visit.counting(analyte)
    return next((number for number, result in laboratory.numbered(visit) if result is kept), None)


def baseline_grade(course: Course, subject: str) -> int | None:
    """Give the grade at baseline: of the result that counts at the baseline visit, else at the last complete one before."""
    key = ("grade at baseline", subject)
    if key not in course.memory:
        course.memory[key] = _baseline_grade(course, subject)
    found: int | None = course.memory[key]
    return found


def _baseline_grade(course: Course, subject: str) -> int | None:
    if course.baseline is None:
        return None
    analyte = subject.removesuffix(INCREASED)
    for visit in reversed(course.until(course.baseline)):
        number = counting_number(visit, analyte)
        if number is not None:
            grade = grade_of(course, visit, subject, number)
            not_increased = (
                subject.endswith(INCREASED) and (visit.counting(analyte) or {}).get("upper_limit") is not None
            )
            return 0 if grade is None and not_increased else grade
    return None
